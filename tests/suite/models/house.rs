//! The whole program with servers that stand in for its models.

use std::process::Command;

use crate::support::binary::{Ended, House};
use crate::support::services::{Fault, KEY, Service, Who};

/// The services of one test.
struct Services {
    openai: Service,
    ollama: Service,
    xai: Service,
}

impl Services {
    fn start() -> Self {
        Self {
            openai: Service::start(Who::OpenAi),
            ollama: Service::start(Who::Ollama),
            xai: Service::start(Who::Xai),
        }
    }

    /// The settings of all of them.
    fn set(&self, command: &mut Command) {
        command
            .env("OPENAI_API_KEY", KEY)
            .env("OPENAI_BASE_URL", self.openai.base())
            .env("OLLAMA_HOST", self.ollama.base())
            .env("XAI_API_KEY", KEY)
            .env("XAI_BASE_URL", self.xai.base())
            // Vectors are another matter, and take time.
            .env("LUMEN_EMBEDDER", "off");
    }
}

fn session(house: &House, services: &Services, more: &[(&str, &str)], lines: &[&str]) -> Ended {
    let mut command = house.command(&[]);
    services.set(&mut command);
    command.envs(more.iter().copied());
    let typed: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
    let ended = House::feed(command, typed.into_bytes());
    assert!(ended.status.success(), "{ended:?}");
    for secret in [KEY, "sk-te"] {
        assert!(
            !ended.out.contains(secret) && !ended.err.contains(secret),
            "the key is in {ended:?}"
        );
    }
    ended
}

fn says(ended: &Ended, words: &[&str]) {
    // The terminal breaks long lines anywhere.
    let out = ended.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in words {
        assert!(
            out.contains(words),
            "no \u{201c}{words}\u{201d} in:\n{}\n{}",
            ended.out,
            ended.err
        );
    }
}

#[test]
fn a_post_is_written_illustrated_chosen_and_published_with_its_picture() {
    let (house, services) = (House::new(), Services::start());
    let ended = session(
        &house,
        &services,
        &[],
        &[
            "/draft our Friday tasting is at six",
            "/image #1 a red cup",
            "/image #1",
            "/image #1 1",
            "/why #1",
            "/budget all",
            "/approve #1",
        ],
    );
    says(
        &ended,
        &[
            "Our Friday tasting begins at six.",
            "gpt-4o",
            "A red cup on a wooden table",
            "image: 1 of 1",
            "image: 2 of 2",
            "image: 1 of 2",
            "published",
            "look over",
        ],
    );
    assert_eq!(services.xai.asked().len(), 2);
    let prompt = services.xai.asked()[0].1["prompt"].to_string();
    assert!(
        prompt.contains("a red cup") && prompt.contains("Friday"),
        "{prompt}"
    );
    assert_eq!(house.published().len(), 1);
    for service in [&services.openai, &services.ollama, &services.xai] {
        service.was_asked_rightly();
    }
}

#[test]
fn when_the_first_choice_fails_the_next_one_writes_and_the_card_says_so() {
    if crate::support::models().is_none() {
        return;
    }
    let (house, services) = (House::new(), Services::start());
    services.openai.always(Some(Fault::Quota));
    services.xai.always(Some(Fault::ExpiredKey));
    let ended = session(
        &house,
        &services,
        &[],
        &["/draft our Friday tasting is at six", "/image #1"],
    );
    says(
        &ended,
        &[
            "written by SmolLM2",
            "the account has no money left",
            "the picture is a card",
            "XAI_API_KEY is refused",
            "A card with the words",
        ],
    );
}

#[test]
fn a_forced_choice_has_no_second_and_the_answer_is_a_line() {
    let (house, services) = (House::new(), Services::start());
    services.openai.always(Some(Fault::ExpiredKey));
    services.xai.always(Some(Fault::Blocked));
    let forced = [("LUMEN_TEXT", "openai"), ("LUMEN_IMAGE", "xai")];
    let ended = session(
        &house,
        &services,
        &forced,
        &["/draft our Friday tasting is at six", "/queue"],
    );
    says(&ended, &["OPENAI_API_KEY is refused"]);
    assert!(!ended.out.contains("#1 "), "{}", ended.out);
    services.openai.always(None);
    let ended = session(
        &house,
        &services,
        &forced,
        &[
            "/draft our Friday tasting is at six",
            "/image #1",
            "/show #1",
        ],
    );
    says(
        &ended,
        &[
            "the picture was blocked",
            "Our Friday tasting begins at six.",
        ],
    );
}

#[test]
fn when_the_money_is_spent_a_forced_choice_stops_and_what_is_free_goes_on() {
    let (house, services) = (House::new(), Services::start());
    let poor = [
        ("LUMEN_TEXT", "openai"),
        ("LUMEN_DAILY_BUDGET_USD", "0.005"),
        ("LUMEN_VISION", "off"),
    ];
    let topics: Vec<String> = (0..9)
        .map(|number| format!("/draft the tasting, number {number}"))
        .collect();
    let mut lines: Vec<&str> = topics.iter().map(String::as_str).collect();
    lines.extend(["/budget", "/image #1"]);
    let ended = session(&house, &services, &poor, &lines);
    says(&ended, &["LUMEN_DAILY_BUDGET_USD", "A card with the words"]);
    assert!(
        services.openai.bill() <= 5_000,
        "{}",
        services.openai.bill()
    );
    assert_eq!(services.xai.asked().len(), 0);
}

#[test]
fn people_are_told_at_80_percent_and_at_100_nothing_is_paid_any_more() {
    let (house, services) = (House::new(), Services::start());
    let poor = [
        ("LUMEN_TEXT", "openai"),
        ("LUMEN_DAILY_BUDGET_USD", "0.1"),
        ("LUMEN_VISION", "off"),
    ];
    let mut lines = vec!["/draft our Friday tasting is at six"];
    lines.extend(["/image #1"; 3]);
    let ended = session(&house, &services, &poor, &lines);
    assert!(!ended.out.contains("of 0.10 at most"), "{}", ended.out);
    // The fourth takes it from 60 to 80 percent; for a fifth there is not enough, and a card costs nothing.
    let ended = session(&house, &services, &poor, &["/image #1", "/image #1"]);
    says(
        &ended,
        &[
            "The models have cost 0.0805 USD today, of 0.10 USD at most.",
            "the picture is a card: the models may cost 0.10 USD a day",
        ],
    );
    assert_eq!(services.xai.asked().len(), 4);
}

#[test]
fn what_moderation_forbids_cannot_be_approved() {
    let (house, services) = (House::new(), Services::start());
    services.openai.says("Something hateful about others.");
    let ended = session(
        &house,
        &services,
        &[],
        &["/draft our Friday tasting is at six", "/approve #1"],
    );
    says(&ended, &["moderation says of the text: hate"]);
    assert_eq!(house.published(), Vec::<String>::new());
}

#[test]
fn the_pictures_of_the_post_that_is_answered_are_looked_at_once_and_told_to_the_writer() {
    let (house, services) = (House::new(), Services::start());
    let found = session(
        &house,
        &services,
        &[],
        &[
            "/source add sandbox all",
            "/source fetch",
            "/search tomatoes wrapped in paper in the cellar",
        ],
    );
    let ids: Vec<&str> = found
        .out
        .split_whitespace()
        .filter(|word| {
            word.strip_prefix('s').is_some_and(|rest| {
                !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())
            })
        })
        .collect();
    assert!(!ids.is_empty(), "{}", found.out);
    let replies: Vec<String> = ids
        .iter()
        .take(2)
        .map(|id| format!("/reply {id}"))
        .collect();
    let lines: Vec<&str> = replies.iter().map(String::as_str).collect();
    session(&house, &services, &[], &lines);
    let looked = services.ollama.asked_of("/api/chat").len();
    let told = services.openai.asked_of("chat/completions");
    assert!(looked > 0, "nothing was looked at for {ids:?}");
    assert!(
        told.iter()
            .any(|body| body["messages"].to_string().contains("[picture: A red cup")),
        "{told:?}"
    );
    // Asked for again, nothing is looked at a second time.
    session(&house, &services, &[], &lines);
    assert_eq!(services.ollama.asked_of("/api/chat").len(), looked);
    services.ollama.was_asked_rightly();
}

#[test]
fn check_tries_every_provider_with_a_tiny_picture_and_names_price_and_end() {
    let (house, services) = (House::new(), Services::start());
    let mut command = house.command(&["check"]);
    services.set(&mut command);
    command.env("LUMEN_TEXT", "openai");
    let ended = House::feed(command, Vec::new());
    assert!(ended.status.success(), "{ended:?}");
    says(
        &ended,
        &[
            "openai, gpt-4o: 20 tokens",
            "retired on 2027-01-14",
            "ollama, llama3.2-vision: it sees red and blue",
            "xai, grok-imagine-image: the key is taken",
            "at most 0.02 USD a picture",
            "quote, card",
            "moderation",
        ],
    );
    let sent = &services.ollama.asked_of("/api/chat")[0];
    let picture = sent["messages"][0]["images"][0].as_str().unwrap();
    let bytes =
        base64::Engine::decode(&base64::engine::general_purpose::STANDARD, picture).unwrap();
    let picture = image::load_from_memory(&bytes).unwrap();
    assert!(picture.width() <= 32 && picture.height() <= 32);

    services.openai.always(Some(Fault::UnknownModel));
    services.ollama.always(Some(Fault::DoesNotLoad));
    let mut command = house.command(&["check"]);
    services.set(&mut command);
    let ended = House::feed(command, Vec::new());
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    says(
        &ended,
        &[
            "OPENAI_MODEL names another",
            "OLLAMA_VISION_MODEL names another",
        ],
    );
}

#[test]
fn status_warns_of_a_model_that_ends_soon_and_a_wrong_setting_is_named() {
    let (house, services) = (House::new(), Services::start());
    let ended = session(&house, &services, &[("LUMEN_TEXT", "openai")], &["/status"]);
    says(&ended, &["Texts are by gpt-4o."]);
    let mut command = house.command(&["check"]);
    command.env("LUMEN_IMAGE", "xai");
    let ended = House::feed(command, Vec::new());
    assert_eq!(ended.status.code(), Some(2), "{ended:?}");
    assert!(
        ended.err.contains("LUMEN_IMAGE") && ended.err.contains("XAI_API_KEY"),
        "{}",
        ended.err
    );
}

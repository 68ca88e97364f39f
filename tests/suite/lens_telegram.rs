//! The story of a brand on Lens, told on Telegram: its past, a draft with a picture, a comment, an answer, and what can be
//! done with a post besides.

use jiff::Timestamp;

use crate::lens_story::{on_lens, with_a_past};
use crate::support::bot_api::{BotApi, Message};
use crate::support::lens::FakeLens;
use crate::support::models;
use crate::support::telegram::{Lumen, house_with, png};

const MIRA: u64 = 4711;

/// Somebody answers the brand's newest post; says the answer's id.
fn comment(fake: &FakeLens, brand: &str, words: &str) -> u64 {
    let mut world = fake.world();
    let post = world.of(brand).last().expect("a post").id;
    let bean = world.add("bean");
    let comment = world.write(&bean, words, Timestamp::now());
    world.post_mut(comment).comment_on = Some(post);
    comment
}

/// Waits for the card of this draft in this version, with its buttons.
fn card(api: &BotApi, chat: i64, draft: &str, version: u32) -> Message {
    let version = format!("version {version}");
    api.until_some(chat, "the card", |message| {
        message.shown.starts_with(draft)
            && (version == "version 1" || message.shown.contains(&version))
            && !message.buttons.is_empty()
    })
}

#[test]
fn a_brand_learns_its_past_posts_a_picture_and_answers_on_telegram() {
    if models().is_none() {
        return;
    }
    let (fake, brand) = with_a_past();
    let house = on_lens(house_with(MIRA, &[]), &fake, &brand);
    let api = BotApi::start();
    let mira = api.person(MIRA, "mira");
    let lumen = Lumen::start(&house, &api);
    mira.say("/source add lens @me");
    let followed = api.until(mira.chat, "is followed");
    assert!(
        followed.shown.contains("our own voice"),
        "{}",
        followed.shown
    );
    mira.say("/source fetch");
    api.until(mira.chat, "500 new");
    mira.say("/draft our Friday tasting is at six");
    let first = card(&api, mira.chat, "#1", 1);
    mira.photo(&first, &png(), Some("A table with three cups"));
    card(&api, mira.chat, "#1", 2);
    mira.say("/edit #1 Friday, six o'clock: three on the table. #tasting");
    let approved = card(&api, mira.chat, "#1", 3);
    mira.press(&approved, "Approve");
    let published = api.until(mira.chat, "lens.xyz/p/");
    assert!(published.shown.contains("published"), "{}", published.shown);
    {
        let world = fake.world();
        let own = world.of(&brand);
        assert_eq!(own.len(), 501);
        let metadata = &own.last().expect("it was published").metadata;
        assert_eq!(metadata["__typename"], "ImageMetadata");
        assert_eq!(metadata["image"]["altTag"], "A table with three cups");
        assert_eq!(metadata["tags"], serde_json::json!(["tasting"]));
    }

    let asked = comment(&fake, &brand, "Is there room for two more on Friday?");
    mira.say("/source add lens replies");
    api.until(mira.chat, "replies");
    mira.say("/source fetch lens replies");
    api.until(mira.chat, "1 new");
    mira.say(&format!("/reply {asked} say yes and thank them"));
    card(&api, mira.chat, "#2", 1);
    mira.say("/edit #2 There is. Come early.");
    let answer = card(&api, mira.chat, "#2", 2);
    mira.press(&answer, "Approve");
    api.until_some(mira.chat, "the published answer", |message| {
        message.shown.starts_with("#2") && message.shown.contains("lens.xyz/p/")
    });
    {
        let world = fake.world();
        let own = world.of(&brand);
        assert_eq!(own.len(), 502);
        let answer = own.last().expect("it was published");
        assert_eq!(answer.comment_on, Some(asked));
        assert_eq!(answer.metadata["content"], "There is. Come early.");
    }
    assert!(lumen.stop().0);
    fake.nothing_to_complain();
    api.nothing_was_wrong();
}

#[test]
fn likes_reposts_bookmarks_and_follows_are_pressed_and_asked_once_more() {
    let fake = FakeLens::start();
    let brand = fake.brand();
    fake.world()
        .write(&brand, "The first cup", Timestamp::now());
    let said = comment(&fake, &brand, "Mine too");
    let mut house = on_lens(house_with(MIRA, &[]), &fake, &brand);
    house.set("LUMEN_TEXT", "off");
    house.set("LUMEN_EMBEDDER", "off");
    let api = BotApi::start();
    let mira = api.person(MIRA, "mira");
    let lumen = Lumen::start(&house, &api);
    mira.say("/source add lens replies");
    api.until(mira.chat, "is followed");
    mira.say("/source fetch");
    api.until(mira.chat, "1 new");
    mira.say(&format!("/show {said}"));
    let card = api.until_some(mira.chat, "the post's card", |message| {
        message.shown.contains("Mine too") && !message.buttons.is_empty()
    });
    let mut done = 0;
    for (label, sure, words) in [
        ("Like", "Like it", "is liked"),
        ("Repost", "Repost it", "is reposted"),
        ("Bookmark", "Bookmark it", "is bookmarked"),
        ("Follow", "Follow them", "is followed."),
    ] {
        mira.press(&card, label);
        let question = api.until_some(mira.chat, "the question", |message| {
            message.shown.starts_with(label) && message.shown.contains("as 0x")
        });
        assert_eq!(fake.world().reactions.len(), done, "{label}: not asked yet");
        mira.press(&question, sure);
        let told = |api: &BotApi| {
            let answers = api.messages(mira.chat).into_iter();
            answers
                .filter(|message| message.id > question.id && message.shown.contains(words))
                .count()
        };
        api.wait(words, |api| told(api) == 1);
        done += 1;
        assert_eq!(fake.world().reactions.len(), done, "{label}");
        // Pressed once more, it is done already.
        mira.press(&question, sure);
        api.wait(words, |api| told(api) == 2);
        assert_eq!(fake.world().reactions.len(), done, "{label} is done once");
    }
    // While nothing may leave the house, nothing does.
    mira.say("/stop");
    api.until(mira.chat, "/go");
    mira.press(&card, "Repost");
    let question = api.until_some(mira.chat, "the question", |message| {
        message.id > card.id && message.shown.starts_with("Repost") && !message.buttons.is_empty()
    });
    let calls = fake.world().calls_of("Repost");
    mira.press(&question, "Repost it");
    api.until(mira.chat, "Nothing goes out");
    assert_eq!(fake.world().calls_of("Repost"), calls);
    api.wait("the presses are answered", |_| mira.presses_open() == 0);
    assert!(lumen.stop().0);
    fake.nothing_to_complain();
    api.nothing_was_wrong();
}

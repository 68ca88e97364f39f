use std::io::Write as _;
use std::sync::Arc;

use super::lines::LONGEST;
use super::*;
use crate::domain::clock::SystemClock;
use crate::domain::network::Network;
use crate::domain::progress::Unwatched;
use crate::store::StoreOptions;

struct Scene {
    store: Store,
    folder: tempfile::TempDir,
}

impl Scene {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = StoreOptions {
            url: format!("sqlite://{}", folder.path().join("lumen.db").display()),
            read_connections: 2,
        };
        let store = Store::open(&options, Arc::new(SystemClock)).await.unwrap();
        Self { store, folder }
    }

    fn file(&self, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join("posts.jsonl");
        File::create(&path).unwrap().write_all(bytes).unwrap();
        path
    }

    async fn import(&self, path: &Path, own: bool) -> Result<ImportReport, ImportError> {
        let stop = CancellationToken::new();
        run(
            &self.store,
            WorkspaceId::FIRST,
            &Input::named(path),
            own,
            &Unwatched,
            &stop,
        )
        .await
    }

    async fn take(&self, bytes: &[u8]) -> ImportReport {
        self.import(&self.file(bytes), false).await.unwrap()
    }

    async fn post(&self, id: &str) -> FetchedPost {
        let found = self.store.find_post(WorkspaceId::FIRST, id).await.unwrap();
        found.unwrap_or_else(|| panic!("no post {id}")).body
    }
}

fn line(id: &str, more: &str) -> String {
    format!(
        r#"{{"id":{id},"author":"@ada","text":"Hello #World","created_at":"2024-05-01T10:00:00Z"{more}}}"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_of_the_contract_arrives() {
    let scene = Scene::new().await;
    let all = line(
        "7",
        r##","tags":["#Coffee","coffee"],"reply_to":12,"likes":3,"reposts":null,"replies":2.0,
        "media":["https://a.example/1.png",{"url":"https://a.example/2.png","alt":"A cup","mime":"image/png"}],
        "zeta":[1,2],"client":"\u0061"}"##,
    )
    .replace('\n', " ");
    let all = all.trim_end_matches('}').to_owned() + "}";
    let report = scene
        .take(format!("\u{feff}{all}\r\n\r\n{}\n  \n", line("\"b\"", "")).as_bytes())
        .await;
    assert_eq!(
        (report.lines, report.counts.new, report.broken.count()),
        (2, 2, 0),
        "{report}"
    );

    let post = scene.post("7").await;
    assert_eq!(
        (post.network, post.author.as_str()),
        (Network::Archive, "ada")
    );
    assert_eq!(post.tags, ["coffee"]);
    assert_eq!(post.reply_to.as_deref(), Some("12"));
    assert_eq!(
        (post.counts.likes, post.counts.reposts, post.counts.replies),
        (3, 0, 2)
    );
    assert_eq!(post.media.len(), 2);
    assert_eq!(post.media[1].alt.as_deref(), Some("A cup"));
    let raw: serde_json::Value = serde_json::from_str(post.raw.as_deref().unwrap()).unwrap();
    assert_eq!(raw, serde_json::json!({"client": "a", "zeta": [1, 2]}));
    assert!(!post.own);

    let plain = scene.post("b").await;
    assert_eq!(
        plain.tags,
        ["world"],
        "tags of the text where the line names none"
    );
    assert_eq!(plain.raw, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_lines_are_named_and_the_rest_goes_in() {
    let scene = Scene::new().await;
    let mut file = Vec::new();
    let mut add = |line: &[u8]| {
        file.extend_from_slice(line);
        file.push(b'\n');
    };
    add(line("1", "").as_bytes());
    add(b"{\"id\": 2, \"author\"");
    add(b"{\"id\":\"3\",\"author\":\"a\",\"text\":\"\xff\xfe\",\"created_at\":\"2024-05-01\"}");
    add(format!("{{\"id\":4,\"text\":\"{}\"}}", "x".repeat(LONGEST)).as_bytes());
    add(br#"{"id":5,"author":"a","created_at":"2024-05-01"}"#);
    add(br#"{"id":6,"author":"a","text":"t","created_at":"some day\u001b"}"#);
    add(br#"{"id":7,"author":"a","text":"  ","created_at":"2024-05-01"}"#);
    add(br#"["id", 8]"#);
    add(b"42");
    add(br#"{"id":[1],"author":"a","text":"t","created_at":"2024-05-01"}"#);
    add(br#"{"id":null,"author":"a","text":"t","created_at":"2024-05-01"}"#);
    add(line("12", r#","likes":"many""#).as_bytes());
    add(br#"{"id":13,"author":"a","text":"t","created_at":"9999-12-30T22:00:00.9Z"}"#);
    file.extend_from_slice(line("14", "").as_bytes());

    let report = scene.take(&file).await;
    assert_eq!((report.lines, report.counts.new), (14, 2), "{report}");
    let found: Vec<(u64, Reason)> = report
        .broken
        .first
        .iter()
        .map(|line| (line.number, line.reason))
        .collect();
    assert_eq!(
        found,
        [
            (2, Reason::NotJson),
            (3, Reason::NotUtf8),
            (4, Reason::TooLong),
            (5, Reason::Missing),
            (6, Reason::BadTime),
            (7, Reason::EmptyText),
            (8, Reason::NoObject),
            (9, Reason::NoObject),
            (10, Reason::WrongField),
            (11, Reason::Missing),
            (12, Reason::WrongField),
            (13, Reason::BadTime),
        ]
    );
    let text = report.to_string();
    assert!(text.contains("line 5: a field is missing (text)"), "{text}");
    assert!(text.contains("likes should be a number"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_first_broken_lines_are_told_in_full() {
    let scene = Scene::new().await;
    let report = scene.take(&b"nonsense\n".repeat(4_000)).await;
    assert_eq!(report.broken.first.len(), 20);
    assert_eq!(report.broken.by_reason[&Reason::NotJson], 4_000);
    assert!(
        report.to_string().contains("4000 lines were not taken"),
        "{report}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_time_adds_nothing_and_the_last_line_of_an_id_counts() {
    let scene = Scene::new().await;
    let mut file: String = (0..4_000)
        .map(|id| line(&id.to_string(), "") + "\n")
        .collect();
    file.push_str(&line("3999", r#","likes":9"#));
    let path = scene.file(file.as_bytes());
    let first = scene.import(&path, false).await.unwrap();
    assert_eq!(
        (first.lines, first.counts.new, first.replaced),
        (4_001, 4_000, 1)
    );
    assert_eq!(scene.post("3999").await.counts.likes, 9);
    let second = scene.import(&path, false).await.unwrap();
    assert_eq!(
        (
            second.counts.new,
            second.counts.changed,
            second.counts.known
        ),
        (0, 0, 4_000)
    );

    let own = scene.import(&path, true).await.unwrap();
    assert_eq!((own.counts.new, own.counts.changed), (0, 4_000));
    assert!(scene.post("1").await.own);
}

fn known(report: &ImportReport) -> (u64, u64, u64, u64) {
    let counts = report.counts;
    (
        counts.new,
        counts.changed,
        counts.known,
        report.broken.count(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_character_costs_nobody_a_post() {
    let scene = Scene::new().await;
    let file = [
        r#"{"id":1,"author":"a","text":"new roast \ud83d","created_at":"2022-11-05"}"#,
        r#"{"id":2,"author":"a\ude00","text":"half \ude00 of it","created_at":"2022-11-05"}"#,
        r#"{"id":3,"author":"a","text":"whole \ud83d\ude00 stays","created_at":"2022-11-05"}"#,
        r#"{"id":4,"author":"a","text":"t","created_at":"2022-11-05","bio":"\ud83d"}"#,
        r#"{"id":5,"author":"a","text":"t","created_at":"2022-11-05","tags":["coffee\ud83d","b"]}"#,
        r#"{"id":6,"author":"a","text":"t","created_at":"2022-11-05","\ud83d":"x"}"#,
        r#"{"id":7,"author":"a","text":"t","created_at":"2022-11-05","media":["https://a.example/\udfff.png"]}"#,
    ]
    .join("\n");
    let report = scene.take(file.as_bytes()).await;
    assert_eq!(known(&report), (7, 0, 0, 0), "{report}");
    assert_eq!(scene.post("1").await.text, "new roast \u{fffd}");
    assert_eq!(scene.post("3").await.text, "whole \u{1f600} stays");
    assert_eq!(scene.post("5").await.tags, ["coffee\u{fffd}", "b"]);
    assert_eq!(known(&scene.take(file.as_bytes()).await), (0, 0, 7, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn times_and_counts_are_read_as_figures_and_as_text() {
    let scene = Scene::new().await;
    let post = |id: u32, at: &str, likes: &str| {
        format!(r#"{{"id":{id},"author":"a","text":"t","created_at":{at},"likes":{likes}}}"#) + "\n"
    };
    let file = [
        post(1, "1667669482.0", "\"12\""),
        post(2, "\"1667669482.003543\"", "\" 7.0 \""),
        post(3, "1.667669482e9", "1e1"),
        post(4, "1667669482000.0", "\"0\""),
        post(5, "1667669482.5", "null"),
        post(6, "\"NaN\"", "1"),
        post(7, "1667669482", "\"many\""),
        post(8, "1667669482", "\"inf\""),
    ]
    .concat();
    let report = scene.take(file.as_bytes()).await;
    assert_eq!(known(&report), (5, 0, 0, 3), "{report}");
    for (id, millis, likes) in [
        ("1", 1_667_669_482_000, 12),
        ("2", 1_667_669_482_003, 7),
        ("3", 1_667_669_482_000, 10),
        ("4", 1_667_669_482_000, 0),
        ("5", 1_667_669_482_500, 0),
    ] {
        let post = scene.post(id).await;
        let read = (post.created_at.as_millisecond(), post.counts.likes);
        assert_eq!(read, (millis, likes), "{id}");
    }
    assert!(
        report.to_string().contains("write it like 2026-11-01T"),
        "{report}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_in_the_future_is_refused_by_name() {
    let scene = Scene::new().await;
    let at = |hours: i64| Timestamp::now() + SignedDuration::from_hours(hours);
    let file = format!(
        "{{\"id\":1,\"author\":\"a\",\"text\":\"t\",\"created_at\":\"{}\"}}\n{{\"id\":2,\"author\":\"a\",\"text\":\"t\",\"created_at\":\"{}\"}}",
        at(2),
        at(48)
    );
    let report = scene.take(file.as_bytes()).await;
    assert_eq!(known(&report), (1, 0, 0, 1), "{report}");
    assert!(
        report
            .to_string()
            .contains("line 2: created_at lies in the future"),
        "{report}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_passed_on_is_never_own_voice() {
    let scene = Scene::new().await;
    let post = |id: u32, text: &str| {
        format!(r#"{{"id":{id},"author":"cafe","text":"{text}","created_at":"2022-11-05"}}"#) + "\n"
    };
    let file = [
        post(1, "Friday tasting at six."),
        post(2, "RT @moon_coin: to the moon"),
        post(3, "RT @other_cafe: Our oven broke"),
        post(4, "Please RT @cafe for us"),
    ]
    .concat();
    let report = scene
        .import(&scene.file(file.as_bytes()), true)
        .await
        .unwrap();
    assert_eq!((known(&report), report.reposts), ((4, 0, 0, 0), 2));
    assert!(
        report.to_string().contains("2 of them are reposts"),
        "{report}"
    );
    for (id, own) in [("1", true), ("2", false), ("3", false), ("4", true)] {
        assert_eq!(scene.post(id).await.own, own, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_author_under_a_known_id_is_no_edit() {
    let scene = Scene::new().await;
    let post = |id: u32, author: &str, text: &str| {
        format!(r#"{{"id":{id},"author":"{author}","text":"{text}","created_at":"2022-11-05"}}"#)
            + "\n"
    };
    let first = post(1, "cafe", "Greta") + &post(2, "cafe", "rye bread");
    let report = scene
        .import(&scene.file(first.as_bytes()), true)
        .await
        .unwrap();
    assert_eq!(known(&report), (2, 0, 0, 0));

    let second = post(1, "bikes", "Sunday ride") + &post(3, "bikes", "bring lights");
    let report = scene.take(second.as_bytes()).await;
    assert_eq!(known(&report), (1, 0, 0, 1), "{report}");
    let told = report.to_string();
    assert!(
        told.contains("line 1") && told.contains("id 1 is cafe\u{2019}s post here already"),
        "{told}"
    );
    let kept = scene.post("1").await;
    assert_eq!((kept.text.as_str(), kept.own), ("Greta", true));
    assert!(!scene.post("3").await.own);

    let edit = scene
        .take(post(1, "Cafe", "Greta is repaired").as_bytes())
        .await;
    assert_eq!(known(&edit), (0, 1, 0, 0), "the same author's words");

    let one_file = post(9, "one", "words of one") + &post(9, "two", "words of two");
    let report = scene.take(one_file.as_bytes()).await;
    assert_eq!(known(&report), (1, 0, 0, 1), "{report}");
    assert_eq!(scene.post("9").await.text, "words of one");
}

#[tokio::test(flavor = "multi_thread")]
async fn entities_are_read_and_marks_of_joined_files_skipped() {
    let scene = Scene::new().await;
    let file = "\u{feff}{\"id\":1,\"author\":\"a\",\"text\":\"Bread &amp; butter &gt; all #r&amp;d\",\"created_at\":\"2022-11-05\"}\n\
         \u{feff}{\"id\":2,\"author\":\"a\",\"text\":\"we wrote &amp;lt; on it\",\"created_at\":\"2022-11-05\"}\n\u{feff}\n";
    let report = scene.take(file.as_bytes()).await;
    assert_eq!(
        (known(&report), report.lines),
        ((2, 0, 0, 0), 2),
        "{report}"
    );
    assert_eq!(scene.post("1").await.text, "Bread & butter > all #r&d");
    assert_eq!(scene.post("2").await.text, "we wrote &lt; on it");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_hold_no_lines_are_explained() {
    let scene = Scene::new().await;
    for (bytes, word) in [
        (&b"\x1f\x8b\x08rest"[..], "compressed"),
        (b"PK\x03\x04", "ZIP"),
        (b"\xff\xfe{\0", "UTF-16"),
    ] {
        let error = scene
            .import(&scene.file(bytes), false)
            .await
            .unwrap_err()
            .user();
        assert!(error.what.contains(word), "{error}");
        assert!(!error.advice.is_empty());
    }
    let missing = scene.folder.path().join("missing.jsonl");
    let error = scene.import(&missing, false).await.unwrap_err().user();
    assert!(error.what.contains("does not exist"), "{error}");
    let folder = scene.folder.path().to_path_buf();
    let error = scene.import(&folder, false).await.unwrap_err().user();
    assert!(error.what.contains("folder"), "{error}");
    assert_eq!(scene.take(b"").await.lines, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_import_says_so() {
    let scene = Scene::new().await;
    let path = scene.file((line("1", "") + "\n").as_bytes());
    let stop = CancellationToken::new();
    stop.cancel();
    let report = run(
        &scene.store,
        WorkspaceId::FIRST,
        &Input::named(&path),
        false,
        &Unwatched,
        &stop,
    )
    .await
    .unwrap();
    assert!(report.stopped && report.to_string().starts_with("Stopped"));
}

#[tokio::test(flavor = "multi_thread")]
async fn real_posts_go_in_whole_and_only_once() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/senate-tweets-2015/posts.jsonl");
    if !path.exists() {
        eprintln!(
            "SKIPPED real_posts_go_in_whole_and_only_once: {} is not there",
            path.display()
        );
        return;
    }
    let scene = Scene::new().await;
    let first = scene.import(&path, false).await.unwrap();
    assert_eq!(
        (first.lines, first.counts.new, first.broken.count()),
        (12_821, 12_821, 0),
        "{first}"
    );
    assert_eq!(
        scene.store.post_count(WorkspaceId::FIRST).await.unwrap(),
        12_821
    );
    let second = scene.import(&path, false).await.unwrap();
    assert_eq!(
        (
            second.counts.new,
            second.counts.changed,
            second.counts.known
        ),
        (0, 0, 12_821)
    );
    eprintln!("first: {first}\nsecond: {second}");
}

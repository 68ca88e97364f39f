//! The token appears nowhere; and the other way in, for those behind a proxy.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::support::binary::free_port;
use crate::support::bot_api::{BotApi, Fault, TOKEN};
use crate::support::telegram::{Lumen, house_with, png};

const MIRA: u64 = 4711;

/// Every file below `folder` with the secret part of the token in it.
fn with_token(folder: &Path, found: &mut Vec<String>) {
    let secret = TOKEN.split(':').nth(1).expect("a token").as_bytes();
    for entry in std::fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            with_token(&path, found);
        } else {
            let bytes = std::fs::read(&path).unwrap_or_default();
            if bytes.windows(secret.len()).any(|window| window == secret) {
                found.push(path.display().to_string());
            }
        }
    }
}

#[test]
fn the_token_appears_nowhere() {
    let house = house_with(MIRA, &["Friday at six."]);
    let api = BotApi::start();
    let mira = api.person(MIRA, "mira");
    // Every kind of trouble, since errors are where tokens leak.
    api.plan("getMe", None, Fault::Broken, 1);
    api.plan("getUpdates", None, Fault::Refuse(401, "Unauthorized"), 1);
    api.plan("getUpdates", None, Fault::Broken, 1);
    api.plan("sendMessage", None, Fault::LostAnswer, 1);
    api.plan(
        "sendMessage",
        None,
        Fault::Refuse(500, "Internal Server Error"),
        1,
    );
    api.plan("getFile", None, Fault::Broken, 1);
    let lumen = Lumen::with(&house, &api, |command| {
        command.env("LUMEN_LOG", "trace");
    });
    mira.say("/show #1");
    let card = api.until(mira.chat, "#1");
    // The card was shown twice, since the first answer was lost: the number says which draft is meant.
    mira.photo(&card, &png(), Some("#1 A cup"));
    api.until(mira.chat, "could not be fetched");
    mira.say("/status");
    api.until(mira.chat, "Working");
    assert!(lumen.stop().0);
    // A place that is not there at all.
    let nowhere = Lumen::with(&house, &api, |command| {
        command
            .env("LUMEN_LOG", "trace")
            .env("TELEGRAM_API_URL", "http://127.0.0.1:1");
    });
    nowhere.until_logged("Telegram: it cannot be reached");
    assert!(nowhere.stop().0);
    let check = house
        .command(&["check"])
        .env("TELEGRAM_BOT_TOKEN", TOKEN)
        .env("TELEGRAM_API_URL", "http://127.0.0.1:1")
        .env("LUMEN_TEXT", "off")
        .env("LUMEN_EMBEDDER", "off")
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&check.stdout).into_owned();
    assert!(
        said.contains("telegram") && said.contains("cannot be reached"),
        "{said}"
    );
    std::fs::write(
        house.folder().join("check"),
        [check.stdout, check.stderr].concat(),
    )
    .expect("kept");
    let mut found = Vec::new();
    with_token(&house.folder(), &mut found);
    assert!(found.is_empty(), "the token is in {found:?}");
    assert!(!api.transcript(mira.chat).contains("AAfake"));
}

#[test]
fn a_check_names_the_bot_and_readiness_its_state() {
    let house = house_with(MIRA, &[]);
    let api = BotApi::start();
    let mut check = house.command(&["check"]);
    check
        .env("TELEGRAM_BOT_TOKEN", TOKEN)
        .env("TELEGRAM_API_URL", api.url())
        .env("LUMEN_TEXT", "off")
        .env("LUMEN_EMBEDDER", "off");
    let said = check.output().expect("it runs");
    let out = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(
        said.status.success() && out.contains("@lumen_test_bot"),
        "{out}"
    );
    let port = free_port();
    let lumen = Lumen::with(&house, &api, |command| {
        command.env("LUMEN_HTTP_ADDR", format!("127.0.0.1:{port}"));
    });
    lumen.until_logged("listens");
    let ready = http(port, "GET /readyz HTTP/1.0\r\n\r\n");
    assert!(
        ready.contains("telegram") && ready.contains("asks for updates"),
        "{ready}"
    );
    assert!(!ready.contains("terminal"), "{ready}");
    assert!(lumen.stop().0);
}

#[test]
fn updates_that_are_brought_need_the_secret_and_are_taken_once() {
    let house = house_with(MIRA, &["Friday at six."]);
    let api = BotApi::start();
    api.is_patient();
    let port = free_port();
    let lumen = Lumen::with(&house, &api, |command| {
        command
            .env("TELEGRAM_WEBHOOK_URL", "https://lumen.example/telegram")
            .env("TELEGRAM_WEBHOOK_ADDR", format!("127.0.0.1:{port}"));
    });
    api.wait("Telegram was told where", |api| api.webhook().is_some());
    let (url, secret) = api.webhook().expect("told");
    assert_eq!(url, "https://lumen.example/telegram");
    let update = json!({
        "update_id": 5,
        "message": {
            "message_id": 1, "date": 1_700_000_000, "text": "/show #1",
            "from": {"id": MIRA, "is_bot": false, "first_name": "mira"},
            "chat": {"id": MIRA, "type": "private", "first_name": "mira"},
        },
    });
    let bring = |secret: &str, body: &str| {
        http(
            port,
            &format!(
                "POST /telegram HTTP/1.0\r\nX-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            ),
        )
    };
    assert!(bring("guess", &update.to_string()).contains(" 401 "));
    assert!(bring(&secret, "nonsense").contains(" 200 "));
    assert!(bring(&secret, &update.to_string()).contains(" 200 "));
    assert!(bring(&secret, &update.to_string()).contains(" 200 "));
    let chat = i64::try_from(MIRA).expect("small");
    api.until(chat, "#1");
    api.settled(chat);
    assert_eq!(
        api.messages(chat).len(),
        1,
        "the same update brought twice is one"
    );
    assert!(lumen.stop().0);
    // Without the address it is taken back, and Lumen asks for updates itself.
    let lumen = Lumen::start(&house, &api);
    lumen.until_logged("listens");
    assert!(api.webhook().is_none());
    api.person(MIRA, "mira").say("/approve #1");
    api.until(chat, "#1 published");
    assert!(lumen.stop().0);
    assert_eq!(house.published().len(), 1);
}

fn http(port: u16, request: &str) -> String {
    let mut stream = None;
    for _ in 0..200 {
        if let Ok(open) = TcpStream::connect(("127.0.0.1", port)) {
            stream = Some(open);
            break;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    let mut stream = stream.expect("the port is open");
    stream.write_all(request.as_bytes()).expect("written");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("read");
    answer
}

use super::*;
use serde_json::json;

#[test]
fn what_discord_says_is_understood() {
    let form = json!({"code": 50_035, "message": "Invalid Form Body",
        "errors": {"embeds": {"0": {"title": {"_errors": [{"code": "X", "message": "Too long."}]}}}}});
    for (status, body, meaning) in [
        (404, json!({"code": 10_008}), CallError::Gone),
        (401, json!({"code": 50_027}), CallError::Gone),
        (401, json!({"code": 0}), CallError::Token),
        (403, json!({"code": 50_013}), CallError::Forbidden),
        (400, json!({"code": 40_060}), CallError::Acknowledged),
        (
            502,
            Value::Null,
            CallError::Unclear("it has trouble of its own".into()),
        ),
        (
            400,
            form,
            CallError::Refused("Invalid Form Body: embeds.0.title: Too long.".into()),
        ),
    ] {
        assert_eq!(refusal(status, &body), meaning, "{status} {body}");
    }
}

/// Answers calls with these, one connection each.
async fn server(answers: Vec<String>) -> (Url, tokio::task::JoinHandle<()>) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = vec![0; 8_192];
            let _ = stream.read(&mut asked).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (Url::parse(&address).unwrap(), served)
}

fn said(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn a_limit_without_a_wait_in_its_head_is_waited_for() {
    let limited = r#"{"code": 0, "message": "Your address may not call.", "retry_after": 0.02}"#;
    let (address, served) = server(vec![
        said("429 Too Many Requests", limited),
        said("200 OK", r#"{"username": "lumen"}"#),
    ])
    .await;
    let calls = Calls::new("x", address).unwrap();
    let me = calls.get("me", Route::UserMe).await.unwrap();
    assert_eq!(me["username"], "lumen");
    served.await.unwrap();
}

#[tokio::test]
async fn a_limit_that_names_no_wait_at_all_holds_every_call_for_a_minute() {
    for body in [
        "<!doctype html><html><body><h1>Too many calls</h1></body></html>",
        r#"{"code": 0, "message": "Your address may not call for a while."}"#,
    ] {
        let (address, served) = server(vec![said("429 Too Many Requests", body)]).await;
        let calls = Calls::new("x", address).unwrap();
        let asking = calls.clone();
        let asked = tokio::spawn(async move { asking.get("me", Route::UserMe).await });
        served.await.unwrap();
        while calls.patience().is_none() {
            tokio::task::yield_now().await;
        }
        let wait = calls.patience().unwrap();
        assert!(wait > Duration::from_secs(50), "{wait:?}");
        assert!(calls.busy(7).is_some());
        assert!(!asked.is_finished(), "it waits and is not refused");
        asked.abort();
    }
}

#[test]
fn files_come_from_discord_alone() {
    let calls = Calls::new("x", Url::parse("https://discord.com").unwrap()).unwrap();
    let may = |address: &str| calls.gives_files(&Url::parse(address).unwrap());
    assert!(may("https://cdn.discordapp.com/attachments/1/2/cup.png"));
    assert!(!may("http://cdn.discordapp.com/attachments/1/2/cup.png"));
    assert!(!may("https://discord.com/x") && !may("https://evil.example/cdn.discordapp.com"));
}

#[test]
fn a_channel_that_waits_is_found_in_the_path() {
    assert_eq!(
        channel_in("https://discord.com/api/v10/channels/77/messages/5"),
        Some(77)
    );
    assert_eq!(channel_in("https://discord.com/api/v10/gateway"), None);
}

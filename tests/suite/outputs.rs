//! What is asked is done, whoever reads the output.

use std::process::{Command, Stdio};

use crate::support::binary::{House, write};
use crate::support::models;

/// Runs a subcommand whose stdout is closed before it writes a word. Its exit status and what it said on stderr.
fn unread(house: &House, args: &[&str]) -> (Option<i32>, String) {
    let mut command = house.command_through(&["/bin/sh", "-c", "exec \"$0\" \"$@\" >&-"], args);
    let ended = command.output().expect("it runs");
    (
        ended.status.code(),
        String::from_utf8_lossy(&ended.stderr).into_owned(),
    )
}

/// The same with a pipe that nobody reads from any more.
fn into_a_closed_pipe(house: &House, args: &[&str]) -> (Option<i32>, String) {
    let mut command = house.command(args);
    let mut child = command.stdin(Stdio::null()).spawn().expect("it starts");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("it ends");
    (
        ended.status.code(),
        String::from_utf8_lossy(&ended.stderr).into_owned(),
    )
}

fn posts(house: &House) -> [std::path::PathBuf; 2] {
    let line = |id: &str, text: &str| {
        format!(
            "{{\"id\":\"{id}\",\"author\":\"a\",\"text\":\"{text}\",\"created_at\":1667669482}}\n"
        )
    };
    [
        write(
            &house.folder(),
            "first.jsonl",
            &line("c1", "a line about coffee"),
        ),
        write(
            &house.folder(),
            "second.jsonl",
            &line("q1", "the quokka visits the bakery"),
        ),
    ]
}

#[test]
fn an_output_that_nobody_reads_ends_no_work() {
    let mut house = House::new();
    house.set("LUMEN_EMBEDDER", "off");
    let [first, second] = posts(&house);
    for run in [unread, into_a_closed_pipe] {
        for args in [
            &["import", first.to_str().expect("text")][..],
            &["import", second.to_str().expect("text")],
            &["sandbox", "posts"],
            &["backup", "b.lumen"],
            &["check"],
        ] {
            let (status, said) = run(&house, args);
            // What a check finds is told by its status; whether anybody reads the table changes nothing.
            let expected = if args == ["check"] {
                house.run(args).status.code()
            } else {
                Some(0)
            };
            assert_eq!(status, expected, "{args:?}: {said}");
            assert!(!said.contains("panicked"), "{args:?}: {said}");
        }
        assert!(house.folder().join("b.lumen").is_file());
        std::fs::remove_file(house.folder().join("b.lumen")).expect("it is there");
    }
    let found = house.session(&["/search quokka"]);
    assert!(found.out.contains("visits the bakery"), "{found:?}");
}

#[test]
fn an_output_on_a_full_disk_is_told_and_the_work_is_done() {
    let house = House::new();
    let mut backup = house.command_through(
        &["/bin/sh", "-c", "exec \"$0\" \"$@\" >/dev/full"],
        &["backup", "b.lumen"],
    );
    let ended = backup.output().expect("it runs");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{said}");
    assert!(
        said.contains("The output could not be written") && !said.contains("panicked"),
        "{said}"
    );
    assert!(house.folder().join("b.lumen").is_file());
    // Not even a log that cannot be written does harm.
    let mut import = house.command_through(
        &["/bin/sh", "-c", "exec \"$0\" \"$@\" >&- 2>&-"],
        &["import", "nowhere.jsonl"],
    );
    assert_eq!(import.output().expect("it runs").status.code(), Some(1));
}

#[test]
fn a_dollar_in_a_key_reaches_the_service_whole() {
    let house = House::new();
    for line in [
        "LUMEN_OWNERS=tele$gram:1",
        "LUMEN_OWNERS=\"tele$gram:1\"",
        "LUMEN_OWNERS='tele$gram:1'",
    ] {
        write(&house.folder(), ".env", line);
        let ended = house.run(&["check"]);
        assert_eq!(ended.status.code(), Some(2), "{ended:?}");
        assert!(ended.err.contains("tele$gram"), "{line}: {}", ended.err);
    }
}

#[test]
fn a_system_zone_that_names_nothing_is_said_at_the_start() {
    let house = House::new();
    let mut command = house.command(&["sandbox", "posts"]);
    command
        .env_remove("LUMEN_TIMEZONE")
        .env("TZ", "Europe/Berln");
    let ended = House::feed(command, Vec::new());
    assert!(ended.status.success(), "{ended:?}");
    assert!(
        ended.err.contains("Europe/Berln") && ended.err.contains("UTC"),
        "{}",
        ended.err
    );
}

#[test]
fn a_stop_while_a_draft_is_written_says_that_it_goes_on() {
    if models().is_none() {
        return;
    }
    let mut house = House::new();
    house.set("LUMEN_LOG", "off");
    let mut lumen = house.start();
    lumen.say("/draft our Friday tasting is at six");
    // The job is there as soon as the line is taken in and worked on.
    while waiting(&house) == 0 {
        std::thread::yield_now();
    }
    let ended = lumen.stop_and_read();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert!(
        ended.out.contains("goes on at the next start") || ended.out.contains("#1"),
        "{ended:?}"
    );
}

/// How many jobs of writing there are.
fn waiting(house: &House) -> usize {
    let found = Command::new("python3")
        .args([
            "-c",
            "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(\"SELECT count(*) FROM jobs WHERE kind = 'compose'\").fetchone()[0])",
        ])
        .arg(house.data().join("lumen.db"))
        .output()
        .expect("python3 runs");
    String::from_utf8_lossy(&found.stdout)
        .trim()
        .parse()
        .unwrap_or(0)
}

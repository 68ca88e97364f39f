//! Bad input gets a clear line and loses nothing.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use crate::support::binary::House;

#[test]
fn wrong_lines_are_answered_and_the_session_goes_on() {
    let house = House::new();
    let mut input = Vec::new();
    input.extend(b"/stauts\n/approve #99\n/draft\n/draft   \n");
    input.extend(format!("/draft {}\n", "long ".repeat(20_000)).into_bytes());
    input.extend(b"/search \xff\xfe\n");
    input.extend(
        b"\x1b[2J hello\n/approve one\n/schedule #1 yesterday\n/source add nowhere all\n/status\n",
    );
    let ended = House::feed(house.command(&[]), input);
    assert!(ended.status.success(), "{ended:?}");
    for words in [
        "/status",
        "There is no #99",
        "2,000",
        "UTF-8",
        "Nothing can be fetched from",
        "Working",
    ] {
        assert!(
            ended.out.contains(words),
            "no \u{201c}{words}\u{201d} in:\n{}",
            ended.out
        );
    }
    assert!(
        !ended.out.contains('\u{1b}'),
        "a control character reached the terminal:\n{:?}",
        ended.out
    );
}

#[test]
fn settings_that_are_wrong_name_the_variable_and_exit_2() {
    for (name, value) in [
        ("LUMEN_TIMEZONE", "Mars/Olympus"),
        ("LUMEN_HTTP_ADDR", "not an address"),
        ("LUMEN_DAILY_BUDGET_USD", "a lot"),
        ("LUMEN_TEXT", "parrot"),
        ("LUMEN_OWNERS", "somebody"),
        ("DATABASE_URL", "postgres://elsewhere/lumen"),
    ] {
        let house = House::new();
        let mut command = house.command(&[]);
        command.env(name, value);
        let ended = House::feed(command, Vec::new());
        assert_eq!(ended.status.code(), Some(2), "{name}: {ended:?}");
        assert!(
            ended.err.contains(name) && ended.err.contains(value),
            "{name}: {}",
            ended.err
        );
    }
}

#[test]
fn a_second_lumen_on_the_same_data_is_told_so() {
    let house = House::new();
    let mut first = house.start();
    first.say("/status");
    assert!(
        first.until("Working", Duration::from_mins(1)),
        "{}",
        first.seen
    );
    let second = house.session(&["/status"]);
    assert_eq!(second.status.code(), Some(2), "{second:?}");
    assert!(second.err.contains("already running"), "{}", second.err);
    let ended = first.stop();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
}

#[test]
fn a_store_that_is_broken_or_newer_is_left_alone() {
    let house = House::new();
    assert!(house.session(&["/status"]).status.success());
    let file = house.data().join("lumen.db");
    let good = std::fs::read(&file).expect("the store is there");
    std::fs::write(
        &file,
        b"this is no database, it only lies where one should be, and is long enough to be read",
    )
    .expect("written");
    for side in ["lumen.db-wal", "lumen.db-shm"] {
        let _ = std::fs::remove_file(house.data().join(side));
    }
    let ended = house.session(&["/status"]);
    assert_eq!(ended.status.code(), Some(2), "{ended:?}");
    assert!(ended.err.contains("lumen.db"), "{}", ended.err);
    let left = std::fs::read(&file).expect("still there");
    assert!(
        left.starts_with(b"this is no database"),
        "the file was changed"
    );
    std::fs::write(&file, good).expect("written");
    assert!(house.session(&["/status"]).status.success());
}

#[test]
fn a_read_only_data_directory_is_named() {
    let house = House::new();
    std::fs::create_dir_all(house.data()).expect("made");
    std::fs::set_permissions(house.data(), std::fs::Permissions::from_mode(0o500)).expect("set");
    if std::fs::write(house.data().join("probe"), b"").is_ok() {
        eprintln!("SKIPPED: this user may write everywhere, a read-only directory cannot be made");
        return;
    }
    let ended = house.session(&["/status"]);
    assert_eq!(ended.status.code(), Some(2), "{ended:?}");
    assert!(ended.err.contains("data"), "{}", ended.err);
}

#[test]
fn files_are_for_their_owner_only() {
    let house = House::new();
    assert!(house.session(&["/status"]).status.success());
    let mode = |name: &str| {
        std::fs::metadata(house.data().join(name))
            .expect(name)
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(mode(""), 0o700);
    assert_eq!(mode("lumen.db"), 0o600);
}

#[test]
fn a_disk_without_room_is_named_and_nothing_is_half_there() {
    let house = House::new();
    assert!(house.session(&["/status"]).status.success());
    let lines: Vec<String> = (0..20_000)
        .map(|n| {
            format!(
                "{{\"id\":\"a{n}\",\"author\":\"ada\",\"text\":\"Entry {n} of a long list\",\"created_at\":\"2024-01-02T03:04:05Z\"}}\n"
            )
        })
        .collect();
    let file = crate::support::binary::write(&house.folder(), "archive.jsonl", &lines.concat());
    // A file may not grow beyond a megabyte or two: what a full disk answers to a write.
    let mut full = house.command_through(
        &[
            "/bin/sh",
            "-c",
            "trap '' XFSZ; ulimit -f 3000; exec \"$0\" \"$@\"",
        ],
        &["import", file.to_str().expect("a plain path")],
    );
    full.env("LUMEN_EMBEDDER", "off");
    let ended = House::feed(full, Vec::new());
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    assert!(ended.err.contains("disk is full"), "{}", ended.err);
    let mut again = house.command(&["import", file.to_str().expect("a plain path")]);
    again.env("LUMEN_EMBEDDER", "off");
    let ended = House::feed(again, Vec::new());
    assert!(ended.status.success(), "{ended:?}");
    let mut known = house.command(&["import", file.to_str().expect("a plain path")]);
    known.env("LUMEN_EMBEDDER", "off");
    let ended = House::feed(known, Vec::new());
    assert!(ended.out.contains("20000 known"), "{ended:?}");
}

#[test]
fn an_index_that_is_gone_or_torn_comes_back_while_search_goes_on() {
    let house = House::new();
    let fetched = house.session(&["/source add sandbox all", "/source fetch"]);
    assert!(fetched.status.success(), "{fetched:?}");
    let index = house.data().join("index");
    assert!(index.is_dir(), "{fetched:?}");
    std::fs::remove_dir_all(&index).expect("removed");
    let found = house.session(&["/search grinder"]);
    assert!(found.out.contains("grind"), "{}", found.out);
    for file in files(&index) {
        std::fs::write(file, b"torn").expect("written");
    }
    let found = house.session(&["/search grinder", "/status"]);
    assert!(found.status.success(), "{found:?}");
    assert!(found.out.contains("grind"), "{}", found.out);
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .flatten()
        .flat_map(|entry| {
            let path = entry.path();
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

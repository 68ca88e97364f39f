//! Bad input gets a clear line and loses nothing.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use crate::support::binary::{House, write};

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
fn a_typed_line_may_end_and_begin_as_it_likes() {
    let house = House::new();
    let mut input = Vec::new();
    // A byte order mark, Windows line ends, a wide slash, capitals, and no newline at the end.
    input.extend("\u{feff}/STATUS\r\n\r\n".as_bytes());
    input.extend("\u{ff0f}budget\r\n".as_bytes());
    input.extend(b"/que\0ue\n");
    input.extend(b"/help sched\n/app #1\n");
    input.extend(vec![b'x'; 3_000_000]);
    input.extend(b"\n/stop\n/go");
    let ended = House::feed(house.command(&[]), input);
    assert!(ended.status.success(), "{ended:?}");
    for words in [
        "Working. No draft waits.",
        "Today 0.00 of 5.00 USD.",
        "holds a NUL byte",
        "Did you mean /help schedule?",
        "Did you mean /approve?",
        "3,000,000 bytes, and a line may have 1,000,000",
        "nothing goes out until /go",
        "Publishing again",
    ] {
        assert!(
            ended.out.contains(words),
            "no \u{201c}{words}\u{201d} in:\n{}",
            ended.out
        );
    }
    assert!(ended.out.len() < 10_000, "the long line was repeated");
}

#[test]
fn an_import_says_what_is_wrong_with_a_file() {
    let house = House::new();
    let folder = house.folder();
    let good = r#"{"id":1,"author":"ada","text":"Slow pour.","created_at":"2024-05-01T10:00:00Z"}"#;
    let mixed = write(
        &folder,
        "mixed.jsonl",
        &format!("\u{feff}{good}\r\nnot json\r\n{{\"id\":2}}\r\n"),
    );
    let ended = house.run(&["import", mixed.to_str().expect("text")]);
    assert_eq!(
        ended.status.code(),
        Some(1),
        "lines were not taken: {ended:?}"
    );
    for words in ["line 2: not JSON", "line 3: a field is missing", "1 new"] {
        assert!(ended.out.contains(words), "{words}: {}", ended.out);
    }
    let ended = House::feed(house.command(&["import", "-"]), good.as_bytes().to_vec());
    assert!(ended.out.contains("0 new"), "{ended:?}");
    let empty = write(&folder, "empty.jsonl", "");
    let ended = house.run(&["import", empty.to_str().expect("text")]);
    assert!(ended.status.success(), "{ended:?}");
    let wrong = write(&folder, "wrong.jsonl", "not json\nnor this\n");
    let ended = house.run(&["import", wrong.to_str().expect("text")]);
    assert_eq!(
        ended.status.code(),
        Some(1),
        "nothing was a post: {ended:?}"
    );
    let packed = folder.join("posts.gz");
    std::fs::write(&packed, b"\x1f\x8b\x08\0rest").expect("written");
    for (file, words) in [
        (packed.as_path(), "gunzip"),
        (folder.as_path(), "it is a folder"),
        (&folder.join("nowhere"), "it does not exist"),
    ] {
        let ended = house.run(&["import", file.to_str().expect("text")]);
        assert_eq!(ended.status.code(), Some(1), "{ended:?}");
        assert!(ended.err.contains(words), "{words}: {}", ended.err);
    }
}

#[test]
fn a_backup_goes_where_it_may_and_comes_back_whole() {
    let house = House::new();
    assert!(house.session(&["/persona tune shorter"]).status.success());
    let folder = house.folder();
    let file = folder.join("b.tar");
    let text = |path: &std::path::Path| path.to_str().expect("text").to_owned();
    for (target, words) in [
        (house.data().join("lumen.db"), "one of Lumen's own files"),
        (
            house.data().join("lumen.db-wal"),
            "one of Lumen's own files",
        ),
        (folder.clone(), "is a folder"),
        (folder.join("nowhere/b.tar"), "its folder is not there"),
    ] {
        let ended = house.run(&["backup", &text(&target)]);
        assert_eq!(ended.status.code(), Some(1), "{ended:?}");
        assert!(ended.err.contains(words), "{words}: {}", ended.err);
    }
    // Also over an earlier one.
    for _ in 0..2 {
        let ended = house.run(&["backup", &text(&file)]);
        assert!(ended.status.success(), "{ended:?}");
    }
    let broken = write(&folder, "broken.tar", "no archive");
    for (source, words) in [
        (broken, "is not a backup"),
        (folder.join("nowhere"), "is not there"),
    ] {
        let ended = house.run(&["restore", &text(&source)]);
        assert_eq!(ended.status.code(), Some(1), "{ended:?}");
        assert!(ended.err.contains(words), "{words}: {}", ended.err);
    }
    let mut running = house.start();
    running.say("/persona undo");
    assert!(
        running.until("version 1 again", Duration::from_mins(1)),
        "{}",
        running.seen
    );
    let ended = house.run(&["restore", &text(&file)]);
    assert_eq!(ended.status.code(), Some(2), "{ended:?}");
    assert!(ended.err.contains("already running"), "{}", ended.err);
    assert_eq!(running.stop().status.code(), Some(0));
    let ended = house.run(&["restore", &text(&file)]);
    assert!(ended.status.success(), "{ended:?}");
    assert!(ended.out.contains("Berlin"), "{}", ended.out);
    let ended = house.session(&["/persona"]);
    assert!(ended.out.contains("version 2"), "{}", ended.out);
}

#[test]
fn a_check_is_a_table_and_fails_with_what_fails() {
    let house = House::new();
    let mut command = house.command(&["check"]);
    command
        .env("LUMEN_TEXT", "off")
        .env("LUMEN_EMBEDDER", "off");
    let ended = House::feed(command, Vec::new());
    assert!(ended.status.success(), "{ended:?}");
    for row in ["store      works", "text       off", "sandbox    works"] {
        assert!(ended.out.contains(row), "{row}: {}", ended.out);
    }
    let mut command = house.command(&["check"]);
    command.env("LUMEN_MODELS_DIR", house.folder().join("nowhere"));
    let ended = House::feed(command, Vec::new());
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    assert!(ended.out.contains("text       fails"), "{}", ended.out);
}

#[test]
fn a_broken_env_file_is_said_without_what_it_holds() {
    let house = House::new();
    std::fs::write(
        house.folder().join(".env"),
        "LUMEN_LOG=info\nTOKEN hunter2\n",
    )
    .expect("written");
    let ended = house.session(&["/status"]);
    assert_eq!(ended.status.code(), Some(2), "{ended:?}");
    assert!(
        ended.err.contains("line 2 is not of the form NAME=value"),
        "{}",
        ended.err
    );
    assert!(!ended.err.contains("hunter2"), "{}", ended.err);
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

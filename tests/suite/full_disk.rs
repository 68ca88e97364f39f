//! A disk that fills up: every refusal names the folder, nothing is lost, and with room again everything goes on.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::support::binary::{House, free_port, write};
use crate::support::models;

const LIMIT: Duration = Duration::from_mins(1);

/// A small disk of its own in the place of a data directory.
struct Disk(PathBuf);

impl Disk {
    /// None, said loudly, where this process may not mount one.
    fn of(house: &House) -> Option<Self> {
        let folder = house.data();
        std::fs::create_dir_all(&folder).expect("a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=24m,mode=700", "lumen-test"])
            .arg(&folder)
            .status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self(folder));
        }
        eprintln!("SKIPPED: no disk can be mounted here, this test checked nothing");
        None
    }

    fn fill(&self) {
        let mut filler = std::fs::File::create(self.0.join("filler")).expect("a file");
        for size in [1 << 20, 512] {
            let block = vec![0; size];
            let full = loop {
                if let Err(error) = filler.write_all(&block) {
                    break error;
                }
            };
            assert_eq!(full.kind(), ErrorKind::StorageFull);
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.0.join("filler")).expect("it is there");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// The status of `/readyz`.
fn ready(port: u16) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the port is open");
    stream
        .write_all(b"GET /readyz HTTP/1.0\r\n\r\n")
        .expect("asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}

#[test]
fn a_disk_that_was_full_needs_no_restart_and_one_press_publishes_once() {
    if models().is_none() {
        return;
    }
    let mut house = House::new();
    house.set("LUMEN_EMBEDDER", "off");
    let Some(disk) = Disk::of(&house) else { return };
    let made = house.session(&["/draft our Friday tasting is at six"]);
    assert!(made.out.contains("#1"), "{made:?}");
    let port = free_port();
    house.set("LUMEN_HTTP_ADDR", &format!("127.0.0.1:{port}"));
    let mut lumen = house.start();
    lumen.say("/status");
    assert!(lumen.until("Working", LIMIT), "{}", lumen.seen);
    assert_eq!(ready(port), "200");

    disk.fill();
    let folder = house.data().display().to_string();
    for _ in 0..3 {
        lumen.say("/approve #1");
        assert!(lumen.until("is full", LIMIT), "{}", lumen.seen);
        let line = lumen.seen.lines().last().unwrap_or_default();
        assert!(line.contains(&folder), "{line}");
    }
    assert_eq!(ready(port), "503");

    disk.make_room();
    lumen.say("/approve #1");
    assert!(lumen.until("#1 published", LIMIT), "{}", lumen.seen);
    assert_eq!(ready(port), "200");
    lumen.say("/status");
    assert!(lumen.until("Working", LIMIT), "{}", lumen.seen);
    let ended = lumen.finish();
    assert!(ended.status.success(), "{ended:?}");
    assert!(
        !ended.out.contains("The store did not do that"),
        "{}",
        ended.out
    );
    let lines = ended.err.lines().count();
    assert!(lines < 40, "{lines} lines of log:\n{}", ended.err);
    house.set("LUMEN_HTTP_ADDR", "off");
    assert_eq!(house.published().len(), 1);
}

#[test]
fn an_import_into_a_full_disk_says_what_is_stored_and_waits_quietly() {
    let mut house = House::new();
    house.set("LUMEN_EMBEDDER", "off");
    let Some(_disk) = Disk::of(&house) else {
        return;
    };
    let lines: String = (0..200_000)
        .map(|n| {
            let text = format!("generated line {n} about coffee, bread and bicycles in the rain {}", n * 7_919 % 1_000_003);
            json!({"id": n, "author": format!("a{}", n % 50), "text": text, "created_at": 1_600_000_000 + n}).to_string() + "\n"
        })
        .collect();
    let file = write(&house.folder(), "big.jsonl", &lines);
    let ended = house.run(&["import", &file.display().to_string()]);
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    let folder = house.data().display().to_string();
    assert!(ended.err.contains(&folder), "{}", ended.err);
    assert!(
        ended.err.contains("posts are stored, the rest is not"),
        "{}",
        ended.err
    );

    // The import left work for the index, which finds no room either.
    let ended = house.session(&["/status", "/search coffee", "/status"]);
    let lines = ended.err.lines().count();
    assert!(lines < 40, "{lines} lines of log:\n{}", ended.err);
}

//! The real binary with its pipes.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// A house to live in for one test: a data directory that goes with it.
pub struct House {
    folder: tempfile::TempDir,
    settings: Vec<(String, String)>,
}

/// How a finished run ended and what it said.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    pub out: String,
    pub err: String,
}

impl House {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            settings: Vec::new(),
        }
    }

    /// Sets a variable for every run from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.retain(|(known, _)| known != name);
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// A place for files of the test.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Another house with the same data.
    pub fn copy(&self) -> Self {
        let mut other = Self::new();
        other.settings.clone_from(&self.settings);
        let copied = Command::new("cp")
            .arg("-r")
            .args([self.data(), other.data()])
            .status()
            .expect("cp runs");
        assert!(copied.success());
        other
    }

    /// The binary with this house's data, no other setting, and an HTTP port only where one is asked for.
    pub fn command(&self, args: &[&str]) -> Command {
        self.command_through(&[], args)
    }

    /// The same, started by another program, which gets the binary and its arguments behind its own.
    pub fn command_through(&self, through: &[&str], args: &[&str]) -> Command {
        let binary = env!("CARGO_BIN_EXE_lumen");
        let words: Vec<&str> = [through, &[binary][..], args].concat();
        let mut command = Command::new(words[0]);
        command
            .args(&words[1..])
            .current_dir(self.folder.path())
            .env_clear()
            .env("LUMEN_DATA_DIR", self.data());
        command
            .env("LUMEN_HTTP_ADDR", "off")
            .env("LUMEN_TIMEZONE", "Europe/Berlin")
            // Nothing listens there: the tests talk to loopback only.
            .env("LENS_API_URL", "http://127.0.0.1:9/graphql")
            .env("LENS_STORAGE_URL", "http://127.0.0.1:9")
            .env("LUMEN_LOG", "lumen=info,warn")
            // candle's pool of threads spins: next to another process two of them are slower than one.
            .env("CANDLE_NUM_THREADS", "1");
        if let Some(models) = super::models() {
            command.env("LUMEN_MODELS_DIR", models);
        }
        for (name, value) in &self.settings {
            command.env(name, value);
        }
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs `lumen` with these lines typed, to the end.
    pub fn session(&self, lines: &[&str]) -> Ended {
        Self::feed(
            self.command(&[]),
            lines
                .iter()
                .flat_map(|line| [line.as_bytes(), b"\n"])
                .collect::<Vec<_>>()
                .concat(),
        )
    }

    /// Runs a subcommand to the end.
    pub fn run(&self, args: &[&str]) -> Ended {
        Self::feed(self.command(args), Vec::new())
    }

    /// Runs a command with these bytes on stdin, to the end; three minutes at most.
    pub fn feed(mut command: Command, input: Vec<u8>) -> Ended {
        let mut child = command.spawn().expect("the binary starts");
        let mut stdin = child.stdin.take().expect("piped");
        let writer = std::thread::spawn(move || {
            // A child that ended early has closed the pipe; what it said shows why.
            let _ = stdin.write_all(&input);
        });
        let out = collect(child.stdout.take().expect("piped"));
        let err = collect(child.stderr.take().expect("piped"));
        let status = wait(&mut child, Duration::from_mins(3));
        writer.join().expect("the writer ends");
        Ended {
            status,
            out: out.join().expect("stdout ends"),
            err: err.join().expect("stderr ends"),
        }
    }

    /// Runs a command, sends it SIGTERM after `pause`, and says how it ended.
    pub fn stopped_after(mut command: Command, pause: Duration) -> Ended {
        let mut child = command.spawn().expect("the binary starts");
        let out = collect(child.stdout.take().expect("piped"));
        let err = collect(child.stderr.take().expect("piped"));
        std::thread::sleep(pause);
        terminate(&child);
        let status = wait(&mut child, Duration::from_secs(30));
        Ended {
            status,
            out: out.join().expect("stdout ends"),
            err: err.join().expect("stderr ends"),
        }
    }

    /// Starts `lumen` and keeps its pipes open.
    pub fn start(&self) -> Running {
        let mut child = self.command(&[]).spawn().expect("the binary starts");
        let stdin = child.stdin.take().expect("piped");
        let lines = follow(child.stdout.take().expect("piped"));
        let err = collect(child.stderr.take().expect("piped"));
        Running {
            child,
            stdin: Some(stdin),
            lines,
            err: Some(err),
            seen: String::new(),
        }
    }

    /// What the sandbox shows as published by Lumen, a line each: id, time, what it answers, key, text, tabs between.
    pub fn published(&self) -> Vec<String> {
        let ended = self.run(&["sandbox", "posts"]);
        assert!(ended.status.success(), "{ended:?}");
        ended
            .out
            .lines()
            .filter(|line| line.contains('\t'))
            .map(str::to_owned)
            .collect()
    }
}

/// A running `lumen`.
pub struct Running {
    pub child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    err: Option<std::thread::JoinHandle<String>>,
    /// All it has said so far.
    pub seen: String,
}

impl Running {
    /// Types a line. A process that is gone already does not hear it.
    pub fn say(&mut self, line: &str) {
        if let Some(stdin) = &mut self.stdin {
            let _ = stdin
                .write_all(format!("{line}\n").as_bytes())
                .and_then(|()| stdin.flush());
        }
    }

    /// Waits until a line with `words` is printed.
    pub fn until(&mut self, words: &str, limit: Duration) -> bool {
        self.until_any(&[words], limit)
    }

    /// Waits until a line with any of `words` is printed.
    pub fn until_any(&mut self, words: &[&str], limit: Duration) -> bool {
        let end = Instant::now() + limit;
        loop {
            match self
                .lines
                .recv_timeout(end.saturating_duration_since(Instant::now()))
            {
                Ok(line) => {
                    self.seen.push_str(&line);
                    self.seen.push('\n');
                    if words.iter().any(|word| line.contains(word)) {
                        return true;
                    }
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return false,
            }
        }
    }

    /// SIGKILL, now.
    pub fn kill(mut self) -> String {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
        self.err
            .take()
            .expect("taken once")
            .join()
            .expect("stderr ends")
    }

    /// SIGTERM, and how it ended.
    pub fn stop(mut self) -> Ended {
        terminate(&self.child);
        let status = wait(&mut self.child, Duration::from_secs(30));
        Ended {
            status,
            out: self.seen.clone(),
            err: self
                .err
                .take()
                .expect("taken once")
                .join()
                .expect("stderr ends"),
        }
    }

    /// SIGTERM, and how it ended with all that it said before.
    pub fn stop_and_read(self) -> Ended {
        terminate(&self.child);
        self.ended(Duration::from_secs(30))
    }

    /// End of input, and how it ended.
    pub fn finish(mut self) -> Ended {
        self.stdin = None;
        self.ended(Duration::from_mins(3))
    }

    fn ended(mut self, limit: Duration) -> Ended {
        let status = wait(&mut self.child, limit);
        let mut out = self.seen.clone();
        while let Ok(line) = self.lines.recv_timeout(Duration::from_secs(5)) {
            out.push_str(&line);
            out.push('\n');
        }
        Ended {
            status,
            out,
            err: self
                .err
                .take()
                .expect("taken once")
                .join()
                .expect("stderr ends"),
        }
    }
}

/// SIGTERM. A process that has ended by itself does not hear it.
fn terminate(child: &Child) {
    let id = i32::try_from(child.id()).expect("a process id");
    let process = rustix::process::Pid::from_raw(id).expect("a process id");
    let _ = rustix::process::kill_process(process, rustix::process::Signal::TERM);
}

fn collect(mut pipe: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn follow(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines() {
            let Ok(line) = line else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

fn wait(child: &mut Child, limit: Duration) -> ExitStatus {
    let end = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait().expect("it can be asked") {
            return status;
        }
        if Instant::now() > end {
            let _ = child.kill();
            panic!("it did not end in {limit:?}");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A folder with a file in it, for tests that import.
pub fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("it can be written");
    path
}

/// A port of loopback that nothing listens on.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("bound").port()
}

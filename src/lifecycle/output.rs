//! What a subcommand prints. A reader that has gone away, or a full disk behind the output, ends no work: what was asked is
//! done first, and is done whether or not it can be said.

use std::io::{self, ErrorKind, Write as _};

/// Prints to stdout.
pub fn print(text: &str) {
    let mut out = io::stdout().lock();
    let printed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match printed {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            tell(format_args!("The output could not be written: {error}."));
        }
        _ => {}
    }
}

/// Prints a line to stderr. Without a reader there is nobody left to say it to.
pub fn tell(line: impl std::fmt::Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

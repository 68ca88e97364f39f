//! Giving back memory that only looks used.
//!
//! Every page of the program's own file that ran or was read once counts as resident from then on: a draft and a search
//! touch some 100 MB of it. The pages are unchanged copies of the file, and the kernel's cache keeps them; whoever looks at
//! the process, people and limits of containers alike, sees them as its memory. After a spell of work they are let go.

use std::path::Path;

/// A piece of the address space that shows a file, as `/proc/self/smaps` lists it.
#[derive(Debug, PartialEq, Eq)]
struct Mapping {
    from: usize,
    to: usize,
}

/// Lets go of the pages of the running program's file. They come back, one by one, when they are needed. Says how many
/// bytes of address space it let go of; 0 where the system has no `/proc`.
pub fn let_go() -> usize {
    let (Ok(program), Ok(smaps)) = (
        std::env::current_exe(),
        std::fs::read_to_string("/proc/self/smaps"),
    ) else {
        return 0;
    };
    unchanged(&smaps, &program)
        .into_iter()
        .filter(let_go_of)
        .map(|mapping| mapping.to - mapping.from)
        .sum()
}

/// The mappings of `program` that nobody can write to and nobody has written to: nothing in them is lost.
fn unchanged(smaps: &str, program: &Path) -> Vec<Mapping> {
    let mut found = Vec::new();
    let mut candidate = None;
    for line in smaps.lines() {
        let mut fields = line.split_ascii_whitespace();
        let first = fields.next().unwrap_or_default();
        if let Some(range) = first.split_once('-') {
            let may = fields.next().unwrap_or_default();
            let path = fields.nth(3).unwrap_or_default();
            candidate = mapping(range).filter(|_| {
                may.starts_with("r-") && may.ends_with('p') && Path::new(path) == program
            });
        } else if first == "Anonymous:"
            && let Some(mapping) = candidate.take()
            && fields.next() == Some("0")
        {
            found.push(mapping);
        }
    }
    found
}

fn mapping((from, to): (&str, &str)) -> Option<Mapping> {
    Some(Mapping {
        from: usize::from_str_radix(from, 16).ok()?,
        to: usize::from_str_radix(to, 16).ok()?,
    })
}

#[cfg(target_os = "linux")]
#[expect(
    unsafe_code,
    reason = "no safe wrapper takes a mapping that it did not make itself"
)]
fn let_go_of(mapping: &Mapping) -> bool {
    let start = std::ptr::without_provenance_mut(mapping.from);
    // SAFETY: the range is one whole private mapping of a file, read-only and without a page of its own (no relocation
    // touched it). Dropped pages are read from the same file again at the next access, with the same bytes: a running
    // program's file cannot be written to, and one that was replaced stays mapped.
    unsafe { libc::madvise(start, mapping.to - mapping.from, libc::MADV_DONTNEED) == 0 }
}

#[cfg(not(target_os = "linux"))]
fn let_go_of(_: &Mapping) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMAPS: &str = "\
1000-3000 r--p 00000000 00:13 7 /opt/lumen
Rss:                   8 kB
Anonymous:             0 kB
3000-9000 r-xp 00002000 00:13 7 /opt/lumen
Anonymous:             0 kB
9000-a000 r--p 00008000 00:13 7 /opt/lumen
Anonymous:             4 kB
a000-b000 rw-p 00009000 00:13 7 /opt/lumen
Anonymous:             0 kB
b000-c000 r-xp 00000000 00:13 8 /usr/lib/libc.so.6
Anonymous:             0 kB
c000-d000 rw-p 00000000 00:00 0
Anonymous:             0 kB
";

    #[test]
    fn only_what_is_the_same_as_the_file_is_let_go_of() {
        let found = unchanged(SMAPS, Path::new("/opt/lumen"));
        let ranges: Vec<_> = found.iter().map(|one| (one.from, one.to)).collect();
        assert_eq!(ranges, [(0x1000, 0x3000), (0x3000, 0x9000)]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_program_runs_on_without_its_pages() {
        assert!(let_go() > 0);
        assert!(let_go() > 0, "and can do so again");
    }
}

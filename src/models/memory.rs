//! How much memory there is for a model.

use std::fs;

/// The most memory that this process can have, in bytes: the machine's, or what its control group may use where that is
/// less. None where the system does not say.
#[must_use]
pub fn of_machine() -> Option<u64> {
    let machine = total(&fs::read_to_string("/proc/meminfo").ok()?)?;
    let group = fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let group = group.and_then(|limit| limit.trim().parse().ok());
    Some(group.map_or(machine, |group: u64| group.min(machine)))
}

/// `MemTotal` of `/proc/meminfo`, which counts in kibibytes.
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find(|line| line.starts_with("MemTotal:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_memory_is_read() {
        let meminfo = "MemTotal:       24641792 kB\nMemFree:        1000 kB\n";
        assert_eq!(total(meminfo), Some(24_641_792 * 1_024));
        assert_eq!(total("nothing"), None);
    }
}

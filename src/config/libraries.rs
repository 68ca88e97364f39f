//! What libraries ask the environment for, told once.

use std::thread::available_parallelism;

/// What rayon, and candle with it, go by.
const THREADS: &str = "RAYON_NUM_THREADS";
/// How many threads lance computes with. Upkeep keeps one of them at work for half a second at a time.
const LANCE_THREADS: &str = "LANCE_CPU_THREADS";
/// How many threads lance keeps for its rings, and after how many milliseconds they look up from their sleep.
const RINGS: &str = "LANCE_URING_THREAD_COUNT";
const RING_SLEEP: &str = "LANCE_URING_POLL_TIMEOUT_MS";

/// Says what libraries would otherwise find out too often, unless somebody has said it already.
///
/// - The cores are counted once. Untold, candle reads `/proc/cpuinfo` to the end at every multiplication of two matrices:
///   sixty times for each word that the local model writes, a fifth of its time.
/// - lance computes on as many threads as there are cores, and no fewer than two. Untold, it keeps two cores for itself to read
///   with: on two, a search stands in line behind the upkeep of the index, up to 100 ms.
/// - lance reads through one ring, whose thread sleeps until there is something to read. Untold, two wake a hundred times a
///   second, for ever.
///
/// To be called first of all in `main`.
#[expect(unsafe_code, reason = "libraries can be told in no other way")]
pub fn tell_libraries() {
    let allowed = available_parallelism().map_or(1, usize::from);
    let cores = used(num_cpus::get_physical(), allowed);
    for (name, value) in [
        (THREADS, cores.to_string()),
        (LANCE_THREADS, cores.max(2).to_string()),
        (RINGS, "1".to_owned()),
        (RING_SLEEP, "3600000".to_owned()),
    ] {
        if std::env::var_os(name).is_none() {
            // SAFETY: nothing else runs yet that could read the environment meanwhile.
            unsafe { std::env::set_var(name, value) }
        }
    }
}

/// Two threads of one core compute no faster than one. A container may be allowed less than the machine has.
fn used(cores: usize, allowed: usize) -> usize {
    cores.clamp(1, allowed.max(1))
}

#[cfg(test)]
mod tests {
    use super::used;

    #[test]
    fn no_more_than_there_are_cores_nor_than_is_allowed() {
        assert_eq!(used(2, 4), 2);
        assert_eq!(used(64, 2), 2);
        assert_eq!(used(0, 2), 1);
    }
}

//! How many threads compute at once.

use std::thread::available_parallelism;

/// What rayon, and candle with it, go by.
const COUNT: &str = "RAYON_NUM_THREADS";

/// Counts the cores once, unless somebody said how many to use. Untold, candle reads `/proc/cpuinfo` to the end at every
/// multiplication of two matrices: sixty times for each word that the local model writes, a fifth of its time.
///
/// To be called first of all in `main`.
#[expect(unsafe_code, reason = "libraries can be told in no other way")]
pub fn count_cores() {
    if std::env::var_os(COUNT).is_some() {
        return;
    }
    let allowed = available_parallelism().map_or(1, usize::from);
    let cores = used(num_cpus::get_physical(), allowed);
    // SAFETY: nothing else runs yet that could read the environment meanwhile.
    unsafe { std::env::set_var(COUNT, cores.to_string()) }
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

//! The allocator of everything that is linked with this library.
//!
//! jemalloc, for what it gives back. Of a million posts taken in, 10 to 60 MB are in use while they come and at most 190 while
//! their words are indexed (counted by heaptrack). The process was resident with 150 and 300 MB, and with 340 and 560 on
//! mimalloc, which leaves what ended threads had freed where it is; glibc's kept 265 MB of a model that was dropped.

use std::ffi::c_char;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// What is free goes back to the system within a second, by one thread of the allocator's own: else only whoever asks for
/// memory next would see to it, and after a spell of work nobody does. `_RJEM_MALLOC_CONF` in the environment is heard
/// after it.
const CONF: &std::ffi::CStr =
    c"background_thread:true,max_background_threads:1,dirty_decay_ms:1000,muzzy_decay_ms:0";

/// A pointer to text that is there for ever.
#[repr(transparent)]
struct Conf(*const c_char);

#[expect(unsafe_code, reason = "nobody writes to what it points to")]
// SAFETY: it points to a constant.
unsafe impl Sync for Conf {}

#[expect(
    unsafe_code,
    reason = "the allocator reads it under this name before `main`"
)]
#[unsafe(export_name = "_rjem_malloc_conf")]
static HEARD: Conf = Conf(CONF.as_ptr());

#[cfg(test)]
mod tests {
    use tikv_jemalloc_ctl::{background_thread, opt};

    #[test]
    fn the_allocator_hears_how_it_is_to_be() {
        assert!(opt::background_thread::read().unwrap());
        assert!(background_thread::read().unwrap());
    }
}

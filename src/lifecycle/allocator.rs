//! The allocator keeps what was freed for whoever asks next, and looks again only when somebody does: after a spell of work
//! a program that has nothing to do would keep it for good.

/// `mi_option_purge_delay` of mimalloc, which its crate does not name.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;
/// After so many milliseconds what nobody asked for again goes back to the system. mimalloc waits for a second; what was freed
/// within the last second of a spell of work it then forgets: 33 to 59 MB stayed resident after a model, 2 to 18 with this. With 10 a
/// prompt is read a third slower, with 0 half as fast.
const KEPT_MILLIS: std::ffi::c_long = 100;

/// Has what is free go back soon. To be called before anything works.
#[expect(unsafe_code, reason = "the allocator's crate has no safe wrapper")]
pub fn keep_little() {
    // SAFETY: it sets a number that the allocator reads, and may be called at any time by any thread.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, KEPT_MILLIS) }
}

/// Hands what is free back to the system.
#[expect(unsafe_code, reason = "the allocator's crate has no safe wrapper")]
pub fn give_back() {
    // SAFETY: it takes no pointer, and may be called at any time by any thread: it touches what is free only.
    unsafe { libmimalloc_sys::mi_collect(true) }
}

#[cfg(test)]
mod tests {
    #[test]
    #[expect(unsafe_code, reason = "the allocator's crate has no safe wrapper")]
    fn the_delay_that_is_set_is_the_one_of_giving_back() {
        // SAFETY: it reads a number.
        let delay = || unsafe { libmimalloc_sys::mi_option_get(super::PURGE_DELAY) };
        assert_eq!(delay(), 1_000, "no other option begins so");
        super::keep_little();
        assert_eq!(delay(), super::KEPT_MILLIS);
    }

    #[test]
    fn what_is_in_use_stays() {
        let kept = vec![7_u8; 1 << 20];
        drop(vec![1_u8; 1 << 20]);
        super::give_back();
        assert!(kept.iter().all(|byte| *byte == 7));
    }
}

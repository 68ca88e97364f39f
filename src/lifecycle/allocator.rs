//! The allocator keeps what was freed for whoever asks next, and looks again only when somebody does: after a spell of work
//! a program that has nothing to do would keep it for good.

/// Hands what is free back to the system.
#[expect(unsafe_code, reason = "the allocator's crate has no safe wrapper")]
pub fn give_back() {
    // SAFETY: it takes no pointer, and may be called at any time by any thread: it touches what is free only.
    unsafe { libmimalloc_sys::mi_collect(true) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_in_use_stays() {
        let kept = vec![7_u8; 1 << 20];
        drop(vec![1_u8; 1 << 20]);
        super::give_back();
        assert!(kept.iter().all(|byte| *byte == 7));
    }
}

//! The program's allocator.

/// mimalloc gives memory back to the system; the C library keeps a third more of it (docs/performance.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Give freed memory back after a tenth of a second instead of a whole one, so that a night's peak is what its largest step needs and not what two
/// steps need one after the other. At once would cost a night a sixth of its processor time: pages are then cleared again and again
/// (docs/performance.md).
pub fn give_back_soon() {
    const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;
    const MILLISECONDS: std::ffi::c_long = 100;
    // SAFETY: sets a number of the allocator's own; any time and any thread will do.
    #[expect(unsafe_code, reason = "the allocator's options can be set through its C interface only")]
    unsafe {
        libmimalloc_sys::mi_option_set(PURGE_DELAY, MILLISECONDS);
    }
}

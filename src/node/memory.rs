//! What the allocator gives: jemalloc's size classes, on which many of Redis's numbers depend.
//!
//! In Redis: `zmalloc_usable`; in jemalloc 5: `sz_s2u`.

/// What the allocator gives to who asks for `bytes`: four sizes between two powers of two.
pub(super) fn size_class(bytes: u64) -> u64 {
    const SMALLEST_STEP: u64 = 16;
    if bytes <= 8 {
        return 8;
    }
    let step = (bytes - 1).checked_ilog2().map_or(0, |log| 1u64 << log) / 4;
    bytes.next_multiple_of(step.max(SMALLEST_STEP))
}

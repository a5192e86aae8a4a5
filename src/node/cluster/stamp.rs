//! Moments as a node keeps them.

use crate::words::Time;
use std::cmp::Ordering;
use std::fmt;

/// A moment as Redis keeps it: whole milliseconds since the Unix epoch; 0 means never.
///
/// Six bytes, the greatest first: enough for 8,900 years, and two of them leave room for flags.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Stamp([u16; 3]);

impl Stamp {
    /// No such moment.
    pub const NEVER: Stamp = Stamp([0; 3]);

    /// So many milliseconds after the Unix epoch.
    #[inline]
    pub const fn new(ms: u64) -> Stamp {
        Stamp([(ms >> 32) as u16, (ms >> 16) as u16, ms as u16])
    }
    /// Milliseconds since the Unix epoch.
    #[inline]
    pub const fn ms(self) -> u64 {
        let [high, middle, low] = self.0;
        (high as u64) << 32 | (middle as u64) << 16 | low as u64
    }
    /// Whether it has happened.
    #[inline]
    pub const fn is_set(self) -> bool {
        self.ms() != 0
    }
    /// Milliseconds from `earlier` to here; 0 if `earlier` is later.
    #[inline]
    pub const fn since(self, earlier: Stamp) -> u64 {
        self.ms().saturating_sub(earlier.ms())
    }
}

impl Ord for Stamp {
    #[inline]
    fn cmp(&self, other: &Stamp) -> Ordering {
        self.ms().cmp(&other.ms())
    }
}

impl PartialOrd for Stamp {
    #[inline]
    fn partial_cmp(&self, other: &Stamp) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stamp({})", self.ms())
    }
}

impl From<Time> for Stamp {
    fn from(now: Time) -> Stamp {
        Stamp::new(now.unix_ms())
    }
}

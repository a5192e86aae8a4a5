//! Virtual time.
//!
//! Inside the world time is counted in microseconds, so that packets order; Redis counts in
//! milliseconds and, in a few places, in whole seconds. Both readings are methods here.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// A moment: microseconds since the Unix epoch, on the one clock all virtual machines share.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct Time(pub u64);

impl Time {
    /// The moment `seconds` after the Unix epoch.
    pub const fn from_unix_s(seconds: u64) -> Time {
        Time(seconds * 1_000_000)
    }
    /// The moment `ms` milliseconds after the Unix epoch.
    pub const fn from_unix_ms(ms: u64) -> Time {
        Time(ms * 1000)
    }
    /// Redis's `mstime()`: whole milliseconds since the Unix epoch.
    pub const fn unix_ms(self) -> u64 {
        self.0 / 1000
    }
    /// Redis's `server.unixtime`: whole seconds since the Unix epoch.
    pub const fn unix_s(self) -> u64 {
        self.0 / 1_000_000
    }
    /// This moment and `micros` microseconds more.
    pub const fn plus_micros(self, micros: u64) -> Time {
        Time(self.0 + micros)
    }
    /// Microseconds from `earlier` to here; 0 if `earlier` is later.
    pub const fn micros_since(self, earlier: Time) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
    /// Whole milliseconds from `earlier` to here; 0 if `earlier` is later.
    pub const fn since(self, earlier: Time) -> Millis {
        Millis(self.micros_since(earlier) / 1000)
    }
}

impl Add<Millis> for Time {
    type Output = Time;
    fn add(self, wait: Millis) -> Time {
        Time(self.0.saturating_add(wait.0.saturating_mul(1000)))
    }
}

impl AddAssign<Millis> for Time {
    fn add_assign(&mut self, wait: Millis) {
        *self = *self + wait;
    }
}

impl Sub<Millis> for Time {
    type Output = Time;
    fn sub(self, wait: Millis) -> Time {
        Time(self.0.saturating_sub(wait.0.saturating_mul(1000)))
    }
}

/// A span of time in milliseconds, the unit of every Redis Cluster timer.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct Millis(pub u64);

impl Millis {
    /// A span of whole seconds.
    pub const fn from_s(seconds: u64) -> Millis {
        Millis(seconds * 1000)
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}

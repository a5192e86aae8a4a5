//! The wall clock and the world's: one follows the other, times the speed.

use slotlab::words::Time;
use std::time::{Duration, Instant};

/// Tells virtual time. It may be asked to go faster, slower, or to stand still.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    /// When the speed was last changed, on the wall,
    wall: Instant,
    /// and in the world.
    world: Time,
    /// Virtual seconds a second; never negative.
    speed: f64,
}

impl Clock {
    /// A clock that shows `world` now.
    pub(crate) fn start(world: Time, speed: f64) -> Clock {
        Clock { wall: Instant::now(), world, speed }
    }
    /// Virtual seconds a second.
    pub(crate) fn speed(&self) -> f64 {
        self.speed
    }
    /// What it shows.
    pub(crate) fn now(&self) -> Time {
        let micros = self.wall.elapsed().as_secs_f64() * 1e6 * self.speed;
        self.world.plus_micros(micros as u64)
    }
    /// How long it takes on the wall until it shows `at`; None if it never will.
    pub(crate) fn until(&self, at: Time) -> Option<Duration> {
        let micros = at.micros_since(self.now());
        if micros == 0 {
            return Some(Duration::ZERO);
        }
        Duration::try_from_secs_f64(micros as f64 / 1e6 / self.speed).ok()
    }
}

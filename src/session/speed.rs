//! How fast virtual time runs beside the learner's.

/// A rate: virtual time for wall time, as a fraction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Speed {
    /// Virtual time.
    pub virtual_part: u32,
    /// Wall time.
    pub wall_part: u32,
}

/// The ladder. At its foot a packet on loopback takes half a second; at its head a minute passes in
/// half a second.
pub const LADDER: [Speed; 14] = [
    Speed::of(1, 10_000),
    Speed::of(1, 3_000),
    Speed::of(1, 1_000),
    Speed::of(1, 300),
    Speed::of(1, 100),
    Speed::of(1, 30),
    Speed::of(1, 10),
    Speed::of(1, 5),
    Speed::of(1, 2),
    Speed::of(1, 1),
    Speed::of(2, 1),
    Speed::of(5, 1),
    Speed::of(20, 1),
    Speed::of(100, 1),
];

/// The rung of real time.
pub const REAL_TIME: usize = 9;

impl Speed {
    const fn of(virtual_part: u32, wall_part: u32) -> Speed {
        Speed { virtual_part, wall_part }
    }
    /// As people write it: `0.2×`, `1/1000×`.
    pub fn text(self) -> String {
        match (self.virtual_part, self.wall_part) {
            (whole, 1) => format!("{whole}×"),
            (1, 2) => "0.5×".into(),
            (1, 5) => "0.2×".into(),
            (1, 10) => "0.1×".into(),
            (part, whole) => format!("{part}/{whole}×"),
        }
    }
    /// Virtual microseconds for `wall` microseconds, and what is left for the next time (in
    /// `wall_part`s of a microsecond).
    pub fn advance(self, wall: u64, carry: u64) -> (u64, u64) {
        let parts = wall * u64::from(self.virtual_part) + carry;
        (parts / u64::from(self.wall_part), parts % u64::from(self.wall_part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_motion_loses_nothing_between_frames() {
        let slowest = LADDER[0];
        let (mut passed, mut carry) = (0, 0);
        for _ in 0..600 {
            let (step, left) = slowest.advance(16_667, carry);
            passed += step;
            carry = left;
        }
        assert_eq!(passed, 600 * 16_667 / 10_000);
    }
}

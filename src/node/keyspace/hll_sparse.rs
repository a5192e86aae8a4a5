//! The registers of a small HyperLogLog, as runs of equal ones.
//!
//! A byte for up to 64 zeros, two for more, a byte for up to four equal values of at most 32. How runs
//! were split and joined shows in the string, so it is done as there. In Redis: `hllSparseSet`
//! (hyperloglog.c).

use super::hll::REGISTERS;

/// The largest value that a run can have.
const LARGEST_VALUE: u8 = 32;
const MOST_VALUES: usize = 4;
/// The most zeros in one byte.
const MOST_ZEROS: usize = 64;
/// How many runs are looked at for two that can be joined.
const LOOKED_AT: usize = 5;

/// Some registers in a row with the same value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Run {
    /// What each of them is.
    pub value: u8,
    /// How many.
    pub len: usize,
}

impl Run {
    /// How long it is in the string.
    fn bytes(self) -> usize {
        if self.is_long() { 2 } else { 1 }
    }
    /// Whether it takes two bytes: many zeros.
    pub fn is_long(self) -> bool {
        self.value == 0 && MOST_ZEROS < self.len
    }
}

/// All registers.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Runs(Vec<Run>);

impl Default for Runs {
    fn default() -> Runs {
        Runs(vec![Run { value: 0, len: REGISTERS }])
    }
}

impl Runs {
    /// Reads the string form; None if it is not about all registers.
    pub(super) fn parse(mut bytes: &[u8]) -> Option<Runs> {
        let mut runs = Vec::new();
        while let [byte, rest @ ..] = bytes {
            let low = usize::from(byte & 0x3f);
            bytes = rest;
            runs.push(match byte >> 6 {
                0 => Run { value: 0, len: low + 1 },
                1 => {
                    let (&second, rest) = rest.split_first()?;
                    bytes = rest;
                    Run { value: 0, len: (low << 8 | usize::from(second)) + 1 }
                }
                _ => Run { value: (byte >> 2 & 0x1f) + 1, len: usize::from(byte & 3) + 1 },
            });
        }
        let covered: usize = runs.iter().map(|run| run.len).sum();
        (covered == REGISTERS).then_some(Runs(runs))
    }
    /// The string form.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() + 2);
        for run in &self.0 {
            let len = run.len - 1;
            match run.value {
                0 if run.is_long() => bytes.extend([0x40 | (len >> 8) as u8, len as u8]),
                0 => bytes.push(len as u8),
                value => bytes.push(0x80 | (value - 1) << 2 | len as u8),
            }
        }
        bytes
    }
    pub(super) fn all(&self) -> &[Run] {
        &self.0
    }
    pub(super) fn registers(&self) -> Vec<u8> {
        self.0.iter().flat_map(|run| std::iter::repeat_n(run.value, run.len)).collect()
    }

    /// Sets a register, unless it is as large already; whether it changed. None if there is no room.
    pub(super) fn raise(&mut self, at: usize, value: u8, most_bytes: usize) -> Option<bool> {
        if LARGEST_VALUE < value {
            return None;
        }
        let mut first = 0;
        let place = self.0.iter().position(|run| {
            first += run.len;
            at < first
        })?;
        let old = self.0[place];
        if value <= old.value {
            return Some(false);
        }
        let before = Run { len: at + old.len - first, ..old };
        let after = Run { len: first - at - 1, ..old };
        let new: Vec<Run> =
            [before, Run { value, len: 1 }, after].into_iter().filter(|run| run.len != 0).collect();
        let grown = new.iter().map(|run| run.bytes()).sum::<usize>();
        let size = self.0.iter().map(|run| run.bytes()).sum::<usize>() + grown - old.bytes();
        if old.bytes() < grown && most_bytes < size {
            return None;
        }
        self.0.splice(place..=place, new);
        self.join_from(place.saturating_sub(1));
        Some(true)
    }

    /// Joins equal values that are neighbours, a few runs from there on.
    fn join_from(&mut self, mut at: usize) {
        for _ in 0..LOOKED_AT {
            let Some([one, other]) = self.0.get(at..at + 2) else { return };
            let len = one.len + other.len;
            let equal = one.value != 0 && one.value == other.value;
            if equal && len <= MOST_VALUES {
                self.0[at + 1].len = len;
                self.0.remove(at);
            } else {
                at += 1;
            }
        }
    }
}

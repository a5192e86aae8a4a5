//! Hash slots: from a key to its slot, and sets of slots in Redis's text form.
//!
//! In Redis: `keyHashSlot`, `representSlotInfo` (cluster.c 7.0.15). Spec: slots 1 and 2.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One of the 16384 hash slots, `0..=16383`.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct Slot(u16);

impl Slot {
    /// How many slots a cluster has.
    pub const COUNT: u16 = 16384;

    /// The slot with this number, if there is one.
    pub const fn new(number: u16) -> Option<Slot> {
        if number < Slot::COUNT { Some(Slot(number)) } else { None }
    }
    /// The slot that `key` lives in: CRC16 (XMODEM) of its hash tag, or of the whole key.
    pub fn of(key: &[u8]) -> Slot {
        Slot(crc16::State::<crc16::XMODEM>::calculate(hash_tag(key)) % Slot::COUNT)
    }
    /// Its number.
    pub const fn number(self) -> u16 {
        self.0
    }
    /// Its number, as an index.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
    /// All slots, ascending.
    pub fn all() -> impl DoubleEndedIterator<Item = Slot> + ExactSizeIterator + Clone {
        (0..Slot::COUNT).map(Slot)
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The part of `key` that is hashed: from the first `{` to the first `}` after it, unless that is
/// empty or missing, in which case it is the whole key.
pub fn hash_tag(key: &[u8]) -> &[u8] {
    let Some(open) = key.iter().position(|&b| b == b'{') else { return key };
    match key[open + 1..].iter().position(|&b| b == b'}') {
        None | Some(0) => key,
        Some(len) => &key[open + 1..][..len],
    }
}

/// A set of slots: the 2048-byte bitmap of a bus header, with its size at hand.
///
/// Invariant: `len` is the number of bits set.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SlotSet {
    bits: [u64; SlotSet::WORDS],
    len: u16,
}

impl SlotSet {
    const WORDS: usize = Slot::COUNT as usize / 64;

    /// No slot.
    pub const EMPTY: SlotSet = SlotSet { bits: [0; SlotSet::WORDS], len: 0 };

    /// How many slots are in it.
    pub const fn len(&self) -> u16 {
        self.len
    }
    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// Whether `slot` is in it.
    #[inline]
    pub fn contains(&self, slot: Slot) -> bool {
        self.bits[slot.index() / 64] >> (slot.index() % 64) & 1 == 1
    }
    /// Adds `slot`; false if it was there.
    pub fn insert(&mut self, slot: Slot) -> bool {
        let fresh = !self.contains(slot);
        self.bits[slot.index() / 64] |= 1 << (slot.index() % 64);
        self.len += u16::from(fresh);
        fresh
    }
    /// Takes `slot` out; false if it was not there.
    pub fn remove(&mut self, slot: Slot) -> bool {
        let there = self.contains(slot);
        self.bits[slot.index() / 64] &= !(1 << (slot.index() % 64));
        self.len -= u16::from(there);
        there
    }
    /// Its slots that are not in `other`.
    #[must_use]
    pub fn without(&self, other: &SlotSet) -> SlotSet {
        let mut rest = self.clone();
        rest.bits.iter_mut().zip(&other.bits).for_each(|(mine, theirs)| *mine &= !theirs);
        rest.len = rest.bits.iter().map(|word| word.count_ones() as u16).sum();
        rest
    }
    /// Its slots, ascending.
    pub fn iter(&self) -> impl Iterator<Item = Slot> + '_ {
        self.bits.iter().enumerate().flat_map(|(word, &bits)| {
            let mut left = bits;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros();
                left &= left.wrapping_sub(1);
                (bit < 64).then(|| Slot((word * 64) as u16 + bit as u16))
            })
        })
    }
    /// Its maximal runs as inclusive bounds, ascending.
    pub fn ranges(&self) -> Vec<(Slot, Slot)> {
        let mut runs: Vec<(Slot, Slot)> = Vec::new();
        for slot in self.iter() {
            match runs.last_mut() {
                Some((_, last)) if last.0 + 1 == slot.0 => *last = slot,
                _ => runs.push((slot, slot)),
            }
        }
        runs
    }
}

impl Default for SlotSet {
    fn default() -> SlotSet {
        SlotSet::EMPTY
    }
}

impl FromIterator<Slot> for SlotSet {
    fn from_iter<I: IntoIterator<Item = Slot>>(slots: I) -> SlotSet {
        let mut set = SlotSet::EMPTY;
        for slot in slots {
            set.insert(slot);
        }
        set
    }
}

/// As `CLUSTER NODES` writes them: `0-5460 5462`, empty if there is none.
impl fmt::Display for SlotSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (first, last)) in self.ranges().into_iter().enumerate() {
            let gap = if i == 0 { "" } else { " " };
            match first == last {
                true => write!(f, "{gap}{first}")?,
                false => write!(f, "{gap}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for SlotSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SlotSet({self})")
    }
}

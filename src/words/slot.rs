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

/// A run of neighbouring slots, both bounds in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Run {
    first: u16,
    last: u16,
}

/// A set of slots: the bitmap of a bus header, kept as its runs.
///
/// A master owns a few runs, so a set takes some dozens of bytes where the bitmap takes 2048: a
/// thousand nodes that read a thousand lines of `nodes.conf` each keep half a million sets.
///
/// Invariants: the runs are ascending and do not touch, so equal sets have equal runs; `len` is the
/// number of slots in them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SlotSet {
    runs: Vec<Run>,
    len: u16,
}

impl SlotSet {
    /// No slot.
    pub const EMPTY: SlotSet = SlotSet { runs: Vec::new(), len: 0 };

    /// How many slots are in it.
    pub const fn len(&self) -> u16 {
        self.len
    }
    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// Whether `slot` is in it.
    pub fn contains(&self, slot: Slot) -> bool {
        self.runs.get(self.reaching(slot.0)).is_some_and(|run| run.first <= slot.0)
    }
    /// Adds `slot`; false if it was there.
    pub fn insert(&mut self, Slot(slot): Slot) -> bool {
        let at = self.reaching(slot);
        let touches_next = match self.runs.get(at) {
            Some(run) if run.first <= slot => return false,
            Some(run) => run.first == slot + 1,
            None => false,
        };
        let touches_last = at > 0 && self.runs[at - 1].last + 1 == slot;
        match (touches_last, touches_next) {
            (true, true) => self.runs[at - 1].last = self.runs.remove(at).last,
            (true, false) => self.runs[at - 1].last = slot,
            (false, true) => self.runs[at].first = slot,
            (false, false) => self.runs.insert(at, Run { first: slot, last: slot }),
        }
        self.len += 1;
        true
    }
    /// Takes `slot` out; false if it was not there.
    pub fn remove(&mut self, Slot(slot): Slot) -> bool {
        let at = self.reaching(slot);
        let Some(&Run { first, last }) = self.runs.get(at).filter(|run| run.first <= slot) else {
            return false;
        };
        match (first == slot, last == slot) {
            (true, true) => _ = self.runs.remove(at),
            (true, false) => self.runs[at].first = slot + 1,
            (false, true) => self.runs[at].last = slot - 1,
            (false, false) => {
                self.runs[at].last = slot - 1;
                self.runs.insert(at + 1, Run { first: slot + 1, last });
            }
        }
        self.len -= 1;
        true
    }
    /// Its slots that are not in `other`.
    #[must_use]
    pub fn without(&self, other: &SlotSet) -> SlotSet {
        if other.is_empty() {
            return self.clone();
        }
        self.iter().filter(|&slot| !other.contains(slot)).collect()
    }
    /// Its slots, ascending.
    pub fn iter(&self) -> impl Iterator<Item = Slot> + '_ {
        self.runs.iter().flat_map(|run| (run.first..=run.last).map(Slot))
    }
    /// Its maximal runs as inclusive bounds, ascending.
    pub fn ranges(&self) -> Vec<(Slot, Slot)> {
        self.runs.iter().map(|run| (Slot(run.first), Slot(run.last))).collect()
    }

    /// The first run that does not end before `slot`.
    fn reaching(&self, slot: u16) -> usize {
        self.runs.partition_point(|run| run.last < slot)
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

#[cfg(test)]
mod check {
    use super::*;
    use crate::words::{Rng, Seed};

    #[test]
    fn a_set_kept_as_runs_holds_what_a_bitmap_holds() {
        let mut rng = Rng::new(Seed(5), 0);
        let mut bitmap = vec![false; usize::from(Slot::COUNT)];
        let mut set = SlotSet::EMPTY;
        for _ in 0..20_000 {
            let slot = match rng.below(3) {
                0 => Slot(rng.below(40) as u16),
                1 => Slot(Slot::COUNT - 1 - rng.below(40) as u16),
                _ => Slot(rng.below(u64::from(Slot::COUNT)) as u16),
            };
            let there = &mut bitmap[slot.index()];
            let add = rng.below(2) == 0;
            let changed = if add { set.insert(slot) } else { set.remove(slot) };
            assert_eq!(changed, *there != add);
            *there = add;
        }
        assert!(Slot::all().all(|slot| set.contains(slot) == bitmap[slot.index()]));
        let held: Vec<Slot> = Slot::all().filter(|slot| bitmap[slot.index()]).collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), held);
        assert_eq!(usize::from(set.len()), held.len());
        assert_eq!(set, held.into_iter().collect());
        assert!(set.ranges().windows(2).all(|pair| pair[0].1.0 + 1 < pair[1].0.0), "no two touch");
    }
}

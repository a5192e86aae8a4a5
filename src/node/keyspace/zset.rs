//! Sorted sets: members by score, equal scores by their bytes.
//!
//! In Redis: the skiplist of t_zset.c.

use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet};

/// A score: any number but NaN, in numeric order. `-0` equals `0`, but keeps its sign.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Score(f64);

impl Score {
    /// The score, unless it is NaN.
    pub fn new(number: f64) -> Option<Score> {
        if number.is_nan() { None } else { Some(Score(number)) }
    }
    /// Its number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl Eq for Score {}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Score) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Score) -> std::cmp::Ordering {
        self.0.partial_cmp(&other.0).expect("no score is NaN")
    }
}

/// A sorted set. Small ones are a listpack, which a larger one never becomes again.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Zset {
    scores: BTreeMap<Bytes, Score>,
    order: BTreeSet<(Score, Bytes)>,
    large: bool,
}

/// `zset-max-listpack-entries`.
const LISTPACK_ENTRIES: usize = 128;
/// `zset-max-listpack-value` in bytes.
const LISTPACK_VALUE: usize = 64;

impl Zset {
    /// Whether it was ever too large for a listpack.
    pub fn is_large(&self) -> bool {
        self.large
    }
    /// Leaves the listpack, as SORT makes it (`zsetConvert` in sort.c).
    pub fn grow(&mut self) {
        self.large = true;
    }
    /// How many members.
    pub fn len(&self) -> usize {
        self.scores.len()
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }
    /// A member's score.
    pub fn score(&self, member: &[u8]) -> Option<Score> {
        self.scores.get(member).copied()
    }
    /// Sets a member's score; the score it had. A listpack loses the sign of a zero.
    pub fn set(&mut self, member: &Bytes, score: Score) -> Option<Score> {
        let before = self.score(member);
        if before == Some(score) {
            return before;
        }
        match before {
            Some(before) => {
                self.order.remove(&(before, member.clone()));
            }
            None => {
                self.large |= LISTPACK_VALUE < member.len() || LISTPACK_ENTRIES <= self.len();
            }
        }
        let score = if self.large { score } else { Score(score.0 + 0.0) };
        self.scores.insert(member.clone(), score);
        self.order.insert((score, member.clone()));
        before
    }
    /// Takes a member out; whether it was there.
    pub fn remove(&mut self, member: &Bytes) -> bool {
        match self.scores.remove(member) {
            Some(score) => self.order.remove(&(score, member.clone())),
            None => false,
        }
    }
    /// How many members come before this one.
    pub fn rank(&self, member: &Bytes) -> Option<usize> {
        let score = self.score(member)?;
        Some(self.order.range(..(score, member.clone())).count())
    }
    /// Members with their scores, lowest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &(Score, Bytes)> {
        self.order.iter()
    }
    /// Its members in the order of their bytes.
    pub fn members(&self) -> impl Iterator<Item = &Bytes> {
        self.scores.keys()
    }
}

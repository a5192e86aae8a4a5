//! The books of a workload: what was pushed where, and what came of it.
//!
//! A list must hold every acknowledged value once, in the order of the acknowledgements; a value
//! without an answer may be there or not. Everything else is a loss, or worse.

use crate::words::Reply;
use std::collections::BTreeMap;

/// A value of a list, as the books have it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Written {
    value: u32,
    acknowledged: bool,
}

/// Everything that was pushed and not refused.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Ledger {
    lists: BTreeMap<u32, Vec<Written>>,
}

/// An acknowledged value that is not there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loss {
    /// The list.
    pub key: String,
    /// The value.
    pub value: u32,
}

/// What a check found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Findings {
    /// Lists that were read.
    pub lists: u32,
    /// Acknowledged values that are there.
    pub kept: u32,
    /// Acknowledged values that are not.
    pub lost: Vec<Loss>,
    /// Values without an answer that are there nevertheless.
    pub unsure_kept: u32,
    /// Values that are there twice, in another order, or that nobody pushed.
    pub strange: u32,
    /// Lists that could not be read.
    pub unreadable: u32,
}

impl Ledger {
    pub(super) fn note(&mut self, key: u32, value: u32, acknowledged: bool) {
        self.lists.entry(key).or_default().push(Written { value, acknowledged });
    }
    /// How many values were acknowledged, and how many may have been written.
    pub(super) fn counts(&self) -> (u32, u32) {
        let all = || self.lists.values().flatten();
        let acknowledged = all().filter(|written| written.acknowledged).count();
        (acknowledged as u32, (all().count() - acknowledged) as u32)
    }
    /// The list at a place in the books' order.
    pub(super) fn list(&self, place: usize) -> Option<(u32, &[Written])> {
        self.lists.iter().nth(place).map(|(key, list)| (*key, list.as_slice()))
    }
}

impl Findings {
    /// Holds the values of a list against the books.
    pub(super) fn compare(&mut self, key: &str, written: &[Written], found: &[Reply]) {
        self.lists += 1;
        let mut next = 0;
        let mut here = vec![false; written.len()];
        for value in found {
            let place = written[next..].iter().position(|w| is(value, w.value));
            let Some(place) = place.map(|ahead| next + ahead) else {
                self.strange += 1;
                continue;
            };
            here[place] = true;
            next = place + 1;
        }
        for (written, here) in written.iter().zip(here) {
            match (written.acknowledged, here) {
                (true, true) => self.kept += 1,
                (true, false) => {
                    self.lost.push(Loss { key: key.to_owned(), value: written.value });
                }
                (false, true) => self.unsure_kept += 1,
                (false, false) => {}
            }
        }
    }
}

fn is(reply: &Reply, value: u32) -> bool {
    matches!(reply, Reply::Bulk(bytes) if bytes[..] == *value.to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(written: &[(u32, bool)], found: &[&str]) -> Findings {
        let books: Vec<Written> =
            written.iter().map(|&(value, acknowledged)| Written { value, acknowledged }).collect();
        let found: Vec<Reply> = found.iter().map(|value| Reply::bulk(value.to_string())).collect();
        let mut findings = Findings::default();
        findings.compare("k", &books, &found);
        findings
    }

    #[test]
    fn what_was_acknowledged_and_is_gone_is_lost() {
        let findings = check(&[(1, true), (2, true), (3, true)], &["1", "3"]);
        assert_eq!((findings.kept, findings.strange), (2, 0));
        assert_eq!(findings.lost, [Loss { key: "k".into(), value: 2 }]);
    }

    #[test]
    fn what_had_no_answer_may_be_there_or_not() {
        let findings = check(&[(1, true), (2, false), (3, false)], &["1", "3"]);
        assert_eq!((findings.kept, findings.unsure_kept, findings.strange), (1, 1, 0));
        assert!(findings.lost.is_empty());
    }

    #[test]
    fn twice_or_in_another_order_or_by_nobody_is_strange() {
        assert_eq!(check(&[(1, true)], &["1", "1"]).strange, 1);
        assert_eq!(check(&[(1, true), (2, true)], &["2", "1"]).strange, 1);
        assert_eq!(check(&[(1, true)], &["1", "7"]).strange, 1);
    }
}

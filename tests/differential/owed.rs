//! What is known to differ, and why; it fails the test once it does not differ any more.
//!
//! A row is the beginning of a command in small letters. A difference in such an answer passes; the
//! state of both sides must be the same afterwards all the same.

use slotlab::words::Argv;
use std::collections::BTreeMap;

/// After so many equal answers and no other, a row has served its time.
const ENOUGH: u32 = 25;

/// The rows of `owed.txt`, and how often their answers were equal and not.
pub(crate) struct Owed(BTreeMap<&'static str, [u32; 2]>);

impl Owed {
    /// Those of the table.
    pub(crate) fn read() -> Owed {
        let lines = include_str!("owed.txt").lines();
        let rows = lines.filter(|line| !line.starts_with('#') && !line.is_empty());
        let row = |line: &'static str| line.split_once('\t').expect("words, a tab, a reason").0;
        Owed(rows.map(|line| (row(line), [0, 0])).collect())
    }
    /// Whether a difference in the answer to a command is known; notes whether there was one.
    pub(crate) fn covers(&mut self, asked: &Argv, same: bool) -> bool {
        let words: Vec<_> = asked.iter().map(|word| String::from_utf8_lossy(word)).collect();
        let said = words.join(" ").to_lowercase();
        let row = self.0.iter_mut().find(|(row, _)| {
            said.strip_prefix(**row).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        });
        let Some((_, counts)) = row else { return false };
        counts[usize::from(!same)] += 1;
        true
    }
    /// The rows whose answers are always the same by now.
    pub(crate) fn paid(&self) -> Vec<&'static str> {
        let paid = self.0.iter().filter(|(_, [same, other])| ENOUGH <= *same && *other == 0);
        paid.map(|(row, _)| *row).collect()
    }
}

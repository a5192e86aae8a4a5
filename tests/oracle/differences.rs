//! The list of cases that cannot match, with their reasons.

use std::collections::BTreeMap;

/// Case ids and reasons.
pub(crate) struct Differences(BTreeMap<&'static str, &'static str>);

impl Differences {
    /// Those of `differences.txt`.
    pub(crate) fn read() -> Differences {
        let lines = include_str!("differences.txt").lines();
        let rows = lines.filter(|line| !line.starts_with('#') && !line.is_empty());
        let row = |line: &'static str| line.split_once('\t').expect("a case id, a tab, a reason");
        Differences(rows.map(row).collect())
    }
    /// Why this case differs, if it is listed.
    pub(crate) fn reason(&self, case: &str) -> Option<&'static str> {
        self.0.get(case).copied()
    }
}

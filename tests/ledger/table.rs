//! The ledger as a document and as data for the page.

use super::claims::{Claim, State};
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write;

/// How many claims there are in each state.
pub(crate) fn totals(claims: &[Claim]) -> String {
    let count = |state| claims.iter().filter(|claim| claim.state == state).count();
    let [matches, differs, open, absent] = State::ALL.map(count);
    format!(
        "{matches} match, {differs} differ on purpose, {open} do not match yet, {absent} are not \
         modelled"
    )
}

/// The document.
pub(crate) fn markdown(claims: &[Claim]) -> String {
    let mut out = String::from(
        "# The ledger\n\nWhat Slotlab says of Redis 7.0.15, where each claim comes from, and what \
         holds it. Written by\n`REWRITE=1 cargo test --test ledger` from the tests themselves.\n",
    );
    _ = write!(out, "\n{} claims: {}.\n", claims.len(), totals(claims));
    let mut areas: BTreeMap<&str, Vec<&Claim>> = BTreeMap::new();
    for claim in claims {
        areas.entry(&claim.area).or_default().push(claim);
    }
    for (area, claims) in areas {
        _ = write!(out, "\n## {area}\n\n| claim | source | held by | state |\n|---|---|---|---|\n");
        for claim in claims {
            let cells =
                [&claim.says, &claim.source, &claim.test].map(|cell| cell.replace('|', "\\|"));
            _ = writeln!(out, "| {} | {} |", cells.join(" | "), claim.state);
        }
    }
    out
}

/// Data for the page: short names, since a reader downloads them.
pub(crate) fn json(claims: &[Claim]) -> String {
    let rows: Vec<_> = claims
        .iter()
        .map(|claim| {
            let state = match claim.state {
                State::Matches => "matches",
                State::Differs => "differs",
                State::Open => "open",
                State::Absent => "absent",
            };
            json!([claim.area, claim.says, claim.source, claim.test, state])
        })
        .collect();
    let mut out = String::from("[\n");
    for (n, row) in rows.iter().enumerate() {
        _ = writeln!(out, "{row}{}", if n + 1 == rows.len() { "" } else { "," });
    }
    out + "]\n"
}

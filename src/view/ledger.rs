//! The ledger of claims about Redis, as its dialog shows it.
//!
//! The data are those of `www/ledger.json`, which the tests write. Claims and sources are shown as they
//! stand there, in the language of the tests.

use crate::say::{Arg, Lang, text, word};
use crate::session::page::{Claims, LedgerFilter};
use serde::Deserialize;

const DATA: &str = include_str!("../../www/ledger.json");

/// The dialog.
#[derive(Clone, PartialEq, Debug)]
pub struct Ledger {
    /// States to choose from, all of them first.
    pub states: Vec<Choice>,
    /// How many claims are shown, in words.
    pub shown: String,
    /// What is shown.
    pub areas: Vec<Area>,
}

/// A state to choose.
#[derive(Clone, PartialEq, Debug)]
pub struct Choice {
    /// What it chooses.
    pub which: Option<Claims>,
    /// Its name, with how many claims there are.
    pub text: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// Claims about one part of Redis.
#[derive(Clone, PartialEq, Debug)]
pub struct Area {
    /// The part.
    pub name: String,
    /// Its claims.
    pub rows: Vec<Row>,
}

/// A claim.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// The claim.
    pub says: String,
    /// Where it comes from.
    pub source: String,
    /// What holds it; empty if nothing does.
    pub test: String,
    /// Its state, in words and as a class.
    pub state: (String, &'static str),
}

#[derive(Deserialize)]
struct Claim(String, String, String, String, Claims);

/// The dialog in a language, with what the reader looks for.
pub fn draw(lang: Lang, filter: &LedgerFilter) -> Ledger {
    let claims: Vec<Claim> = serde_json::from_str(DATA).expect("a test reads the same file");
    let choice = |which: Option<Claims>| {
        let count =
            claims.iter().filter(|claim| which.is_none_or(|which| which == claim.4)).count();
        let name = word(lang, which.map_or("ledger-all", Claims::id));
        Choice { which, text: format!("{name} {count}"), chosen: filter.state == which }
    };
    let states = [None].into_iter().chain(Claims::ALL.map(Some)).map(choice).collect();
    let mut areas: Vec<Area> = Vec::new();
    let mut shown = 0;
    for claim in claims.iter().filter(|claim| is_wanted(claim, filter)) {
        let Claim(area, says, source, test, state) = claim;
        let row = Row {
            says: says.clone(),
            source: source.clone(),
            test: test.clone(),
            state: (word(lang, state.id()), state.class()),
        };
        shown += 1;
        match areas.last_mut().filter(|last| last.name == *area) {
            Some(last) => last.rows.push(row),
            None => areas.push(Area { name: area.clone(), rows: vec![row] }),
        }
    }
    Ledger { states, shown: text(lang, "ledger-shown", &[("count", Arg::Count(shown))]), areas }
}

/// Every word that was typed occurs somewhere in the claim.
fn is_wanted(claim: &Claim, filter: &LedgerFilter) -> bool {
    let Claim(area, says, source, test, state) = claim;
    let text = [area, says, source, test].map(|part| part.to_lowercase()).join(" ");
    let words = filter.words.to_lowercase();
    filter.state.is_none_or(|wanted| wanted == *state)
        && words.split_whitespace().all(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ledger_can_be_read_and_searched() {
        let all = draw(Lang::En, &LedgerFilter::default());
        assert!(all.areas.len() > 5);
        let words = "vote clusterSendFailoverAuthIfNeeded".to_owned();
        let some = draw(Lang::Ko, &LedgerFilter { words, state: Some(Claims::Matches) });
        let rows: Vec<&Row> = some.areas.iter().flat_map(|area| &area.rows).collect();
        assert!(!rows.is_empty());
        assert!(rows.iter().all(|row| row.source.contains("clusterSendFailoverAuthIfNeeded")));
        let words = "nosuchwordanywhere".to_owned();
        assert!(draw(Lang::En, &LedgerFilter { words, state: None }).areas.is_empty());
    }
}

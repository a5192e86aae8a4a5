//! The log: one plain sentence for each fact that matters.

use super::{Line, MOST_LINES, line};
use crate::say::Lang;
use crate::session::index::until;
use crate::session::run::Run;
use crate::session::weight::Weight;
use crate::view::sentence;

/// The last lines.
pub(super) fn lines(lang: Lang, run: &Run) -> Vec<Line> {
    let log = run.log();
    let places = until(run.index().at_least(Weight::Plain), log.len());
    let said = |&place: &usize| {
        let entry = &log[place];
        Some(line(run, entry.at, sentence::of(lang, run, entry)?, "say"))
    };
    let mut lines: Vec<Line> = places.iter().rev().filter_map(said).take(MOST_LINES).collect();
    lines.reverse();
    lines
}

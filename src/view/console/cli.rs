//! redis-cli: what the learner typed, at the prompt that stood there, and what it printed.

use super::{Entering, Line, MOST_LINES, line};
use crate::cli::help;
use crate::session::Session;
use crate::session::index::until;
use crate::session::run::Run;
use crate::session::terminal::{command, fresh_prompt};
use crate::sim::{Action, Entry, What};

/// The last lines.
pub(super) fn lines(run: &Run) -> Vec<Line> {
    let log = run.log();
    let places = until(run.index().terminals(), log.len());
    // Each entry is a line at least.
    let first = places.len().saturating_sub(MOST_LINES);
    places[first..].iter().flat_map(|&place| of_entry(run, &log[place])).collect()
}

fn of_entry(run: &Run, entry: &Entry) -> Vec<Line> {
    match &entry.what {
        What::Action(Action::Type { line: typed, .. }) => {
            let prompt = run.prompt(entry).to_owned();
            vec![Line { prompt, ..line(run, entry.at, typed.as_str(), "cmd") }]
        }
        What::Output(output) => {
            let text = plain(&String::from_utf8_lossy(&output.bytes));
            let printed = |part: &str| {
                let class = if is_error(part) { "bad" } else { "out" };
                Line { time: String::new(), ..line(run, entry.at, part, class) }
            };
            text.trim_end_matches('\n').split('\n').map(printed).collect()
        }
        _ => Vec::new(),
    }
}

fn is_error(text: &str) -> bool {
    text.starts_with("(error)")
        || text.starts_with("Error:")
        || text.starts_with("Could not connect")
}

/// Without the colours of a terminal and its carriage returns.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(c) = letters.next() {
        match c {
            '\u{1b}' => while letters.next().is_some_and(|c| !c.is_ascii_alphabetic()) {},
            '\r' => {}
            c => out.push(c),
        }
    }
    out
}

/// The line to type into.
pub(super) fn entering(session: &Session) -> Entering {
    let line = session.typing.line.clone();
    let (Some(run), Some(node)) = (&session.run, session.asked()) else {
        return Entering { line, ..Entering::default() };
    };
    let known = run.terminal(node, session.follow);
    let open = known.and_then(|client| run.world().clients().find(|view| view.id == client));
    let prompt = match open {
        // Between a line and its answer a terminal shows no prompt.
        Some(view) => view.prompt.unwrap_or("").to_owned(),
        None => fresh_prompt(&command(run.world(), node, session.follow).1),
    };
    let hint = if line.is_empty() { None } else { help::hint(&line) };
    Entering { prompt, line, hint: hint.unwrap_or_default(), works: true }
}

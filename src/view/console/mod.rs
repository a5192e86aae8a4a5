//! The console: what was typed and printed, the log, and what `docker compose` prints.
//!
//! Each tab shows its last lines; the index of the run knows where they stand in the log.

mod cli;
mod compose;
mod ink;
mod log;
mod outside;

pub use ink::{Ink, Span};

use super::clock::seconds;
use crate::session::Session;
use crate::session::page::ConsoleTab;
use crate::session::run::Run;
use crate::shapes::spec::ContainerIx;
use crate::words::Time;

/// The console.
#[derive(Clone, PartialEq, Debug)]
pub struct Console {
    /// The open tab.
    pub tab: ConsoleTab,
    /// Its lines, the newest last.
    pub lines: Vec<Line>,
    /// The line to type into.
    pub entry: Entering,
    /// The servers to choose from: index, name, chosen.
    pub choices: Vec<(ContainerIx, String, bool)>,
    /// The containers whose lines `docker compose logs` can show: index, service, chosen.
    pub services: Vec<(ContainerIx, String, bool)>,
    /// Whether redirections are followed.
    pub follow: bool,
}

/// A line.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// When, in seconds; empty if the line above says it.
    pub time: String,
    /// The prompt or the container before it.
    pub prompt: String,
    /// The text, in parts of one colour.
    pub spans: Vec<Span>,
    /// `cmd`, `out`, `bad`, `say`.
    pub class: &'static str,
    /// The moment it leads to.
    pub at: Time,
}

impl Line {
    /// The text without its colours.
    pub fn text(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }
}

/// The line to type into.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Entering {
    /// `127.0.0.1:7001>`
    pub prompt: String,
    /// What is typed.
    pub line: String,
    /// What may follow.
    pub hint: String,
    /// Whether there is anybody to talk to.
    pub works: bool,
}

/// The last lines only: a console is not an archive.
const MOST_LINES: usize = 500;

/// The console of a session.
pub fn draw(session: &Session) -> Console {
    let run = session.run.as_ref();
    let lines = run.map(|run| match session.page.console {
        ConsoleTab::Cli => cli::lines(run),
        ConsoleTab::Log => log::lines(session.page.lang, run),
        ConsoleTab::Compose => compose::lines(session, run),
    });
    let asked = session.asked();
    let choice = |(place, &ix): (usize, &ContainerIx)| {
        (ix, run.map(|run| run.name(place).to_owned()).unwrap_or_default(), asked == Some(ix))
    };
    let servers = run.map(|run| run.servers()).unwrap_or_default();
    Console {
        tab: session.page.console,
        lines: last(lines.unwrap_or_default()),
        entry: cli::entering(session),
        choices: servers.iter().enumerate().map(choice).collect(),
        services: run.map(|run| compose::services(session, run)).unwrap_or_default(),
        follow: session.follow,
    }
}

/// A line that nothing stands before.
fn line(run: &Run, at: Time, text: impl Into<String>, class: &'static str) -> Line {
    let time = seconds(run.start(), at);
    let spans = vec![Span { text: text.into(), ink: Ink::Plain }];
    Line { time, prompt: String::new(), spans, class, at }
}

/// The last lines; a time that the line above says is not said again.
fn last(mut lines: Vec<Line>) -> Vec<Line> {
    let extra = lines.len().saturating_sub(MOST_LINES);
    lines.drain(..extra);
    for n in (1..lines.len()).rev() {
        if lines[n].time == lines[n - 1].time {
            lines[n].time.clear();
        }
    }
    lines
}

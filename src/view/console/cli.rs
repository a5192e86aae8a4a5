//! redis-cli: what the learner typed, at the prompt that stood there, and what it printed.

use super::ink::{Ink, Pen, push};
use super::outside::Outside;
use super::{Entering, Line, MOST_LINES, line};
use crate::cli::args::Format;
use crate::cli::format::{as_received, format};
use crate::cli::help;
use crate::session::Session;
use crate::session::index::until;
use crate::session::run::Run;
use crate::session::terminal::{command, fresh_prompt};
use crate::sim::{Action, Entry, What};
use crate::timeline::Answered;

/// The last lines.
pub(super) fn lines(run: &Run) -> Vec<Line> {
    let log = run.log();
    let places = until(run.index().terminals(), log.len());
    let first = places.len().saturating_sub(MOST_ENTRIES);
    let mut screen = Screen::default();
    let since = places.get(first).map(|&place| log[place].id);
    let answers = run.timeline().answers();
    let mut answers = answers.iter().skip_while(|answer| Some(answer.after) < since).peekable();
    for &place in &places[first..] {
        while let Some(answer) = answers.next_if(|answer| answer.after < log[place].id) {
            screen.show_answer(run, answer);
        }
        screen.show(run, &log[place]);
    }
    answers.for_each(|answer| screen.show_answer(run, answer));
    screen.lines
}

/// Entries that are looked at: a line may be of many, as the dots of a reshard.
const MOST_ENTRIES: usize = 3 * MOST_LINES;

/// What a terminal shows.
#[derive(Default)]
struct Screen {
    lines: Vec<Line>,
    /// Whether its last line has not ended: a question, or something that goes on.
    open: bool,
    /// The colour that was set last: it holds until it is reset, be that lines later.
    pen: Pen,
    outside: Outside,
}

impl Screen {
    fn show(&mut self, run: &Run, entry: &Entry) {
        match &entry.what {
            What::Action(Action::Type { line: typed, .. }) => {
                let asked = self.lines.pop_if(|_| self.open).map(|question| question.text());
                let prompt = asked.unwrap_or_else(|| run.prompt(entry).to_owned());
                self.lines.push(Line { prompt, ..line(run, entry.at, typed.as_str(), "cmd") });
                self.open = false;
            }
            What::Action(Action::OpenClient { argv, .. }) => {
                let typed = format!("redis-cli {}", argv.join(" "));
                let typed = line(run, entry.at, typed, "cmd");
                self.lines.push(Line { prompt: "$ ".to_owned(), ..typed });
                self.open = false;
            }
            What::Output(output) => {
                for part in self.pen.read(&String::from_utf8_lossy(&output.bytes)) {
                    self.print(run, entry, &part.text, part.ink);
                }
            }
            What::Action(Action::Bytes { client, bytes }) => {
                let to = run.dialed(*client).map(|to| to.to_string()).unwrap_or_default();
                for said in self.outside.hear(*client, bytes) {
                    let prompt = format!("{to} #{}> ", client.0);
                    self.lines.push(Line { prompt, ..line(run, entry.at, said, "cmd") });
                    self.open = false;
                }
            }
            _ => {}
        }
    }

    fn show_answer(&mut self, run: &Run, answer: &Answered) {
        let reply = as_received(answer.reply.clone(), answer.protocol);
        let text = format(&reply, Format::Standard, false);
        for text in String::from_utf8_lossy(&text).lines().take(MOST_LINES) {
            let class = if is_error(text) { "bad" } else { "out" };
            let prompt = format!("#{} ", answer.to.0);
            self.lines.push(Line { prompt, ..line(run, answer.at, text, class) });
        }
        self.open = false;
    }

    /// Prints a text of one colour.
    fn print(&mut self, run: &Run, entry: &Entry, text: &str, ink: Ink) {
        for part in text.split_inclusive('\n') {
            if !self.open {
                let class = if is_error(part) { "bad" } else { "out" };
                let empty = line(run, entry.at, "", class);
                self.lines.push(Line { time: String::new(), spans: Vec::new(), ..empty });
            }
            if let Some(last) = self.lines.last_mut() {
                push(&mut last.spans, part.trim_end_matches('\n'), ink);
            }
            self.open = !part.ends_with('\n');
        }
    }
}

fn is_error(text: &str) -> bool {
    text.starts_with("(error)")
        || text.starts_with("Error:")
        || text.starts_with("Could not connect")
        || text.starts_with("[ERR]")
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

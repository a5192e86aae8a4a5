//! The console: what was typed and printed, the log, and what `docker compose` prints.

use super::clock::seconds;
use super::sentence;
use crate::cli::help;
use crate::say::Lang;
use crate::session::Session;
use crate::session::page::ConsoleTab;
use crate::session::run::Run;
use crate::session::terminal;
use crate::session::weight::{Weight, weight};
use crate::shapes::spec::ContainerIx;
use crate::sim::{Action, ClientId, Entry, Life, Place, What, Who};
use crate::words::Time;
use std::collections::BTreeMap;

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
    /// The text.
    pub text: String,
    /// `cmd`, `out`, `bad`, `say`.
    pub class: &'static str,
    /// The moment it leads to.
    pub at: Time,
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
const MOST_LINES: usize = 300;

/// The console of a session.
pub fn draw(session: &Session) -> Console {
    let run = session.run.as_ref();
    let lang = session.page.lang;
    let lines = run.map(|run| match session.page.console {
        ConsoleTab::Cli => terminal_lines(run),
        ConsoleTab::Log => log_lines(lang, run),
        ConsoleTab::Compose => compose_lines(run),
    });
    let asked = session.asked();
    let choice = |(place, &ix): (usize, &ContainerIx)| {
        (ix, run.map(|run| run.name(place).to_owned()).unwrap_or_default(), asked == Some(ix))
    };
    let servers = run.map(|run| run.servers()).unwrap_or_default();
    Console {
        tab: session.page.console,
        lines: lines.unwrap_or_default(),
        entry: entering(session),
        choices: servers.iter().enumerate().map(choice).collect(),
        follow: session.follow,
    }
}

fn entering(session: &Session) -> Entering {
    let line = session.typing.line.clone();
    let (Some(run), Some(node)) = (&session.run, session.asked()) else {
        return Entering { line, ..Entering::default() };
    };
    let known = run.terminal(node, session.follow);
    let open = known.and_then(|client| run.world().clients().find(|view| view.id == client));
    let prompt = match open {
        // Between a line and its answer a terminal shows no prompt.
        Some(view) => view.prompt.unwrap_or("").to_owned(),
        None => fresh_prompt(&terminal::command(run.world(), node, session.follow).1),
    };
    let hint = if line.is_empty() { None } else { help::hint(&line) };
    Entering { prompt, line, hint: hint.unwrap_or_default(), works: true }
}

/// What a terminal that is yet to be opened will show.
fn fresh_prompt(argv: &[String]) -> String {
    let port = argv.last().map(String::as_str).unwrap_or("6379");
    format!("127.0.0.1:{port}> ")
}

fn terminal_lines(run: &Run) -> Vec<Line> {
    let mut prompts: BTreeMap<ClientId, String> = BTreeMap::new();
    let mut lines = Vec::new();
    for entry in run.log() {
        match (&entry.what, entry.who) {
            (What::Action(Action::Type { client, line }), _) => {
                let prompt = prompt_of(run, &mut prompts, *client);
                lines.push(line_at(run, entry, prompt, line.clone(), "cmd"));
            }
            (What::Output(output), Who::Client(client)) if run.is_terminal(client) => {
                let text = String::from_utf8_lossy(&output.bytes);
                follow_redirect(&mut prompts, client, &text);
                for part in plain(&text).trim_end_matches('\n').split('\n') {
                    let class = if is_error(part) { "bad" } else { "out" };
                    let line = line_at(run, entry, String::new(), part.to_owned(), class);
                    lines.push(Line { time: String::new(), ..line });
                }
            }
            _ => {}
        }
    }
    last(lines)
}

fn prompt_of(run: &Run, prompts: &mut BTreeMap<ClientId, String>, client: ClientId) -> String {
    let first = || fresh_prompt(&run.terminal_argv(client));
    prompts.entry(client).or_insert_with(first).clone()
}

/// `-> Redirected to slot [866] located at 127.0.0.1:7001` changes the prompt from then on.
fn follow_redirect(prompts: &mut BTreeMap<ClientId, String>, client: ClientId, text: &str) {
    let lines = text.lines().filter(|line| line.starts_with("-> Redirected to slot"));
    if let Some((_, address)) = lines.filter_map(|line| line.split_once(" located at ")).next_back()
    {
        prompts.insert(client, format!("{}> ", address.trim()));
    }
}

fn is_error(text: &str) -> bool {
    text.starts_with("(error)")
        || text.starts_with("Error:")
        || text.starts_with("Could not connect")
}

/// Without the colours of a terminal and its carriage returns.
fn plain(text: &str) -> String {
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

fn log_lines(lang: Lang, run: &Run) -> Vec<Line> {
    let wanted = run.log().iter().rev().filter(|entry| Weight::Plain <= weight(entry));
    let line = |entry: &Entry| {
        Some(line_at(run, entry, String::new(), sentence::of(lang, run, entry)?, "say"))
    };
    let mut lines: Vec<Line> = wanted.filter_map(line).take(MOST_LINES).collect();
    lines.reverse();
    lines
}

/// What containers that are no servers print, in compose's form, and what Docker says of all.
fn compose_lines(run: &Run) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut open: BTreeMap<ClientId, bool> = BTreeMap::new();
    for entry in run.log() {
        match (&entry.what, entry.who) {
            (What::Life(life), Who::Container(ix)) => {
                if let Some(says) = docker_says(*life) {
                    let text = format!(" Container {}  {says}", run.container_name(ix));
                    lines.push(line_at(run, entry, String::new(), text, "out"));
                }
            }
            (What::Output(output), Who::Client(client)) => {
                let Some(place) = run.job(client) else { continue };
                let text = plain(&String::from_utf8_lossy(&output.bytes));
                append(run, &mut lines, &mut open, entry, client, place, &text);
            }
            _ => {}
        }
    }
    last(lines)
}

/// Docker's own words, which are not translated.
fn docker_says(life: Life) -> Option<String> {
    Some(match life {
        Life::Created => "Created".into(),
        Life::Started => "Started".into(),
        Life::Exited(code) => format!("exited with code {code}"),
        Life::NoNetworkToJoin => "cannot join network of a non running container".into(),
        Life::AddressInUse => "Error response from daemon: Address already in use".into(),
        Life::PortAllocated { port } => format!(
            "Error response from daemon: driver failed programming external connectivity: \
             Bind for 0.0.0.0:{port} failed: port is already allocated"
        ),
        Life::Starting
        | Life::Ready
        | Life::RestartPlanned { .. }
        | Life::LostItsNetwork
        | Life::Paused
        | Life::Resumed
        | Life::DiskLost => return None,
    })
}

/// Adds what a job printed; a line that was not ended goes on.
fn append(
    run: &Run,
    lines: &mut Vec<Line>,
    open: &mut BTreeMap<ClientId, bool>,
    entry: &Entry,
    client: ClientId,
    place: Place,
    text: &str,
) {
    let prompt = match place {
        Place::Container(ix) => format!("{}  | ", run.container_name(ix)),
        Place::Host => String::new(),
    };
    for (n, part) in text.split('\n').enumerate() {
        let goes_on = n == 0 && open.get(&client).copied().unwrap_or(false);
        match lines.last_mut().filter(|line| goes_on && line.prompt == prompt) {
            Some(line) => line.text.push_str(part),
            None if part.is_empty() && n == text.matches('\n').count() => {}
            None => lines.push(line_at(run, entry, prompt.clone(), part.to_owned(), "out")),
        }
    }
    open.insert(client, !text.ends_with('\n'));
}

fn line_at(run: &Run, entry: &Entry, prompt: String, text: String, class: &'static str) -> Line {
    Line { time: seconds(run.start(), entry.at), prompt, text, class, at: entry.at }
}

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

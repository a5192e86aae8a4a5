//! What just happened, in one sentence: the caption, the client's card, a refusal.

use super::client::{self, ClientCard, Said};
use super::clock::seconds;
use super::sentence;
use crate::say::{text, word};
use crate::script;
use crate::session::Session;
use crate::session::index::until;
use crate::session::run::Run;
use crate::session::terminal;
use crate::session::weight::Weight;
use crate::shapes::spec::NamespaceIx;
use crate::sim::{Action, ClientId, Entry, Refusal, What, Who};
use crate::words::{Slot, Time};

/// The caption.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Caption {
    /// `7.200 s`
    pub at: String,
    /// The sentence.
    pub text: String,
}

/// For so long, in virtual microseconds, plain news stand in the caption before what matters more
/// comes back.
const NEWS_US: u64 = 400_000;

/// The last thing that became true: the last that matters, or news that are fresher.
pub fn caption(session: &Session) -> Caption {
    let Some(run) = &session.run else { return Caption::default() };
    let now = run.world().now();
    let fresh = |at: Time| now.micros_since(at) < NEWS_US;
    let log = run.log();
    let last = |weight: Weight| {
        let places = until(run.index().at_least(weight), log.len()).iter().rev();
        places.map(|&place| &log[place])
    };
    let news = last(Weight::Plain).take_while(|entry| fresh(entry.at));
    let said = |entry: &Entry| Some((entry.at, sentence::of(session.page.lang, run, entry)?));
    let Some((at, text)) = news.chain(last(Weight::Major)).find_map(said) else {
        return beginning(session);
    };
    Caption { at: format!("{} s", seconds(run.start(), at)), text }
}

fn beginning(session: &Session) -> Caption {
    Caption { at: "0.000 s".into(), text: word(session.page.lang, "caption-beginning") }
}

/// The card of the learner's terminal; None before the first command.
pub fn client(session: &Session) -> Option<ClientCard> {
    let run = session.run.as_ref()?;
    let (width, height) = session.page.stage;
    let log = run.log();
    let last = typed(run).next().map(|(place, client, line)| (&log[place], client, line));
    let lang = session.page.lang;
    let mut said = Said { title: word(lang, "client"), ..Said::default() };
    said.detail = invitation(session, run).unwrap_or_default();
    if let Some((typed, client, line)) = last {
        said.command = line.to_owned();
        said.detail = detail(session, line);
        let shown = until(run.index().terminals(), log.len()).iter().rev();
        let after = shown.map(|&place| &log[place]).take_while(|entry| typed.id < entry.id);
        let reply = after.filter_map(|entry| printed(entry, Who::Client(client))).next();
        if let Some(reply) = reply {
            said.bad = reply.starts_with("(error)");
            said.verdict = reply.trim_start_matches("(error) ").to_owned();
        }
    }
    Some(client::draw(width, height, &said))
}

/// The lines that were typed, the last first, with their places in the log.
fn typed(run: &Run) -> impl Iterator<Item = (usize, ClientId, &str)> {
    let log = run.log();
    let places = until(run.index().typed(), log.len()).iter().rev();
    places.filter_map(|&place| match &log[place].what {
        What::Action(Action::Type { client, line }) => Some((place, *client, line.as_str())),
        _ => None,
    })
}

/// How the terminal will be started that the first command opens.
fn invitation(session: &Session, run: &Run) -> Option<String> {
    let (_, argv) = terminal::command(run.world(), session.asked()?, session.follow);
    Some(format!("redis-cli {}", argv.join(" ")))
}

fn printed(entry: &Entry, who: Who) -> Option<String> {
    match &entry.what {
        What::Output(output) if entry.who == who => {
            let text = String::from_utf8_lossy(&output.bytes);
            text.lines().rfind(|line| !line.trim().is_empty()).map(str::to_owned)
        }
        _ => None,
    }
}

fn detail(session: &Session, line: &str) -> String {
    let mut words = line.split_whitespace();
    let _command = words.next();
    match words.next() {
        Some(key) => {
            let slot = u64::from(Slot::of(key.as_bytes()).number());
            text(session.page.lang, "client-slot", &[("slot", slot.into())])
        }
        None => String::new(),
    }
}

/// So many commands are looked through for keys.
const LAST_COMMANDS: usize = 64;

/// The keys of the last commands, to be seen on the ring.
pub fn pinned_keys(run: &Run) -> Vec<(String, u16)> {
    const WITH_KEY: [&str; 12] = [
        "get", "set", "del", "incr", "lpush", "rpush", "sadd", "hset", "hget", "zadd", "expire",
        "append",
    ];
    let mut keys: Vec<(String, u16)> = Vec::new();
    for (_, _, line) in typed(run).take(LAST_COMMANDS) {
        let mut words = line.split_whitespace();
        let command = words.next().unwrap_or_default().to_lowercase();
        let Some(key) = words.next().filter(|_| WITH_KEY.contains(&command.as_str())) else {
            continue;
        };
        if keys.iter().all(|(known, _)| known != key) && keys.len() < 8 {
            keys.push((key.to_owned(), Slot::of(key.as_bytes()).number()));
        }
    }
    keys
}

/// The network's name, if all servers share one.
pub fn network(session: &Session, run: &Run) -> String {
    let spec = run.world().spec();
    let namespaces: Vec<NamespaceIx> =
        run.servers().iter().filter_map(|&ix| Some(spec.container(ix)?.namespace)).collect();
    let lang = session.page.lang;
    let shared = namespaces.windows(2).all(|pair| pair[0] == pair[1]) && namespaces.len() > 1;
    let owner = namespaces
        .first()
        .filter(|_| shared)
        .and_then(|ix| spec.namespaces.get(usize::from(ix.0))?.owner);
    match (owner, spec.networks.first()) {
        (Some(owner), _) => {
            text(lang, "network-shared", &[("owner", run.container_name(owner).into())])
        }
        (None, Some(network)) => network.name.clone(),
        (None, None) => String::new(),
    }
}

/// A refusal, with the container's name.
pub fn refusal(session: &Session, refusal: &Refusal) -> String {
    let name = |ix| session.run.as_ref().map(|run| run.name_of(ix)).unwrap_or_default();
    script::refusal(session.page.lang, refusal, &name)
}

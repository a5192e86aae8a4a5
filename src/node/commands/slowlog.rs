//! SLOWLOG: the commands that took long, the newest first.
//!
//! Commands take no time here but for DEBUG SLEEP, so that only who sets `slowlog-log-slower-than` to 0
//! sees others. Passwords are replaced, long words and long requests cut. In Redis: slowlog.c, `call`
//! (server.c). Absent: a command that waited, which a real server notes when it is served.

use super::monitor::{REDACTED, Shown, secrets};
use super::table::{Flags, Keys, node};
use super::words::{int, text};
use super::{Call, Command, Outcome, Refused, help};
use crate::node::Node;
use crate::node::io::Effect;
use crate::words::{Reply, Time};
use bytes::Bytes;
use std::collections::VecDeque;

/// The most words of an entry, and the longest.
const MOST_WORDS: usize = 32;
const LONGEST_WORD: usize = 128;

const SLOW: Flags = Flags::LOADING.or(Flags::STALE).or(Flags::ADMIN);

pub(super) const SUBCOMMANDS: &[Command] = &[
    node("slowlog|get", -2, SLOW, Keys::None, get),
    help::row("slowlog|help"),
    node("slowlog|len", 2, SLOW, Keys::None, |node, _| {
        Reply::Int(node.clients.slowlog.entries.len() as i64).into()
    }),
    node("slowlog|reset", 2, SLOW, Keys::None, |node, _| {
        node.clients.slowlog.entries.clear();
        Reply::OK.into()
    }),
];

/// The slow log.
#[derive(Clone, Debug, Default)]
pub(super) struct SlowLog {
    /// The newest first.
    entries: VecDeque<Entry>,
    next_id: i64,
}

#[derive(Clone, Debug)]
struct Entry {
    id: i64,
    at: Time,
    took_us: u64,
    words: Vec<Bytes>,
    peer: String,
    name: Bytes,
}

impl Node {
    /// A command ran; `before`: how many effects there were when it began.
    pub(super) fn note_slow(&mut self, call: &Call<'_>, outcome: &Outcome, before: usize) {
        let limit = self.config.slowlog_slower_than;
        let skips = call.command.flags.has(Flags::SKIP_SLOWLOG) || *outcome == Outcome::Blocked;
        let own = call.out.effects.get(before..).unwrap_or_default();
        let took_us: u64 = own.iter().map(slept_us).sum();
        let log = &mut self.clients.slowlog;
        if !skips && u64::try_from(limit).is_ok_and(|limit| limit <= took_us) {
            // A script is a client of its own, which comes from nowhere.
            let client = self.clients.by_conn.get(&call.conn);
            let client = client.filter(|_| call.shown != Shown::ByScript);
            log.entries.push_front(Entry {
                id: log.next_id,
                at: call.now,
                took_us,
                words: shown(call),
                peer: client.map_or_else(|| "?:0".to_owned(), |client| client.peer.to_string()),
                name: client.map(|client| client.name.clone()).unwrap_or_default(),
            });
            log.next_id += 1;
        }
        log.entries.truncate(usize::try_from(self.config.slowlog_max_len).unwrap_or(usize::MAX));
    }
}

fn slept_us(effect: &Effect) -> u64 {
    if let Effect::Sleep(span) = effect { span.0 * 1000 } else { 0 }
}

/// The words of a request, as far as they are kept.
fn shown(call: &Call<'_>) -> Vec<Bytes> {
    let secret = secrets(call.command, &call.argv);
    let cut = |(place, word): (usize, &Bytes)| match word.len() {
        _ if secret.contains(&place) => Bytes::from_static(REDACTED),
        0..=LONGEST_WORD => word.clone(),
        len => {
            let more = format!("... ({} more bytes)", len - LONGEST_WORD);
            [&word[..LONGEST_WORD], more.as_bytes()].concat().into()
        }
    };
    let mut words: Vec<Bytes> = call.argv.iter().take(MOST_WORDS).enumerate().map(cut).collect();
    if MOST_WORDS < call.argv.len()
        && let Some(last) = words.last_mut()
    {
        let more = call.argv.len() - MOST_WORDS + 1;
        *last = format!("... ({more} more arguments)").into();
    }
    words
}

fn get(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let invalid = || Refused::text("ERR count should be greater than or equal to -1");
    let count = match &call.argv[2..] {
        [] => 10,
        [count] => match int(count) {
            Ok(-1) => usize::MAX,
            Ok(count) if 0 <= count => usize::try_from(count).unwrap_or(usize::MAX),
            Ok(_) | Err(_) => return invalid().into(),
        },
        _ => return Refused::UnknownOrArity { sub: text(&call.argv[1]), of: "SLOWLOG" }.into(),
    };
    let row = |entry: &Entry| {
        Reply::Array(vec![
            Reply::Int(entry.id),
            Reply::Int(entry.at.unix_s() as i64),
            Reply::Int(entry.took_us as i64),
            Reply::Array(entry.words.iter().cloned().map(Reply::Bulk).collect()),
            Reply::bulk(entry.peer.clone()),
            Reply::Bulk(entry.name.clone()),
        ])
    };
    Reply::Array(node.clients.slowlog.entries.iter().take(count).map(row).collect()).into()
}

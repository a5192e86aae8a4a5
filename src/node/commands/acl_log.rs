//! ACL LOG: who was refused. With one user that may do everything, only a wrong password is.
//!
//! Refusals of a minute that look alike are one entry, the newest first. In Redis: `addACLLogEntry`,
//! `ACLLogMatchEntry` (acl.c).

use super::client_list::{Asked, describe};
use super::words::{int, is};
use super::{Answer, Call};
use crate::node::Node;
use crate::node::keyspace::number::show_float;
use crate::words::{Millis, Reply, Time};
use bytes::Bytes;
use std::collections::VecDeque;

/// `acllog-max-len`.
const LONGEST: usize = 128;
/// How far back an entry like a new one is looked for.
const COMPARED: usize = 10;
const ALIKE_FOR: Millis = Millis(60_000);
const SHOWN: i64 = 10;

/// The entries, the newest first.
#[derive(Clone, Debug, Default)]
pub(super) struct AclLog(VecDeque<Entry>);

#[derive(Clone, Debug)]
struct Entry {
    count: i64,
    in_transaction: bool,
    /// The command, as it was written.
    object: Bytes,
    user: Bytes,
    at: Time,
    /// Its line of CLIENT LIST.
    client: String,
}

impl AclLog {
    fn add(&mut self, new: Entry) {
        let is_like_it = |old: &Entry| {
            old.in_transaction == new.in_transaction
                && old.object == new.object
                && old.user == new.user
                && new.at <= old.at + ALIKE_FOR
        };
        let old = self.0.iter().take(COMPARED).position(is_like_it);
        let count = old.and_then(|place| self.0.remove(place)).map_or(0, |old| old.count) + 1;
        self.0.push_front(Entry { count, ..new });
        self.0.truncate(LONGEST);
    }
}

impl Node {
    /// Notes that somebody gave a wrong password.
    pub(super) fn note_denied(&mut self, call: &Call<'_>, user: &[u8]) {
        let Some(client) = self.clients.get(call.conn) else { return };
        let entry = Entry {
            count: 1,
            in_transaction: client.transaction.is_some(),
            object: call.argv[0].clone(),
            user: Bytes::copy_from_slice(user),
            at: call.now,
            client: describe(self, Asked::by(call), call.conn, client),
        };
        self.clients.acl_log.add(entry);
    }
}

pub(super) fn log(node: &mut Node, call: &Call<'_>) -> Answer {
    let count = match &call.argv[2..] {
        [] => SHOWN,
        [word] if is(word, "reset") => {
            node.clients.acl_log.0.clear();
            return Ok(Reply::OK);
        }
        [count] => int(count)?.max(0),
        _ => return Err(super::acl::too_many(call)),
    };
    let entries = node.clients.acl_log.0.iter().take(count as usize);
    Ok(Reply::Array(entries.map(|entry| show(entry, call.now)).collect()))
}

fn show(entry: &Entry, now: Time) -> Reply {
    let row = |name: &'static str, value| (Reply::bulk(name), value);
    let context = if entry.in_transaction { "multi" } else { "toplevel" };
    let age = now.unix_ms().saturating_sub(entry.at.unix_ms()) as f64 / 1000.0;
    Reply::Map(vec![
        row("count", Reply::Int(entry.count)),
        row("reason", Reply::bulk("auth")),
        row("context", Reply::bulk(context)),
        row("object", Reply::Bulk(entry.object.clone())),
        row("username", Reply::Bulk(entry.user.clone())),
        row("age-seconds", Reply::Double(Bytes::from(show_float(age)))),
        row("client-info", Reply::bulk(entry.client.clone())),
    ])
}

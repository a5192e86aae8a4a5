//! MULTI, EXEC, DISCARD, WATCH.
//!
//! In Redis: multi.c. What a transaction changed is propagated as one, between MULTI and EXEC.

use super::monitor::Shown;
use super::table::{Flags, Keys, keys_from, node};
use super::{Call, Command, Outcome, Refused};
use crate::node::Node;
use crate::node::io::ConnId;
use crate::words::{Reply, Time};
use bytes::Bytes;

const QUICK: Flags =
    Flags::NOSCRIPT.or(Flags::LOADING).or(Flags::STALE).or(Flags::FAST).or(Flags::ALLOW_BUSY);
const SLOW: Flags = Flags::NOSCRIPT.or(Flags::LOADING).or(Flags::STALE).or(Flags::SKIP_SLOWLOG);

pub(super) const COMMANDS: &[Command] = &[
    node("multi", 1, QUICK, Keys::None, multi),
    node("exec", 1, SLOW, Keys::None, exec),
    node("discard", 1, QUICK, Keys::None, discard),
    node("watch", -2, QUICK, keys_from(1), watch),
    node("unwatch", 1, QUICK, Keys::None, unwatch),
];

fn multi(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let Some(client) = node.clients.get_mut(call.conn) else { return Outcome::Silent };
    if client.transaction.is_some() {
        return Refused::text("ERR MULTI calls can not be nested").into();
    }
    client.transaction = Some(super::clients::Transaction::default());
    Reply::OK.into()
}

fn discard(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let Some(client) = node.clients.get_mut(call.conn) else { return Outcome::Silent };
    if client.transaction.is_none() {
        return Refused::text("ERR DISCARD without MULTI").into();
    }
    client.discard();
    Reply::OK.into()
}

fn watch(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let Some(client) = node.clients.get_mut(call.conn) else { return Outcome::Silent };
    if client.transaction.is_some() {
        return Refused::text("ERR WATCH inside MULTI is not allowed").into();
    }
    if client.watch_broken {
        return Reply::OK.into(); // EXEC will fail whatever else is watched.
    }
    for key in &call.argv[1..] {
        if !client.watched.contains(key) {
            client.watched.push(key.clone());
        }
    }
    Reply::OK.into()
}

fn unwatch(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    if let Some(client) = node.clients.get_mut(call.conn) {
        client.watched.clear();
        client.watch_broken = false;
    }
    Reply::OK.into()
}

fn exec(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let a_watch_expired = watch_expired(node, call.now, call.conn);
    let Some(client) = node.clients.get_mut(call.conn) else { return Outcome::Silent };
    let Some(transaction) = client.transaction.take() else {
        return Refused::text("ERR EXEC without MULTI").into();
    };
    let touched = client.watch_broken || a_watch_expired;
    client.discard();
    if transaction.broken {
        return Refused::text("EXECABORT Transaction discarded because of previous errors.").into();
    }
    if touched {
        return Reply::NilArray.into();
    }
    client.executes = Some(transaction.commands.len());
    let mut replies = Vec::with_capacity(transaction.commands.len());
    for (command, argv) in transaction.commands {
        let mut inner = Call {
            now: call.now,
            conn: call.conn,
            argv,
            command,
            may_block: false,
            shown: Shown::ByClient,
            out: &mut *call.out,
        };
        let outcome = node.run(&mut inner);
        // A real server does not count a second channel, so that its array is longer than it says.
        replies.append(&mut node.clients.said);
        if let Outcome::Reply(reply) = outcome {
            replies.push(reply);
        }
    }
    node.clients.get_mut(call.conn).into_iter().for_each(|client| client.executes = None);
    Reply::Array(replies).into()
}

/// Whether a watched key's deadline has passed: it counts as changed.
fn watch_expired(node: &Node, now: Time, conn: ConnId) -> bool {
    let Some(client) = node.clients.get(conn) else { return false };
    let past = |key: &Bytes| {
        let entry = node.keyspace.get(key);
        entry.and_then(|entry| entry.expires).is_some_and(|at| at < now.unix_ms())
    };
    client.watched.iter().any(past)
}

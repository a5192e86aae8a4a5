//! MULTI, EXEC, DISCARD, WATCH.
//!
//! What a transaction changed is propagated as one, between MULTI and EXEC. The answer to EXEC is an array
//! of as many values as there are commands, whatever is said meanwhile: a message to who publishes it comes
//! in the middle, and what does not fit follows after. MIGRATE holds up the process and so its
//! transaction. In Redis: multi.c.

use super::clients::Watched;
use super::monitor::Shown;
use super::table::{Flags, Keys, keys_from, node};
use super::{Call, Command, Outcome, Refused};
use crate::node::Node;
use crate::node::io::{ConnId, Outbox};
use crate::node::keyspace::Keyspace;
use crate::words::resp::Protocol;
use crate::words::{Argv, Reply, Time};
use bytes::Bytes;
use std::collections::VecDeque;

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
        if client.watched.iter().all(|watched| watched.key != *key) {
            let had_expired = is_past(&node.keyspace, call.now, key);
            client.watched.push(Watched { key: key.clone(), had_expired });
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
    let length = (!client.is_told_nothing()).then_some(transaction.commands.len());
    let commands = transaction.commands.into();
    node.clients.execution = Some(Execution { commands, length, ..Execution::default() });
    node.execute(call.now, call.conn, call.out)
}

/// A transaction that runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Execution {
    /// What is still to be run.
    commands: VecDeque<(&'static Command, Argv)>,
    /// How long the array says it is; None if its client is told nothing.
    length: Option<usize>,
    /// What was said, and in which protocol.
    said: Vec<(Protocol, Reply)>,
    is_over: bool,
    /// One of its commands closed its client's connection: nothing more is said.
    ended: bool,
}

impl Execution {
    /// Says something to its client, in its turn.
    pub(super) fn says(&mut self, protocol: Protocol, reply: Reply) {
        if !self.ended {
            self.said.push((protocol, reply));
        }
    }
}

/// An array that is not whole yet.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Owed {
    length: usize,
    parts: Vec<Reply>,
}

impl Owed {
    /// With one more element: the array, if that makes it whole.
    pub(super) fn with(mut self, reply: Reply) -> Result<Reply, Owed> {
        self.parts.push(reply);
        if self.parts.len() < self.length { Err(self) } else { Ok(Reply::Array(self.parts)) }
    }
}

impl Node {
    /// Runs what is left of the transaction, until MIGRATE holds it up or it is over.
    pub(super) fn execute(&mut self, now: Time, conn: ConnId, out: &mut Outbox) -> Outcome {
        let next = |node: &mut Node| node.clients.execution.as_mut()?.commands.pop_front();
        while let Some((command, argv)) = next(self) {
            let (may_block, shown) = (false, Shown::ByClient);
            let mut inner = Call { now, conn, argv, command, may_block, shown, out: &mut *out };
            let (outcome, line) = self.run_unseen(&mut inner);
            match outcome {
                Outcome::Reply(reply) => self.reply(conn, reply, out),
                Outcome::Silent => {}
                Outcome::Blocked => return Outcome::Blocked,
            }
            self.show(line, out);
            let closes = self.clients.get(conn).is_some_and(|client| client.close_after_reply);
            self.clients.execution.iter_mut().for_each(|execution| execution.ended |= closes);
        }
        self.clients.execution.iter_mut().for_each(|execution| execution.is_over = true);
        self.clients.get_mut(conn).into_iter().for_each(|client| client.executes = None);
        Outcome::Silent
    }

    /// Whether MIGRATE holds up a transaction.
    pub(super) fn is_in_transaction(&self) -> bool {
        self.clients.execution.as_ref().is_some_and(|execution| !execution.is_over)
    }

    /// What was said in a transaction that is over.
    pub(super) fn answer_exec(&mut self, conn: ConnId, out: &mut Outbox) {
        let Some(execution) = self.clients.execution.take() else { return };
        let Execution { length, said, .. } = execution;
        let now = self.clients.get(conn).map(|client| client.protocol);
        let as_said = |(then, reply)| match now {
            Some(now) if now != then => Reply::Said(then, Box::new(reply)),
            _ => reply,
        };
        let mut said: Vec<Reply> = said.into_iter().map(as_said).collect();
        let after = match length {
            None => said,
            Some(length) if said.len() < length => return self.owe(conn, length, said),
            Some(length) => {
                let after = said.split_off(length);
                self.send_reply(conn, Reply::Array(said), out);
                after
            }
        };
        after.into_iter().for_each(|reply| self.send_reply(conn, reply, out));
    }

    /// A client has been told the beginning of an array.
    fn owe(&mut self, conn: ConnId, length: usize, parts: Vec<Reply>) {
        let Some(client) = self.clients.get_mut(conn) else { return };
        // The line that says how long it is has the form of a number.
        let begins = Reply::Int(length as i64);
        let told = [&begins].into_iter().chain(&parts);
        let bytes = told.map(|reply| reply.encoded_len(client.protocol)).sum();
        client.owed = Some(Owed { length, parts });
        self.clients.stats.says(bytes);
    }
}

/// Whether a watched key's deadline has passed since: it counts as changed.
fn watch_expired(node: &Node, now: Time, conn: ConnId) -> bool {
    let Some(client) = node.clients.get(conn) else { return false };
    let past =
        |watched: &Watched| !watched.had_expired && is_past(&node.keyspace, now, &watched.key);
    client.watched.iter().any(past)
}

fn is_past(keyspace: &Keyspace, now: Time, key: &Bytes) -> bool {
    let deadline = keyspace.get(key).and_then(|entry| entry.expires);
    deadline.is_some_and(|at| at < now.unix_ms())
}

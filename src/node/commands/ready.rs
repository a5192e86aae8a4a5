//! Keys that others wait for have changed: who waited longest is served first.
//!
//! A client that waits for several keys gets what the one that changed has, and nothing of the others.
//! Only those who wait for the type that the key has are served; a stream that is gone ends the waits
//! of the consumers of its groups. In Redis: `handleClientsBlockedOnKeys` and its siblings (blocked.c
//! 7.0).

use super::blocking::{Blocked, Wants};
use super::gate::look_up;
use super::monitor::Shown;
use super::words::lower;
use super::{Call, Outcome, Refused};
use crate::node::Node;
use crate::node::io::{ConnId, Outbox};
use crate::words::{Argv, Reply, Time};
use bytes::Bytes;

/// When one that waited takes an element, no change is counted: the push was one.
const UNCOUNTED: [&str; 4] = ["blpop", "brpop", "blmove", "brpoplpush"];
const STREAM_IS_GONE: &str = "UNBLOCKED the stream key no longer exists";

impl Node {
    /// Serves the clients that wait for keys which changed.
    pub(super) fn serve_ready_keys(&mut self, now: Time, out: &mut Outbox) {
        while !self.clients.ready.is_empty() {
            for key in std::mem::take(&mut self.clients.ready) {
                self.serve_key(now, &key, out);
            }
        }
    }

    fn serve_key(&mut self, now: Time, key: &Bytes, out: &mut Outbox) {
        let holds = self.at_keys(now, |db| db.value(key).map(|value| value.type_name()));
        self.propagate_effects(now, out);
        for (turn, conn) in self.waiting_for(key) {
            let blocked = self.clients.get(conn).and_then(|client| client.blocked.clone());
            match blocked {
                Some(Blocked::Keys { wants, keys, turn: still, .. }) if still == turn => {
                    self.serve_one(now, conn, (wants, &keys), (key, holds), out);
                }
                // Another one's turn has ended its wait.
                _ => {}
            }
        }
    }

    /// Who waits for a key, the longest wait first.
    fn waiting_for(&self, key: &Bytes) -> Vec<(u64, ConnId)> {
        let mut waiting = Vec::new();
        for (conn, client) in self.clients.iter() {
            if let Some(Blocked::Keys { keys, turn, .. }) = &client.blocked
                && keys.contains(key)
            {
                waiting.push((*turn, conn));
            }
        }
        waiting.sort_unstable_by_key(|(turn, _)| *turn);
        waiting
    }

    fn serve_one(
        &mut self,
        now: Time,
        conn: ConnId,
        (wants, keys): (Wants, &[Bytes]),
        (key, holds): (&Bytes, Option<&'static str>),
        out: &mut Outbox,
    ) {
        match wants {
            Wants::Pop(argv) if holds == Some(popped_type(&argv)) => {
                self.pop_again(now, conn, with_only(&argv, key), out);
            }
            Wants::Pop(_) => {}
            Wants::Read(reader) if holds == Some("stream") => {
                let answer = self.at_keys(now, |db| reader.serve(db, keys, key));
                self.propagate_effects(now, out);
                match answer {
                    Ok(None) => {}
                    Ok(Some(reply)) => self.serve(now, conn, reader.command(), reply, out),
                    Err(refused) => self.serve(now, conn, reader.command(), error(&refused), out),
                }
            }
            Wants::Read(reader) if reader.by.is_some() => {
                self.serve(now, conn, reader.command(), Reply::error(STREAM_IS_GONE), out);
            }
            Wants::Read(_) => {}
        }
    }

    fn pop_again(&mut self, now: Time, conn: ConnId, argv: Argv, out: &mut Outbox) {
        let Ok(command) = look_up(&argv) else { return };
        // It must not take a new turn if it still has to wait.
        let mut call =
            Call { now, conn, argv, command, may_block: false, shown: Shown::Already, out };
        // It was counted when it began to wait.
        let changes = self.persistence.changes();
        let outcome = self.handle(&mut call);
        if UNCOUNTED.contains(&command.name) {
            self.persistence.forget_changes_since(changes);
        }
        self.propagate_effects(now, out);
        match outcome {
            Outcome::Reply(Reply::NilArray | Reply::Nil) => {}
            Outcome::Reply(reply) => self.serve(now, conn, command.name, reply, out),
            Outcome::Silent | Outcome::Blocked => {}
        }
    }

    /// Answers a client with what it waited for.
    fn serve(
        &mut self,
        now: Time,
        conn: ConnId,
        command: &'static str,
        reply: Reply,
        out: &mut Outbox,
    ) {
        self.clients.stats.count_served(command, &reply);
        self.unblock(now, conn, reply, out);
    }
}

fn error(refused: &Refused) -> Reply {
    Reply::error(refused.to_string())
}

/// The type of which a command takes something out.
fn popped_type(argv: &Argv) -> &'static str {
    if lower(&argv[0]).starts_with("bz") { "zset" } else { "list" }
}

/// The command with one of its keys alone.
fn with_only(argv: &Argv, key: &Bytes) -> Argv {
    let words: &[Bytes] = argv;
    let one = Bytes::from_static(b"1");
    match (lower(&words[0]).as_str(), words) {
        ("blpop" | "brpop" | "bzpopmin" | "bzpopmax", [name, .., timeout]) => {
            Argv::new([name.clone(), key.clone(), timeout.clone()])
        }
        ("blmpop" | "bzmpop", [name, timeout, count, rest @ ..]) => {
            let keys = std::str::from_utf8(count).ok().and_then(|n| n.parse().ok()).unwrap_or(0);
            let begin = [name.clone(), timeout.clone(), one, key.clone()];
            Argv::new(begin.into_iter().chain(rest.iter().skip(keys).cloned()))
        }
        _ => argv.clone(),
    }
}

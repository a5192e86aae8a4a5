//! Running a command: its handler, what it changed, and who hears of that.
//!
//! Invariants: what a command, transaction or script changed goes to the replicas before its answer
//! goes to the client, in MULTI and EXEC if it is more than one write. In Redis: `call`,
//! `propagatePendingCommands` (server.c).

use super::gate::look_up;
use super::monitor::Shown;
use super::table::Handler;
use super::{Answer, Call, Client, Command, Outcome};
use crate::node::Node;
use crate::node::io::{ConnId, Outbox};
use crate::node::keyspace::{Db, db::Effects, db::Expired};
use crate::words::{Argv, Reply, Time};
use bytes::Bytes;

/// Longer strings would be refused by the machine, whatever `proto-max-bulk-len` is.
const LONGEST_STRING: u64 = 512 << 20;

impl Node {
    /// Runs a command that passed the gate, tells the replicas, then answers.
    pub(super) fn run_for_client(
        &mut self,
        now: Time,
        conn: ConnId,
        command: &'static Command,
        argv: Argv,
        out: &mut Outbox,
    ) {
        let mut call =
            Call { now, conn, argv, command, may_block: true, shown: Shown::ByClient, out };
        self.clients.kept.current = Some(conn);
        self.clients.limit_kept(self.config.tracking_table_max_keys, &mut self.rng);
        let ran = self.run_unseen(&mut call);
        // MIGRATE holds up the transaction that it is in.
        if !self.is_in_transaction() {
            self.after_run(now, conn, ran, out);
        }
    }

    /// What is done after a command, transaction or script; `line` is what those who monitor are shown.
    pub(super) fn after_run(
        &mut self,
        now: Time,
        conn: ConnId,
        (outcome, line): (Outcome, Option<Reply>),
        out: &mut Outbox,
    ) {
        self.propagate_effects(now, out);
        self.tell_of_changes(out);
        let offset = self.replication.offset();
        if let Some(client) = self.clients.get_mut(conn) {
            client.wrote_to = offset;
        }
        match outcome {
            Outcome::Reply(reply) => self.reply(conn, reply, out),
            Outcome::Silent | Outcome::Blocked => {}
        }
        self.answer_exec(conn, out);
        let ends = self.clients.get(conn).is_some_and(Client::is_done);
        if ends {
            self.disconnect(now, conn, out);
        }
        // A client that monitors is answered before it sees what it asked.
        self.show(line, out);
        self.tell_of_own_changes(conn, out);
        self.serve_ready_keys(now, out);
        self.tell_of_changes(out);
        self.tell_of_own_changes(conn, out);
        self.clients.kept.current = None;
    }

    /// Runs a command's handler and shows it to those who monitor; what it changed is kept in `effects`.
    pub(super) fn run(&mut self, call: &mut Call<'_>) -> Outcome {
        let (outcome, line) = self.run_unseen(call);
        self.show(line, call.out);
        outcome
    }

    /// Runs a command's handler; with what those who monitor are to be shown.
    pub(super) fn run_unseen(&mut self, call: &mut Call<'_>) -> (Outcome, Option<Reply>) {
        let line = self.line_of(call);
        let before = call.out.effects.len();
        let errors = self.clients.stats.error_replies;
        let outcome = self.handle(call);
        self.note_slow(call, &outcome, before);
        // MIGRATE holds up the process: it is shown and counted when it is done.
        if outcome == Outcome::Blocked && self.is_migrating() {
            return (outcome, None);
        }
        // INFO does not count itself, nor the EXEC around it.
        self.clients.stats.count_call(call.command, &outcome);
        if errors < self.clients.stats.error_replies && call.command.name != "exec" {
            // CLIENT UNBLOCK told somebody else an error: to a real server that is its own.
            self.clients.stats.count_failed(call.command);
        }
        self.remember_keys(call);
        (outcome, line)
    }

    /// Runs a command's handler, and nobody counts it.
    pub(super) fn handle(&mut self, call: &mut Call<'_>) -> Outcome {
        match call.command.handler {
            Handler::Node(handler) => handler(self, call),
            Handler::Data(handler) => self.with_db(call, handler).into(),
        }
    }

    /// Does something with the keyspace; what it changed is kept in `effects`.
    pub(super) fn with_db(
        &mut self,
        call: &Call<'_>,
        act: impl FnOnce(&mut Db<'_>, &Argv) -> Answer,
    ) -> Answer {
        let expired = self.expired_keys_are(call.now);
        let in_cluster = self.config.cluster_enabled;
        let mut db = Db::new(&mut self.keyspace, call.now, &mut self.rng, expired, in_cluster);
        db.counts_lookups = call.command.reads_values();
        db.longest = self.config.max_bulk_len.min(LONGEST_STRING);
        let answer = act(&mut db, &call.argv);
        let effects = db.finish(&call.argv);
        // To a real server a script is a client of its own.
        let by = Some(call.conn).filter(|_| call.shown != Shown::ByScript);
        self.note_effects(effects, by);
        answer
    }

    /// Does something with the keyspace that no command asked for; what it propagates is kept in
    /// `effects`.
    pub(super) fn at_keys<T>(&mut self, now: Time, act: impl FnOnce(&mut Db<'_>) -> T) -> T {
        let expired = self.expired_keys_are(now);
        let in_cluster = self.config.cluster_enabled;
        let mut db = Db::new(&mut self.keyspace, now, &mut self.rng, expired, in_cluster);
        db.nothing_else();
        let done = act(&mut db);
        let effects = db.finish(&Argv::new([Bytes::new()]));
        self.note_effects(effects, None);
        done
    }

    /// Keeps what was changed until it is propagated; tells those who watch, or may have kept it. `by`:
    /// the client that changed it.
    pub(super) fn note_effects(&mut self, effects: Effects, by: Option<ConnId>) {
        self.clients.effects.extend(effects.commands);
        self.persistence.changed(effects.changes);
        self.clients.stats.count_lookups(effects.lookups);
        effects.ended.iter().for_each(|key| self.clients.ended(key));
        for key in &effects.touched {
            self.clients.touch_watchers(key);
            if !effects.flushed {
                self.clients.invalidate(key, by);
            }
        }
        if effects.flushed {
            self.clients.invalidate_all();
        }
        effects.ready.iter().for_each(|key| self.clients.signal(key));
    }

    /// Hands the effective writes over to replication.
    pub(super) fn propagate_effects(&mut self, now: Time, out: &mut Outbox) {
        let effects = std::mem::take(&mut self.clients.effects);
        self.propagate_all(now, &effects, out);
    }

    /// What is done with keys whose deadline has passed.
    pub(in crate::node) fn expired_keys_are(&self, now: Time) -> Expired {
        let waits = self.replication.master().is_some() || self.writes_are_paused(now);
        if waits { Expired::IsHidden } else { Expired::IsDeleted }
    }

    /// Executes a command of the master's stream, or of the append-only file: no gate, no expiry, no
    /// answer, and nothing is propagated, for the stream is passed on as it is.
    pub(in crate::node) fn apply_from_master(&mut self, now: Time, argv: &Argv, out: &mut Outbox) {
        let Ok(command) = look_up(argv) else { return };
        let Handler::Data(handler) = command.handler else { return };
        let mut db = Db::new(&mut self.keyspace, now, &mut self.rng, Expired::IsThere, true);
        db.counts_lookups = command.reads_values();
        let _answer = handler(&mut db, argv);
        let effects = db.finish(argv);
        self.note_effects(effects, None);
        self.clients.effects.clear();
        // Nobody waits here to take something, only to read it: XREAD.
        self.serve_ready_keys(now, out);
    }

    /// Counts a command of the master's stream: INFO does as if a client had sent it.
    pub(in crate::node) fn count_from_master(&mut self, argv: &Argv) {
        if let Ok(command) = look_up(argv) {
            self.clients.stats.count_call(command, &Outcome::Silent);
        }
    }

    /// The keys that a command names.
    pub(in crate::node) fn keys_of(&self, argv: &Argv) -> Vec<Bytes> {
        let Ok(command) = look_up(argv) else { return Vec::new() };
        let places = command.keys.places(argv);
        places.into_iter().filter_map(|at| argv.get(at).cloned()).collect()
    }
}

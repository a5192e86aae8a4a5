//! The stream itself: what a master appends, what a replica applies and passes on, what leaves.
//!
//! In Redis: `replicationFeedSlaves`, `replicationFeedStreamFromMasterStream`, `beforeSleep`.
//! Spec: replication 2 and 5.

use crate::node::Node;
use crate::node::io::{ConnId, Effect, Outbox};
use crate::node::replication::Replication;
use crate::node::replication::backlog::Backlog;
use crate::node::replication::downstream::Progress;
use crate::node::replication::upstream::Link;
use crate::shapes::stream::{ClientData, ReplData};
use crate::words::{Argv, Time};

impl Replication {
    /// Replicas to be can resume from here on.
    pub(super) fn begin_backlog(&mut self) {
        let offset = self.history.offset;
        self.backlog.get_or_insert_with(|| Backlog::begin(offset));
    }

    /// Appends a command; without anybody who could ever want it, nothing is counted.
    pub(super) fn append(&mut self, command: Argv, keep_bytes: u64) {
        let needed = self.first_needed();
        let Some(backlog) = &mut self.backlog else { return };
        self.history.offset += command.encoded_len();
        backlog.append(command);
        backlog.trim(keep_bytes, needed);
    }

    /// Offset of the first byte that some replica has not been sent yet.
    fn first_needed(&self) -> u64 {
        let unsent = self.replicas.iter().filter(|r| r.holds_backlog()).map(|r| r.sent + 1);
        unsent.min().unwrap_or(u64::MAX)
    }
}

impl Node {
    /// Appends an effective write to the stream and the append-only file.
    pub(in crate::node) fn propagate(&mut self, _now: Time, command: &Argv, _: &mut Outbox) {
        self.persistence.changed(command);
        if self.replication.upstream.is_some() {
            return;
        }
        let keep = self.config.repl_backlog_size;
        if !self.replication.selected && self.replication.backlog.is_some() {
            self.replication.selected = true;
            self.replication.append(Argv::from("SELECT 0"), keep);
        }
        self.replication.append(command.clone(), keep);
    }

    /// Appends the effects of one transaction: bare if it is one command, else between MULTI and EXEC.
    pub(in crate::node) fn propagate_all(&mut self, now: Time, effects: &[Argv], out: &mut Outbox) {
        let wrapped = 1 < effects.len();
        if wrapped {
            self.propagate(now, &Argv::from("MULTI"), out);
        }
        effects.iter().for_each(|command| self.propagate(now, command, out));
        if wrapped {
            self.propagate(now, &Argv::from("EXEC"), out);
        }
    }

    /// Appends what is no write (PING, GETACK): it counts, but selects no database.
    pub(super) fn append_quietly(&mut self, line: &str) {
        if self.replication.upstream.is_none() {
            self.replication.append(Argv::from(line), self.config.repl_backlog_size);
        }
    }

    /// A replica applies what its master sent, and passes it on.
    pub(super) fn follow(&mut self, now: Time, conn: ConnId, commands: &[Argv], out: &mut Outbox) {
        for command in commands {
            // A command may end the link it came by (a role change); the rest is then not ours.
            let up = self.replication.upstream.as_ref();
            if !up.is_some_and(|up| matches!(up.link, Link::Connected { conn: c, .. } if c == conn))
            {
                return;
            }
            match command.name().as_str() {
                "replconf" => self.acknowledge(out),
                "ping" | "select" | "multi" | "exec" => {}
                _ => self.apply_from_master(now, command, out),
            }
            self.show_command_of_master(now, command, out);
            self.replication.begin_backlog();
            self.replication.append(command.clone(), self.config.repl_backlog_size);
        }
    }

    /// What was appended in this iteration goes out to the replicas before clients hear of it.
    pub(in crate::node) fn replication_before_sleep(&mut self, now: Time, out: &mut Outbox) {
        if self.replication.acks_wanted && !self.writes_are_paused(now) {
            self.replication.acks_wanted = false;
            self.append_quietly("REPLCONF GETACK *");
        }
        let Some(backlog) = &self.replication.backlog else { return };
        let end = self.replication.history.offset;
        let mut sends = Vec::new();
        for replica in &mut self.replication.replicas {
            if replica.progress == Progress::Streaming && replica.sent < end {
                let commands = backlog.after(replica.sent).cloned().collect();
                let data = ReplData::Commands { commands, bytes: end - replica.sent };
                sends.push(Effect::SendClient {
                    conn: replica.conn,
                    data: ClientData::Stream(data),
                });
                replica.sent = end;
            }
        }
        let first_reply = out.effects.iter().position(is_reply).unwrap_or(out.effects.len());
        out.effects.splice(first_reply..first_reply, sends);
    }
}

fn is_reply(effect: &Effect) -> bool {
    matches!(effect, Effect::SendClient { data: ClientData::Reply { .. }, .. })
}

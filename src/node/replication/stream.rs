//! The stream itself: what a master appends, what a replica applies and passes on, what leaves.
//!
//! In Redis: `replicationFeedSlaves`, `replicationFeedStreamFromMasterStream`, `beforeSleep`.
//! Spec: replication 2 and 5.

use crate::node::Node;
use crate::node::io::{ConnId, Effect, Outbox};
use crate::node::replication::Replication;
use crate::node::replication::backlog::Backlog;
use crate::node::replication::downstream::{Progress, Replica};
use crate::node::replication::upstream::Link;
use crate::shapes::stream::{ClientData, ReplData};
use crate::words::{Argv, Time};

impl Replication {
    /// Replicas to be can resume from here on.
    pub(super) fn begin_backlog(&mut self) {
        let offset = self.history.offset;
        self.backlog.get_or_insert_with(|| Backlog::begin(offset));
    }

    /// Appends a command; without anybody who could ever want it, nothing is counted. Says whether that
    /// took a new block.
    pub(super) fn append(&mut self, command: Argv, keep_bytes: u64) -> bool {
        let needed = self.first_needed();
        let Some(backlog) = &mut self.backlog else { return false };
        self.history.offset += command.encoded_len();
        let grew = backlog.append(command, keep_bytes);
        if grew {
            backlog.trim(keep_bytes, needed);
        }
        for replica in self.replicas.iter_mut().filter(|replica| replica.holds_backlog()) {
            replica.holds = true;
        }
        grew
    }

    /// Offset of the first byte that some replica's kernel has not taken yet.
    fn first_needed(&self) -> u64 {
        let unsent = self.replicas.iter().filter(|r| r.holds_backlog()).map(|r| r.written() + 1);
        unsent.min().unwrap_or(u64::MAX)
    }

    /// Where nothing has moved since the last time there is nothing to trim: most rounds are such.
    fn trim_backlog(&mut self, keep_bytes: u64) {
        let asked = (keep_bytes, self.first_needed(), self.history.offset);
        if self.trimmed != Some(asked) {
            self.trimmed = Some(asked);
            self.backlog.iter_mut().for_each(|backlog| backlog.trim(keep_bytes, asked.1));
        }
    }
}

impl Node {
    /// Appends an effective write to the stream and the append-only file.
    pub(in crate::node) fn propagate(&mut self, _now: Time, command: &Argv, out: &mut Outbox) {
        self.persistence.propagates(command);
        if self.replication.upstream.is_some() {
            return;
        }
        if !self.replication.selected && self.replication.backlog.is_some() {
            self.replication.selected = true;
            self.append(Argv::from("SELECT 0"), out);
        }
        self.append(command.clone(), out);
    }

    /// Appends a command; a replica for which too much waits is closed.
    fn append(&mut self, command: Argv, out: &mut Outbox) {
        if self.replication.append(command, self.config.repl_backlog_size) {
            let replicas = self.replication.replicas.iter().filter(|r| r.holds_backlog());
            for conn in replicas.map(|replica| replica.conn).collect::<Vec<_>>() {
                self.check_output(conn, out);
            }
        }
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
    pub(super) fn append_quietly(&mut self, line: &str, out: &mut Outbox) {
        if self.replication.upstream.is_none() {
            self.append(Argv::from(line), out);
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
            self.count_from_master(command);
            self.show_command_of_master(now, command, out);
            self.replication.begin_backlog();
            self.append(command.clone(), out);
        }
    }

    /// What was appended in this iteration goes out to the replicas before clients hear of it.
    pub(in crate::node) fn replication_before_sleep(&mut self, now: Time, out: &mut Outbox) {
        if self.replication.acks_wanted && !self.writes_are_paused(now) {
            self.replication.acks_wanted = false;
            self.append_quietly("REPLCONF GETACK *", out);
        }
        let Some(backlog) = &self.replication.backlog else { return };
        let end = self.replication.history.offset;
        let mut sends = Vec::new();
        for replica in &mut self.replication.replicas {
            let takes = replica.progress == Progress::Streaming && replica.unsent == 0;
            if takes && replica.sent < end {
                let conn = replica.conn;
                let data = replica.next_of_stream(backlog, end).map(ClientData::Stream);
                sends.extend(data.map(|data| Effect::SendClient { conn, data }));
            }
        }
        self.replication.trim_backlog(self.config.repl_backlog_size);
        if sends.is_empty() {
            return;
        }
        let first_reply = out.effects.iter().position(is_reply).unwrap_or(out.effects.len());
        out.effects.splice(first_reply..first_reply, sends);
    }
}

impl Replica {
    /// What it is sent now: all at once, or in pieces if it could not take all of late.
    fn next_of_stream(&mut self, backlog: &Backlog, end: u64) -> impl Iterator<Item = ReplData> {
        const PIECE: u64 = 64 * 1024;
        let largest = if std::mem::take(&mut self.lags) { PIECE } else { u64::MAX };
        let mut pieces = Vec::new();
        let mut commands = Vec::new();
        let mut bytes = 0;
        for command in backlog.after(self.sent) {
            bytes += command.encoded_len();
            commands.push(command.clone());
            if largest <= bytes {
                pieces.push(ReplData::Commands { commands: std::mem::take(&mut commands), bytes });
                (self.sent, bytes) = (self.sent + bytes, 0);
            }
        }
        if self.sent < end {
            pieces.push(ReplData::Commands { commands, bytes: end - self.sent });
        }
        self.sent = end;
        pieces.into_iter()
    }
}

fn is_reply(effect: &Effect) -> bool {
    matches!(effect, Effect::SendClient { data: ClientData::Reply { .. }, .. })
}

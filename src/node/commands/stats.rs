//! What INFO counts: commands by name, errors by their first word, and the rest.
//!
//! A command that was refused before it ran is `rejected`, one that ran and answered with an error
//! `failed`. In Redis: `call`, `rejectCommand`, `afterErrorReply`, `genRedisInfoStringCommandStats`.
//! Absent: how long commands took; here they take no time.

use super::{Command, Outcome};
use crate::node::Node;
use crate::node::keyspace::db::Lookups;
use crate::words::Reply;
use std::collections::BTreeMap;

/// Counters of INFO.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(in crate::node) struct Stats {
    pub connections_received: u64,
    pub connections_rejected: u64,
    pub commands_processed: u64,
    pub expired_keys: u64,
    pub keyspace_hits: u64,
    pub keyspace_misses: u64,
    pub error_replies: u64,
    /// Snapshots that were asked for or due; those of FLUSHALL and SHUTDOWN do not count.
    pub rdb_saves: u64,
    /// Bytes that clients sent, the links of replicas among them.
    pub net_input: u64,
    /// Bytes that were written to clients.
    pub net_output: u64,
    /// What was said in this round is written at its end.
    unwritten: u64,
    commands: BTreeMap<&'static str, CommandStats>,
    /// By their first word.
    errors: BTreeMap<String, u64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct CommandStats {
    calls: u64,
    rejected: u64,
    failed: u64,
    /// Whether it ever ran to its end at once, or was served after a wait: only then it took a time.
    timed: bool,
}

impl Stats {
    /// A client is told so many bytes.
    pub(super) fn says(&mut self, bytes: u64) {
        self.unwritten += bytes;
    }
    /// CONFIG RESETSTAT. What was said and not written yet will be counted.
    pub(super) fn reset(&mut self) {
        *self = Stats { unwritten: self.unwritten, ..Stats::default() };
    }
    /// What was said is written. In Redis: `handleClientsWithPendingWrites`.
    pub(in crate::node) fn writes(&mut self) {
        self.net_output += std::mem::take(&mut self.unwritten);
    }
    /// A command looked up keys.
    pub(in crate::node) fn count_lookups(&mut self, lookups: Lookups) {
        self.keyspace_hits += lookups.hits;
        self.keyspace_misses += lookups.misses;
        self.expired_keys += lookups.expired;
    }
    /// A command ran.
    pub(super) fn count_call(&mut self, command: &'static Command, outcome: &Outcome) {
        self.commands_processed += 1;
        let failed = matches!(outcome, Outcome::Reply(Reply::Error(_)));
        let stats = self.commands.entry(command.name).or_default();
        stats.calls += 1;
        stats.timed |= *outcome != Outcome::Blocked;
        stats.failed += u64::from(failed);
    }
    /// A command that waited got what it waited for.
    pub(super) fn count_served(&mut self, command: &'static str, reply: &Reply) {
        let stats = self.commands.entry(command).or_default();
        stats.timed = true;
        stats.failed += u64::from(matches!(reply, Reply::Error(_)));
    }
    /// A command failed, whatever it answered.
    pub(super) fn count_failed(&mut self, command: &'static Command) {
        self.commands.entry(command.name).or_default().failed += 1;
    }
    /// A command was refused before it ran.
    pub(super) fn count_rejected(&mut self, command: &'static Command) {
        self.commands.entry(command.name).or_default().rejected += 1;
    }
    /// A client gets an error, or would if it were told anything.
    pub(super) fn count_error(&mut self, reply: &Reply) {
        const LONGEST: usize = 32;
        let Reply::Error(text) = reply else { return };
        let start = &text[..text.len().min(LONGEST)];
        let word = start.iter().position(|&byte| byte == b' ').map(|end| &start[..end]);
        let word = String::from_utf8_lossy(word.unwrap_or(b"ERR")).into_owned();
        *self.errors.entry(word).or_default() += 1;
        self.error_replies += 1;
    }
}

/// `# Commandstats`.
pub(super) fn commandstats(node: &Node) -> String {
    let line = |(name, stats): (&&'static str, &CommandStats)| {
        let CommandStats { calls, rejected, failed, timed: _ } = stats;
        format!(
            "cmdstat_{name}:calls={calls},usec=0,usec_per_call=0.00,rejected_calls={rejected},\
             failed_calls={failed}\r\n"
        )
    };
    node.clients.stats.commands.iter().map(line).collect()
}

/// `# Latencystats`, of all commands that ran: they took no time.
pub(super) fn latencystats(node: &Node) -> String {
    let ran = node.clients.stats.commands.iter().filter(|(_, stats)| stats.timed);
    let line = |(name, _): (&&'static str, &CommandStats)| {
        format!("latency_percentiles_usec_{name}:p50=0.000,p99=0.000,p99.9=0.000\r\n")
    };
    ran.map(line).collect()
}

/// `# Errorstats`.
pub(super) fn errorstats(node: &Node) -> String {
    let line = |(word, count): (&String, &u64)| format!("errorstat_{word}:count={count}\r\n");
    node.clients.stats.errors.iter().map(line).collect()
}

impl Stats {
    /// The commands that took a time, by name, with how often they ran.
    pub(super) fn timed(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let timed = self.commands.iter().filter(|(_, stats)| stats.timed);
        timed.map(|(name, stats)| (*name, stats.calls))
    }
}

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
    pub changes: u64,
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
    /// A command looked up keys.
    pub(in crate::node) fn count_lookups(&mut self, lookups: Lookups) {
        self.keyspace_hits += lookups.hits;
        self.keyspace_misses += lookups.misses;
        self.expired_keys += lookups.expired;
    }
    /// A command ran.
    pub(super) fn count_call(&mut self, command: &'static Command, outcome: &Outcome) {
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
    /// A command was refused before it ran.
    pub(super) fn count_rejected(&mut self, command: &'static Command) {
        self.commands.entry(command.name).or_default().rejected += 1;
    }
    /// A client gets an error; one inside the answer to EXEC counts as well.
    pub(super) fn count_errors(&mut self, reply: &Reply) {
        match reply {
            Reply::Error(text) => {
                const LONGEST: usize = 32;
                let start = &text[..text.len().min(LONGEST)];
                let word = start.iter().position(|&byte| byte == b' ').map(|end| &start[..end]);
                let word = String::from_utf8_lossy(word.unwrap_or(b"ERR")).into_owned();
                *self.errors.entry(word).or_default() += 1;
                self.error_replies += 1;
            }
            Reply::Array(parts) => parts.iter().for_each(|part| self.count_errors(part)),
            _ => {}
        }
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

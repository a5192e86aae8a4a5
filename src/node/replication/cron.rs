//! What replication does each second.
//!
//! In Redis: `replicationCron`. Spec: replication 3; the order is the spec's.

use crate::node::Node;
use crate::node::io::{ConnId, Outbox};
use crate::node::log::Level::{Notice, Warning};
use crate::node::replication::downstream::{Progress, Replica};
use crate::node::replication::upstream::{Attempt, Link};
use crate::shapes::stream::{ClientData, ReplData};
use crate::words::Time;

impl Node {
    /// Once a second, first at the start of the process.
    pub(in crate::node) fn replication_cron(&mut self, now: Time, out: &mut Outbox) {
        self.drop_silent_master(now, out);
        if matches!(self.replication.upstream.as_ref().map(|up| &up.link), Some(Link::Waiting)) {
            // No fact: it may go on for hours.
            self.open_link(now, Attempt::First, out);
        }
        self.acknowledge(out);
        self.ping_replicas(now, out);
        self.keep_waiting_replicas(out);
        self.drop_silent_replicas(now, out);
        self.free_unused_backlog(now, out);
        if self.fork_is_due(now) {
            self.fork_for_replicas(now, out);
        }
        self.replication.count_good_replicas(now, self.config.min_replicas_max_lag);
        self.replication.seconds += 1;
    }

    fn is_too_long(&self, now: Time, since: Time) -> bool {
        self.config.repl_timeout < now.unix_s().saturating_sub(since.unix_s())
    }

    fn drop_silent_master(&mut self, now: Time, out: &mut Outbox) {
        let Some(up) = &self.replication.upstream else { return };
        if up.link.heard().is_some_and(|heard| self.is_too_long(now, heard)) {
            out.log.write(Warning, timeout(&up.link));
            self.drop_master_link(now, out);
        }
    }

    /// The stream's heartbeat. Not while a manual failover waits for equal offsets.
    fn ping_replicas(&mut self, now: Time, out: &mut Outbox) {
        let due =
            self.replication.seconds.is_multiple_of(self.config.repl_ping_replica_period.max(1));
        let failing_over = self.manual_failover_is_on() && self.writes_are_paused(now);
        if due && !self.replication.replicas.is_empty() && !failing_over {
            self.append_quietly("PING", out);
        }
    }

    fn keep_waiting_replicas(&mut self, out: &mut Outbox) {
        for replica in &self.replication.replicas {
            if let Progress::AwaitingFork { .. } = replica.progress {
                out.send_client(replica.conn, ClientData::Stream(ReplData::Newline));
            }
        }
    }

    fn drop_silent_replicas(&mut self, now: Time, out: &mut Outbox) {
        let silent = |r: &&Replica| r.is_online() && self.is_too_long(now, r.acked_at);
        let silent: Vec<(ConnId, String)> =
            self.replication.replicas.iter().filter(silent).map(|r| (r.conn, r.name())).collect();
        for (conn, name) in silent {
            let text = format_args!("Disconnecting timedout replica (streaming sync): {name}");
            out.log.write(Warning, text);
            self.drop_replica(now, conn, out);
        }
    }

    /// After an hour without replicas the backlog goes; who comes later needs everything.
    fn free_unused_backlog(&mut self, now: Time, out: &mut Outbox) {
        let limit = self.config.repl_backlog_ttl;
        let replication = &mut self.replication;
        let alone = now.unix_s().saturating_sub(replication.alone_since.unix_s());
        let unused = replication.upstream.is_none() && replication.replicas.is_empty();
        if limit != 0 && unused && replication.backlog.is_some() && limit < alone {
            replication.history.renew(&mut self.rng);
            replication.backlog = None;
            let text = format_args!(
                "Replication backlog freed after {limit} seconds without connected replicas."
            );
            out.log.write(Notice, text);
        }
    }

    /// Whether the replica that waits longest has waited long enough for others to join it.
    fn fork_is_due(&self, now: Time) -> bool {
        let waiting =
            self.replication.replicas.iter().filter_map(|replica| match replica.progress {
                Progress::AwaitingFork { since } => {
                    Some(now.unix_s().saturating_sub(since.unix_s()))
                }
                Progress::Receiving | Progress::AwaitingAck | Progress::Streaming => None,
            });
        let delay =
            if self.config.repl_diskless_sync { self.config.repl_diskless_sync_delay } else { 0 };
        self.replication.fork.is_none() && waiting.max().is_some_and(|waited| delay <= waited)
    }
}

/// What is said of a master that was silent for too long.
fn timeout(link: &Link) -> &'static str {
    match link {
        Link::Waiting | Link::Connecting { .. } | Link::Handshake { .. } => {
            "Timeout connecting to the MASTER..."
        }
        Link::Transfer { .. } => {
            "Timeout receiving bulk data from MASTER... If the problem persists try to set the 'repl-timeout' parameter in redis.conf to a larger value."
        }
        Link::Connected { .. } => "MASTER timeout: no data nor PING received...",
    }
}

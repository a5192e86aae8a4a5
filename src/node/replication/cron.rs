//! What replication does each second.
//!
//! In Redis: `replicationCron`. Spec: replication 3; the order is the spec's.

use crate::node::Node;
use crate::node::io::{ConnId, Outbox};
use crate::node::replication::downstream::{Progress, Replica};
use crate::node::replication::upstream::Link;
use crate::shapes::stream::{ClientData, ReplData};
use crate::words::Time;

impl Node {
    /// Once a second, first at the start of the process.
    pub(in crate::node) fn replication_cron(&mut self, now: Time, out: &mut Outbox) {
        self.drop_silent_master(now, out);
        if matches!(self.replication.upstream.as_ref().map(|up| &up.link), Some(Link::Waiting)) {
            // Quietly: it may go on for hours.
            self.open_link(now, out);
        }
        self.acknowledge(out);
        self.ping_replicas(now);
        self.keep_waiting_replicas(out);
        self.drop_silent_replicas(now, out);
        self.free_unused_backlog(now);
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
            self.drop_master_link(now, out);
        }
    }

    /// The stream's heartbeat. Not while a manual failover waits for equal offsets.
    fn ping_replicas(&mut self, now: Time) {
        let due =
            self.replication.seconds.is_multiple_of(self.config.repl_ping_replica_period.max(1));
        let failing_over = self.manual_failover_is_on() && self.writes_are_paused(now);
        if due && !self.replication.replicas.is_empty() && !failing_over {
            self.append_quietly("PING");
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
        let silent: Vec<ConnId> =
            self.replication.replicas.iter().filter(silent).map(|replica| replica.conn).collect();
        for conn in silent {
            self.drop_replica(now, conn, out);
        }
    }

    /// After an hour without replicas the backlog goes; who comes later needs everything.
    fn free_unused_backlog(&mut self, now: Time) {
        let limit = self.config.repl_backlog_ttl;
        let replication = &mut self.replication;
        let alone = now.unix_s().saturating_sub(replication.alone_since.unix_s());
        let unused = replication.upstream.is_none() && replication.replicas.is_empty();
        if limit != 0 && unused && replication.backlog.is_some() && limit < alone {
            replication.history.renew(&mut self.rng);
            replication.backlog = None;
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

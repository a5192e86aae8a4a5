//! A master's links to its replicas, and the fork that makes a dataset for them.
//!
//! Invariants: a replica has been sent the stream up to `sent`; what comes after stays in the backlog.
//! In Redis: `server.slaves`, `replstate`, `startBgsaveForReplication`, `updateSlavesWaitingBgsave`,
//! `replicaStartCommandStream`. Spec: replication 3 to 5.

use crate::node::Node;
use crate::node::io::{ConnId, Outbox};
use crate::node::log::Level::Notice;
use crate::node::persistence::Snapshot;
use crate::node::replication::Replication;
use crate::node::replication::sync::travel_time;
use crate::shapes::Fact;
use crate::shapes::stream::{ClientData, ReplData};
use crate::words::Time;

/// A replica, as its master knows it.
#[derive(Clone, Debug)]
pub(super) struct Replica {
    pub(super) conn: ConnId,
    /// Where it says that it is, or where it comes from.
    pub(super) address: String,
    pub(super) port: u16,
    pub(super) progress: Progress,
    /// Offset of the last byte that was put on its connection.
    pub(super) sent: u64,
    /// How many of these bytes its kernel has not taken.
    pub(super) unsent: u64,
    /// Whether it was so of late: then what it is sent comes in pieces.
    pub(super) lags: bool,
    /// Whether it ever held a block of the stream.
    pub(super) holds: bool,
    /// Offset of the last byte that it said it has.
    pub(super) acked: u64,
    /// When it said so.
    pub(super) acked_at: Time,
}

/// How far a replica is on its way to the stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Progress {
    /// Waits for a fork, since then. In Redis: `SLAVE_STATE_WAIT_BGSAVE_START`.
    AwaitingFork { since: Time },
    /// A fork writes its dataset. In Redis: `SLAVE_STATE_WAIT_BGSAVE_END`.
    Receiving,
    /// The fork is done; the stream begins with its first ACK. In Redis: `repl_start_cmd_stream_on_ack`.
    AwaitingAck,
    /// It follows the stream.
    Streaming,
}

/// The process that writes a dataset to waiting replicas.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fork {
    pub(super) ends: Time,
    /// Its number.
    pub(super) pid: u32,
    /// Whether it writes to the replicas themselves, not to a file.
    pub(super) diskless: bool,
}

impl Progress {
    /// In Redis: `replstateToString`.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Progress::AwaitingFork { .. } | Progress::Receiving => "wait_bgsave",
            Progress::AwaitingAck | Progress::Streaming => "online",
        }
    }
}

impl Replica {
    pub(super) fn is_online(&self) -> bool {
        matches!(self.progress, Progress::AwaitingAck | Progress::Streaming)
    }
    /// Offset of the last byte that its kernel has.
    pub(super) fn written(&self) -> u64 {
        self.sent - self.unsent
    }
    /// Whether it needs the stream from `sent` on, at once or later.
    pub(super) fn holds_backlog(&self) -> bool {
        !matches!(self.progress, Progress::AwaitingFork { .. })
    }
    /// `ip:port`, as log lines name it. In Redis: `replicationGetSlaveName`.
    pub(super) fn name(&self) -> String {
        let Replica { address, port, .. } = self;
        match (port, address.contains(':')) {
            (0, _) => format!("{address}:<unknown-replica-port>"),
            (_, true) => format!("[{address}]:{port}"),
            (_, false) => format!("{address}:{port}"),
        }
    }
}

impl Replication {
    /// The kernel has all that a replica was sent but so many bytes.
    pub(in crate::node) fn keep_unsent(&mut self, conn: ConnId, bytes: u64) {
        for replica in self.replicas.iter_mut().filter(|replica| replica.conn == conn) {
            replica.unsent = bytes;
            replica.lags |= bytes != 0;
        }
    }

    /// The blocks of the stream that a replica holds, and what they take, in bytes.
    pub(in crate::node) fn unsent_blocks(&self, conn: ConnId) -> (u64, u64) {
        let Some(backlog) = &self.backlog else { return (0, 0) };
        let replica = self.replicas.iter().find(|replica| replica.conn == conn && replica.holds);
        replica.map_or((0, 0), |replica| backlog.held_from(replica.written()))
    }

    /// What a replica's output buffer takes, in bytes.
    pub(in crate::node) fn unsent_memory(&self, conn: ConnId) -> u64 {
        self.unsent_blocks(conn).1
    }

    /// In Redis: `refreshGoodSlavesCount`.
    pub(super) fn count_good_replicas(&mut self, now: Time, max_lag_s: u64) {
        let good = |replica: &&Replica| {
            replica.is_online() && now.unix_s() - replica.acked_at.unix_s() <= max_lag_s
        };
        self.good_replicas = self.replicas.iter().filter(good).count() as u32;
    }
}

impl Node {
    /// In Redis: `checkChildrenDone`, for a child that wrote to sockets.
    pub(super) fn end_fork(&mut self, now: Time, out: &mut Outbox) {
        let Some(fork) = self.replication.fork.filter(|fork| fork.ends <= now) else { return };
        Node::tell_of_forks_end(fork, &self.replication.replicas, out);
        self.replication.fork = None;
        for replica in &mut self.replication.replicas {
            if replica.progress == Progress::Receiving {
                replica.progress = Progress::AwaitingAck;
                replica.acked_at = now;
            }
        }
    }

    /// Snapshots the dataset for all replicas that wait for one. In Redis: `rdbSaveToSlavesSockets`.
    pub(super) fn fork_for_replicas(&mut self, now: Time, out: &mut Outbox) {
        let diskless = self.config.repl_diskless_sync;
        let pid = self.persistence.children.fork();
        Node::tell_of_fork(pid, diskless, out);
        let snapshot = Snapshot::new(now, &self.keyspace, self.replication.history);
        let dataset = Snapshot { from_file: !diskless, ..snapshot }.into_dataset();
        let replication = &mut self.replication;
        let (replid, offset) = (replication.history.id, replication.history.offset);
        for replica in &mut replication.replicas {
            if let Progress::AwaitingFork { .. } = replica.progress {
                let begin = ReplData::FullResync { replid, offset };
                out.send_client(replica.conn, ClientData::Stream(begin));
                let all = ReplData::Dataset(dataset.clone());
                out.send_client(replica.conn, ClientData::Stream(all));
                replica.progress = Progress::Receiving;
                replica.sent = offset;
            }
        }
        replication.selected = false;
        replication.fork = Some(Fork { ends: now + travel_time(&self.keyspace), pid, diskless });
    }

    /// `REPLCONF ACK <offset>` from a replica.
    pub(super) fn acknowledged(&mut self, now: Time, conn: ConnId, offset: u64, out: &mut Outbox) {
        // The word may come before the child's end was noticed.
        self.end_fork(now, out);
        let lag = self.config.min_replicas_max_lag;
        let replication = &mut self.replication;
        let Some(replica) = replication.replicas.iter_mut().find(|r| r.conn == conn) else {
            return;
        };
        replica.acked = replica.acked.max(offset);
        replica.acked_at = now;
        if replica.progress == Progress::AwaitingAck {
            replica.progress = Progress::Streaming;
            let text = format!("Synchronization with replica {} succeeded", replica.name());
            out.log.write(Notice, text);
            replication.count_good_replicas(now, lag);
        }
    }

    /// A connection is gone that may have been a replica's.
    pub(in crate::node) fn replica_closed(&mut self, now: Time, conn: ConnId, out: &mut Outbox) {
        let replication = &mut self.replication;
        replication.announced.remove(&conn);
        let Some(at) = replication.replicas.iter().position(|r| r.conn == conn) else { return };
        let replica = replication.replicas.remove(at);
        if replication.replicas.is_empty() {
            replication.alone_since = now;
        }
        if !replication.replicas.iter().any(|r| r.progress == Progress::Receiving) {
            replication.fork = None;
        }
        replication.count_good_replicas(now, self.config.min_replicas_max_lag);
        out.note(Fact::ReplicaLost { replica: replica.name() });
    }

    /// Closes the connection of one replica.
    pub(super) fn drop_replica(&mut self, now: Time, conn: ConnId, out: &mut Outbox) {
        out.close(conn);
        self.replica_closed(now, conn, out);
        self.client_closed(now, conn, out);
    }

    /// In Redis: `disconnectSlaves`.
    pub(super) fn drop_all_replicas(&mut self, now: Time, out: &mut Outbox) {
        while let Some(conn) = self.replication.replicas.first().map(|replica| replica.conn) {
            self.drop_replica(now, conn, out);
        }
    }
}

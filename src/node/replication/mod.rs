//! Replication: the stream a master produces and a replica follows.
//!
//! Every effective write of a master is appended to one stream of bytes, counted by an offset; its
//! replicas get it in order and answer how far they are, once a second. Nothing waits for them.
//!
//! Layout: [`history`] which stream an offset belongs to; [`backlog`] its last part; `upstream` the
//! link to a master; `downstream` the links to replicas; `psync` who gets a part and who needs all;
//! `sync` the transfer of a dataset; `cron` what happens each second; `report` INFO and ROLE.
//! Invariants: only a top-level master produces stream; a replica passes on, byte for byte, what it
//! applied. In Redis: replication.c (7.0.15). Spec: replication 1 to 8.
//! Absent: databases other than 0.

pub mod backlog;
mod cron;
mod downstream;
pub mod history;
mod log;
mod psync;
mod report;
mod stream;
pub(in crate::node) mod sync;
mod upstream;

use crate::node::Node;
use crate::node::io::{ConnId, Outbox};
use crate::node::log::Level::Notice;
use crate::words::{NodeId, ReplId, Rng, Time};
use backlog::Backlog;
use downstream::{Fork, Replica};
use history::{Former, History};
pub(in crate::node) use log::CACHED_MYSELF;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use sync::Transfer;
use upstream::{Attempt, Link, Upstream};

/// A node's part in a replication history.
#[derive(Clone, Debug)]
pub struct Replication {
    history: History,
    backlog: Option<Backlog>,
    /// By what the backlog was last trimmed: bytes to keep, the first that is needed, the last there is.
    trimmed: Option<(u64, u64, u64)>,
    /// Whose replica it is; a master has none.
    upstream: Option<Upstream>,
    /// Whether a file told it which history it may resume, though it follows nobody yet.
    cached: bool,
    /// In the order in which they came.
    replicas: Vec<Replica>,
    fork: Option<Fork>,
    /// What connections said of themselves that are not replicas yet.
    announced: BTreeMap<ConnId, Announced>,
    /// When the last replica left (or the process began).
    alone_since: Time,
    /// Whether the stream has said `SELECT 0` since it began anew. In Redis: `slaveseldb`.
    selected: bool,
    /// How often [`Node::replication_cron`] has run.
    seconds: u64,
    /// A WAIT blocked in this iteration.
    acks_wanted: bool,
    /// Replicas that are online and not too late, counted once a second.
    good_replicas: u32,
    syncs: Syncs,
}

/// Where a replica says that it is.
#[derive(Clone, Debug, Default)]
struct Announced {
    /// `REPLCONF listening-port`.
    port: u16,
    /// `REPLCONF ip-address`; without one it is where it comes from.
    address: Option<String>,
}

/// How often replicas asked to be synchronised, and what they got: counters of INFO.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Syncs {
    /// The whole dataset.
    pub full: u64,
    /// A part of the stream.
    pub partial: u64,
    /// The whole dataset although they asked for a part.
    pub refused: u64,
}

impl Replication {
    pub(in crate::node) fn boot(now: Time, rng: &mut Rng) -> Replication {
        Replication {
            history: History::begin(rng),
            backlog: None,
            trimmed: None,
            upstream: None,
            cached: false,
            replicas: Vec::new(),
            fork: None,
            announced: BTreeMap::new(),
            alone_since: now,
            selected: false,
            seconds: 0,
            acks_wanted: false,
            good_replicas: 0,
            syncs: Syncs::default(),
        }
    }
    /// Whether `conn` is this replica's connection to its master.
    pub(in crate::node) fn is_master_link(&self, conn: ConnId) -> bool {
        self.upstream.as_ref().is_some_and(|up| up.link.conn() == Some(conn))
    }
    /// The offset that bus headers carry, in bytes: what a master produced, what a replica processed
    /// of a history it can still resume.
    pub(in crate::node) fn bus_offset(&self) -> u64 {
        match &self.upstream {
            Some(up) if !up.resumable => 0,
            Some(_) | None => self.history.offset,
        }
    }
    /// The history it follows or produces.
    pub fn replid(&self) -> ReplId {
        self.history.id
    }
    /// The history it follows or produces, with its offset and what came before.
    pub fn history(&self) -> &History {
        &self.history
    }
    /// Bytes of stream that it produced or processed. In Redis: `master_repl_offset`.
    pub fn offset(&self) -> u64 {
        self.history.offset
    }
    /// The address it replicates from, unless it is a master.
    pub fn master(&self) -> Option<SocketAddr> {
        self.upstream.as_ref().map(|up| up.master)
    }
    /// The followed stream's connection and the address it comes from: a client of this node, as CLIENT
    /// KILL sees it.
    pub fn master_link(&self) -> Option<(ConnId, SocketAddr)> {
        let up = self.upstream.as_ref()?;
        match up.link {
            Link::Connected { conn, .. } => Some((conn, up.master)),
            Link::Waiting
            | Link::Connecting { .. }
            | Link::Handshake { .. }
            | Link::Transfer { .. } => None,
        }
    }
    /// Whether it is a replica whose link to its master is up.
    pub fn link_is_up(&self) -> bool {
        matches!(self.upstream, Some(Upstream { link: Link::Connected { .. }, .. }))
    }
    /// Replicas that are online and were heard of within `min-replicas-max-lag`; counted each second.
    pub fn good_replicas(&self) -> u32 {
        self.good_replicas
    }
    /// How often replicas were synchronised, and how.
    pub fn syncs(&self) -> Syncs {
        self.syncs
    }
    /// CONFIG RESETSTAT.
    pub fn forget_syncs(&mut self) {
        self.syncs = Syncs::default();
    }
    /// Whether `conn` is a replica's connection to this node.
    pub fn is_replica_link(&self, conn: ConnId) -> bool {
        self.replicas.iter().any(|replica| replica.conn == conn)
    }
    /// How many online replicas have acknowledged the stream up to `offset`: what WAIT counts.
    pub fn acked_count(&self, offset: u64) -> u32 {
        let acked = |replica: &&Replica| replica.is_online() && offset <= replica.acked;
        self.replicas.iter().filter(acked).count() as u32
    }
    /// Asks all replicas how far they are before the node sleeps (`REPLCONF GETACK *`).
    pub(in crate::node) fn want_acks(&mut self) {
        self.acks_wanted = true;
    }
    /// Whether every replica has acknowledged the whole stream. In Redis: `isReadyToShutdown`.
    pub(in crate::node) fn all_caught_up(&self) -> bool {
        self.replicas.iter().all(|replica| replica.acked == self.history.offset)
    }
    /// Whether a dataset from the master is being read into memory.
    pub(in crate::node) fn is_loading(&self) -> bool {
        matches!(
            self.upstream,
            Some(Upstream { link: Link::Transfer { transfer: Transfer::Loading { .. }, .. }, .. })
        )
    }
    /// What an RDB file says of its place in the stream. A replica resumes from there; the replicas of
    /// a master can.
    pub(in crate::node) fn restore(&mut self, saved: History, is_replica: bool) {
        self.history.offset = saved.offset;
        if is_replica {
            self.history.id = saved.id;
            self.cached = true;
        } else {
            self.history.former = Some(Former { id: saved.id, until: saved.offset + 1 });
        }
        self.begin_backlog();
    }
    /// Age of a replica's data in ms, a multiple of 1000 (spec: failover 1, step 2).
    pub(in crate::node) fn data_age_ms(&self, now: Time) -> u64 {
        let Some(up) = &self.upstream else { return 0 };
        let since = match up.link {
            Link::Connected { heard, .. } => heard.unix_s(),
            _ => up.down_since.map_or(0, Time::unix_s),
        };
        now.unix_s().saturating_sub(since) * 1000
    }
}

impl Node {
    /// In Redis: `replicationSetMaster`. Becomes (or stays) a replica, of the server at `master`.
    pub(in crate::node) fn replicate(&mut self, now: Time, master: SocketAddr, out: &mut Outbox) {
        out.log.voice = self.voice.replicating(false);
        let before = self.replication.upstream.take();
        let was_master = before.is_none();
        let (resumable, mut down_since) = match &before {
            Some(up) => (up.resumable, up.down_since),
            None => {
                // A master's own stream may be a prefix of what the new master has.
                self.replication.begin_backlog();
                (true, None)
            }
        };
        if let Some(up) = before {
            if matches!(up.link, Link::Connected { .. }) {
                down_since = Some(now);
                Node::tell_of_lost_master(out);
            }
            up.link.conn().into_iter().for_each(|conn| out.close(conn));
        }
        self.disconnect_blocked_clients(now, out);
        out.log.voice = self.voice.replicating(true);
        if was_master {
            if std::mem::take(&mut self.replication.cached) {
                out.log.write(Notice, log::DISCARDED);
            }
            out.log.write(Notice, CACHED_MYSELF);
        }
        let link = Link::Waiting;
        self.replication.upstream = Some(Upstream { master, link, resumable, down_since });
        self.connect_to_master(now, Attempt::First, out);
    }

    /// In Redis: `replicationUnsetMaster`. A replica becomes a master: new replid, old one kept as second.
    pub(in crate::node) fn stop_replicating(&mut self, now: Time, out: &mut Outbox) {
        let Some(up) = self.replication.upstream.take() else { return };
        out.log.voice = self.voice.replicating(false);
        if matches!(up.link, Link::Connected { .. }) {
            Node::tell_of_lost_master(out);
        }
        if up.resumable {
            out.log.write(Notice, log::DISCARDED);
        }
        up.link.conn().into_iter().for_each(|conn| out.close(conn));
        self.replication.history.shift(&mut self.rng);
        self.replication.tell_of_shift(out);
        self.drop_all_replicas(now, out);
        self.replication.selected = false;
        self.replication.alone_since = now;
    }

    /// Asks all replicas at once how far they are.
    pub(in crate::node) fn ask_for_acks(&mut self, out: &mut Outbox) {
        self.append_quietly("REPLCONF GETACK *", out);
    }

    /// Notices the end of a fork that writes a dataset.
    pub(in crate::node) fn advance_fork(&mut self, now: Time, out: &mut Outbox) {
        self.end_fork(now, out);
    }

    /// The node it replicates from, as its cluster knows it.
    fn master_id(&self) -> NodeId {
        self.cluster.my_master().unwrap_or(NodeId::ZERO)
    }

    /// DEBUG CHANGE-REPL-ID.
    pub(in crate::node) fn change_replication_id(&mut self) {
        self.replication.history.renew(&mut self.rng);
    }

    /// What the node is in its replication history.
    pub fn replication(&self) -> &Replication {
        &self.replication
    }
}

//! The cluster: what this node believes of every node, and the bus on which they talk.
//!
//! Nothing here is true of the cluster; it is one node's opinion, formed from the packets it got and
//! from silence. `peer` is one row of it, `roster` the table, `slots` the map of owners. The bus comes
//! in through `wires` (connections) and `receive` (packets); `cron` is what happens ten times a second.
//! The other modules are one rule of the protocol each.
//!
//! Invariants: `current_epoch` never goes back (but by CLUSTER RESET HARD); at most one vote an epoch;
//! every packet sent and received is counted.
//! In Redis: `clusterState` (cluster.h), cluster.c 7.0.15. Spec: bus, failover.
//! Absent: what clients ask (`commands`), data (`keyspace`), the stream (`replication`).

mod admin;
mod boot;
mod buffer;
#[cfg(test)]
mod check;
mod conf;
mod conn_table;
mod counters;
mod cron;
mod election;
mod epoch;
mod failure;
mod gossip;
mod handshake;
mod header;
mod manual;
mod membership;
mod migration;
mod numbering;
mod order;
mod outgoing;
mod owners;
mod ownership;
mod pages;
mod peer;
mod promotion;
mod pulse;
mod receive;
mod report;
mod roster;
mod rounds;
mod send;
mod slots;
mod stamp;
mod standing;
mod state;
mod vote;
mod wires;

pub use counters::Counters;
pub use peer::{Peer, PeerIx, Report};
pub use report::LinkRow;
pub use stamp::Stamp;
pub use standing::Link;

use crate::node::Node;
use crate::node::io::Outbox;
use crate::shapes::Epoch;
use crate::words::{NodeId, Time};
use election::Election;
use gossip::Told;
use manual::Manual;
use roster::Roster;
use rounds::Rounds;
use slots::SlotTable;
use state::State;
use std::collections::BTreeMap;
use wires::Wires;

/// All that one node believes of its cluster.
#[derive(Clone, Debug)]
pub struct Cluster {
    roster: Roster,
    slots: SlotTable,
    wires: Wires,
    rounds: Rounds,
    current_epoch: Epoch,
    last_vote_epoch: Epoch,
    state: State,
    election: Election,
    manual: Manual,
    counters: Counters,
    /// The number of the packets that are not believed: DEBUG DROP-CLUSTER-PACKET-FILTER.
    drops: Option<i64>,
    /// Until when (Unix seconds) an id that was forgotten is not learnt again from gossip.
    blacklist: BTreeMap<NodeId, u64>,
    /// How often `clusterCron` has run.
    ticks: u64,
    /// How many nodes were PFAIL at the last tick: so many are told of in every packet.
    pfail_count: usize,
    /// Only while a packet is built; kept for its memory.
    told: Told,
    /// What migration needs to know, until something changes it.
    orphans: Option<migration::Orphans>,
    /// Who says that a node failed, for those of whom anybody says so.
    reports: BTreeMap<PeerIx, Vec<Report>>,
    /// How often `nodes.conf` had been written when a node became PFAIL.
    suspected: BTreeMap<PeerIx, u32>,
    /// When this node last voted for a replica of a master.
    voted: BTreeMap<PeerIx, Stamp>,
    /// Since when a master is seen without working replicas, by a replica that might go there.
    orphaned: BTreeMap<PeerIx, Stamp>,
    file: conf::File,
    todo: Todo,
    /// How many packets had been sent when the process last went to sleep.
    settled: u64,
}

/// What is left to do before the process sleeps. In Redis: `CLUSTER_TODO_*`.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct Todo {
    manual_failover: bool,
    failover: bool,
    state: bool,
    save: bool,
    /// The save has to be on disk before anything is sent.
    sync: bool,
}

impl Todo {
    const NOTHING: Todo =
        Todo { manual_failover: false, failover: false, state: false, save: false, sync: false };
}

impl Cluster {
    /// The configuration file is to be written before the process sleeps.
    fn save(&mut self) {
        self.todo.save = true;
    }
    /// As [`Cluster::save`], and the process waits for the disk: what is promised must survive.
    fn save_for_sure(&mut self) {
        self.todo.save = true;
        self.todo.sync = true;
    }
    /// As [`Cluster::save`], and the cluster state is to be computed again.
    fn save_and_update_state(&mut self) {
        self.todo.save = true;
        self.todo.state = true;
        self.orphans = None;
    }
}

impl Node {
    /// What it leaves to do is done at the end of the next round; true if that comes at once, for a
    /// packet was sent: its socket is writable.
    ///
    /// In Redis: `clusterBeforeSleep`.
    pub(in crate::node) fn cluster_before_sleep(&mut self, now: Time, out: &mut Outbox) -> bool {
        for slot in std::mem::take(&mut self.cluster.slots.lost) {
            self.end_shard_channels(slot, out);
        }
        let todo = std::mem::take(&mut self.cluster.todo);
        if todo != Todo::NOTHING {
            self.do_before_sleep(now, todo, out);
        }
        let sent = self.cluster.counters.total_sent();
        let wrote = std::mem::replace(&mut self.cluster.settled, sent) != sent;
        wrote && self.cluster.todo != Todo::NOTHING
    }

    fn do_before_sleep(&mut self, now: Time, todo: Todo, out: &mut Outbox) {
        if todo.manual_failover {
            if self.cluster.me().is_replica() {
                self.manual_failover_step(now, out);
                self.failover_step(now, out);
            }
        } else if todo.failover {
            self.failover_step(now, out);
        }
        if todo.state {
            self.update_cluster_state(now, out);
        }
        if todo.save {
            self.cluster.write_conf();
            out.disk_syncs += u32::from(todo.sync);
        }
    }

    /// What the node believes of its cluster.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }
}

//! Replica migration: a replica that its master can spare goes to a master that has none.
//!
//! In Redis: `clusterHandleSlaveMigration` and the statistics in `clusterCron`. Spec: failover 7,
//! bus 4.4a.

use super::Cluster;
use super::peer::{Peer, PeerIx};
use super::stamp::Stamp;
use crate::node::Node;
use crate::node::io::Outbox;
use crate::shapes::Fact;
use crate::shapes::fact::ReplicaWhy;
use crate::shapes::message::Flags;
use crate::words::Time;

/// How long a master must be without replicas (`CLUSTER_SLAVE_MIGRATION_DELAY`), in ms.
const MIGRATION_DELAY: u64 = 5000;

/// Which masters are short of replicas, as counted at each tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Orphans {
    orphaned: u32,
    /// The most working replicas that any master has.
    most: u32,
    /// Those of this node's master.
    ours: u32,
}

impl Cluster {
    /// Replicas of a node that have not failed; suspects count.
    fn working_replicas(&self, of: Peer<'_>) -> u32 {
        of.replicas().filter(|&ix| !self.peer(ix).has_failed()).count() as u32
    }

    pub(super) fn count_orphans(&self) -> Orphans {
        let mut counted = Orphans { orphaned: 0, most: 0, ours: 0 };
        for (ix, peer) in self.peers() {
            let unknown =
                peer.flags().has(Flags::MYSELF.with(Flags::NOADDR).with(Flags::HANDSHAKE));
            if unknown || !peer.is_master() || peer.has_failed() {
                continue;
            }
            let working = self.working_replicas(peer);
            let orphan = working == 0 && peer.owns_slots() && peer.flags().has(Flags::MIGRATE_TO);
            counted.orphaned += u32::from(orphan);
            counted.most = counted.most.max(working);
            if self.me().master() == Some(ix) {
                counted.ours = working;
            }
        }
        counted
    }

    /// Which orphaned master to serve, and who should go: the replica with the smallest id among
    /// those of the masters that have the most.
    fn find_target(&mut self, now: Stamp, most: u32) -> (Option<PeerIx>, PeerIx) {
        let (mut target, mut candidate) = (None, PeerIx::MYSELF);
        for (ix, _) in self.in_order() {
            let working = self.working_replicas(self.peer(ix));
            let peer = self.peer(ix);
            let inviting = peer.is_master() && !peer.has_failed();
            let orphan = inviting && peer.flags().has(Flags::MIGRATE_TO) && working == 0;
            if orphan && target.is_none() && peer.owns_slots() {
                target = Some(ix);
            }
            if working == most {
                for replica in peer.replicas() {
                    if self.peer(replica).id() < self.peer(candidate).id() {
                        candidate = replica;
                    }
                }
            }
            if orphan {
                self.orphaned.entry(ix).or_insert(now);
            } else {
                self.orphaned.remove(&ix);
            }
        }
        (target, candidate)
    }
}

impl Node {
    /// Once a tick, on a replica whose master has as many replicas as any.
    pub(super) fn migration_step(&mut self, now: Time, counted: Orphans, out: &mut Outbox) {
        let rich = counted.most >= 2 && counted.ours == counted.most;
        if counted.orphaned == 0 || !rich || !self.config.allow_replica_migration {
            return;
        }
        if !self.cluster.state.ok || !self.master_can_spare_one() {
            return;
        }
        let stamp = Stamp::from(now);
        let (target, candidate) = self.cluster.find_target(stamp, counted.most);
        let Some(target) = target.filter(|_| candidate == PeerIx::MYSELF) else { return };
        let since = self.cluster.orphaned.get(&target).copied().unwrap_or(stamp);
        let orphaned_for = stamp.since(since);
        if orphaned_for > MIGRATION_DELAY {
            out.note(Fact::Migrating { to: self.cluster.peer(target).id() });
            self.become_replica_of(now, target, ReplicaWhy::Migrated, out);
        }
    }

    fn master_can_spare_one(&self) -> bool {
        let Some(master) = self.cluster.me().master() else { return false };
        let failing = Flags::PFAIL.with(Flags::FAIL);
        let replicas = self.cluster.peer(master).replicas();
        let well = replicas.filter(|&ix| !self.cluster.peer(ix).flags().has(failing)).count();
        well as u32 > self.config.migration_barrier
    }
}

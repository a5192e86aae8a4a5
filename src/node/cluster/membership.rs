//! Who belongs: nodes come, go, change their role and follow one another.
//!
//! Invariant: `master` and `replicas` of two peers agree.
//! In Redis: `clusterDelNode`, `clusterSetNodeAsMaster`, `clusterNodeAddSlave`, `clusterSetMaster`,
//! `clusterBlacklistAddNode`. Spec: bus 1, 5.6, 12; failover 5.

use super::Cluster;
use super::peer::PeerIx;
use super::standing::Standing;
use crate::node::Node;
use crate::node::io::Outbox;
use crate::shapes::fact::ReplicaWhy;
use crate::shapes::message::Flags;
use crate::shapes::{Card, Fact};
use crate::words::{NodeId, Time};
use std::net::IpAddr;

/// How long gossip cannot bring back a node that was forgotten, in seconds.
const BLACKLIST_TTL_S: u64 = 60;

impl Cluster {
    /// The places and ids of all known nodes, in hash order: for loops that change the roster.
    pub(super) fn in_order(&self) -> Vec<(PeerIx, NodeId)> {
        self.roster.iter().map(|(ix, peer)| (ix, peer.id())).collect()
    }

    pub(super) fn add_peer(&mut self, flags: Flags, standing: Standing) -> PeerIx {
        let standing = Standing { added: self.file.saves(), ..standing };
        self.orphans = None;
        self.rounds.settled = false;
        self.rounds.reorder();
        self.roster.add(flags, standing)
    }

    /// Forgets all about a node.
    pub(super) fn remove_peer(&mut self, gone: PeerIx, out: &mut Outbox) {
        debug_assert!(gone != PeerIx::MYSELF, "a node cannot forget itself");
        self.slots.unbind_all(&mut self.roster, gone);
        self.slots.migrating.retain(|_, to| *to != gone);
        self.slots.importing.retain(|_, from| *from != gone);
        self.reports.remove(&gone);
        for node in self.reports.keys().copied().collect::<Vec<_>>() {
            self.keep_reports(node, |report| report.by != gone);
        }
        self.suspected.remove(&gone);
        self.voted.remove(&gone);
        self.orphaned.remove(&gone);
        while let Some(replica) = self.roster.standing(gone).first_replica {
            self.roster.remove_replica(replica);
        }
        self.leave_master(gone);
        self.manual.forget(gone);
        self.free_link(gone, out);
        self.free_inbound(gone, out);
        self.roster.remove(gone);
        self.rounds.reorder();
        self.orphans = None;
    }

    /// `replica` follows `master` from now on.
    pub(super) fn follow(&mut self, replica: PeerIx, master: PeerIx) {
        self.leave_master(replica);
        self.roster.add_replica(master, replica);
        self.roster.pulse_mut(master).insert(Flags::MIGRATE_TO);
        self.orphans = None;
    }

    /// Follows nobody. A master whose last replica leaves does not invite others.
    fn leave_master(&mut self, replica: PeerIx) {
        let Some(master) = self.roster.remove_replica(replica) else { return };
        if !self.peer(master).has_replicas() {
            self.roster.pulse_mut(master).remove(Flags::MIGRATE_TO);
        }
        self.orphans = None;
    }

    /// The node is a master; false if it was one.
    pub(super) fn set_as_master(&mut self, node: PeerIx) -> bool {
        if self.roster.get(node).is_master() {
            return false;
        }
        if self.roster.get(node).master().is_some() {
            self.leave_master(node);
            if node != PeerIx::MYSELF {
                self.roster.pulse_mut(node).insert(Flags::MIGRATE_TO);
            }
        }
        let pulse = self.roster.pulse_mut(node);
        pulse.remove(Flags::REPLICA);
        pulse.insert(Flags::MASTER);
        self.save_and_update_state();
        true
    }

    /// The node is a replica, of whom may not be known yet; its slots are nobody's.
    pub(super) fn set_as_replica(&mut self, node: PeerIx) {
        self.slots.unbind_all(&mut self.roster, node);
        let pulse = self.roster.pulse_mut(node);
        pulse.remove(Flags::MASTER.with(Flags::MIGRATE_TO));
        pulse.insert(Flags::REPLICA);
        self.save_and_update_state();
    }

    /// Notes where a node is now.
    pub(super) fn set_address(
        &mut self,
        node: PeerIx,
        ip: Option<IpAddr>,
        port: u16,
        bus_port: u16,
        out: &mut Outbox,
    ) {
        let peer = self.peer(node).id();
        *self.roster.card_mut(node) = Card { node: peer, ip, port, bus_port };
        self.roster.pulse_mut(node).remove(Flags::NOADDR);
        if let Some(ip) = ip {
            out.note(Fact::AddressChanged { peer, ip, port });
        }
        self.address_changed(node);
    }

    /// Keeps gossip from bringing a node back.
    pub(super) fn ban(&mut self, now: Time, id: NodeId) {
        self.blacklist.insert(id, now.unix_s() + BLACKLIST_TTL_S);
    }

    pub(super) fn is_banned(&mut self, now: Time, id: &NodeId) -> bool {
        self.blacklist.retain(|_, until| *until >= now.unix_s());
        self.blacklist.contains_key(id)
    }
}

impl Node {
    /// In Redis: `clusterSetMaster`. This node owns no slots and follows `master` from now on.
    pub(super) fn become_replica_of(
        &mut self,
        now: Time,
        master: PeerIx,
        why: ReplicaWhy,
        out: &mut Outbox,
    ) {
        assert!(master != PeerIx::MYSELF, "a node cannot be its own replica");
        assert!(self.cluster.me().slots().is_empty(), "a replica owns no slots");
        if self.cluster.me().is_master() {
            let pulse = self.cluster.roster.pulse_mut(PeerIx::MYSELF);
            pulse.remove(Flags::MASTER.with(Flags::MIGRATE_TO));
            pulse.insert(Flags::REPLICA);
            self.cluster.slots.close_all();
        }
        self.cluster.follow(PeerIx::MYSELF, master);
        out.note(Fact::BecameReplica { master: self.cluster.peer(master).id(), why });
        if let Some(addr) = self.cluster.peer(master).client_addr() {
            self.replicate(now, addr, out);
        }
        self.cluster.manual.reset();
    }
}

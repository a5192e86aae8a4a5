//! What an operator can do to a node: the effects of the `CLUSTER` subcommands.
//!
//! The checks, and the texts of their errors, are the commands' own; here everything asked for is
//! allowed. In Redis: `clusterCommand`, `clusterReset`.

use super::peer::PeerIx;
use crate::node::Node;
use crate::node::io::Outbox;
use crate::node::log::Level;
use crate::shapes::fact::ReplicaWhy;
use crate::shapes::{Epoch, Fact};
use crate::words::{NodeId, Slot, SlotSet, Time};

impl Node {
    /// ADDSLOTS: these slots, which nobody owns, are this node's.
    pub(in crate::node) fn cluster_add_slots(&mut self, slots: &SlotSet) {
        for slot in slots.iter() {
            self.cluster.slots.importing.remove(&slot);
            self.cluster.slots.give(&mut self.cluster.roster, slot, PeerIx::MYSELF);
        }
        self.cluster.save_and_update_state();
    }

    /// DELSLOTS: nobody owns these slots, in this node's view.
    pub(in crate::node) fn cluster_del_slots(&mut self, slots: &SlotSet) {
        for slot in slots.iter() {
            self.cluster.slots.importing.remove(&slot);
            self.cluster.slots.unbind(&mut self.cluster.roster, slot);
        }
        self.cluster.save_and_update_state();
    }

    /// FLUSHSLOTS: this node owns no slots.
    pub(in crate::node) fn cluster_flush_slots(&mut self) {
        self.cluster.slots.unbind_all(&mut self.cluster.roster, PeerIx::MYSELF);
        self.cluster.save_and_update_state();
    }

    /// SETSLOT MIGRATING.
    pub(in crate::node) fn cluster_set_migrating(&mut self, slot: Slot, to: PeerIx) {
        self.cluster.slots.migrating.insert(slot, to);
        self.cluster.save_and_update_state();
    }

    /// SETSLOT IMPORTING.
    pub(in crate::node) fn cluster_set_importing(&mut self, slot: Slot, from: PeerIx) {
        self.cluster.slots.importing.insert(slot, from);
        self.cluster.save_and_update_state();
    }

    /// SETSLOT STABLE.
    pub(in crate::node) fn cluster_set_stable(&mut self, slot: Slot) {
        self.cluster.slots.migrating.remove(&slot);
        self.cluster.slots.importing.remove(&slot);
        self.cluster.save_and_update_state();
    }

    /// SETSLOT NODE: `to` owns the slot now. Who finishes an import takes a new epoch, so that the
    /// others believe the claim, and tells them at once.
    pub(in crate::node) fn cluster_set_slot_owner(
        &mut self,
        now: Time,
        slot: Slot,
        to: PeerIx,
        out: &mut Outbox,
    ) {
        if self.keys_in_slot(slot) == 0 {
            self.cluster.slots.migrating.remove(&slot);
        }
        let was = self.cluster.slots.give(&mut self.cluster.roster, slot, to);
        let mine = was == Some(PeerIx::MYSELF) && to != PeerIx::MYSELF;
        let emptied = mine && self.cluster.me().slots().is_empty();
        if emptied && self.config.allow_replica_migration {
            self.become_replica_of(now, to, ReplicaWhy::LostItsSlots, out);
        }
        if to == PeerIx::MYSELF && self.cluster.importing(slot).is_some() {
            if self.bump_epoch(out).is_some() {
                let text = format_args!("configEpoch updated after importing slot {slot}");
                out.log.write(Level::Warning, text);
            }
            self.cluster.slots.importing.remove(&slot);
            self.broadcast_pong(out);
        }
        self.cluster.save_and_update_state();
    }

    /// REPLICATE.
    pub(in crate::node) fn cluster_replicate(
        &mut self,
        now: Time,
        master: PeerIx,
        out: &mut Outbox,
    ) {
        self.become_replica_of(now, master, ReplicaWhy::Told, out);
        self.cluster.save_and_update_state();
    }

    /// FORGET: the node is unknown, and gossip cannot bring it back for a minute.
    pub(in crate::node) fn cluster_forget(&mut self, now: Time, peer: PeerIx, out: &mut Outbox) {
        let id = self.cluster.peer(peer).id();
        self.cluster.ban(now, id);
        self.cluster.remove_peer(peer, out);
        out.note(Fact::Forgotten { peer: id });
        self.cluster.save_and_update_state();
    }

    /// RESET: a master without slots that knows nobody; if `hard`, another node altogether.
    pub(in crate::node) fn cluster_reset(&mut self, now: Time, hard: bool, out: &mut Outbox) {
        if self.cluster.me().is_replica() {
            self.cluster.set_as_master(PeerIx::MYSELF);
            self.stop_replicating(now, out);
            self.flush_dataset(now, out);
        }
        self.cluster.slots.close_all();
        self.cluster.manual.reset();
        for (peer, _) in self.cluster.in_order() {
            self.cluster.slots.unbind_all(&mut self.cluster.roster, peer);
        }
        for (peer, id) in self.cluster.in_order() {
            if peer != PeerIx::MYSELF {
                self.cluster.remove_peer(peer, out);
                out.note(Fact::Forgotten { peer: id });
            }
        }
        if hard {
            self.cluster.current_epoch = Epoch(0);
            self.cluster.last_vote_epoch = Epoch(0);
            out.log.write(Level::Warning, "configEpoch set to 0 via CLUSTER RESET HARD");
            let id = NodeId::random(&mut self.rng);
            self.cluster.roster.standing_mut(PeerIx::MYSELF).config_epoch = Epoch(0);
            self.cluster.roster.rename(PeerIx::MYSELF, id);
            out.log.write(Level::Notice, format_args!("Node hard reset, now I'm {id}"));
            self.cluster.rounds.reorder();
        }
        self.cluster.save_and_update_state();
    }

    /// SET-CONFIG-EPOCH.
    pub(in crate::node) fn cluster_set_config_epoch(&mut self, epoch: Epoch, out: &mut Outbox) {
        let text = format_args!("configEpoch set to {epoch} via CLUSTER SET-CONFIG-EPOCH");
        out.log.write(Level::Warning, text);
        self.cluster.roster.standing_mut(PeerIx::MYSELF).config_epoch = epoch;
        self.cluster.current_epoch = self.cluster.current_epoch.max(epoch);
        self.cluster.save_and_update_state();
    }

    /// BUMPEPOCH: the new epoch; None if this node's was the greatest already.
    pub(in crate::node) fn cluster_bump_epoch(&mut self, out: &mut Outbox) -> Option<Epoch> {
        let bumped = self.bump_epoch(out);
        if bumped.is_some() {
            self.cluster.save();
        }
        bumped
    }

    /// DEBUG DROP-CLUSTER-PACKET-FILTER: packets of this number are not looked at.
    pub(in crate::node) fn cluster_drop_packets(&mut self, number: i64) {
        self.cluster.drops = Some(number);
    }

    /// DEBUG CLUSTERLINK KILL: closes the link to a node, the one from it, or both.
    pub(in crate::node) fn cluster_kill_links(
        &mut self,
        peer: PeerIx,
        to: bool,
        from: bool,
        out: &mut Outbox,
    ) {
        if to {
            self.cluster.free_link(peer, out);
        }
        if from {
            self.cluster.free_inbound(peer, out);
        }
    }

    /// SAVECONFIG.
    pub(in crate::node) fn cluster_save_config(&mut self) {
        self.cluster.write_conf();
    }
}

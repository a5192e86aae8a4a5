//! Who owns what: claims of slots, and which of two to believe.
//!
//! The greater config epoch wins; equal epochs never steal. Who is imported is not overruled by
//! claims. A claim that is older than what this node knows is answered with an UPDATE.
//!
//! In Redis: `clusterUpdateSlotsConfigWith`, `clusterSendUpdate`. Spec: bus 5.7 and 9.

use super::Cluster;
use super::peer::PeerIx;
use crate::node::Node;
use crate::node::io::Outbox;
use crate::shapes::fact::{ReplicaWhy, Role};
use crate::shapes::message::Header;
use crate::shapes::{Epoch, Fact};
use crate::words::{NodeId, Slot, SlotSet, Time};
use std::sync::Arc;

/// What believing a claim changed.
struct Rebound {
    /// Slots that went to the claimant.
    taken: SlotSet,
    /// Those of them that were this node's (if a master) or its master's.
    from_my_master: u16,
    /// Those of them that were this node's own.
    mine: SlotSet,
}

impl Node {
    /// Compares the slots in a packet with those this node knows, and settles the difference.
    pub(super) fn note_claim(
        &mut self,
        now: Time,
        sender: PeerIx,
        header: &Header,
        out: &mut Outbox,
    ) {
        let peer = self.cluster.peer(sender);
        let Some(owner) = (if peer.is_master() { Some(sender) } else { peer.master() }) else {
            return;
        };
        if !self.cluster.differs(owner, &header.slots) {
            return;
        }
        if owner == sender {
            self.believe_claim(now, sender, header.config_epoch, &header.slots, out);
        }
        if let Some(newer) = self.cluster.stale_in(sender, header) {
            let (peer, owner) = (header.sender, self.cluster.peer(newer).id());
            out.note(Fact::StaleClaim { peer, owner });
            self.send_update(sender, newer, out);
        }
    }

    /// UPDATE: a third node tells about a newer claim.
    pub(super) fn on_update(
        &mut self,
        now: Time,
        node: &NodeId,
        epoch: Epoch,
        slots: &Arc<SlotSet>,
        out: &mut Outbox,
    ) {
        let Some(node) = self.cluster.find(node) else { return };
        if node == PeerIx::MYSELF || self.cluster.peer(node).config_epoch() >= epoch {
            return;
        }
        if self.cluster.set_as_master(node) {
            out.note(Fact::RoleSeen { peer: self.cluster.peer(node).id(), role: Role::Master });
        }
        self.cluster.roster.standing_mut(node).config_epoch = epoch;
        self.cluster.save_for_sure();
        self.believe_claim(now, node, epoch, slots, out);
    }

    /// In Redis: `clusterUpdateSlotsConfigWith`.
    fn believe_claim(
        &mut self,
        now: Time,
        claimant: PeerIx,
        epoch: Epoch,
        slots: &Arc<SlotSet>,
        out: &mut Outbox,
    ) {
        if claimant == PeerIx::MYSELF {
            return;
        }
        let me = self.cluster.me();
        let my_master = if me.is_master() { Some(PeerIx::MYSELF) } else { me.master() };
        let rebound = self.cluster.rebind(claimant, epoch, slots, my_master);
        self.cluster.share_claim(claimant, slots);
        self.note_moved(claimant, epoch, &rebound, out);
        if rebound.from_my_master > 0 && self.follows_its_slots(my_master, slots, &rebound) {
            let why = match my_master == Some(PeerIx::MYSELF) {
                true => ReplicaWhy::LostItsSlots,
                false => ReplicaWhy::MasterLostItsSlots,
            };
            self.become_replica_of(now, claimant, why, out);
            self.cluster.save_for_sure();
            self.cluster.save_and_update_state();
        } else if let Some(head) = self.cluster.grandmaster() {
            self.become_replica_of(now, head, ReplicaWhy::MasterIsReplica, out);
        } else {
            self.delete_dirty(now, &rebound.mine, out);
        }
    }

    /// Whether this node joins the new owner: its master has no slot left, and that is not just a
    /// migration that replicas are told to stay out of.
    fn follows_its_slots(
        &self,
        my_master: Option<PeerIx>,
        claimed: &SlotSet,
        rebound: &Rebound,
    ) -> bool {
        my_master.is_some_and(|master| self.cluster.peer(master).slots().is_empty())
            && (self.config.allow_replica_migration || claimed.len() == rebound.from_my_master)
    }

    fn note_moved(&mut self, to: PeerIx, epoch: Epoch, rebound: &Rebound, out: &mut Outbox) {
        let Some(first) = rebound.taken.iter().next() else { return };
        let (to, count) = (self.cluster.peer(to).id(), u32::from(rebound.taken.len()));
        out.note(Fact::SlotsMoved { to, first, count, epoch });
        self.cluster.save_for_sure();
        self.cluster.save_and_update_state();
    }

    /// Keys of slots that went to another node are no longer this node's business.
    fn delete_dirty(&mut self, now: Time, mine: &SlotSet, out: &mut Outbox) {
        let mut count = 0;
        for slot in mine.iter() {
            if self.keys_in_slot(slot) > 0 {
                count += self.delete_keys_in_slot(now, slot, out);
            }
        }
        if count > 0 {
            out.note(Fact::DirtyKeysDeleted { count });
        }
    }
}

impl Cluster {
    /// Whether a claim is not what this node knows. Sets that are equal are made the same, so that
    /// the next look is at a pointer.
    fn differs(&mut self, owner: PeerIx, claimed: &Arc<SlotSet>) -> bool {
        let known = self.peer(owner).slots();
        if Arc::ptr_eq(known, claimed) {
            return false;
        }
        if known != claimed {
            return true;
        }
        self.share_claim(owner, claimed);
        false
    }

    fn share_claim(&mut self, owner: PeerIx, claimed: &Arc<SlotSet>) {
        if self.peer(owner).slots() == claimed {
            self.roster.set_slots(owner, claimed.clone());
        }
    }

    fn rebind(
        &mut self,
        claimant: PeerIx,
        epoch: Epoch,
        claimed: &SlotSet,
        my_master: Option<PeerIx>,
    ) -> Rebound {
        let mut rebound =
            Rebound { taken: SlotSet::EMPTY, from_my_master: 0, mine: SlotSet::EMPTY };
        let held = self.peer(claimant).slots().clone();
        for slot in held.without(claimed).iter() {
            self.slots.set_unclaimed(slot, true);
        }
        for slot in claimed.iter() {
            let owner = self.owner(slot);
            if owner != Some(claimant) && !self.yields(slot, owner, epoch) {
                continue;
            }
            if owner != Some(claimant) {
                rebound.taken.insert(slot);
                rebound.from_my_master += u16::from(owner.is_some() && owner == my_master);
                if owner == Some(PeerIx::MYSELF) {
                    rebound.mine.insert(slot);
                }
                self.slots.give(&mut self.roster, slot, claimant);
            }
            self.slots.set_unclaimed(slot, false);
        }
        rebound
    }

    /// Whether a slot goes to who claims it with this epoch.
    fn yields(&self, slot: Slot, owner: Option<PeerIx>, epoch: Epoch) -> bool {
        if self.importing(slot).is_some() {
            return false;
        }
        match owner {
            None => true,
            Some(owner) => {
                self.slots.unclaimed.contains(slot) || self.peer(owner).config_epoch() < epoch
            }
        }
    }

    /// The owner of the first slot in a packet that belongs to somebody else by a newer claim.
    fn stale_in(&self, sender: PeerIx, header: &Header) -> Option<PeerIx> {
        header.slots.iter().find_map(|slot| {
            let owner = self.owner(slot).filter(|&owner| owner != sender)?;
            let newer = self.peer(owner).config_epoch() > header.config_epoch;
            (newer && !self.slots.is_unclaimed(slot)).then_some(owner)
        })
    }

    /// The master of this node's master, if that is a replica of somebody else.
    fn grandmaster(&self) -> Option<PeerIx> {
        let me = self.me();
        let master = self.peer(me.master().filter(|_| me.is_replica())?);
        master.master().filter(|&head| master.is_replica() && head != PeerIx::MYSELF)
    }
}

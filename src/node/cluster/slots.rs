//! Who owns which slot in this node's view, and which slots are on the move.
//!
//! Invariant: a slot's owner has the slot in its `Peer::slots`, and nobody else has.
//! In Redis: `clusterAddSlot`, `clusterDelSlot`, `migrating_slots_to`, `importing_slots_from`,
//! `owner_not_claiming_slot`.

use super::owners::Owners;
use super::peer::PeerIx;
use super::roster::Roster;
use crate::shapes::message::Flags;
use crate::words::{Slot, SlotSet};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The owner of every slot. Shared between snapshots until it changes.
#[derive(Clone, Debug)]
pub(super) struct SlotTable {
    owners: Arc<Owners>,
    assigned: u16,
    /// Slots whose owner has stopped claiming them: anybody may take them.
    pub(super) unclaimed: Arc<SlotSet>,
    pub(super) migrating: BTreeMap<Slot, PeerIx>,
    pub(super) importing: BTreeMap<Slot, PeerIx>,
    /// Slots that this node, or its master, has lost since the process last slept: who listens to their
    /// channels is to be told.
    pub(super) lost: Vec<Slot>,
    /// The empty set, shared by all who own nothing.
    pub(super) nothing: Arc<SlotSet>,
}

impl SlotTable {
    pub(super) fn new(nothing: Arc<SlotSet>) -> SlotTable {
        SlotTable {
            owners: Arc::new(Owners::nobody()),
            assigned: 0,
            unclaimed: nothing.clone(),
            migrating: BTreeMap::new(),
            importing: BTreeMap::new(),
            lost: Vec::new(),
            nothing,
        }
    }
    #[inline]
    pub(super) fn owner(&self, slot: Slot) -> Option<PeerIx> {
        self.owners.of(slot)
    }
    /// The runs of slots with one owner, by their first slots, ascending.
    pub(super) fn runs(&self) -> impl Iterator<Item = (Slot, Option<PeerIx>)> {
        self.owners.runs()
    }
    /// How many slots have an owner.
    pub(super) fn assigned(&self) -> u16 {
        self.assigned
    }
    /// Whether anybody may take the slot: nobody owns it, or its owner no longer says so.
    pub(super) fn is_unclaimed(&self, slot: Slot) -> bool {
        self.owner(slot).is_none() || self.unclaimed.contains(slot)
    }
    /// Notes whether the slot's owner claims it.
    pub(super) fn set_unclaimed(&mut self, slot: Slot, unclaimed: bool) {
        if self.unclaimed.contains(slot) != unclaimed {
            let set = Arc::make_mut(&mut self.unclaimed);
            if unclaimed {
                set.insert(slot)
            } else {
                set.remove(slot)
            };
        }
    }
    /// Ends all migrations.
    pub(super) fn close_all(&mut self) {
        self.migrating.clear();
        self.importing.clear();
    }

    /// Gives a slot that nobody owns to `to`. A master's first slot makes it a target for replicas
    /// in search of a master, if there are replicas at all.
    pub(super) fn bind(&mut self, roster: &mut Roster, slot: Slot, to: PeerIx) {
        debug_assert!(self.owner(slot).is_none(), "unbind first");
        self.enter(roster, slot, to);
    }

    fn enter(&mut self, roster: &mut Roster, slot: Slot, to: PeerIx) {
        Arc::make_mut(&mut self.owners).set(slot, Some(to));
        self.assigned += 1;
        let first = !roster.get(to).owns_slots();
        Arc::make_mut(&mut roster.standing_mut(to).slots).insert(slot);
        roster.pulse_mut(to).mark_slots(true);
        if first && roster.iter().any(|(_, peer)| !peer.is_replica() && peer.has_replicas()) {
            roster.pulse_mut(to).insert(Flags::MIGRATE_TO);
        }
    }

    /// Gives a slot to `to`, whoever owns it; that one is returned.
    pub(super) fn give(&mut self, roster: &mut Roster, slot: Slot, to: PeerIx) -> Option<PeerIx> {
        let owner = self.owner(slot);
        if let Some(owner) = owner {
            self.leave(roster, slot, owner);
        }
        self.enter(roster, slot, to);
        owner
    }

    /// Takes a slot from its owner, who is returned.
    pub(super) fn unbind(&mut self, roster: &mut Roster, slot: Slot) -> Option<PeerIx> {
        let owner = self.owner(slot)?;
        self.leave(roster, slot, owner);
        Arc::make_mut(&mut self.owners).set(slot, None);
        Some(owner)
    }

    /// What its old owner loses with it; the table itself is not touched.
    fn leave(&mut self, roster: &mut Roster, slot: Slot, owner: PeerIx) {
        if serves(roster, owner) {
            self.lost.push(slot);
        }
        self.assigned -= 1;
        let slots = &mut roster.standing_mut(owner).slots;
        Arc::make_mut(slots).remove(slot);
        if slots.is_empty() {
            roster.set_slots(owner, self.nothing.clone());
        }
    }

    /// Takes all its slots from a node.
    pub(super) fn unbind_all(&mut self, roster: &mut Roster, from: PeerIx) {
        if !roster.get(from).owns_slots() {
            return;
        }
        let mine = serves(roster, from);
        let slots = roster.get(from).slots().clone();
        roster.set_slots(from, self.nothing.clone());
        if mine {
            self.lost.extend(slots.iter());
        }
        let owners = Arc::make_mut(&mut self.owners);
        slots.iter().for_each(|slot| owners.set(slot, None));
        self.assigned -= slots.len();
    }
}

/// Whether this node is in the shard of a master. In Redis: `clusterGetNodesServingMySlots`.
fn serves(roster: &Roster, master: PeerIx) -> bool {
    master == PeerIx::MYSELF || roster.get(PeerIx::MYSELF).master() == Some(master)
}

//! The roster: all nodes that one node knows, itself included.
//!
//! With a thousand nodes there are a million rows, so they are tables rather than records: what gossip
//! touches is eight bytes a peer (`pulse`) and the numbers of cards (`numbering`); what a packet tells of
//! its sender is another table (`standing`); what few have is apart. What seldom changes is shared with
//! snapshots whole, the standings page by page.
//!
//! Invariants: place 0 is the node itself; the marks in a pulse repeat what the standing says; a
//! master's chain of replicas holds exactly those who follow it.
//! In Redis: `server.cluster->nodes`.

use super::numbering::Numbering;
use super::order::Order;
use super::pages::Pages;
use super::peer::{Peer, PeerIx};
use super::pulse::Pulse;
use super::stamp::Stamp;
use super::standing::{Link, Standing};
use crate::shapes::message::Flags;
use crate::shapes::{Card, CardNo, Cards};
use crate::words::{NodeId, Rng, SlotSet};
use std::collections::BTreeMap;
use std::sync::Arc;

/// All known nodes.
#[derive(Clone, Debug)]
pub(super) struct Roster {
    pulses: Vec<Pulse>,
    order: Arc<Order>,
    numbering: Arc<Numbering>,
    standings: Pages<Standing>,
    hostnames: BTreeMap<PeerIx, Arc<str>>,
    fail_times: BTreeMap<PeerIx, Stamp>,
    vacant: Vec<PeerIx>,
}

impl Roster {
    /// A roster that knows only the node itself.
    pub(super) fn new(flags: Flags, myself: Standing, key: u64) -> Roster {
        let mut roster = Roster {
            pulses: Vec::new(),
            order: Arc::new(Order::new(key)),
            numbering: Arc::default(),
            standings: Pages::new(),
            hostnames: BTreeMap::new(),
            fail_times: BTreeMap::new(),
            vacant: Vec::new(),
        };
        roster.add(flags, myself);
        roster
    }

    /// How many nodes are known, the node itself and handshakes included.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.order().len()
    }
    /// The places in use, in hash order.
    #[inline]
    pub(super) fn order(&self) -> &[PeerIx] {
        self.order.places()
    }
    /// Which one in hash order a place is.
    pub(super) fn position(&self, ix: PeerIx) -> Option<usize> {
        self.order().iter().position(|&other| other == ix)
    }
    /// All that is known of one.
    #[inline]
    pub(super) fn get(&self, ix: PeerIx) -> Peer<'_> {
        Peer::new(self, ix)
    }
    /// All nodes, in hash order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (PeerIx, Peer<'_>)> {
        self.order().iter().map(|&ix| (ix, self.get(ix)))
    }
    /// How many places there are, vacant ones included.
    #[inline]
    pub(super) fn places(&self) -> usize {
        self.pulses.len()
    }
    /// By place, vacant ones included: when each was pinged and answered.
    pub(super) fn times(&self) -> impl ExactSizeIterator<Item = (Stamp, Stamp)> {
        (0..self.places()).map(|index| {
            let peer = self.get(PeerIx::from_index(index));
            (peer.ping_sent(), peer.pong_received())
        })
    }
    /// The place of the node with this id.
    #[inline]
    pub(super) fn find(&self, id: &NodeId) -> Option<PeerIx> {
        self.order.find(id, |ix| self.standing(ix).card.node == *id)
    }
    /// A node at random.
    #[inline]
    pub(super) fn draw(&self, rng: &mut Rng) -> PeerIx {
        self.order.draw(rng)
    }

    #[inline]
    pub(super) fn pulse(&self, ix: PeerIx) -> Pulse {
        self.pulses[ix.index()]
    }
    #[inline]
    pub(super) fn pulse_mut(&mut self, ix: PeerIx) -> &mut Pulse {
        &mut self.pulses[ix.index()]
    }
    #[inline]
    pub(super) fn standing(&self, ix: PeerIx) -> &Standing {
        self.standings.get(ix.index())
    }
    /// For what no mark and no other table repeats.
    #[inline]
    pub(super) fn standing_mut(&mut self, ix: PeerIx) -> &mut Standing {
        self.standings.get_mut(ix.index())
    }
    pub(super) fn set_ping_sent(&mut self, ix: PeerIx, at: Stamp) {
        self.standing_mut(ix).ping_sent = at;
        self.pulse_mut(ix).mark_awaited(at.is_set());
    }
    pub(super) fn set_link(&mut self, ix: PeerIx, link: Option<Link>) {
        self.standing_mut(ix).link = link;
        self.pulse_mut(ix).mark_linked(link.is_some());
    }
    pub(super) fn set_slots(&mut self, ix: PeerIx, slots: Arc<SlotSet>) {
        self.pulse_mut(ix).mark_slots(!slots.is_empty());
        self.standing_mut(ix).slots = slots;
    }

    pub(super) fn hostname(&self, ix: PeerIx) -> Option<&Arc<str>> {
        self.hostnames.get(&ix)
    }
    pub(super) fn set_hostname(&mut self, ix: PeerIx, hostname: Option<Arc<str>>) {
        match hostname {
            Some(hostname) => self.hostnames.insert(ix, hostname),
            None => self.hostnames.remove(&ix),
        };
    }
    pub(super) fn fail_time(&self, ix: PeerIx) -> Stamp {
        self.fail_times.get(&ix).copied().unwrap_or(Stamp::NEVER)
    }
    pub(super) fn set_fail_time(&mut self, ix: PeerIx, at: Stamp) {
        self.fail_times.insert(ix, at);
    }

    /// Whom the card with this number names, as far as that is known without reading the card.
    #[inline]
    pub(super) fn named(&self, number: CardNo) -> Option<PeerIx> {
        self.numbering.place(number)
    }
    /// The place of the node that a card names, wherever it is said to be.
    pub(super) fn look_up(&mut self, number: CardNo, card: &Arc<Card>) -> Option<PeerIx> {
        let ix = self.find(&card.node)?;
        if self.get(ix).card() == card {
            self.note_number(ix, number, card);
        }
        Some(ix)
    }
    /// The number of a node's card, if a packet ever named it.
    #[inline]
    pub(super) fn known_number(&self, ix: PeerIx) -> Option<CardNo> {
        self.numbering.number(ix)
    }
    /// The number of a node's card.
    pub(super) fn number(&mut self, ix: PeerIx, cards: &mut Cards) -> CardNo {
        self.known_number(ix).unwrap_or_else(|| {
            let number = cards.number(self.get(ix).card());
            self.note_number(ix, number, cards.get(number));
            number
        })
    }
    /// A node's card has this number; `card` is the one that everybody shares.
    fn note_number(&mut self, ix: PeerIx, number: CardNo, card: &Arc<Card>) {
        Arc::make_mut(&mut self.numbering).note(ix, number);
        self.standing_mut(ix).card = card.clone();
    }
    /// A node's card, to be changed: it is another one then.
    pub(super) fn card_mut(&mut self, ix: PeerIx) -> &mut Card {
        if self.known_number(ix).is_some() {
            Arc::make_mut(&mut self.numbering).forget(ix);
        }
        Arc::make_mut(&mut self.standing_mut(ix).card)
    }

    /// Adds a node whose id is not known yet to any place.
    pub(super) fn add(&mut self, flags: Flags, standing: Standing) -> PeerIx {
        let id = standing.card.node;
        debug_assert!(self.find(&id).is_none(), "a node has one place");
        let mut pulse = Pulse::new(flags);
        pulse.mark_slots(!standing.slots.is_empty());
        let ix = match self.vacant.pop() {
            Some(ix) => {
                *self.pulse_mut(ix) = pulse;
                *self.standing_mut(ix) = standing;
                ix
            }
            None => {
                self.pulses.push(pulse);
                self.standings.push(standing);
                PeerIx::from_index(self.places() - 1)
            }
        };
        let order = Arc::make_mut(&mut self.order);
        if order.is_full() {
            order.grow(|ix| self.standings.get(ix.index()).card.node);
        }
        order.enter(ix, &id);
        ix
    }
    /// Removes a node; its place is free for another.
    pub(super) fn remove(&mut self, ix: PeerIx) {
        let id = self.get(ix).id();
        Arc::make_mut(&mut self.order).leave(ix, &id);
        Arc::make_mut(&mut self.numbering).forget(ix);
        self.hostnames.remove(&ix);
        self.fail_times.remove(&ix);
        self.vacant.push(ix);
    }
    /// Gives a node another id, and with it another bucket.
    pub(super) fn rename(&mut self, ix: PeerIx, id: NodeId) {
        let old = self.get(ix).id();
        self.card_mut(ix).node = id;
        let order = Arc::make_mut(&mut self.order);
        order.leave(ix, &old);
        order.enter(ix, &id);
    }

    /// `replica` follows `master`, behind those who do already.
    pub(super) fn add_replica(&mut self, master: PeerIx, replica: PeerIx) {
        debug_assert!(self.standing(replica).master.is_none(), "it follows nobody yet");
        match self.get(master).replicas().last() {
            Some(last) => self.standing_mut(last).next_replica = Some(replica),
            None => self.standing_mut(master).first_replica = Some(replica),
        }
        let standing = self.standing_mut(replica);
        (standing.master, standing.next_replica) = (Some(master), None);
    }
    /// `replica` follows nobody; whom it followed is returned.
    pub(super) fn remove_replica(&mut self, replica: PeerIx) -> Option<PeerIx> {
        let master = self.standing_mut(replica).master.take()?;
        let next = self.standing_mut(replica).next_replica.take();
        let before = self.get(master).replicas().take_while(|&ix| ix != replica).last();
        match before {
            Some(before) => self.standing_mut(before).next_replica = next,
            None => self.standing_mut(master).first_replica = next,
        }
        Some(master)
    }
}

#[cfg(test)]
mod check {
    use super::*;
    use crate::words::{Seed, SlotSet};

    fn peer(rng: &mut Rng) -> Standing {
        let card = Arc::new(Card::named(NodeId::random(rng)));
        Standing::new(card, Stamp::new(1), Arc::new(SlotSet::EMPTY))
    }

    fn roster(nodes: usize, rng: &mut Rng) -> Roster {
        let mut roster = Roster::new(Flags::MASTER, peer(rng), rng.next_u64());
        for _ in 1..nodes {
            roster.add(Flags::MASTER, peer(rng));
        }
        roster
    }

    #[test]
    fn every_node_is_found_by_its_id_after_growth_and_removal() {
        let mut rng = Rng::new(Seed(7), 0);
        let mut roster = roster(100, &mut rng);
        let gone = roster.order()[50];
        let gone_id = roster.get(gone).id();
        roster.remove(gone);
        assert_eq!(roster.find(&gone_id), None);
        assert_eq!(roster.len(), 99);
        assert_eq!(roster.order.buckets(), 128);
        for (ix, peer) in roster.iter() {
            assert_eq!(roster.find(&peer.id()), Some(ix));
        }
        assert_eq!(roster.add(Flags::MASTER, peer(&mut rng)), gone, "a free place is used again");
    }

    #[test]
    fn a_draw_reaches_every_node() {
        let mut rng = Rng::new(Seed(8), 0);
        let roster = roster(20, &mut rng);
        let mut seen = [false; 20];
        for _ in 0..2000 {
            seen[roster.draw(&mut rng).index()] = true;
        }
        assert_eq!(seen, [true; 20]);
    }
}

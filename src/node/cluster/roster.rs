//! The roster: all nodes that one node knows, itself included, in Redis's order.
//!
//! Redis keeps them in a hash table under a key that is random for each process; every walk over the
//! nodes, and every random draw, follows that table. This one behaves the same: buckets a power of
//! two, doubled when full, new entries at the head of their chain. So the order is arbitrary, but it
//! is stable, and it follows from the seed.
//!
//! The table is kept flat: `order` lists the places bucket by bucket, `starts` says where each bucket
//! begins, `tags` holds a part of each node's hash, and `filled` names the buckets that are not empty.
//! So a walk is a walk over an array, a lookup two short reads, and a draw never draws twice.
//!
//! Invariants: place 0 is the node itself; `order` names every place in use exactly once, and `tags`
//! goes with it.
//! In Redis: `server.cluster->nodes`, `dictAdd`, `dictGetRandomKey` (dict.c).
//! Absent: incremental rehashing; a grown table is complete at once.

use super::peer::{Peer, PeerIx};
use crate::shapes::{Card, CardNo, Cards};
use crate::words::{NodeId, Rng};
use std::sync::Arc;

/// All known nodes.
#[derive(Clone, Debug)]
pub(super) struct Roster {
    peers: Vec<Peer>,
    vacant: Vec<PeerIx>,
    key: u64,
    order: Vec<PeerIx>,
    tags: Vec<u8>,
    starts: Vec<u16>,
    filled: Vec<u16>,
    /// By number of a card: the place of who had it last.
    numbered: Vec<Option<PeerIx>>,
}

/// `DICT_HT_INITIAL_SIZE`.
const FIRST_BUCKETS: usize = 4;

impl Roster {
    /// A roster that knows only `myself`.
    pub(super) fn new(myself: Peer, key: u64) -> Roster {
        let mut roster = Roster {
            peers: Vec::new(),
            vacant: Vec::new(),
            key,
            order: Vec::new(),
            tags: Vec::new(),
            starts: vec![0; FIRST_BUCKETS + 1],
            filled: Vec::new(),
            numbered: Vec::new(),
        };
        roster.add(myself);
        roster
    }

    /// How many nodes are known, the node itself and handshakes included.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }
    /// The places in use, in hash order.
    #[inline]
    pub(super) fn order(&self) -> &[PeerIx] {
        &self.order
    }
    #[inline]
    pub(super) fn get(&self, ix: PeerIx) -> &Peer {
        &self.peers[ix.index()]
    }
    #[inline]
    pub(super) fn get_mut(&mut self, ix: PeerIx) -> &mut Peer {
        &mut self.peers[ix.index()]
    }
    /// How many places there are, vacant ones included.
    #[inline]
    pub(super) fn places(&self) -> usize {
        self.peers.len()
    }
    /// All places in order, vacant ones included.
    pub(super) fn by_place(&self) -> impl ExactSizeIterator<Item = &Peer> {
        self.peers.iter()
    }
    /// All nodes, in hash order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (PeerIx, &Peer)> {
        self.order.iter().map(|&ix| (ix, self.get(ix)))
    }
    /// The place of the node with this id.
    #[inline]
    pub(super) fn find(&self, id: &NodeId) -> Option<PeerIx> {
        let hash = self.hash(id);
        let (first, end) = self.bounds(self.bucket(hash));
        for at in first..end {
            if self.tags[at] == tag(hash) && self.get(self.order[at]).id() == *id {
                return Some(self.order[at]);
            }
        }
        None
    }

    /// The place of the node with this card if it is known, without a look at the node itself:
    /// [`Roster::confirm`] has to follow.
    #[inline]
    pub(super) fn guess(&self, number: CardNo) -> Option<PeerIx> {
        self.numbered.get(number.index()).copied().flatten()
    }
    /// Turns a guess into knowledge; None if the card has to be read.
    #[inline]
    pub(super) fn confirm(&self, guess: Option<PeerIx>, number: CardNo) -> Option<PeerIx> {
        guess.filter(|&ix| self.get(ix).number() == Some(number))
    }
    /// The place of the node that a card names, wherever it is said to be.
    pub(super) fn look_up(&mut self, number: CardNo, card: &Arc<Card>) -> Option<PeerIx> {
        let ix = self.find(&card.node)?;
        if self.get(ix).card() == card {
            self.note_number(ix, number, card);
        }
        Some(ix)
    }
    /// The number of a node's card.
    #[inline]
    pub(super) fn number(&mut self, ix: PeerIx, cards: &mut Cards) -> CardNo {
        match self.get(ix).number() {
            Some(number) => number,
            None => {
                let number = cards.number(self.get(ix).card());
                self.note_number(ix, number, cards.get(number));
                number
            }
        }
    }
    fn note_number(&mut self, ix: PeerIx, number: CardNo, card: &Arc<Card>) {
        self.get_mut(ix).set_number(number, card);
        if self.numbered.len() <= number.index() {
            self.numbered.resize(number.index() + 1, None);
        }
        self.numbered[number.index()] = Some(ix);
    }

    /// Adds a node whose id is not known yet to any place.
    pub(super) fn add(&mut self, peer: Peer) -> PeerIx {
        debug_assert!(self.find(&peer.id()).is_none(), "a node has one place");
        if self.order.len() >= self.buckets() {
            self.grow();
        }
        let ix = match self.vacant.pop() {
            Some(ix) => {
                self.peers[ix.index()] = peer;
                ix
            }
            None => {
                self.peers.push(peer);
                PeerIx::from_index(self.peers.len() - 1)
            }
        };
        self.enter(ix);
        ix
    }

    /// Removes a node; its place is free for another.
    pub(super) fn remove(&mut self, ix: PeerIx) {
        self.leave(ix);
        self.get_mut(ix).vacate();
        self.vacant.push(ix);
    }

    /// Gives a node another id, and with it another bucket.
    pub(super) fn rename(&mut self, ix: PeerIx, id: NodeId) {
        self.leave(ix);
        self.get_mut(ix).card_mut().node = id;
        self.enter(ix);
    }

    /// A node at random: a random bucket that is not empty, then any of its chain. So those who
    /// share a bucket are drawn less often, as in Redis.
    #[inline]
    pub(super) fn draw(&self, rng: &mut Rng) -> PeerIx {
        let luck = rng.next_u64();
        let bucket = self.filled[scale(luck as u32, self.filled.len())];
        let (first, end) = self.bounds(usize::from(bucket));
        match end - first {
            1 => self.order[first],
            several => self.order[first + scale((luck >> 32) as u32, several)],
        }
    }

    fn buckets(&self) -> usize {
        self.starts.len() - 1
    }

    #[inline]
    fn hash(&self, id: &NodeId) -> u64 {
        let half = |at: usize| {
            u64::from_le_bytes(id.0[at..at + 8].try_into().expect("an id has 20 bytes"))
        };
        (half(0) ^ half(12).rotate_left(32) ^ self.key).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
    #[inline]
    fn bucket(&self, hash: u64) -> usize {
        (hash >> 40) as usize & (self.buckets() - 1)
    }
    /// Where a bucket's chain begins and ends in `order`.
    #[inline]
    fn bounds(&self, bucket: usize) -> (usize, usize) {
        (usize::from(self.starts[bucket]), usize::from(self.starts[bucket + 1]))
    }

    /// Puts a place at the head of its chain.
    fn enter(&mut self, ix: PeerIx) {
        let hash = self.hash(&self.get(ix).id());
        let bucket = self.bucket(hash);
        let (first, _) = self.bounds(bucket);
        self.order.insert(first, ix);
        self.tags.insert(first, tag(hash));
        self.starts[bucket + 1..].iter_mut().for_each(|start| *start += 1);
        self.note_filled();
    }

    fn leave(&mut self, ix: PeerIx) {
        let bucket = self.bucket(self.hash(&self.get(ix).id()));
        let (first, end) = self.bounds(bucket);
        let at = (first..end).find(|&at| self.order[at] == ix).expect("it is in its bucket");
        self.order.remove(at);
        self.tags.remove(at);
        self.starts[bucket + 1..].iter_mut().for_each(|start| *start -= 1);
        self.note_filled();
    }

    fn note_filled(&mut self) {
        self.filled.clear();
        let ends = self.starts.windows(2).enumerate();
        self.filled.extend(ends.filter(|(_, ends)| ends[0] < ends[1]).map(|(at, _)| at as u16));
    }

    /// Doubles the table: the buckets are moved in order, each chain from its head.
    fn grow(&mut self) {
        let old = std::mem::take(&mut self.order);
        self.tags.clear();
        self.starts = vec![0; self.buckets() * 2 + 1];
        for ix in old {
            self.enter(ix);
        }
    }
}

/// The part of a hash that is kept beside a place.
#[inline]
fn tag(hash: u64) -> u8 {
    (hash >> 32) as u8
}

/// A number below `bound` from 32 random bits.
#[inline]
fn scale(luck: u32, bound: usize) -> usize {
    ((u64::from(luck) * bound as u64) >> 32) as usize
}

#[cfg(test)]
mod check {
    use super::*;
    use crate::node::cluster::peer::Stamp;
    use crate::shapes::message::Flags;
    use crate::words::{Seed, SlotSet};

    fn peer(rng: &mut Rng) -> Peer {
        let nothing = Arc::new(SlotSet::EMPTY);
        Peer::new(Arc::new(Card::named(NodeId::random(rng))), Flags::MASTER, Stamp::new(1), nothing)
    }

    fn roster(nodes: usize, rng: &mut Rng) -> Roster {
        let mut roster = Roster::new(peer(rng), rng.next_u64());
        for _ in 1..nodes {
            roster.add(peer(rng));
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
        assert_eq!(roster.buckets(), 128);
        for (ix, peer) in roster.iter() {
            assert_eq!(roster.find(&peer.id()), Some(ix));
        }
        assert_eq!(roster.add(peer(&mut rng)), gone, "a free place is used again");
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

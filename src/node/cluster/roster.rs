//! The roster: all nodes that one node knows, itself included, in Redis's order.
//!
//! Redis keeps them in a hash table under a key that is random for each process; every walk over the
//! nodes, and every random draw, follows that table. This one behaves the same: buckets a power of
//! two, doubled when full, new entries at the head of their chain. So the order is arbitrary, but it
//! is stable, and it follows from the seed.
//!
//! The table is kept flat: `order` lists the places bucket by bucket, `starts` says where each bucket
//! begins. That makes a walk a walk over an array, and a lookup two short reads.
//!
//! Invariants: place 0 is the node itself; `order` names every place in use exactly once.
//! In Redis: `server.cluster->nodes`, `dictAdd`, `dictGetRandomKey` (dict.c).
//! Absent: incremental rehashing; a grown table is complete at once.

use super::peer::{Peer, PeerIx};
use crate::words::{NodeId, Rng};

/// All known nodes.
#[derive(Clone, Debug)]
pub(super) struct Roster {
    peers: Vec<Peer>,
    vacant: Vec<PeerIx>,
    key: u64,
    order: Vec<PeerIx>,
    starts: Vec<u16>,
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
            starts: vec![0; FIRST_BUCKETS + 1],
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
    /// All nodes, in hash order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (PeerIx, &Peer)> {
        self.order.iter().map(|&ix| (ix, self.get(ix)))
    }
    /// The place of the node with this id.
    #[inline]
    pub(super) fn find(&self, id: &NodeId) -> Option<PeerIx> {
        self.chain(self.bucket(id)).iter().copied().find(|&ix| self.get(ix).id == *id)
    }

    /// Adds a node whose id is not known yet to any place.
    pub(super) fn add(&mut self, peer: Peer) -> PeerIx {
        debug_assert!(self.find(&peer.id).is_none(), "a node has one place");
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
        self.vacant.push(ix);
    }

    /// Gives a node another id, and with it another bucket.
    pub(super) fn rename(&mut self, ix: PeerIx, id: NodeId) {
        self.leave(ix);
        self.get_mut(ix).id = id;
        self.enter(ix);
    }

    /// A node at random: a random bucket that is not empty, then any of its chain. So those who
    /// share a bucket are drawn less often, as in Redis.
    #[inline]
    pub(super) fn draw(&self, rng: &mut Rng) -> PeerIx {
        let mask = self.buckets() as u64 - 1;
        loop {
            let luck = rng.next_u64();
            match self.chain((luck & mask) as usize) {
                [] => {}
                [only] => return *only,
                chain => return chain[((luck >> 32) as usize) % chain.len()],
            }
        }
    }

    fn buckets(&self) -> usize {
        self.starts.len() - 1
    }

    #[inline]
    fn bucket(&self, id: &NodeId) -> usize {
        let half = |at: usize| {
            u64::from_le_bytes(id.0[at..at + 8].try_into().expect("an id has 20 bytes"))
        };
        let mixed =
            (half(0) ^ half(12).rotate_left(32) ^ self.key).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> 32) as usize & (self.buckets() - 1)
    }

    #[inline]
    fn chain(&self, bucket: usize) -> &[PeerIx] {
        &self.order[usize::from(self.starts[bucket])..usize::from(self.starts[bucket + 1])]
    }

    /// Puts a place at the head of its chain.
    fn enter(&mut self, ix: PeerIx) {
        let bucket = self.bucket(&self.get(ix).id);
        self.order.insert(usize::from(self.starts[bucket]), ix);
        self.starts[bucket + 1..].iter_mut().for_each(|start| *start += 1);
    }

    fn leave(&mut self, ix: PeerIx) {
        let bucket = self.bucket(&self.get(ix).id);
        let at = self.chain(bucket).iter().position(|&other| other == ix);
        self.order.remove(usize::from(self.starts[bucket]) + at.expect("it is in its bucket"));
        self.starts[bucket + 1..].iter_mut().for_each(|start| *start -= 1);
    }

    /// Doubles the table: the buckets are moved in order, each chain from its head.
    fn grow(&mut self) {
        let old = std::mem::take(&mut self.order);
        self.starts = vec![0; self.buckets() * 2 + 1];
        for ix in old {
            self.enter(ix);
        }
    }
}

#[cfg(test)]
mod check {
    use super::*;
    use crate::node::cluster::peer::Stamp;
    use crate::shapes::message::Flags;
    use crate::words::{Seed, SlotSet};
    use std::sync::Arc;

    fn peer(rng: &mut Rng) -> Peer {
        let nothing = Arc::new(SlotSet::EMPTY);
        Peer::new(NodeId::random(rng), Flags::MASTER, Stamp(1), nothing)
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
        let gone_id = roster.get(gone).id;
        roster.remove(gone);
        assert_eq!(roster.find(&gone_id), None);
        assert_eq!(roster.len(), 99);
        assert_eq!(roster.buckets(), 128);
        for (ix, peer) in roster.iter() {
            assert_eq!(roster.find(&peer.id), Some(ix));
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

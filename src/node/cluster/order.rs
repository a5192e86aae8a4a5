//! Redis's order of the nodes.
//!
//! Redis keeps them in a hash table under a key that is random for each process; every walk over the
//! nodes, and every random draw, follows that table. This one behaves the same: buckets a power of
//! two, doubled when full, new entries at the head of their chain. So the order is arbitrary, but it
//! is stable, and it follows from the seed.
//!
//! The table is kept flat: `order` lists the places bucket by bucket, `starts` says where each bucket
//! begins, `tags` holds a part of each node's hash, and `chains` are the buckets that are not empty. So a
//! walk is a walk over an array, a lookup two short reads, and a draw never draws twice.
//!
//! Invariants: `order` names every place in use exactly once, and `tags` goes with it.
//! In Redis: `server.cluster->nodes`, `dictAdd`, `dictGetRandomKey` (dict.c).
//! Absent: incremental rehashing; a grown table is complete at once.

use super::peer::PeerIx;
use crate::words::{NodeId, Rng};

/// The hash table of the nodes' ids, without the ids.
#[derive(Clone, Debug)]
pub(super) struct Order {
    key: u64,
    order: Vec<PeerIx>,
    tags: Vec<u8>,
    starts: Vec<u16>,
    chains: Vec<Chain>,
}

/// A bucket that is not empty: where it is in `order`.
#[derive(Clone, Copy, Debug)]
struct Chain {
    first: u16,
    len: u16,
}

/// `DICT_HT_INITIAL_SIZE`.
const FIRST_BUCKETS: usize = 4;

impl Order {
    pub(super) fn new(key: u64) -> Order {
        let starts = vec![0; FIRST_BUCKETS + 1];
        Order { key, order: Vec::new(), tags: Vec::new(), starts, chains: Vec::new() }
    }

    /// The places in use, in hash order.
    #[inline]
    pub(super) fn places(&self) -> &[PeerIx] {
        &self.order
    }
    /// The place of the node with this id; `has` says whether that is who is there.
    #[inline]
    pub(super) fn find(&self, id: &NodeId, has: impl Fn(PeerIx) -> bool) -> Option<PeerIx> {
        let hash = self.hash(id);
        let (first, end) = self.bounds(self.bucket(hash));
        (first..end)
            .find(|&at| self.tags[at] == tag(hash) && has(self.order[at]))
            .map(|at| self.order[at])
    }
    /// A node at random: a random bucket that is not empty, then any of its chain. So those who
    /// share a bucket are drawn less often, as in Redis.
    #[inline]
    pub(super) fn draw(&self, rng: &mut Rng) -> PeerIx {
        let luck = rng.next_u64();
        let Chain { first, len } = self.chains[scale(luck as u32, self.chains.len())];
        self.order[usize::from(first) + scale((luck >> 32) as u32, usize::from(len))]
    }

    /// Whether one more makes the table grow.
    pub(super) fn is_full(&self) -> bool {
        self.order.len() >= self.buckets()
    }
    /// Doubles the table: the buckets are moved in order, each chain from its head.
    pub(super) fn grow(&mut self, id: impl Fn(PeerIx) -> NodeId) {
        let old = std::mem::take(&mut self.order);
        self.tags.clear();
        self.starts = vec![0; self.buckets() * 2 + 1];
        for ix in old {
            self.enter(ix, &id(ix));
        }
    }
    /// Puts a place at the head of its chain.
    pub(super) fn enter(&mut self, ix: PeerIx, id: &NodeId) {
        let hash = self.hash(id);
        let bucket = self.bucket(hash);
        let (first, _) = self.bounds(bucket);
        self.order.insert(first, ix);
        self.tags.insert(first, tag(hash));
        self.starts[bucket + 1..].iter_mut().for_each(|start| *start += 1);
        self.note_chains();
    }
    /// Takes the place of the node with this id out.
    pub(super) fn leave(&mut self, ix: PeerIx, id: &NodeId) {
        let bucket = self.bucket(self.hash(id));
        let (first, end) = self.bounds(bucket);
        let at = (first..end).find(|&at| self.order[at] == ix).expect("it is in its bucket");
        self.order.remove(at);
        self.tags.remove(at);
        self.starts[bucket + 1..].iter_mut().for_each(|start| *start -= 1);
        self.note_chains();
    }

    pub(super) fn buckets(&self) -> usize {
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
    fn note_chains(&mut self) {
        let chains =
            self.starts.windows(2).map(|ends| Chain { first: ends[0], len: ends[1] - ends[0] });
        self.chains.clear();
        self.chains.extend(chains.filter(|chain| chain.len > 0));
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

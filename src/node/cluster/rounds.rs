//! Which peers a tick may pass over.
//!
//! Ten times a second every node looks at every peer: with a thousand nodes, ten million looks a
//! second that find nothing to do. So each peer has a moment before which nothing can be due, in hash
//! order, and of each block of them the soonest is known: a tick reads those, four bytes for 32 peers,
//! and then the blocks in which somebody may be due.
//!
//! Invariant: a moment may be too early, never too late. Whatever could make a peer due earlier
//! wakes it: a new link, a new address, the end of a handshake; another node timeout, and another
//! order, wake everybody.
//! In Redis: nothing; `clusterCron` looks at everybody.

use super::peer::Peer;
use super::stamp::Stamp;
use crate::shapes::message::Flags;
use crate::words::Millis;

const BLOCK: usize = 32;

/// When to look at whom.
#[derive(Clone, Debug, Default)]
pub(super) struct Rounds {
    /// In hash order, in ms since `base`.
    due: Vec<u32>,
    /// The soonest of each block.
    soonest: Vec<u32>,
    base: Stamp,
    timeout: Millis,
    /// Whether everybody has a link and nobody is in handshake or suspected.
    pub(super) settled: bool,
}

impl Rounds {
    pub(super) fn new(now: Stamp) -> Rounds {
        Rounds { base: now, ..Rounds::default() }
    }
    /// A tick begins, and so many are known. If the node timeout is another one, or the order is new,
    /// everybody is due.
    pub(super) fn begin(&mut self, timeout: Millis, known: usize) {
        if self.timeout != timeout || self.due.len() != known {
            self.timeout = timeout;
            self.due.clear();
            self.due.resize(known, 0);
            self.soonest.clear();
            self.soonest.resize(known.div_ceil(BLOCK), 0);
        }
    }
    /// The first, at `at` or behind it, that may be due.
    #[inline]
    pub(super) fn next_due(&mut self, mut at: usize, now: Stamp) -> Option<usize> {
        let now = now.since(self.base);
        while at < self.due.len() {
            let block = at / BLOCK;
            if at.is_multiple_of(BLOCK) && now < u64::from(self.soonest[block]) {
                at += BLOCK;
                continue;
            }
            if u64::from(self.due[at]) <= now {
                return Some(at);
            }
            at += 1;
            if at.is_multiple_of(BLOCK) || at == self.due.len() {
                let due = &self.due[block * BLOCK..at];
                self.soonest[block] = due.iter().copied().fold(u32::MAX, u32::min);
            }
        }
        None
    }
    /// The order is another one.
    pub(super) fn reorder(&mut self) {
        self.due.clear();
    }
    /// Something changed: the next tick looks at this peer.
    pub(super) fn wake(&mut self, at: Option<usize>) {
        if let Some(at) = at.filter(|&at| at < self.due.len()) {
            self.due[at] = 0;
            self.soonest[at / BLOCK] = 0;
        }
    }
    /// Nothing more can be due before a half timeout is over.
    #[inline]
    pub(super) fn put_off(&mut self, at: usize, peer: Peer<'_>) {
        let passive = Flags::MYSELF.with(Flags::NOADDR).with(Flags::HANDSHAKE);
        let silent_since = if peer.is_awaited() { peer.ping_sent() } else { peer.pong_received() };
        let never = peer.flags().has(passive) || !(peer.is_awaited() || peer.is_linked());
        let due = match never {
            true => u64::MAX,
            false => Stamp::new(silent_since.ms() + self.timeout.0 / 2 + 1).since(self.base),
        };
        self.due[at] = u32::try_from(due).unwrap_or(u32::MAX);
    }
}

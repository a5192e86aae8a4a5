//! Which peers a tick may pass over.
//!
//! Ten times a second every node looks at every peer: with a thousand nodes, ten million looks a
//! second that find nothing to do. So each peer has a moment before which nothing can be due, and a
//! tick reads those moments only: four bytes a peer, side by side.
//!
//! Invariant: a moment may be too early, never too late. Whatever could make a peer due earlier
//! wakes it: a new link, a new address, the end of a handshake, another node timeout.
//! In Redis: nothing; `clusterCron` looks at everybody.

use super::peer::{Peer, PeerIx};
use super::stamp::Stamp;
use crate::shapes::message::Flags;
use crate::words::Millis;

/// When to look at whom.
#[derive(Clone, Debug, Default)]
pub(super) struct Rounds {
    /// By place, in ms since `base`.
    due: Vec<u32>,
    base: Stamp,
    timeout: Millis,
    /// Whether everybody has a link and nobody is in handshake or suspected.
    pub(super) settled: bool,
}

impl Rounds {
    pub(super) fn new(now: Stamp) -> Rounds {
        Rounds { due: Vec::new(), base: now, timeout: Millis(0), settled: false }
    }
    /// Looks at everybody again if the node timeout changed.
    pub(super) fn note_timeout(&mut self, timeout: Millis) {
        if self.timeout != timeout {
            self.timeout = timeout;
            self.due.fill(0);
        }
    }
    #[inline]
    pub(super) fn is_due(&self, ix: PeerIx, now: Stamp) -> bool {
        self.due.get(ix.index()).is_none_or(|&due| u64::from(due) <= now.since(self.base))
    }
    /// Something changed: the next tick looks at this peer.
    pub(super) fn wake(&mut self, ix: PeerIx) {
        if let Some(due) = self.due.get_mut(ix.index()) {
            *due = 0;
        }
    }
    /// Nothing more can be due before a half timeout is over.
    #[inline]
    pub(super) fn put_off(&mut self, ix: PeerIx, peer: Peer<'_>) {
        let passive = Flags::MYSELF.with(Flags::NOADDR).with(Flags::HANDSHAKE);
        let silent_since =
            if peer.is_awaited() { peer.ping_sent() } else { peer.pong_received() };
        let never = peer.flags().has(passive) || !(peer.is_awaited() || peer.is_linked());
        let due = match never {
            true => u64::MAX,
            false => Stamp::new(silent_since.ms() + self.timeout.0 / 2 + 1).since(self.base),
        };
        if self.due.len() <= ix.index() {
            self.due.resize(ix.index() + 1, 0);
        }
        self.due[ix.index()] = u32::try_from(due).unwrap_or(u32::MAX);
    }
}

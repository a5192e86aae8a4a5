//! The pulse of a peer: all that gossip reads and writes of it, in eight bytes.
//!
//! A packet names a tenth of the cluster, and with a thousand nodes there are a million of these. They lie
//! side by side, eight in a line of the cache, so that what a node knows of a thousand others fits into
//! the fastest one; all else that it knows of them is elsewhere (`standing`).
//!
//! Invariant: each mark repeats what the standing says.

use super::stamp::Stamp;
use crate::shapes::message::Flags;
use std::fmt;

/// The moment of the last pong in the upper 48 bits, then marks, then the flags of the protocol.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Pulse(u64);

/// Bytes a peer: eight, or a thousand nodes no longer fit.
const _: () = assert!(size_of::<Pulse>() == 8);

/// How many bits the flags have.
const FLAGS: u64 = (1 << 10) - 1;
/// The standing has slots.
const OWNS_SLOTS: u64 = 1 << 13;
/// The standing has a ping that is not answered.
const AWAITED: u64 = 1 << 14;
/// The standing has a link.
const LINKED: u64 = 1 << 15;
/// Where the moment begins.
const MOMENT: u32 = 16;

impl Pulse {
    pub(super) const fn new(flags: Flags) -> Pulse {
        Pulse(flags.0 as u64 & FLAGS)
    }
    #[inline]
    pub(super) const fn flags(self) -> Flags {
        Flags((self.0 & FLAGS) as u16)
    }
    pub(super) fn set_flags(&mut self, flags: Flags) {
        self.0 = self.0 & !FLAGS | u64::from(flags.0) & FLAGS;
    }
    /// Sets all of `flags`.
    pub(super) fn insert(&mut self, flags: Flags) {
        self.set_flags(self.flags().with(flags));
    }
    /// Clears all of `flags`.
    pub(super) fn remove(&mut self, flags: Flags) {
        self.set_flags(self.flags().without(flags));
    }

    /// When it last answered (or was last seen by others to answer).
    #[inline]
    pub(super) const fn pong_received(self) -> Stamp {
        Stamp::new(self.0 >> MOMENT)
    }
    pub(super) fn set_pong_received(&mut self, at: Stamp) {
        self.0 = at.ms() << MOMENT | self.0 & ((1 << MOMENT) - 1);
    }
    /// Others saw it answer: that counts as a pong, if none is awaited here. (Without a branch on what is
    /// newer, which nobody can foretell: the next rows are fetched meanwhile.)
    #[inline]
    pub(super) fn hear_pong(&mut self, seen_s: u32, latest: Stamp) {
        let seen = u64::from(seen_s) * 1000;
        if self.0 & AWAITED == 0 && seen <= latest.ms() {
            self.0 = self.0.max(seen << MOMENT | self.0 & ((1 << MOMENT) - 1));
        }
    }

    /// Whether a ping is not answered.
    #[inline]
    pub(super) const fn is_awaited(self) -> bool {
        self.0 & AWAITED != 0
    }
    /// Whether there is a link.
    #[inline]
    pub(super) const fn is_linked(self) -> bool {
        self.0 & LINKED != 0
    }
    /// Whether it owns slots.
    #[inline]
    pub(super) const fn owns_slots(self) -> bool {
        self.0 & OWNS_SLOTS != 0
    }
    pub(super) fn mark_awaited(&mut self, awaited: bool) {
        self.mark(AWAITED, awaited);
    }
    pub(super) fn mark_linked(&mut self, linked: bool) {
        self.mark(LINKED, linked);
    }
    pub(super) fn mark_slots(&mut self, owns: bool) {
        self.mark(OWNS_SLOTS, owns);
    }
    fn mark(&mut self, mark: u64, set: bool) {
        self.0 = if set { self.0 | mark } else { self.0 & !mark };
    }
}

impl fmt::Debug for Pulse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pulse({:?}, {:?})", self.flags(), self.pong_received())
    }
}

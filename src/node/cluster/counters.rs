//! How many packets of each kind went out and came in: the counters of `CLUSTER INFO`.

use crate::shapes::message::Kind;

/// Packets by kind since the process started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    sent: [u64; Kind::ALL.len()],
    received: [u64; Kind::ALL.len()],
    total_sent: u64,
}

impl Counters {
    #[inline]
    pub(super) fn count_sent(&mut self, kind: Kind) {
        self.sent[kind as usize] += 1;
        self.total_sent += 1;
    }
    #[inline]
    pub(super) fn count_received(&mut self, kind: Kind) {
        self.received[kind as usize] += 1;
    }
    /// How many packets of a kind were sent.
    pub const fn sent(&self, kind: Kind) -> u64 {
        self.sent[kind as usize]
    }
    /// How many packets of a kind came in.
    pub const fn received(&self, kind: Kind) -> u64 {
        self.received[kind as usize]
    }
    /// How many packets were sent.
    pub const fn total_sent(&self) -> u64 {
        self.total_sent
    }
    /// How many packets came in.
    pub fn total_received(&self) -> u64 {
        self.received.iter().sum()
    }
}

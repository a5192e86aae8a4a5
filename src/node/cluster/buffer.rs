//! The send buffer of one link: what its kernel has not taken yet, and the memory that this takes.
//!
//! `send-buffer-used` is what waits. `send-buffer-allocated` is what the string was grown to: it doubles
//! to have room for more, is rounded up to what the allocator gives, and is cut to what waits at a tick
//! that finds four times as much free.
//! Invariant: `used` is the size of the packets in `waiting`, less what the kernel has of the first.
//! In Redis: `clusterLink` (cluster.h), `clusterSendMessage`, `clusterWriteHandler`,
//! `resizeClusterLinkBuffer`; `sdsMakeRoomFor` (sds.c), jemalloc's size classes.

use crate::node::memory::size_class;
use crate::shapes::Message;
use std::collections::VecDeque;
use std::sync::Arc;

/// Beyond this a string grows by this much instead of to the double. In Redis: `SDS_MAX_PREALLOC`.
const LARGEST_DOUBLING: u64 = 1024 * 1024;
/// What an empty string has room for, since the allocator gives no fewer than eight bytes.
pub(super) const EMPTY: u64 = 4;
/// A tick frees what is unused if it is so many times what is used.
const WASTEFUL: u64 = 4;

/// What a link still has to send.
#[derive(Clone, Debug)]
pub(super) struct SendBuffer {
    waiting: VecDeque<Arc<Message>>,
    room: Room,
}

/// How much a buffer holds and how much memory it has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Room {
    /// `send-buffer-used`, in bytes.
    pub(super) used: u64,
    /// `send-buffer-allocated`, in bytes.
    pub(super) allocated: u64,
}

impl Room {
    pub(super) const fn new(allocated: u64) -> Room {
        Room { used: 0, allocated }
    }
    /// More is to be sent.
    pub(super) fn add(&mut self, bytes: u64) {
        let needed = self.used + bytes;
        if self.allocated < needed {
            self.allocated = grown(needed);
        }
        self.used = needed;
    }
    /// Frees what is wasted.
    pub(super) fn trim(&mut self) {
        if self.used < (self.allocated - self.used) / WASTEFUL {
            self.allocated = self.used;
        }
    }
}

impl SendBuffer {
    pub(super) fn new(room: Room) -> SendBuffer {
        SendBuffer { waiting: VecDeque::new(), room }
    }
    pub(super) const fn room(&self) -> Room {
        self.room
    }
    /// Whether the kernel has all that was sent.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
    /// A packet waits behind the others.
    pub(super) fn push(&mut self, message: Arc<Message>) {
        self.room.add(message.wire_len() as u64);
        self.waiting.push_back(message);
    }
    /// Some of what was written is still here: the kernel has `written` bytes of the first.
    pub(super) fn kept(unsent: Vec<Arc<Message>>, written: u64, allocated: u64) -> SendBuffer {
        let bytes: u64 = unsent.iter().map(|message| message.wire_len() as u64).sum();
        SendBuffer { waiting: unsent.into(), room: Room { used: bytes - written, allocated } }
    }
    /// All that waits is written now; what the kernel does not take comes back.
    pub(super) fn take(&mut self) -> VecDeque<Arc<Message>> {
        self.room.used = 0;
        std::mem::take(&mut self.waiting)
    }
    pub(super) fn trim(&mut self) {
        self.room.trim();
    }
}

/// What a string that has to hold `needed` bytes is grown to.
fn grown(needed: u64) -> u64 {
    let wanted = if needed < LARGEST_DOUBLING { needed * 2 } else { needed + LARGEST_DOUBLING };
    // The header tells the length; the longer the string, the more bytes that takes.
    let (header, longest) = match wanted {
        0x0..0x100 => (3, 0xff),
        0x100..0x1_0000 => (5, 0xffff),
        0x1_0000..0x1_0000_0000 => (9, 0xffff_ffff),
        _ => (17, u64::MAX),
    };
    (size_class(header + wanted + 1) - header - 1).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both numbers as CLUSTER LINKS of a 7.0.15 with jemalloc showed them.
    #[track_caller]
    fn check(needed: u64, allocated: u64) {
        let mut room = Room::new(0);
        room.add(needed);
        assert_eq!(room.allocated, allocated);
    }

    #[test]
    fn a_buffer_grows_as_the_real_one_did() {
        check(2_360, 5_114);
        check(6_271, 14_330);
        check(133_343, 327_670);
        check(400_029, 917_494);
        check(933_401, 2_097_142);
        check(2_133_488, 3_670_006);
        check(3_733_604, 5_242_870);
        check(12_002_271, 14_680_054);
    }

    #[test]
    fn a_tick_frees_what_is_four_times_as_much_as_is_used() {
        let mut room = Room { used: 0, allocated: 3 };
        room.trim();
        assert_eq!(room.allocated, 3);
        room.allocated = EMPTY;
        room.trim();
        assert_eq!(room.allocated, 0);
        room = Room { used: 1_078_632, allocated: 3_670_006 };
        room.trim();
        assert_eq!(room.allocated, 3_670_006);
    }
}

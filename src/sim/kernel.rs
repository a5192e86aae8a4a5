//! What the kernels between two processes hold: how much a bus link takes before its sender has to wait.
//!
//! What a process writes waits in its own kernel until the other one has acknowledged it, and in the other
//! one until the process there reads it. Where a process does not read, or nothing gets through, both fill;
//! then `write` takes less than it is given, and the rest stays in the sender's memory until its socket
//! is writable again: when a third of its kernel's buffer is free.
//!
//! Invariants: what a kernel took arrives, unless the connection ends; a link on which nothing stands still
//! is not looked at, so a cluster without frozen processes and partitions pays nothing.
//! In Redis: `clusterWriteHandler`; in Linux: `tcp_sendmsg`, `sk_stream_is_writeable`.
//! Absent: bandwidth: where both ends live, what is sent arrives however much it is. A kernel's buffer
//! grows with what is acknowledged, which is two sizes here; and client ports have no limit.

use crate::node::io::{ConnId, Input};
use crate::shapes::Message;
use crate::shapes::message::Body;
use crate::shapes::spec::ContainerIx;
use crate::sim::World;
use crate::sim::action::Verdict;
use crate::sim::agenda::Event;
use crate::sim::connection::{Connection, End, Phase, side};
use crate::sim::container::State;
use crate::sim::entry::{Cause, Log};
use crate::sim::packet::Payload;
use crate::sim::process::Mode;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How much data two kernels hold, in bytes of packets. Seen on a Linux 6.18 with `cubic`, the usual
/// `tcp_wmem` (4096 16384 4194304) and `tcp_rmem` (4096 131072 6291456), and packets of 4 kB to 12 MB.
struct Sizes {
    /// The receiver's kernel takes this much that nobody reads.
    window: u64,
    /// The sender's socket is writable until its kernel has this much.
    writable: u64,
    /// A write to it fills its kernel up to here.
    full: u64,
}

/// In one network namespace: packets are as large as 64 kB, and so is what ten of them may take twice.
const LOOPBACK: Sizes = Sizes { window: 93_568, writable: 1_721_000, full: 2_526_336 };
/// From one container to another, after the receiver's kernel took its part.
const BRIDGE: Sizes = Sizes { window: 123_664, writable: 265_000, full: 388_064 };
/// The same, if nothing is acknowledged: no more than is sent at first.
const BRIDGE_CUT: Sizes = Sizes { window: 0, writable: 27_100, full: 60_816 };

/// A sender waits until there is room.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::sim) struct Waiting {
    /// How many bytes the kernel has of the packet that it took only a part of.
    written: u64,
    /// Whether it will be looked at.
    looks: bool,
}

/// Where kernels hold more than is on its way.
#[derive(Clone, Debug, Default)]
pub(in crate::sim) struct Kernels {
    /// By end: what waits there for its process, in bytes.
    unread: BTreeMap<ConnId, u64>,
    /// By end: whose sender waits for room.
    full: BTreeMap<ConnId, Waiting>,
    /// What kernels did not take in the step that is carried out, by the end it is for.
    refused: Vec<(ConnId, Refused)>,
    /// The links on which something stands still and that were written to in it.
    begun: Vec<ConnId>,
}

/// What a kernel did not take.
#[derive(Clone, Debug, Default)]
struct Refused {
    messages: Vec<Arc<Message>>,
    written: u64,
}

impl Kernels {
    /// Something waits for a process that does not read now.
    pub(in crate::sim) fn keep(&mut self, at: ConnId, bytes: u64) {
        if bytes != 0 {
            *self.unread.entry(at).or_default() += bytes;
        }
    }
    /// An end is gone, and what its process had not written yet with it.
    pub(in crate::sim) fn end(&mut self, conn: ConnId) {
        if !self.unread.is_empty() {
            self.unread.remove(&conn);
        }
        if !self.full.is_empty() {
            self.full.remove(&conn.other());
        }
    }
    /// Whether nothing stands still in any: the usual case.
    fn are_idle(&self) -> bool {
        self.unread.is_empty() && self.full.is_empty()
    }
}

/// Whether a packet may be as large as it likes.
fn is_large(message: &Message) -> bool {
    matches!(message.body, Body::Publish { .. })
}

/// What of a payload counts.
pub(in crate::sim) fn weight(payload: &Payload) -> u64 {
    payload.message().map_or(0, |message| message.wire_len() as u64)
}

impl World {
    /// Whether the kernel takes a packet of the bus that is written to the end `to`; if not, its sender
    /// will hear of it after the step.
    #[inline]
    pub(in crate::sim) fn takes(&mut self, to: ConnId, message: &Arc<Message>) -> bool {
        let idle = self.kernels.are_idle() && self.network.held.is_empty();
        idle && !is_large(message) || self.fills(to, message)
    }

    #[cold]
    fn fills(&mut self, to: ConnId, message: &Arc<Message>) -> bool {
        match self.fill(to, message) {
            None => true,
            Some(written) => {
                self.refuse(to, message, written);
                false
            }
        }
    }

    /// Fills the kernel with a packet; if it has no room for all of it, how much of it it has.
    fn fill(&mut self, to: ConnId, message: &Message) -> Option<u64> {
        if self.kernels.refused.iter().any(|(end, _)| *end == to) {
            return Some(0);
        }
        let Some(sizes) = self.standing_still(to, is_large(message)) else {
            self.kernels.full.remove(&to);
            return None;
        };
        let written = self.kernels.full.get(&to).map_or(0, |waiting| waiting.written);
        let queued = self.queued(to, &sizes);
        let begun = self.kernels.begun.contains(&to);
        if !begun {
            self.kernels.begun.push(to);
        }
        if !begun && sizes.writable < queued {
            return Some(written);
        }
        let room = sizes.full.saturating_sub(queued);
        if message.wire_len() as u64 - written <= room {
            self.kernels.full.remove(&to);
            return None;
        }
        Some(written + room)
    }

    fn refuse(&mut self, to: ConnId, message: &Arc<Message>, written: u64) {
        let refused = match self.kernels.refused.iter_mut().find(|(end, _)| *end == to) {
            Some((_, refused)) => refused,
            None => {
                self.kernels.full.insert(to, Waiting { written, looks: false });
                self.kernels.refused.push((to, Refused { messages: Vec::new(), written }));
                self.hold_part(to);
                let Some((_, refused)) = self.kernels.refused.last_mut() else { return };
                refused
            }
        };
        refused.messages.push(message.clone());
    }

    /// After a step: who wrote more than was taken learns that.
    #[inline]
    pub(in crate::sim) fn tell_of_refusals(
        &mut self,
        ix: ContainerIx,
        life: u32,
        log: &mut dyn Log,
    ) {
        if !self.kernels.begun.is_empty() {
            self.tell_of_each(ix, life, log);
        }
    }

    #[cold]
    fn tell_of_each(&mut self, ix: ContainerIx, life: u32, log: &mut dyn Log) {
        self.kernels.begun.clear();
        for (to, Refused { messages, written }) in std::mem::take(&mut self.kernels.refused) {
            let unsent = Input::Unsent { conn: to.other(), messages, written };
            self.tell(ix, life, unsent, None, log);
        }
    }

    /// The sizes that count for what is sent to an end, if anything stands still on the way there. What
    /// is not `large` cannot fill a kernel that nothing waits in yet.
    fn standing_still(&self, to: ConnId, large: bool) -> Option<Sizes> {
        let connection = self.connections.get(to)?;
        let leaves = connection.wired;
        if connection.held[side(to)] || large && self.is_cut(to, connection) {
            return Some(if leaves { BRIDGE_CUT } else { LOOPBACK });
        }
        let unread = self.kernels.unread.contains_key(&to);
        let waits = unread || large && !self.reads(connection.ends[side(to)]);
        waits.then_some(if leaves { BRIDGE } else { LOOPBACK })
    }

    pub(in crate::sim) fn is_cut(&self, to: ConnId, connection: &Connection) -> bool {
        let (from, place) = (connection.places[1 - side(to)], connection.places[side(to)]);
        let dropped = || self.network.verdict(from, place, connection.port) == Verdict::Drop;
        connection.phase == Phase::Open && (self.is_unplugged(connection) || dropped())
    }

    /// Whether whoever holds an end reads what comes.
    fn reads(&self, end: End) -> bool {
        match end {
            End::Nobody | End::Client(_) => true,
            End::Process { ix, life } => match self.containers.get(usize::from(ix.0)) {
                Some(runtime) if runtime.life == life => match &runtime.state {
                    State::Serving(process) => process.mode == Mode::Live,
                    _ => true,
                },
                Some(_) | None => true,
            },
        }
    }

    /// How much the sender's kernel has for an end.
    fn queued(&self, to: ConnId, sizes: &Sizes) -> u64 {
        let on_the_way = self.network.packets.iter().filter(|packet| packet.to == to);
        let on_the_way: u64 = on_the_way.map(|packet| weight(&packet.payload)).sum();
        let held = self.network.held.get(&to).into_iter().flat_map(|held| &held.queue);
        let held: u64 = held.map(|(_, payload, _)| weight(payload)).sum();
        let corked = self.network.corked.get(&to).into_iter().flatten();
        let corked: u64 = corked.map(|(_, payload, _)| weight(payload)).sum();
        let unread = self.kernels.unread.get(&to).copied().unwrap_or_default();
        let part = self.kernels.full.get(&to).map_or(0, |waiting| waiting.written);
        held + part + (corked + on_the_way + unread).saturating_sub(sizes.window)
    }

    /// A process has read something that waited.
    pub(in crate::sim) fn was_read(&mut self, at: ConnId, bytes: u64) {
        if let Some(unread) = self.kernels.unread.get_mut(&at) {
            *unread = unread.saturating_sub(bytes);
            if *unread == 0 {
                self.kernels.unread.remove(&at);
            }
        }
        self.may_have_room(at);
    }

    /// A process reads again: also what a kernel has of a packet that is not all there yet.
    pub(in crate::sim) fn reads_again(&mut self, ix: ContainerIx, life: u32) {
        let mine = End::Process { ix, life };
        let full: Vec<ConnId> = self.kernels.full.keys().copied().collect();
        for to in full {
            if self.connections.get(to).is_some_and(|c| c.ends[side(to)] == mine) {
                self.may_have_room(to);
            }
        }
    }

    /// Something got through to an end: its sender's kernel will hear of it and may have room then.
    #[inline]
    pub(in crate::sim) fn may_have_room(&mut self, to: ConnId) {
        if !self.kernels.full.is_empty() {
            self.look_later(to);
        }
    }

    #[cold]
    fn look_later(&mut self, to: ConnId) {
        if let Some(waiting) = self.kernels.full.get_mut(&to).filter(|waiting| !waiting.looks) {
            waiting.looks = true;
            let at = self.now.plus_micros(self.network.draw_latency());
            self.agenda.add(at, Event::Room { to });
        }
    }

    /// The sender's kernel hears what was acknowledged; it tells the sender if its socket is writable.
    pub(in crate::sim) fn look_for_room(&mut self, to: ConnId, log: &mut dyn Log) {
        let Some(waiting) = self.kernels.full.get_mut(&to) else { return };
        waiting.looks = false;
        let sizes = self.standing_still(to, true);
        if sizes.is_some_and(|sizes| sizes.writable < self.queued(to, &sizes)) {
            return;
        }
        let Some(connection) = self.connections.get(to) else { return };
        if let End::Process { ix, life } = connection.ends[1 - side(to)] {
            let writable = Input::Writable { conn: to.other() };
            self.tell(ix, life, writable, Some(Cause::Tick), log);
        }
    }
}

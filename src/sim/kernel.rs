//! What the kernels between two processes hold: how much a connection takes before its sender has to wait.
//!
//! What a process writes waits in its own kernel until the other one has acknowledged it, and in the other
//! one until the process there reads it. Where a process does not read, or nothing gets through, both fill;
//! then `write` takes less than it is given, and the rest stays in the sender's memory until its socket
//! is writable again: when a third of its kernel's buffer is free. A client in the simulation reads all
//! that comes; a program outside reads as its socket says (`outside`).
//!
//! Invariants: what a kernel took arrives, unless the connection ends; a link on which nothing stands still
//! is not looked at, so a cluster without frozen processes and partitions pays nothing.
//! In Redis: `clusterWriteHandler`, `writeToClient`; in Linux: `tcp_sendmsg`, `sk_stream_is_writeable`.
//! Absent: bandwidth: where both ends live, what is sent arrives however much it is. A kernel's buffer
//! grows with what is acknowledged, which is two sizes here; what is asked (and not answered) always fits.

use crate::node::io::{ConnId, Input};
use crate::shapes::message::Body;
use crate::shapes::spec::ContainerIx;
use crate::shapes::stream::ClientData;
use crate::sim::World;
use crate::sim::action::Verdict;
use crate::sim::agenda::Event;
use crate::sim::connection::{Connection, End, Phase, side};
use crate::sim::container::State;
use crate::sim::entry::{Cause, Log};
use crate::sim::packet::Payload;
use crate::sim::process::Mode;
use std::collections::BTreeMap;

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
    payloads: Vec<Payload>,
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

/// Whether a packet may be as large as it likes. No answer is: whoever asks reads.
fn is_large(payload: &Payload) -> bool {
    match payload {
        Payload::Bus(message) => matches!(message.body, Body::Publish { .. }),
        Payload::Client(ClientData::Stream(_)) => true,
        Payload::Client(_)
        | Payload::Syn
        | Payload::SynAck
        | Payload::Ack
        | Payload::Fin
        | Payload::Reset => false,
    }
}

/// What of a payload counts.
pub(in crate::sim) fn weight(payload: &Payload) -> u64 {
    match payload {
        Payload::Bus(message) => message.wire_len() as u64,
        Payload::Client(data) => data.wire_len(),
        Payload::Syn | Payload::SynAck | Payload::Ack | Payload::Fin | Payload::Reset => 0,
    }
}

impl World {
    /// Whether the kernel takes what a process writes to the end `to`; if not, the process will hear of it
    /// after the step.
    #[inline]
    pub(in crate::sim) fn takes(&mut self, to: ConnId, payload: &Payload) -> bool {
        let idle = self.kernels.are_idle() && self.network.held.is_empty();
        idle && !is_large(payload) || self.fills(to, payload)
    }

    #[cold]
    fn fills(&mut self, to: ConnId, payload: &Payload) -> bool {
        match self.fill(to, payload) {
            None => true,
            Some(written) => {
                self.refuse(to, payload.clone(), written);
                self.hold_part(to);
                false
            }
        }
    }

    /// Fills the kernel with a packet; if it has no room for all of it, how much of it it has.
    fn fill(&mut self, to: ConnId, payload: &Payload) -> Option<u64> {
        if self.has_refused(to) {
            return Some(0);
        }
        let Some(sizes) = self.standing_still(to, is_large(payload)) else {
            self.kernels.full.remove(&to);
            return None;
        };
        let waits = self.kernels.full.get(&to).copied();
        let written = waits.map_or(0, |waiting| waiting.written);
        let queued = self.queued(to, &sizes);
        let begun = self.kernels.begun.contains(&to);
        if !begun {
            self.kernels.begun.push(to);
        }
        // To a client it writes first, and asks whether it may when that did not go well.
        let asks = waits.is_some() || matches!(payload, Payload::Bus(_));
        if !begun && asks && sizes.writable < queued {
            return Some(written);
        }
        let room = sizes.full.saturating_sub(queued);
        if weight(payload) - written <= room {
            self.kernels.full.remove(&to);
            return None;
        }
        Some(written + room)
    }

    /// Whether a process waits for room on the way to an end.
    pub(in crate::sim) fn is_waited_for(&self, to: ConnId) -> bool {
        self.kernels.full.contains_key(&to)
    }

    /// Nobody waits for room any more.
    pub(in crate::sim) fn forget_waiting(&mut self, to: ConnId) {
        if !self.kernels.full.is_empty() {
            self.kernels.full.remove(&to);
        }
    }

    /// Whether something that was written to an end in this step was not taken.
    pub(in crate::sim) fn has_refused(&self, to: ConnId) -> bool {
        self.kernels.refused.iter().any(|(end, _)| *end == to)
    }

    /// Something is not taken; of the first such thing `written` bytes are.
    pub(in crate::sim) fn refuse(&mut self, to: ConnId, payload: Payload, written: u64) {
        if let Some((_, refused)) = self.kernels.refused.iter_mut().find(|(end, _)| *end == to) {
            return refused.payloads.push(payload);
        }
        self.kernels.full.insert(to, Waiting { written, looks: false });
        if !self.kernels.begun.contains(&to) {
            self.kernels.begun.push(to);
        }
        self.kernels.refused.push((to, Refused { payloads: vec![payload], written }));
    }

    /// What was refused in this step, for a process that closes the connection in it.
    pub(in crate::sim) fn take_refused(&mut self, to: ConnId) -> Vec<Payload> {
        let refused = &mut self.kernels.refused;
        let at = refused.iter().position(|(end, _)| *end == to);
        at.map(|at| refused.remove(at).1.payloads).unwrap_or_default()
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
        for (to, Refused { payloads, written }) in std::mem::take(&mut self.kernels.refused) {
            self.tell(ix, life, came_back(to.other(), payloads, written), None, log);
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
        if self.connections.get(to).is_some_and(|connection| connection.from_outside) {
            return;
        }
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
        self.tell_writable(to, log);
    }

    /// The process that waits for room on the way to an end hears that there is some.
    pub(in crate::sim) fn tell_writable(&mut self, to: ConnId, log: &mut dyn Log) {
        let Some(connection) = self.connections.get(to) else { return };
        if let End::Process { ix, life } = connection.ends[1 - side(to)] {
            let writable = Input::Writable { conn: to.other() };
            self.tell(ix, life, writable, Some(Cause::Tick), log);
        }
    }
}

/// What a process hears of what its kernel did not take.
fn came_back(conn: ConnId, payloads: Vec<Payload>, written: u64) -> Input {
    if let [Payload::Client(_), ..] = &payloads[..] {
        let data = |payload| match payload {
            Payload::Client(data) => Some(data),
            _ => None,
        };
        return Input::Undelivered {
            conn,
            data: payloads.into_iter().filter_map(data).collect(),
            written,
        };
    }
    let message = |payload| match payload {
        Payload::Bus(message) => Some(message),
        _ => None,
    };
    Input::Unsent { conn, messages: payloads.into_iter().filter_map(message).collect(), written }
}

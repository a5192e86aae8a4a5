//! What the links of a node have to send, and what that costs.
//!
//! A packet is written in the turn of the event loop after the one that made it, and nearly always the
//! kernel takes all of it. So only links of which something waits have a buffer here; of the others
//! there is a list of what was written since the last tick, from which their buffers can be told.
//!
//! Invariant: a link that something waits on gives nothing to its kernel until that has room again.
//! In Redis: `clusterSendMessage`, `clusterNodeCronResizeBuffers`,
//! `clusterNodeCronFreeLinkOnBufferLimitReached`, `clusterNodeCronUpdateClusterLinksMemUsage`.
//! Absent: the buffer in which half a packet is received; packets come whole.

use super::Cluster;
use super::buffer::{EMPTY, Room, SendBuffer};
use super::stamp::Stamp;
use super::standing::Link;
use crate::node::Node;
use crate::node::io::{ConnId, Outbox};
use crate::shapes::{Fact, Message};
use crate::words::Time;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a link takes beside its send buffer: `clusterLink` itself, and what packets are received into
/// (`RCVBUF_INIT_LEN`).
const LINK_BYTES: u64 = 64 + 1024;

/// A packet that the kernel took.
#[derive(Clone, Copy, Debug)]
struct Written {
    conn: ConnId,
    bytes: u32,
    /// How many packets had been sent before this turn of the event loop.
    turn: u32,
}

/// What the links have to send.
#[derive(Clone, Debug, Default)]
pub(super) struct Outgoing {
    buffers: BTreeMap<ConnId, SendBuffer>,
    written: Vec<Written>,
    /// When the buffers were last looked at.
    ticked: Stamp,
    /// `mem_cluster_links`, as it was then.
    memory: u64,
    /// How many links were freed because their buffers were over the limit.
    exceeded: u64,
}

impl Outgoing {
    /// Keeps a packet if it has to wait; if not, it is to be given to the kernel.
    #[inline]
    pub(super) fn keeps(&mut self, conn: ConnId, message: &Arc<Message>, turn: u64) -> bool {
        if !self.buffers.is_empty() && self.keeps_behind(conn, message) {
            return true;
        }
        let bytes = message.wire_len() as u32;
        self.written.push(Written { conn, bytes, turn: turn as u32 });
        false
    }

    #[cold]
    fn keeps_behind(&mut self, conn: ConnId, message: &Arc<Message>) -> bool {
        let buffer = self.buffers.get_mut(&conn).filter(|buffer| !buffer.is_empty());
        buffer.map(|buffer| buffer.push(message.clone())).is_some()
    }

    /// A packet for a connection that is still being made.
    pub(super) fn wait_for_connection(&mut self, conn: ConnId, message: Arc<Message>) {
        let buffer = self.buffers.entry(conn);
        buffer.or_insert_with(|| SendBuffer::new(Room::new(EMPTY))).push(message);
    }

    /// The kernel has room: what waits is written, and what it does not take comes back.
    pub(super) fn write(&mut self, conn: ConnId, out: &mut Outbox) {
        let waiting = self.buffers.get_mut(&conn).map(SendBuffer::take).unwrap_or_default();
        for message in waiting {
            out.send_bus(conn, message);
        }
    }

    /// The kernel did not take all that was written.
    fn keep(&mut self, link: Link, unsent: Vec<Arc<Message>>, written: u64) {
        let Room { allocated, .. } = self.room(link, None);
        self.written.retain(|written| written.conn != link.conn);
        self.buffers.insert(link.conn, SendBuffer::kept(unsent, written, allocated));
    }

    /// Whether anything waits on a link.
    pub(super) fn waits(&self, conn: ConnId) -> bool {
        self.buffers.get(&conn).is_some_and(|buffer| !buffer.is_empty())
    }

    pub(super) fn forget(&mut self, conn: ConnId) {
        self.buffers.remove(&conn);
    }

    /// What a link's buffer holds and has room for. `turn`: the turn whose packets are not written yet.
    pub(super) fn room(&self, link: Link, turn: Option<u64>) -> Room {
        let unused = if link.created < self.ticked { 0 } else { EMPTY };
        let buffer = self.buffers.get(&link.conn);
        let mut room = buffer.map_or(Room::new(unused), SendBuffer::room);
        let (waiting, mut last) = (room.used, None);
        for written in self.written.iter().filter(|written| written.conn == link.conn) {
            if last.is_some_and(|last| last != written.turn) {
                room.used = waiting;
            }
            last = Some(written.turn);
            room.add(u64::from(written.bytes));
        }
        if last.is_none_or(|last| turn.is_none_or(|turn| last != turn as u32)) {
            room.used = waiting;
        }
        room
    }

    /// What was written before a tick is of no interest after it; `but` for some.
    pub(super) fn forget_written(&mut self, but: impl Fn(ConnId) -> bool) {
        self.written.retain(|written| but(written.conn));
    }

    /// Frees what is wasted; gives the links whose buffers are over the limit all the same.
    fn trim(&mut self, now: Stamp, limit: u64) -> Vec<(ConnId, u64)> {
        self.ticked = now;
        self.buffers.values_mut().for_each(SendBuffer::trim);
        self.buffers.retain(|_, buffer| buffer.room() != Room::new(0));
        let over = |room: Room| limit != 0 && limit < room.allocated;
        let rooms = self.buffers.iter().map(|(&conn, buffer)| (conn, buffer.room()));
        rooms.filter(|(_, room)| over(*room)).map(|(conn, room)| (conn, room.allocated)).collect()
    }
}

impl Cluster {
    /// Looks after the buffers of the links, before those that are missing are opened.
    pub(super) fn tend_buffers(&mut self, now: Stamp, limit: u64, out: &mut Outbox) {
        for (conn, bytes) in self.wires.outgoing.trim(now, limit) {
            let Some(wire) = self.wires.get(conn) else { continue };
            let Some(peer) = wire.peer else { continue };
            let (id, outbound) = (self.peer(peer).id(), wire.outbound);
            out.note(Fact::LinkOverLimit { peer: id, outbound, bytes });
            match outbound {
                true => self.free_link(peer, out),
                false => self.free_inbound(peer, out),
            }
            self.wires.outgoing.exceeded += 1;
        }
        // What a stranger's connection was answered is looked at when it is known whose it is.
        self.wires.forget_written();
        let buffers: u64 = self.wires.outgoing.buffers.values().map(|b| b.room().allocated).sum();
        self.wires.outgoing.memory = self.wires.known() as u64 * LINK_BYTES + buffers;
    }

    /// `send-buffer-used` and `send-buffer-allocated` of a link, in bytes.
    pub fn send_buffer(&self, link: Link) -> (u64, u64) {
        let Room { used, allocated } = self.wires.outgoing.room(link, Some(self.settled));
        (used, allocated)
    }
    /// What all links took at the last tick, in bytes.
    pub fn links_memory(&self) -> u64 {
        self.wires.outgoing.memory
    }
    /// How many links were freed because their send buffers were over the limit.
    pub fn links_over_limit(&self) -> u64 {
        self.wires.outgoing.exceeded
    }
}

impl Node {
    /// The kernel took only `written` bytes of the first of these packets, and none of the rest.
    pub(in crate::node) fn bus_unsent(
        &mut self,
        conn: ConnId,
        unsent: Vec<Arc<Message>>,
        written: u64,
    ) {
        if let Some(link) = self.cluster.link_of(conn) {
            self.cluster.wires.outgoing.keep(link, unsent, written);
        }
    }

    /// In Redis: `clusterWriteHandler`.
    pub(in crate::node) fn bus_writable(&mut self, _: Time, conn: ConnId, out: &mut Outbox) {
        self.cluster.wires.outgoing.write(conn, out);
    }
}

//! Packets in flight.
//!
//! Each has a place in a slab; an event of the agenda names the place and the low bits of the id,
//! so that an event of a packet that was hurried or is gone means nothing.

use crate::node::io::ConnId;
use crate::shapes::Message;
use crate::shapes::stream::ClientData;
use crate::sim::entry::{EntryId, PacketId, PacketKind};
use crate::words::Time;
use std::sync::Arc;

/// What a packet carries.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::sim) enum Payload {
    /// Opens a connection.
    Syn,
    /// Accepts it: goes back to the opener.
    SynAck,
    /// The third step: the acceptor hears of the connection.
    Ack,
    /// A packet of the bus.
    Bus(Arc<Message>),
    /// Data of a client port.
    Client(ClientData),
    /// No more will come.
    Fin,
    /// There is nobody.
    Reset,
}

impl Payload {
    /// What it is.
    pub(in crate::sim) fn kind(&self) -> PacketKind {
        match self {
            Payload::Syn => PacketKind::Syn,
            Payload::SynAck | Payload::Ack => PacketKind::SynAck,
            Payload::Bus(message) => PacketKind::Bus(message.kind()),
            Payload::Client(ClientData::Request(_) | ClientData::Bytes(_)) => PacketKind::Request,
            Payload::Client(ClientData::Reply { .. }) => PacketKind::Reply,
            Payload::Client(ClientData::Stream(_)) => PacketKind::Stream,
            Payload::Fin | Payload::Reset => PacketKind::Fin,
        }
    }
    /// Whether it is a step of the handshake, which kernels repeat more slowly.
    pub(in crate::sim) fn opens(&self) -> bool {
        matches!(self, Payload::Syn | Payload::SynAck | Payload::Ack)
    }
    /// The message, if it is one of the bus.
    pub(in crate::sim) fn message(&self) -> Option<&Message> {
        match self {
            Payload::Bus(message) => Some(message),
            _ => None,
        }
    }
}

/// A packet on its way to an end.
#[derive(Clone, Debug)]
pub(in crate::sim) struct Packet {
    pub(in crate::sim) id: PacketId,
    pub(in crate::sim) to: ConnId,
    pub(in crate::sim) sent_at: Time,
    pub(in crate::sim) arrives_at: Time,
    pub(in crate::sim) payload: Payload,
    pub(in crate::sim) because: Option<EntryId>,
}

/// All packets in flight.
#[derive(Clone, Debug, Default)]
pub(in crate::sim) struct Packets {
    slots: Vec<Option<Packet>>,
    free: Vec<u32>,
    sent: u64,
}

impl Packets {
    /// The id of the next packet.
    pub(in crate::sim) fn next_id(&mut self) -> PacketId {
        self.sent += 1;
        PacketId(self.sent)
    }
    /// How many packets were sent so far.
    pub(in crate::sim) fn sent(&self) -> u64 {
        self.sent
    }
    /// Adds a packet; gives its place.
    pub(in crate::sim) fn insert(&mut self, packet: Packet) -> u32 {
        match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = Some(packet);
                slot
            }
            None => {
                self.slots.push(Some(packet));
                self.slots.len() as u32 - 1
            }
        }
    }
    /// The packet at `slot`, if it is the one meant.
    pub(in crate::sim) fn peek(&self, slot: u32, tag: u32) -> Option<&Packet> {
        self.slots.get(slot as usize)?.as_ref().filter(|packet| packet.id.0 as u32 == tag)
    }
    /// Takes the packet at `slot`.
    pub(in crate::sim) fn take(&mut self, slot: u32) -> Option<Packet> {
        let packet = self.slots.get_mut(slot as usize)?.take();
        if packet.is_some() {
            self.free.push(slot);
        }
        packet
    }
    /// All of them, in no particular order.
    pub(in crate::sim) fn iter(&self) -> impl Iterator<Item = &Packet> {
        self.slots.iter().flatten()
    }
    /// All of them with their places, to be changed.
    pub(in crate::sim) fn iter_mut(&mut self) -> impl Iterator<Item = (u32, &mut Packet)> {
        self.slots.iter_mut().enumerate().filter_map(|(slot, p)| Some((slot as u32, p.as_mut()?)))
    }
}

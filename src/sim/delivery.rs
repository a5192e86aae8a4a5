//! Arrival: what a kernel does by itself, and what it hands to whoever holds the end.
//!
//! A frozen or sleeping process has a kernel that goes on: it completes handshakes and keeps what
//! comes. Invariant: a process hears of a connection's end after everything that came before it.

use crate::node::io::{ConnId, Input};
use crate::shapes::stream::ClientData;
use crate::sim::World;
use crate::sim::agenda::Event;
use crate::sim::client::Heard;
use crate::sim::connection::{Connection, End, Phase, side};
use crate::sim::entry::{Cause, EntryId, Log, PacketEvent};
use crate::sim::packet::{Packet, Payload};
use std::net::SocketAddr;

impl World {
    /// A packet's time has come (or was put off).
    pub(in crate::sim) fn deliver(&mut self, slot: u32, tag: u32, log: &mut dyn Log) {
        let Some(packet) = self.network.packets.peek(slot, tag) else { return };
        if self.now < packet.arrives_at {
            let at = packet.arrives_at;
            return self.agenda.add(at, Event::Deliver { slot, tag });
        }
        let Some(packet) = self.network.packets.take(slot) else { return };
        if log.wants_packets() || self.network.arrived.is_some() {
            let note = self.describe(&packet);
            if log.wants_packets() {
                log.packet(self.now, PacketEvent::Delivered(&note, packet.payload.message()));
            }
            self.network.remember(&note);
        }
        self.answered(packet.to, packet.sent_at, log);
        let (to, cause) = (packet.to, self.cause(&packet));
        self.arrive(packet, cause, log);
        self.may_have_room(to);
    }

    fn cause(&self, packet: &Packet) -> Option<Cause> {
        let from = self.connections.get(packet.to)?.places[1 - side(packet.to)];
        let (sent_at, because) = (packet.sent_at, packet.because);
        let kind = packet.payload.kind();
        Some(Cause::Packet { packet: packet.id, kind, from, sent_at, because })
    }

    /// What the receiving kernel does.
    fn arrive(&mut self, packet: Packet, cause: Option<Cause>, log: &mut dyn Log) {
        let Packet { to, payload, because, .. } = packet;
        match payload {
            Payload::Syn => self.syn_arrived(to, because, log),
            Payload::SynAck => {
                let Some(connection) = self.connections.get_mut(to) else { return };
                connection.phase = Phase::Open;
                self.transmit(to.other(), Payload::Ack, because, log);
                self.hear(to, Payload::SynAck, cause, log);
            }
            Payload::Reset
                if self.connections.get(to).is_some_and(|c| c.phase == Phase::Opening) =>
            {
                self.connect_failed(to, "Connection refused", cause, log);
            }
            payload => self.hear(to, payload, cause, log),
        }
    }

    fn syn_arrived(&mut self, to: ConnId, because: Option<EntryId>, log: &mut dyn Log) {
        let Some(connection) = self.connections.get(to) else { return };
        let Some((ix, _)) = self.listener(connection.stands[1], connection.at) else {
            return self.transmit(to.other(), Payload::Reset, because, log);
        };
        let life = self.containers[usize::from(ix.0)].life;
        if let Some(connection) = self.connections.get_mut(to) {
            connection.ends[1] = End::Process { ix, life };
            connection.places[1] = crate::sim::Place::Container(ix);
        }
        self.transmit(to.other(), Payload::SynAck, because, log);
    }

    /// A connection that was being opened will not be.
    pub(in crate::sim) fn connect_failed(
        &mut self,
        conn: ConnId,
        why: &'static str,
        cause: Option<Cause>,
        log: &mut dyn Log,
    ) {
        let Some(connection) = self.connections.get(conn) else { return };
        let opener = connection.ends[0];
        self.forget_connection(conn);
        match opener {
            End::Nobody => {}
            End::Client(client) => self.client_hears(client, conn, Heard::Failed(why), cause, log),
            End::Process { ix, life } => {
                self.tell(ix, life, Input::ConnectFailed { conn, why }, cause, log);
            }
        }
    }

    /// Whoever holds the end `to` hears of it; if nobody does, the sender learns that.
    pub(in crate::sim) fn hear(
        &mut self,
        to: ConnId,
        payload: Payload,
        cause: Option<Cause>,
        log: &mut dyn Log,
    ) {
        let Some(connection) = self.connections.get(to) else { return };
        match connection.ends[side(to)] {
            End::Nobody => self.nobody_hears(to, &payload, log),
            End::Client(client) => {
                let heard = match payload {
                    Payload::SynAck => Heard::Connected,
                    Payload::Client(ClientData::Reply { reply, protocol }) => {
                        Heard::Reply(reply, protocol)
                    }
                    Payload::Fin | Payload::Reset => {
                        self.leave(to);
                        Heard::Closed
                    }
                    Payload::Client(ClientData::Stream(_)) => Heard::Stream,
                    Payload::Client(ClientData::Request(_) | ClientData::Bytes(_))
                    | Payload::Bus(_)
                    | Payload::Syn
                    | Payload::Ack => return,
                };
                self.client_hears(client, to, heard, cause, log);
            }
            End::Process { ix, life } => self.receive(ix, life, to, payload, cause, log),
        }
    }

    fn nobody_hears(&mut self, to: ConnId, payload: &Payload, log: &mut dyn Log) {
        let ended = matches!(payload, Payload::Fin | Payload::Reset);
        let other = self.connections.get(to).map(|c| c.ends[1 - side(to)]);
        if ended || other == Some(End::Nobody) {
            self.forget_connection(to);
        } else {
            self.transmit(to.other(), Payload::Reset, None, log);
        }
    }

    /// The input that a payload is to the process that holds the end `to`, which it still must.
    pub(in crate::sim) fn as_input(
        &mut self,
        to: ConnId,
        payload: Payload,
        mine: End,
    ) -> Option<Input> {
        let connection = self.connections.get(to)?;
        if connection.ends[side(to)] != mine {
            return None;
        }
        match payload {
            Payload::SynAck => {
                let local = SocketAddr::V4(connection.local);
                Some(Input::Connected { conn: to, local })
            }
            Payload::Ack => Some(accepted(to, connection)),
            Payload::Bus(message) => Some(Input::Bus { conn: to, message }),
            Payload::Client(data) => Some(Input::Client { conn: to, data }),
            Payload::Fin | Payload::Reset => {
                self.leave(to);
                Some(Input::Closed { conn: to })
            }
            Payload::Syn => None,
        }
    }
}

fn accepted(conn: ConnId, connection: &Connection) -> Input {
    Input::Accepted {
        conn,
        port: connection.port,
        peer: SocketAddr::V4(connection.seen),
        local: SocketAddr::V4(connection.at),
    }
}

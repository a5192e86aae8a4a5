//! TCP as processes see it: handshakes, ordered data, closing; and what a kernel does about loss.
//!
//! Invariants: what was sent arrives unless the sender's kernel is gone; in each direction in order;
//! a packet in flight when its sender dies still arrives, and then the end of the connection.
//! Absent: bytes and windows (`kernel` counts what stands still). A packet is what one `write` wrote.

use crate::node::io::{ConnId, Port};
use crate::sim::World;
use crate::sim::action::{Place, Verdict};
use crate::sim::agenda::Event;
use crate::sim::connection::{Connection, End, Phase, side};
use crate::sim::entry::{EntryId, Log, PacketEvent, PacketNote};
use crate::sim::nagle::Unanswered;
use crate::sim::network::{
    FIRST_RETRANSMISSION_US, FIRST_SYN_AGAIN_US, Held, LONGEST_RETRANSMISSION_US,
};
use crate::sim::packet::{Packet, Payload};
use crate::sim::route::Route;
use std::net::{Ipv4Addr, SocketAddrV4};

/// How long until the kernel gives up asking who has an address (three ARP requests).
const ARP_GIVES_UP_US: u64 = 3_050_000;
/// How long until connecting to silence ends with "Connection timed out" (six SYNs).
const SYN_GIVES_UP_ROUND: u32 = 6;
/// How often data is sent again before the connection is given up.
const DATA_GIVES_UP_ROUND: u32 = 15;

/// A connection somebody wants.
pub(in crate::sim) struct Dial {
    pub(in crate::sim) conn: ConnId,
    pub(in crate::sim) end: End,
    pub(in crate::sim) place: Place,
    pub(in crate::sim) source: Option<Ipv4Addr>,
    pub(in crate::sim) to: SocketAddrV4,
    pub(in crate::sim) port: Port,
}

impl World {
    /// Starts to open a connection; the opener hears of the outcome later, in any case.
    pub(in crate::sim) fn dial(
        &mut self,
        dial: &Dial,
        because: Option<EntryId>,
        log: &mut dyn Log,
    ) {
        let here = self.standpoint(dial.place);
        let ephemeral = 32_768 + (dial.conn.connection() % 28_231) as u16;
        let mut connection = Connection {
            ends: [dial.end, End::Nobody],
            places: [dial.place, Place::Host],
            port: dial.port,
            phase: Phase::Opening,
            from_outside: self.is_outside(dial.end),
            held: [false; 2],
            last: [self.now; 2],
            unanswered: Unanswered::default(),
            local: SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, ephemeral),
            seen: SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, ephemeral),
            at: dial.to,
            stands: [here; 2],
            wired: false,
        };
        let wait = match self.route(here, dial.source, dial.to) {
            Route::To { there, at, local, seen, wired } => {
                connection.local.set_ip(local);
                connection.seen.set_ip(seen);
                connection.at = at;
                connection.stands = [here, there];
                connection.wired = wired;
                connection.places[1] = self.place_at(there, at);
                self.connections.insert(dial.conn, connection);
                return self.transmit(dial.conn.other(), Payload::Syn, because, log);
            }
            Route::Nowhere => 1,
            Route::Unreachable => ARP_GIVES_UP_US,
            Route::Silence => FIRST_SYN_AGAIN_US * 127,
        };
        self.connections.insert(dial.conn, connection);
        self.agenda.add(self.now.plus_micros(wait), Event::Unreachable { conn: dial.conn });
    }

    /// Whoever the rules take the far end for: the listener, or else the namespace's owner.
    fn place_at(&self, there: crate::sim::route::Standpoint, at: SocketAddrV4) -> Place {
        let owner = || {
            let namespace = self.spec.namespaces.get(usize::from(there.namespace.0))?;
            namespace.owner
        };
        let listener = self.listener(there, at).map(|(ix, _)| ix);
        listener
            .or_else(owner)
            .or_else(|| self.configured_at(at))
            .map_or(Place::Host, Place::Container)
    }

    pub(in crate::sim) fn unreachable(&mut self, conn: ConnId, log: &mut dyn Log) {
        if self.connections.get(conn).is_some_and(|c| c.phase == Phase::Opening) {
            self.connect_failed(conn, "No route to host", None, log);
        }
    }

    /// Puts a packet on its way to the end `to`.
    pub(in crate::sim) fn transmit(
        &mut self,
        to: ConnId,
        payload: Payload,
        because: Option<EntryId>,
        log: &mut dyn Log,
    ) {
        let Some(connection) = self.connections.get(to) else { return };
        let held = connection.held[side(to)];
        let id = self.network.packets.next_id();
        if held && self.wait_in_line(to, id, &payload, because) {
            return;
        }
        if self.corks(to, (id, &payload, because)) {
            return;
        }
        if let Payload::Fin | Payload::Reset = payload {
            // Closing pushes out what waits.
            self.uncork(to, log);
        }
        self.route_packet(to, id, payload, because, log);
    }

    /// Gives a packet to the network, which decides what becomes of it.
    pub(in crate::sim) fn route_packet(
        &mut self,
        to: ConnId,
        id: crate::sim::PacketId,
        payload: Payload,
        because: Option<EntryId>,
        log: &mut dyn Log,
    ) {
        match self.fate(to) {
            Fate::Arrives { after_us } => self.launch(to, id, payload, because, after_us, log),
            Fate::Vanishes => self.hold(to, (id, payload, because), false, log),
            Fate::Unacknowledged => {
                self.hold_nothing(to, true);
                self.launch(to, id, payload, because, 0, log);
            }
            Fate::Refused => self.refused(to, payload, because, log),
        }
    }

    /// A rule answers with a reset, or with what means the same to who is connecting.
    fn refused(
        &mut self,
        to: ConnId,
        payload: Payload,
        because: Option<EntryId>,
        log: &mut dyn Log,
    ) {
        if payload != Payload::Reset {
            let id = self.network.packets.next_id();
            self.launch(to.other(), id, Payload::Reset, because, 0, log);
        }
    }

    /// A packet that will arrive.
    fn launch(
        &mut self,
        to: ConnId,
        id: crate::sim::PacketId,
        payload: Payload,
        because: Option<EntryId>,
        after_us: u64,
        log: &mut dyn Log,
    ) {
        let now = self.now;
        let Some(connection) = self.connections.get_mut(to) else { return };
        let travels = if connection.from_outside { 0 } else { self.network.draw_latency() };
        let soonest = now.plus_micros(travels + after_us);
        let last = &mut connection.last[side(to)];
        let arrives_at = soonest.max(*last);
        *last = arrives_at;
        World::expect_answer(connection, to, arrives_at, self.rounds);
        let packet = Packet { id, to, sent_at: now, arrives_at, payload, because };
        if log.wants_packets() {
            let note = self.describe(&packet);
            log.packet(now, PacketEvent::Sent(&note, packet.payload.message()));
        }
        let slot = self.network.packets.insert(packet);
        self.agenda.add(arrives_at, Event::Deliver { slot, tag: id.0 as u32 });
    }

    /// A packet for those who look: what it is and between whom.
    pub(in crate::sim) fn describe(&self, packet: &Packet) -> PacketNote {
        let connection = self.connections.get(packet.to);
        let place = |end: usize| connection.map_or(Place::Host, |c| c.places[end]);
        PacketNote {
            id: packet.id,
            kind: packet.payload.kind(),
            port: connection.map_or(Port::Client, |c| c.port),
            from: place(1 - side(packet.to)),
            to: place(side(packet.to)),
            sent_at: packet.sent_at,
            arrives_at: packet.arrives_at,
            mentions: packet.payload.message().map_or(0, |m| m.gossip().len() as u16),
            lost_at: None,
        }
    }

    /// Those who watch see a packet die.
    pub(in crate::sim) fn show_loss(&mut self, packet: &Packet) {
        if self.network.arrived.is_some() {
            let note = PacketNote { lost_at: Some(self.now), ..self.describe(packet) };
            self.network.remember(&note);
        }
    }

    /// A packet that is swallowed where it is sent.
    fn show_swallowed(&mut self, to: ConnId, waiting: &Waiting) {
        if self.network.arrived.is_some() {
            let (id, payload, because) = waiting.clone();
            let (sent_at, arrives_at) = (self.now, self.now);
            self.show_loss(&Packet { id, to, sent_at, arrives_at, payload, because });
        }
    }

    /// Whether a cable that it runs through is gone.
    pub(in crate::sim) fn is_unplugged(&self, connection: &Connection) -> bool {
        connection.wired && !connection.stands.iter().all(|&end| self.is_connected(end))
    }

    /// What the network does with a packet that is sent now.
    fn fate(&mut self, to: ConnId) -> Fate {
        let Some(connection) = self.connections.get(to) else { return Fate::Vanishes };
        if self.is_unplugged(connection) {
            return Fate::Vanishes;
        }
        if self.network.rules.is_empty() {
            return Fate::Arrives { after_us: 0 };
        }
        let (port, phase) = (connection.port, connection.phase);
        let to_place = connection.places[side(to)];
        let from_place = connection.places[1 - side(to)];
        match self.network.verdict(from_place, to_place, port) {
            Verdict::Drop => return Fate::Vanishes,
            Verdict::Reject if phase == Phase::Open => return Fate::Vanishes,
            Verdict::Reject | Verdict::Reset => return Fate::Refused,
            Verdict::Slow(after_us) => return Fate::Arrives { after_us },
            Verdict::Lossy(chance) => {
                return Fate::Arrives { after_us: self.network.draw_losses(chance) };
            }
            Verdict::Pass => {}
        }
        let back = self.network.verdict(to_place, from_place, port);
        let unheard = matches!(back, Verdict::Drop | Verdict::Reject);
        match phase == Phase::Open && unheard {
            true => Fate::Unacknowledged,
            false => Fate::Arrives { after_us: 0 },
        }
    }

    /// Whether a packet has to wait behind what the kernel has not got through yet.
    fn wait_in_line(
        &mut self,
        to: ConnId,
        id: crate::sim::PacketId,
        payload: &Payload,
        because: Option<EntryId>,
    ) -> bool {
        let now = self.now;
        let Some(held) = self.network.held.get_mut(&to) else { return false };
        if held.one_way && now.micros_since(held.since) < FIRST_RETRANSMISSION_US {
            return false;
        }
        held.queue.push_back((id, payload.clone(), because));
        true
    }

    /// The network swallowed a packet: the kernel keeps it and will try again.
    fn hold(&mut self, to: ConnId, waiting: Waiting, one_way: bool, log: &mut dyn Log) {
        let opens = waiting.1.opens();
        if log.wants_packets() {
            let (id, payload, because) = waiting.clone();
            let now = self.now;
            let packet = Packet { id, to, sent_at: now, arrives_at: now, payload, because };
            log.packet(now, PacketEvent::Held(&self.describe(&packet), packet.payload.message()));
        }
        self.show_swallowed(to, &waiting);
        let first = if opens { FIRST_SYN_AGAIN_US } else { FIRST_RETRANSMISSION_US };
        if let Some(connection) = self.connections.get_mut(to) {
            connection.held[side(to)] = true;
        }
        let held = Held { since: self.now, round: 0, one_way, queue: [waiting].into() };
        self.network.held.insert(to, held);
        self.agenda.add(self.now.plus_micros(first), Event::Retransmit { to, round: 0 });
    }

    /// The kernel has a part of a packet, which the network swallows: it will try again.
    pub(in crate::sim) fn hold_part(&mut self, to: ConnId) {
        let connection = self.connections.get(to);
        if connection.is_some_and(|connection| self.is_cut(to, connection)) {
            self.hold_nothing(to, false);
        }
    }

    /// Nothing is acknowledged. `one_way`: what follows soon still arrives.
    fn hold_nothing(&mut self, to: ConnId, one_way: bool) {
        if self.network.held.contains_key(&to) {
            return;
        }
        if let Some(connection) = self.connections.get_mut(to) {
            connection.held[side(to)] = true;
        }
        let held = Held { since: self.now, round: 0, one_way, queue: [].into() };
        self.network.held.insert(to, held);
        let at = self.now.plus_micros(FIRST_RETRANSMISSION_US);
        self.agenda.add(at, Event::Retransmit { to, round: 0 });
    }

    /// A kernel sends again what was swallowed; if it gets through, all that waits follows.
    pub(in crate::sim) fn retransmit(&mut self, to: ConnId, round: u32, log: &mut dyn Log) {
        let Some(held) = self.network.held.get(&to).filter(|held| held.round == round) else {
            return;
        };
        let first = held.queue.front().cloned();
        let opens = first.as_ref().is_some_and(|(_, payload, _)| payload.opens());
        if self.connections.get(to).is_none() {
            self.network.held.remove(&to);
            return;
        }
        match self.fate(to) {
            Fate::Arrives { after_us } => {
                let released = self.release(to);
                for (id, payload, because) in released {
                    self.launch(to, id, payload, because, after_us, log);
                }
                self.may_have_room(to);
            }
            Fate::Refused => {
                for (_, payload, because) in self.release(to).into_iter().take(1) {
                    self.refused(to, payload, because, log);
                }
            }
            Fate::Vanishes | Fate::Unacknowledged => {
                if let Some(waiting) = first {
                    self.show_swallowed(to, &waiting);
                }
                self.try_later(to, round, opens, log);
            }
        }
    }

    fn release(&mut self, to: ConnId) -> Vec<Waiting> {
        if let Some(connection) = self.connections.get_mut(to) {
            connection.held[side(to)] = false;
        }
        self.network.held.remove(&to).map(|held| held.queue.into()).unwrap_or_default()
    }

    fn try_later(&mut self, to: ConnId, round: u32, opens: bool, log: &mut dyn Log) {
        let (first, last_round) = match opens {
            true => (FIRST_SYN_AGAIN_US, SYN_GIVES_UP_ROUND),
            false => (FIRST_RETRANSMISSION_US, DATA_GIVES_UP_ROUND),
        };
        if round == last_round {
            self.release(to);
            return self.give_up(to, opens, log);
        }
        if let Some(held) = self.network.held.get_mut(&to) {
            held.round += 1;
        }
        let wait = (first << (round + 1)).min(LONGEST_RETRANSMISSION_US);
        let at = self.now.plus_micros(wait);
        self.agenda.add(at, Event::Retransmit { to, round: round + 1 });
    }

    fn give_up(&mut self, to: ConnId, opens: bool, log: &mut dyn Log) {
        match opens {
            true => self.connect_failed(ConnId(to.0 & !1), "Connection timed out", None, log),
            false => self.hear(to.other(), Payload::Reset, None, log),
        }
    }

    /// Closes the end `conn`: what was sent before still arrives.
    pub(in crate::sim) fn close(
        &mut self,
        conn: ConnId,
        because: Option<EntryId>,
        log: &mut dyn Log,
    ) {
        let Some(connection) = self.connections.get_mut(conn) else { return };
        let ours = side(conn);
        connection.ends[ours] = End::Nobody;
        self.kernels.end(conn);
        let never_open = connection.phase == Phase::Opening && ours == 0;
        if never_open || connection.ends[1 - ours] == End::Nobody {
            self.forget_connection(conn);
        } else {
            self.transmit(conn.other(), Payload::Fin, because, log);
        }
    }

    /// The end `conn` is no more; the other may not know that yet: it learns when it sends.
    pub(in crate::sim) fn leave(&mut self, conn: ConnId) {
        let Some(connection) = self.connections.get_mut(conn) else { return };
        connection.ends[side(conn)] = End::Nobody;
        self.kernels.end(conn);
        if connection.ends[1 - side(conn)] == End::Nobody {
            self.forget_connection(conn);
        }
    }

    pub(in crate::sim) fn forget_connection(&mut self, conn: ConnId) {
        self.connections.remove(conn);
        self.kernels.end(conn);
        self.kernels.end(conn.other());
        self.network.held.remove(&conn);
        self.network.held.remove(&conn.other());
        self.network.corked.remove(&conn);
        self.network.corked.remove(&conn.other());
    }
}

/// What a kernel keeps to send it again.
type Waiting = (crate::sim::PacketId, Payload, Option<EntryId>);

/// What the network does with a packet.
enum Fate {
    /// It takes so much longer than usual.
    Arrives { after_us: u64 },
    /// It vanishes.
    Vanishes,
    /// It arrives, but the sender does not hear that it did.
    Unacknowledged,
    /// It is answered with a reset.
    Refused,
}

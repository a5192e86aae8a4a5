//! Connections of programs outside of the simulation: a real client on a real socket.
//!
//! They come from the host, as whatever runs beside the containers does, and say what they say in
//! bytes. Each piece that a socket gave is an [`Action`](crate::sim::Action), so that a run with outside
//! clients is told by its spec, seed and actions as any other. What they are answered goes to
//! [`Log::answer`]: nobody inside keeps it.
//!
//! Invariants: their packets take no time and no luck of the network's; the real ones took theirs
//! already. Rules of the network hold for them as for all. What their sockets have not taken yet is no
//! more than a kernel would hold, but for the end of an answer that began before: the node counts that as
//! not written.
//! Absent: sockets (the `serve` crate); the replication stream, which no program outside gets.

use crate::node::io::{ConnId, Port};
use crate::shapes::stream::ClientData;
use crate::sim::World;
use crate::sim::action::Place;
use crate::sim::client::{Heard, Kind};
use crate::sim::connection::End;
use crate::sim::entry::{Answer, Cause, ClientId, EntryId, Log};
use crate::sim::kernel::weight;
use crate::sim::packet::Payload;
use crate::sim::route::Route;
use crate::sim::transport::Dial;
use bytes::Bytes;
use std::net::SocketAddrV4;

/// A connection of a program outside.
#[derive(Clone, Debug)]
pub(in crate::sim) struct Outside {
    pub(in crate::sim) conn: ConnId,
    open: bool,
    /// What it said before the connection was open.
    waiting: Vec<Bytes>,
    /// How many bytes of what it was answered its socket has not taken.
    unread: u64,
    /// Whether the answer that the node has to write again, since it did not fit, is on its way already.
    begun: bool,
}

/// How much may be on its way to a program outside before its node has to wait. Its real kernel holds some
/// more.
const ROOM: u64 = 64 * 1024;

impl World {
    /// Opens a connection from the host to `to`.
    pub(in crate::sim) fn dial_from_outside(
        &mut self,
        to: SocketAddrV4,
        because: EntryId,
        log: &mut dyn Log,
    ) -> ClientId {
        let conn = self.connections.fresh();
        let place = Place::Host;
        let outside = Outside { conn, open: false, waiting: Vec::new(), unread: 0, begun: false };
        let client = self.clients.add(place, Kind::Outside(outside));
        let end = End::Client(client);
        let because = Some(because);
        self.dial(&Dial { conn, end, place, source: None, to, port: Port::Client }, because, log);
        client
    }

    /// A program outside says something.
    pub(in crate::sim) fn outside_says(
        &mut self,
        client: ClientId,
        bytes: Bytes,
        because: Option<EntryId>,
        log: &mut dyn Log,
    ) {
        let Some(outside) = self.outside_mut(client) else { return };
        if !outside.open {
            return outside.waiting.push(bytes);
        }
        let to = outside.conn.other();
        self.transmit(to, Payload::Client(ClientData::Bytes(bytes)), because, log);
    }

    /// Whether a server listens at an address, as the host sees it.
    pub fn is_served(&self, at: SocketAddrV4) -> bool {
        match self.route(self.standpoint(Place::Host), None, at) {
            Route::To { there, at, .. } => self.listener(there, at).is_some(),
            Route::Nowhere | Route::Unreachable | Route::Silence => false,
        }
    }

    /// Whether an answer fits on the way to a program outside.
    pub(in crate::sim) fn outside_takes(&mut self, to: ConnId, payload: &Payload) -> bool {
        let refused = self.has_refused(to);
        let Some(outside) = self.outside_at(to) else { return true };
        let bytes = weight(payload);
        if refused || !outside.begun && ROOM <= outside.unread {
            self.refuse(to, payload.clone(), 0);
            return false;
        }
        let again = outside.begun;
        outside.unread += if again { 0 } else { bytes };
        let over = outside.unread.saturating_sub(ROOM);
        outside.begun = over != 0;
        if over != 0 {
            self.refuse(to, payload.clone(), bytes.saturating_sub(over));
        } else {
            self.forget_waiting(to);
        }
        !again
    }

    /// The socket of a program outside took some of what it was answered.
    pub(in crate::sim) fn outside_took(&mut self, client: ClientId, bytes: u64, log: &mut dyn Log) {
        let Some(outside) = self.outside_mut(client) else { return };
        outside.unread = outside.unread.saturating_sub(bytes);
        let conn = outside.conn;
        if self.is_waited_for(conn) {
            self.tell_writable(conn, log);
        }
    }

    /// A process closes a connection: how many of the answers that did not fit are on their way already.
    pub(in crate::sim) fn end_of_answers(&mut self, to: ConnId) -> usize {
        if !self.has_refused(to) {
            return 0;
        }
        let outside = self.outside_at(to);
        usize::from(outside.is_some_and(|outside| std::mem::take(&mut outside.begun)))
    }

    fn outside_at(&mut self, to: ConnId) -> Option<&mut Outside> {
        match self.connections.get(to)?.ends[0] {
            End::Client(client) => self.outside_mut(client),
            End::Nobody | End::Process { .. } => None,
        }
    }

    /// Whether a program outside holds this end.
    pub(in crate::sim) fn is_outside(&self, end: End) -> bool {
        let End::Client(client) = end else { return false };
        self.clients.all.get(&client).is_some_and(|c| matches!(c.kind, Kind::Outside(_)))
    }

    fn outside_mut(&mut self, client: ClientId) -> Option<&mut Outside> {
        match &mut self.clients.all.get_mut(&client)?.kind {
            Kind::Outside(outside) => Some(outside),
            Kind::Plain(_) | Kind::Program(_) => None,
        }
    }

    pub(in crate::sim) fn outside_hears(
        &mut self,
        client: ClientId,
        heard: Heard<'_>,
        cause: Option<Cause>,
        log: &mut dyn Log,
    ) {
        match heard {
            Heard::Connected => {
                let Some(outside) = self.outside_mut(client) else { return };
                outside.open = true;
                let because = match cause {
                    Some(Cause::Packet { because, .. }) => because,
                    Some(Cause::Tick | Cause::Entry(_)) | None => None,
                };
                for bytes in std::mem::take(&mut outside.waiting) {
                    self.outside_says(client, bytes, because, log);
                }
            }
            Heard::Reply(reply, protocol) => {
                self.answers += 1;
                let (nth, at, after) = (self.answers, self.now, EntryId(self.entries));
                log.answer(Answer { nth, at, after, to: client, reply: &reply, protocol });
            }
            Heard::Failed(_) | Heard::Closed | Heard::Stream => {
                let cut = self.outside_mut(client).is_some_and(|outside| outside.begun);
                log.hung_up(client, cut);
                self.end_client(client, log);
            }
        }
    }
}

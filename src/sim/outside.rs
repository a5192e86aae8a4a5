//! Connections of programs outside of the simulation: a real client on a real socket.
//!
//! They come from the host, as whatever runs beside the containers does, and say what they say in
//! bytes. Each piece that a socket gave is an [`Action`](crate::sim::Action), so that a run with outside
//! clients is told by its spec, seed and actions as any other. What they are answered goes to
//! [`Log::answer`]: nobody inside keeps it.
//!
//! Invariant: their packets take no time and no luck of the network's; the real ones took theirs
//! already. Rules of the network hold for them as for all.
//! Absent: sockets (the `serve` crate); the replication stream, which no program outside gets.

use crate::node::io::{ConnId, Port};
use crate::shapes::stream::ClientData;
use crate::sim::World;
use crate::sim::action::Place;
use crate::sim::client::{Heard, Kind};
use crate::sim::connection::End;
use crate::sim::entry::{Answer, Cause, ClientId, EntryId, Log};
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
}

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
        let outside = Outside { conn, open: false, waiting: Vec::new() };
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

    /// Whether a program outside listens to channels on its connection.
    pub fn is_subscriber(&self, client: ClientId) -> bool {
        let Some(Kind::Outside(outside)) = self.clients.all.get(&client).map(|c| &c.kind) else {
            return false;
        };
        let end = outside.conn.other();
        let held = self.connections.get(end).map(|connection| connection.ends[1]);
        match held {
            Some(End::Process { ix, .. }) => {
                self.node(ix).is_some_and(|node| node.clients().is_subscriber(end))
            }
            Some(End::Nobody | End::Client(_)) | None => false,
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
                log.hung_up(client);
                self.end_client(client, log);
            }
        }
    }
}

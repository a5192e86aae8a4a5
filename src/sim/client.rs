//! Clients: whoever opens connections without being a server.
//!
//! A plain connection for tests and for single commands; a program (`program`) for terminals and
//! jobs. Invariant: a client's end of a connection is known to exactly one client.

use crate::node::io::{ConnId, Port};
use crate::shapes::spec::ContainerIx;
use crate::shapes::stream::ClientData;
use crate::sim::World;
use crate::sim::action::Place;
use crate::sim::connection::End;
use crate::sim::entry::{Cause, ClientId, EntryId, Log, What, Who};
use crate::sim::outside::Outside;
use crate::sim::packet::Payload;
use crate::sim::program::Program;
use crate::sim::transport::Dial;
use crate::words::resp::Protocol;
use crate::words::{Argv, Millis, Reply};
use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr, SocketAddrV4};

/// What a client hears on a connection.
#[derive(Clone, Debug)]
pub(in crate::sim) enum Heard<'a> {
    Connected,
    Failed(&'a str),
    Reply(Reply, Protocol),
    /// The replication stream, which only servers understand.
    Stream,
    Closed,
}

/// Where a plain connection stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Line {
    /// Being opened.
    Opening,
    /// Open.
    Open,
    /// Refused, closed, or reset.
    Closed,
}

/// A connection without a program.
#[derive(Clone, Debug)]
pub(in crate::sim) struct Plain {
    pub(in crate::sim) conn: ConnId,
    pub(in crate::sim) line: Line,
    /// What is sent once the connection is open.
    waiting: Vec<Argv>,
    pub(in crate::sim) replies: VecDeque<(Reply, Protocol)>,
    /// Whether its first reply goes to the log and ends it.
    once: bool,
}

#[derive(Clone, Debug)]
pub(in crate::sim) enum Kind {
    Plain(Plain),
    Program(Box<Program>),
    Outside(Outside),
}

#[derive(Clone, Debug)]
pub(in crate::sim) struct Client {
    pub(in crate::sim) place: Place,
    pub(in crate::sim) kind: Kind,
}

/// All clients that have not ended.
#[derive(Clone, Debug, Default)]
pub(in crate::sim) struct Clients {
    pub(in crate::sim) all: BTreeMap<ClientId, Client>,
    next: u32,
}

impl Clients {
    pub(in crate::sim) fn is_open(&self, client: ClientId) -> bool {
        self.all.contains_key(&client)
    }
    /// The number of the next client.
    pub(in crate::sim) fn number(&self) -> u32 {
        self.next
    }
    pub(in crate::sim) fn add(&mut self, place: Place, kind: Kind) -> ClientId {
        let id = ClientId(self.next);
        self.next += 1;
        self.all.insert(id, Client { place, kind });
        id
    }
}

impl World {
    /// Opens a plain connection to a server, from inside its container.
    pub fn open(&mut self, node: ContainerIx) -> ClientId {
        self.open_plain(node, false, None, &mut ())
    }
    /// Sends a command on a plain connection, at once or when it is open.
    pub fn send(&mut self, client: ClientId, argv: impl Into<Argv>) {
        self.send_plain(client, argv.into(), None, &mut ());
    }
    /// Takes the next answer that has arrived on a plain connection.
    pub fn receive_reply(&mut self, client: ClientId) -> Option<(Reply, Protocol)> {
        self.plain_mut(client)?.replies.pop_front()
    }
    /// Takes all answers that have arrived on a plain connection.
    pub fn replies(&mut self, client: ClientId) -> Vec<Reply> {
        let replies = self.plain_mut(client).map(|p| std::mem::take(&mut p.replies));
        replies.unwrap_or_default().into_iter().map(|(reply, _)| reply).collect()
    }
    /// Whether a plain connection is open.
    pub fn line(&mut self, client: ClientId) -> Line {
        self.plain_mut(client).map_or(Line::Closed, |plain| plain.line)
    }
    /// Closes a plain connection.
    pub fn hang_up(&mut self, client: ClientId) {
        self.end_client(client, &mut ());
    }
    /// Sends a command and runs time forward until its reply; None if the connection closes or a
    /// minute passes.
    pub fn call(&mut self, client: ClientId, argv: impl Into<Argv>) -> Option<Reply> {
        self.call_logged(client, argv, &mut ())
    }
    /// As [`World::call`]; what becomes true meanwhile goes to `log`.
    pub fn call_logged(
        &mut self,
        client: ClientId,
        argv: impl Into<Argv>,
        log: &mut dyn Log,
    ) -> Option<Reply> {
        self.send_plain(client, argv.into(), None, log);
        let deadline = self.now + Millis::from_s(60);
        loop {
            if let Some((reply, _)) = self.receive_reply(client) {
                return Some(reply);
            }
            if self.line(client) == Line::Closed || !self.step_event(deadline, log) {
                return None;
            }
        }
    }

    fn plain_mut(&mut self, client: ClientId) -> Option<&mut Plain> {
        match &mut self.clients.all.get_mut(&client)?.kind {
            Kind::Plain(plain) => Some(plain),
            Kind::Program(_) | Kind::Outside(_) => None,
        }
    }

    fn open_plain(
        &mut self,
        node: ContainerIx,
        once: bool,
        because: Option<EntryId>,
        log: &mut dyn Log,
    ) -> ClientId {
        let conn = self.connections.fresh();
        let place = Place::Container(node);
        let plain = Plain {
            conn,
            line: Line::Opening,
            waiting: Vec::new(),
            replies: VecDeque::new(),
            once,
        };
        let client = self.clients.add(place, Kind::Plain(plain));
        let end = End::Client(client);
        let to = self.front_door(node);
        self.dial(&Dial { conn, end, place, source: None, to, port: Port::Client }, because, log);
        client
    }

    /// The address at which a server answers inside its own namespace.
    pub fn front_door(&self, node: ContainerIx) -> SocketAddrV4 {
        let config = self.server(node).map(|server| &server.config);
        let bound = config.and_then(|c| {
            c.bind.iter().find_map(|ip| match ip {
                IpAddr::V4(ip) => Some(*ip),
                IpAddr::V6(_) => None,
            })
        });
        let ip = bound.filter(|ip| !ip.is_unspecified()).unwrap_or(Ipv4Addr::LOCALHOST);
        SocketAddrV4::new(ip, config.map_or(6379, |c| c.port))
    }

    fn send_plain(
        &mut self,
        client: ClientId,
        argv: Argv,
        because: Option<EntryId>,
        log: &mut dyn Log,
    ) {
        let Some(plain) = self.plain_mut(client) else { return };
        match plain.line {
            Line::Opening => plain.waiting.push(argv),
            Line::Open => {
                let to = plain.conn.other();
                let request = Payload::Client(ClientData::Request(argv));
                self.transmit(to, request, because, log);
            }
            Line::Closed => {}
        }
    }

    /// One command on a connection of its own; the reply goes to the log.
    pub(in crate::sim) fn send_command(
        &mut self,
        node: ContainerIx,
        argv: &[String],
        entry: EntryId,
        log: &mut dyn Log,
    ) -> ClientId {
        let client = self.open_plain(node, true, Some(entry), log);
        self.send_plain(client, Argv::new(argv.iter().cloned()), Some(entry), log);
        client
    }

    pub(in crate::sim) fn client_hears(
        &mut self,
        client: ClientId,
        conn: ConnId,
        heard: Heard<'_>,
        cause: Option<Cause>,
        log: &mut dyn Log,
    ) {
        match self.clients.all.get(&client).map(|client| &client.kind) {
            Some(Kind::Program(_)) => self.program_hears(client, conn, heard, cause, log),
            Some(Kind::Plain(_)) => self.plain_hears(client, heard, cause, log),
            Some(Kind::Outside(_)) => self.outside_hears(client, heard, cause, log),
            None => self.close(conn, None, log),
        }
    }

    fn plain_hears(
        &mut self,
        client: ClientId,
        heard: Heard<'_>,
        cause: Option<Cause>,
        log: &mut dyn Log,
    ) {
        let Some(plain) = self.plain_mut(client) else { return };
        match heard {
            Heard::Connected => {
                plain.line = Line::Open;
                let because = cause.and_then(|cause| match cause {
                    Cause::Packet { because, .. } => because,
                    Cause::Tick | Cause::Entry(_) => None,
                });
                for argv in std::mem::take(&mut plain.waiting) {
                    self.send_plain(client, argv, because, log);
                }
            }
            Heard::Reply(reply, _) if plain.once => {
                self.note(Who::Client(client), What::Reply(reply), cause, log);
                self.end_client(client, log);
            }
            Heard::Reply(reply, protocol) => plain.replies.push_back((reply, protocol)),
            Heard::Stream => {}
            Heard::Failed(why) => self.plain_ends(client, why, cause, log),
            Heard::Closed => {
                self.plain_ends(client, "Server closed the connection", cause, log);
            }
        }
    }

    fn plain_ends(&mut self, client: ClientId, why: &str, cause: Option<Cause>, log: &mut dyn Log) {
        let Some(plain) = self.plain_mut(client) else { return };
        plain.line = Line::Closed;
        if plain.once {
            self.note(Who::Client(client), What::NoReply(why.to_string()), cause, log);
            self.end_client(client, log);
        }
    }

    /// Ends a client and closes its connections.
    pub(in crate::sim) fn end_client(&mut self, client: ClientId, log: &mut dyn Log) {
        let client_was = self.clients.all.remove(&client);
        if let Some(Client { kind: Kind::Outside(outside), .. }) = client_was {
            return self.close(outside.conn, None, log);
        }
        for conn in self.connections.ends(|end| end == End::Client(client)) {
            self.close(conn, None, log);
        }
    }

    /// A place is gone, and whoever was there.
    pub(in crate::sim) fn end_clients_in(&mut self, place: Place, log: &mut dyn Log) {
        let there = self.clients.all.iter().filter(|(_, client)| client.place == place);
        let gone: Vec<ClientId> = there.map(|(id, _)| *id).collect();
        for client in gone {
            if let Some(Kind::Program(_)) = self.clients.all.get(&client).map(|c| &c.kind) {
                self.note(Who::Client(client), What::Ended(137), None, log);
            }
            self.end_client(client, log);
        }
    }
}

//! The door of a Redis process: what it can be told and all it can do to the world.
//!
//! Invariants: every effect leaves through [`Outbox`], in order; a node never learns whether a packet
//! arrives, only what it hears itself. Absent: latency, loss, processes: the world's business.

use crate::node::log::Journal;
use crate::shapes::stream::ClientData;
use crate::shapes::{Cards, Fact, Message};
use crate::words::Millis;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::sync::Arc;

/// One end of a connection. The two ends of a connection differ in the lowest bit, so a process that
/// connects to itself holds two different ends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ConnId(pub u32);

impl ConnId {
    /// The end on the other side.
    #[must_use]
    pub const fn other(self) -> ConnId {
        ConnId(self.0 ^ 1)
    }
    /// Which connection it is an end of.
    pub const fn connection(self) -> u32 {
        self.0 >> 1
    }
}

/// Which of a server's ports a connection came in on, or went out to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Port {
    /// The cluster bus.
    Bus,
    /// Clients and replicas.
    Client,
}

/// What a process can be told. When all that is ready together has been told, the node does what Redis
/// does before it sleeps (`beforeSleep`): pending failover steps, state, config file, replication, AOF.
#[derive(Clone, PartialEq, Debug)]
#[expect(missing_docs, reason = "fields are named for what they are")]
pub enum Input {
    /// `serverCron`, every 100 ms and a little.
    Cron,
    /// A connection this node opened is up; `local` is its own address on it.
    Connected { conn: ConnId, local: SocketAddr },
    /// A connection this node opened was refused or timed out; `why` is in the system's words.
    ConnectFailed { conn: ConnId, why: &'static str },
    /// Somebody connected to one of its ports.
    Accepted { conn: ConnId, port: Port, peer: SocketAddr, local: SocketAddr },
    /// The other side closed, or the connection was reset.
    Closed { conn: ConnId },
    /// A packet of the cluster bus.
    Bus { conn: ConnId, message: Arc<Message> },
    /// The kernel took only `written` bytes of the first of these packets, which this node put on a bus
    /// connection, and none of the others: `write` returned less than was asked.
    Unsent { conn: ConnId, messages: Vec<Arc<Message>>, written: u64 },
    /// As [`Input::Unsent`], of what this node put on a client-port connection.
    Undelivered { conn: ConnId, data: Vec<ClientData>, written: u64 },
    /// After [`Input::Unsent`] or [`Input::Undelivered`]: the kernel has room again.
    Writable { conn: ConnId },
    /// Data on a client-port connection.
    Client { conn: ConnId, data: ClientData },
    /// SIGTERM: shut down in an orderly way.
    Terminate,
}

/// What a process does to the world.
#[derive(Clone, PartialEq, Debug)]
#[expect(missing_docs, reason = "fields are named for what they are")]
pub enum Effect {
    /// Opens a connection; the answer is `Connected` or `ConnectFailed`.
    Connect { conn: ConnId, to: SocketAddr, port: Port },
    /// Puts a packet on a bus connection.
    SendBus { conn: ConnId, message: Arc<Message> },
    /// Puts data on a client-port connection.
    SendClient { conn: ConnId, data: ClientData },
    /// Closes a connection; what was sent before still arrives.
    Close { conn: ConnId },
    /// Does nothing else for so long (DEBUG SLEEP); inputs wait in the kernel.
    Sleep(Millis),
    /// The process ends.
    Exit { code: i32 },
}

/// Everything that one round produced, in order.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    /// What the world has to do.
    pub effects: Vec<Effect>,
    /// What became true.
    pub facts: Vec<Fact>,
    /// What the process writes into its log.
    pub log: Journal,
    /// The number of the next connection; the world sets it before a step and reads it after.
    pub next_connection: u32,
    /// How often the step waits until a file is on disk, before any of its effects is seen.
    pub disk_syncs: u32,
    /// The cards that packets name by number; the world lends them for a step.
    pub cards: Cards,
}

impl Outbox {
    /// Opens a connection and returns this end of it.
    pub fn connect(&mut self, to: SocketAddr, port: Port) -> ConnId {
        let conn = ConnId(self.next_connection << 1);
        self.next_connection += 1;
        self.effects.push(Effect::Connect { conn, to, port });
        conn
    }
    /// Puts a packet on a bus connection.
    pub fn send_bus(&mut self, conn: ConnId, message: Arc<Message>) {
        self.effects.push(Effect::SendBus { conn, message });
    }
    /// Puts data on a client-port connection.
    pub fn send_client(&mut self, conn: ConnId, data: ClientData) {
        self.effects.push(Effect::SendClient { conn, data });
    }
    /// Closes a connection.
    pub fn close(&mut self, conn: ConnId) {
        self.effects.push(Effect::Close { conn });
    }
    /// Notes what became true.
    pub fn note(&mut self, fact: Fact) {
        self.log.tell(&fact);
        self.facts.push(fact);
    }
}

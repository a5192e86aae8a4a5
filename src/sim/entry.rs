//! The log: what became true, when, of whom, and because of what.
//!
//! Ids count from the start of the run, so a replay gives the same ones. Absent: sentences, which
//! are in the locale files.

use crate::cli::Output;
use crate::node::io::Port;
use crate::node::log::Line;
use crate::shapes::spec::ContainerIx;
use crate::shapes::{Fact, Message, message};
use crate::sim::action::{Action, Place};
use crate::sim::workload::Report;
use crate::words::resp::Protocol;
use crate::words::{Reply, Time};
use serde::{Deserialize, Serialize};

/// An entry's number, from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct EntryId(pub u64);

/// A packet's number, from 1.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct PacketId(pub u64);

/// A client's or job's number, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct ClientId(pub u32);

/// Of whom an entry speaks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Who {
    /// The person at the page: actions.
    Person,
    /// A container, and the process in it.
    Container(ContainerIx),
    /// A client or a job.
    Client(ClientId),
}

/// What became true.
#[derive(Clone, PartialEq, Debug)]
pub enum What {
    /// A node's own report.
    Fact(Fact),
    /// A server wrote this line into its log.
    Logged(Line),
    /// A person did this.
    Action(Action),
    /// A step in the life of a container.
    Life(Life),
    /// A terminal or a job printed this.
    Output(Output),
    /// The reply to a [`Action::Command`].
    Reply(Reply),
    /// The reply to a [`Action::Command`] never came: what the system says, as `Connection refused`.
    NoReply(String),
    /// A job ended with this exit code.
    Ended(i32),
    /// A workload reports.
    Load(Report),
}

/// The life of a container, in Docker's words.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Life {
    /// `docker compose up` makes it.
    Created,
    /// Docker starts it.
    Starting,
    /// Its process runs; a server reads its files now.
    Started,
    /// A server accepts connections.
    Ready,
    /// Its process ended with this exit code (137: SIGKILL).
    Exited(i32),
    /// Docker will start it again after so many milliseconds.
    RestartPlanned {
        /// The back-off.
        in_ms: u64,
    },
    /// It could not start: the namespace's owner does not run.
    NoNetworkToJoin,
    /// It could not start: another container that runs has its address.
    AddressInUse,
    /// It could not start: Docker forwards this port of the host to another container already.
    PortAllocated {
        /// The port of the host.
        port: u16,
    },
    /// The container whose network it shares stopped: only its own loopback is left.
    LostItsNetwork,
    /// Frozen.
    Paused,
    /// Thawed.
    Resumed,
    /// Its files were deleted.
    DiskLost,
}

/// Why an entry came to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause {
    /// A timer of the process itself.
    Tick,
    /// A packet arrived.
    Packet {
        /// Which.
        packet: PacketId,
        /// What it was.
        kind: PacketKind,
        /// Who sent it.
        from: Place,
        /// When.
        sent_at: Time,
        /// What its sender had last noted when it sent it.
        because: Option<EntryId>,
    },
    /// An earlier entry, as an action.
    Entry(EntryId),
}

/// One line of the log.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// Its number.
    pub id: EntryId,
    /// When.
    pub at: Time,
    /// Of whom.
    pub who: Who,
    /// What.
    pub what: What,
    /// Because of what.
    pub cause: Option<Cause>,
}

impl Entry {
    /// The earlier entry to which "why?" leads, if the log has one.
    pub fn because(&self) -> Option<EntryId> {
        match self.cause? {
            Cause::Tick => None,
            Cause::Packet { because, .. } => because,
            Cause::Entry(id) => Some(id),
        }
    }
    /// The line of a server's log, if it is one.
    pub fn logged(&self) -> Option<&Line> {
        match &self.what {
            What::Logged(line) => Some(line),
            _ => None,
        }
    }
    /// The fact, if it is one.
    pub fn fact(&self) -> Option<&Fact> {
        match &self.what {
            What::Fact(fact) => Some(fact),
            _ => None,
        }
    }
}

/// What a packet is, for a picture or a count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum PacketKind {
    /// Opens a connection.
    Syn,
    /// The answer to it, and the answer to that.
    SynAck,
    /// A packet of the cluster bus.
    Bus(message::Kind),
    /// A command.
    Request,
    /// A reply.
    Reply,
    /// The replication stream.
    Stream,
    /// The other side closed, or was reset.
    Fin,
}

/// A packet in flight, or one that arrived or was lost a moment ago.
#[derive(Clone, Debug, PartialEq)]
pub struct PacketNote {
    /** Its number. */
    pub id: PacketId,
    /** What it is. */
    pub kind: PacketKind,
    /** Which port its connection goes to. */
    pub port: Port,
    /** Who sent it. */
    pub from: Place,
    /** Who gets it. */
    pub to: Place,
    /** When it was sent. */
    pub sent_at: Time,
    /** When it arrives, or arrived. */
    pub arrives_at: Time,
    /** How many nodes it gossips about. */
    pub mentions: u16,
    /** When the network lost it; its sender's kernel will send it again. */
    pub lost_at: Option<Time>,
}

impl PacketNote {
    /// When its way ended, one way or the other.
    pub fn ended_at(&self) -> Time {
        self.lost_at.unwrap_or(self.arrives_at)
    }
}

/// What happens to a packet, for those who want to see every one.
#[derive(Clone, Copy, Debug)]
pub enum PacketEvent<'a> {
    /// It left.
    Sent(&'a PacketNote, Option<&'a Message>),
    /// It arrived.
    Delivered(&'a PacketNote, Option<&'a Message>),
    /// The network swallowed it; the sender's kernel will send it again.
    Held(&'a PacketNote, Option<&'a Message>),
}

/// What a server answers to a program outside of the simulation.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// Its number, from 1: answers are no entries.
    pub nth: u64,
    /// When it arrives.
    pub at: Time,
    /// The last entry before it.
    pub after: EntryId,
    /// To whom.
    pub to: ClientId,
    /// What it says.
    pub reply: &'a Reply,
    /// How that is written.
    pub protocol: Protocol,
}

/// Whoever listens to the world.
pub trait Log {
    /// Something became true.
    fn entry(&mut self, entry: Entry);
    /// Whether [`Log::packet`] is to be called.
    fn wants_packets(&self) -> bool {
        false
    }
    /// A server answered a program outside ([`Action::Bytes`]).
    fn answer(&mut self, _answer: Answer<'_>) {}
    /// The connection of a program outside was refused, closed, or reset. `cut`: in the middle of an
    /// answer, of which the program has got no more than its kernel took.
    fn hung_up(&mut self, _client: ClientId, _cut: bool) {}
    /// Something happened to a packet.
    fn packet(&mut self, _at: Time, _event: PacketEvent<'_>) {}
}

impl Log for Vec<Entry> {
    fn entry(&mut self, entry: Entry) {
        self.push(entry);
    }
}

/// Nobody listens.
impl Log for () {
    fn entry(&mut self, _: Entry) {}
}

//! Whatever a person can do to the world is one action.
//!
//! A run is a spec, a seed and the actions taken, each at its moment. Absent: what they do; each is
//! carried out in the file of the thing it is done to.

use crate::node::io::Port;
use crate::shapes::spec::{ContainerIx, Latency};
use crate::sim::entry::{ClientId, PacketId};
use crate::sim::workload::Load;
use crate::words::Millis;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::SocketAddrV4;

/// Where something runs, as the network sees it.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub enum Place {
    /// On the machine that runs the containers.
    #[default]
    Host,
    /// Inside a container (`docker exec`), in its network.
    Container(ContainerIx),
}

/// Some places. A rule asks whether an end of a connection is among them.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Group {
    /// Everywhere.
    Everyone,
    /// These.
    These(Vec<Place>),
    /// Everywhere but here.
    AllBut(Vec<Place>),
}

impl Group {
    /// These containers.
    pub fn of(containers: impl IntoIterator<Item = ContainerIx>) -> Group {
        Group::These(containers.into_iter().map(Place::Container).collect())
    }
    /// Everything but these containers.
    pub fn all_but(containers: impl IntoIterator<Item = ContainerIx>) -> Group {
        Group::AllBut(containers.into_iter().map(Place::Container).collect())
    }
    /// Whether `place` is among them.
    pub fn has(&self, place: Place) -> bool {
        match self {
            Group::Everyone => true,
            Group::These(places) => places.contains(&place),
            Group::AllBut(places) => !places.contains(&place),
        }
    }
}

/// What happens to packets that a rule matches.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Verdict {
    /// They vanish: the sender's kernel goes on retransmitting.
    Drop,
    /// They are answered with ICMP, as iptables and nftables reject unless told otherwise: connecting is
    /// refused, but a connection that is open takes no notice and goes on retransmitting.
    Reject,
    /// They are answered with a reset: connecting is refused, and what is open breaks.
    Reset,
    /// They travel, but take this long more, in microseconds.
    Slow(u64),
    /// Each is lost with this chance in a thousand, and retransmitted.
    Lossy(u16),
    /// They travel as if there was no rule.
    Pass,
}

/// Which packets, and what happens to them. Rules are asked in order, the latest made first; the
/// first that matches decides.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Rule {
    /// Where they come from.
    pub from: Group,
    /// Where they go.
    pub to: Group,
    /// Only connections to this port; both if absent.
    pub port: Option<Port>,
    /// What happens to them.
    pub verdict: Verdict,
    /// Whether packets in the other direction are matched too.
    pub both_ways: bool,
}

/// What a person, a lesson or a test can do.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Action {
    /// SIGKILL from outside (`docker kill`): gone at once; Docker does not bring it back.
    Kill(ContainerIx),
    /// SIGKILL from inside: gone at once; the restart policy decides what follows.
    Crash(ContainerIx),
    /// SIGKILL of the server alone, as in a container with an init: the container stays, and with it
    /// its network; Docker sees nothing to restart.
    KillProcess(ContainerIx),
    /// SIGTERM from inside: it shuts down in order; the restart policy decides what follows.
    Terminate(ContainerIx),
    /// `docker stop`: SIGTERM, after ten seconds SIGKILL; Docker does not bring it back.
    Stop(ContainerIx),
    /// `docker start`.
    Start(ContainerIx),
    /// `docker restart`: stop, then start.
    Restart(ContainerIx),
    /// SIGSTOP: frozen with everything it believes.
    Pause(ContainerIx),
    /// SIGCONT.
    Resume(ContainerIx),
    /// Deletes the files of a container that is down.
    LoseDisk(ContainerIx),

    /// Adds a rule of the network. A partition is a rule that drops.
    Rule(Rule),
    /// Takes all rules of the network away.
    Heal,
    /// Changes how long packets take that no rule speaks of.
    Latency(Latency),
    /// Loses one packet in flight; TCP sends it again.
    DropPacket(PacketId),
    /// Holds one packet in flight, and all behind it.
    DelayPacket(PacketId, Millis),
    /// Lets one packet in flight, and all before it, arrive at once.
    DeliverNow(PacketId),

    /// Opens a terminal with `redis-cli` and these words after its name.
    OpenClient {
        /// Where it runs.
        at: Place,
        /// `-c -p 7001`
        argv: Vec<String>,
    },
    /// Types a line into a terminal.
    Type {
        /// Which.
        client: ClientId,
        /// The line, without its newline.
        line: String,
    },
    /// Ctrl-C in a terminal.
    Interrupt(ClientId),
    /// Ends a terminal, a job, or the connection of a program outside.
    CloseClient(ClientId),
    /// Sends one command to a server, as `redis-cli` in its container would.
    Command {
        /// The server.
        node: ContainerIx,
        /// The words of the command.
        argv: Vec<String>,
    },
    /// Runs `redis-cli` with these words to its end, not on a terminal.
    RunJob {
        /// Where it runs.
        at: Place,
        /// `--cluster create 127.0.0.1:7001 ...`
        argv: Vec<String>,
        /// What is piped into it.
        stdin: Option<String>,
    },
    /// A program outside of the simulation connects, from the host.
    Dial {
        /// Where to.
        to: SocketAddrV4,
    },
    /// What a program outside says on its connection.
    Bytes {
        /// Whose.
        client: ClientId,
        /// As its socket gave them.
        #[serde(with = "crate::words::quote::serde_bytes")]
        bytes: Bytes,
    },
    /// The socket of a program outside took so many bytes of what it was answered.
    Took {
        /// Whose.
        client: ClientId,
        /// How many.
        bytes: u64,
    },
    /// Starts a client that pushes values to lists; the line `check` lets it read them.
    StartLoad {
        /// Where it runs.
        at: Place,
        /// The server that it is told of.
        door: ContainerIx,
        /// What it does.
        load: Load,
    },
}

impl Action {
    /// The container that it is done to, or in.
    pub fn container(&self) -> Option<ContainerIx> {
        let within = |place: &Place| match place {
            Place::Host => None,
            Place::Container(ix) => Some(*ix),
        };
        match self {
            Action::Kill(ix)
            | Action::Crash(ix)
            | Action::KillProcess(ix)
            | Action::Terminate(ix)
            | Action::Stop(ix)
            | Action::Start(ix)
            | Action::Restart(ix)
            | Action::Pause(ix)
            | Action::Resume(ix)
            | Action::LoseDisk(ix)
            | Action::Command { node: ix, .. } => Some(*ix),
            Action::OpenClient { at, .. }
            | Action::RunJob { at, .. }
            | Action::StartLoad { at, .. } => within(at),
            Action::Rule(_)
            | Action::Heal
            | Action::Latency(_)
            | Action::DropPacket(_)
            | Action::DelayPacket(..)
            | Action::DeliverNow(_)
            | Action::Type { .. }
            | Action::Interrupt(_)
            | Action::CloseClient(_)
            | Action::Dial { .. }
            | Action::Bytes { .. }
            | Action::Took { .. } => None,
        }
    }
    /// A partition: nothing passes between `a` and `b` (or only from `b` to `a`).
    pub fn partition(a: Group, b: Group, both_ways: bool) -> Action {
        Action::Rule(Rule { from: a, to: b, port: None, verdict: Verdict::Drop, both_ways })
    }
}

/// Why the world does not do it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Refusal {
    /// There is no container with this index.
    NoSuchContainer(ContainerIx),
    /// It runs already.
    AlreadyRunning(ContainerIx),
    /// It does not run.
    NotRunning(ContainerIx),
    /// It is frozen already.
    AlreadyPaused(ContainerIx),
    /// It is not frozen.
    NotPaused(ContainerIx),
    /// Its files are in use.
    DiskInUse(ContainerIx),
    /// It is no `redis-server`.
    NotAServer(ContainerIx),
    /// There is no such packet in flight.
    NoSuchPacket(PacketId),
    /// There is no such client, or it has ended.
    NoSuchClient(ClientId),
    /// A command has at least one word.
    EmptyCommand,
    /// A workload has at least one list.
    NoKeys,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::NoSuchContainer(ix) => write!(f, "there is no container {}", ix.0),
            Refusal::AlreadyRunning(_) => f.write_str("it runs already"),
            Refusal::NotRunning(_) => f.write_str("it does not run"),
            Refusal::AlreadyPaused(_) => f.write_str("it is paused already"),
            Refusal::NotPaused(_) => f.write_str("it is not paused"),
            Refusal::DiskInUse(_) => f.write_str("its files are in use; stop it first"),
            Refusal::NotAServer(_) => f.write_str("it runs no redis-server"),
            Refusal::NoSuchPacket(id) => write!(f, "packet {} is not in flight", id.0),
            Refusal::NoSuchClient(id) => write!(f, "there is no client {}", id.0),
            Refusal::EmptyCommand => f.write_str("a command has at least one word"),
            Refusal::NoKeys => f.write_str("a workload has at least one list"),
        }
    }
}

impl std::error::Error for Refusal {}

/// What came of an action at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Done {
    /// Its entry in the log.
    pub entry: crate::sim::entry::EntryId,
    /// The client or job that it started, if it started one.
    pub client: Option<ClientId>,
}

//! The truth, for those who look: containers, packets in flight, clients. Changes nothing.

use crate::cli::io::Request;
use crate::node::Node;
use crate::shapes::spec::ContainerIx;
use crate::shapes::{Message, Spec};
use crate::sim::World;
use crate::sim::action::{Place, Rule};
use crate::sim::client::Kind;
use crate::sim::container::State;
use crate::sim::entry::{ClientId, PacketNote};
use crate::sim::process::Mode;
use crate::words::{NodeId, Time};
use std::collections::VecDeque;

/// What a container does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ContainerState {
    /// Compose has not made it yet.
    Absent,
    /// Made, never started.
    Created,
    /// Docker starts it, now or after a back-off.
    Starting,
    /// A server reads its files.
    Loading,
    /// It runs.
    Running,
    /// A server sleeps in a command until this moment.
    Asleep(Time),
    /// Frozen.
    Paused,
    /// Ended with this code.
    Exited(i32),
}

/// A client as one sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClientView<'a> {
    /// Which.
    pub id: ClientId,
    /// Where it runs.
    pub place: Place,
    /// Whether it is `redis-cli` (and not a bare connection).
    pub is_program: bool,
    /// The prompt at which it waits for a line.
    pub prompt: Option<&'a str>,
    /// Whether it waits for messages that nobody asked for.
    pub listens: bool,
}

impl World {
    /// What a container does. Absent for an index that is none.
    pub fn state(&self, ix: ContainerIx) -> ContainerState {
        let Some(runtime) = self.containers.get(usize::from(ix.0)) else {
            return ContainerState::Absent;
        };
        match &runtime.state {
            State::Absent => ContainerState::Absent,
            State::Created => ContainerState::Created,
            State::Starting => ContainerState::Starting,
            State::Loading => ContainerState::Loading,
            State::Serving(process) => match process.mode {
                Mode::Live => ContainerState::Running,
                Mode::Asleep { until, .. } => ContainerState::Asleep(until),
                Mode::Frozen { .. } => ContainerState::Paused,
            },
            State::Job(_) | State::Idle => ContainerState::Running,
            State::Exited(code) => ContainerState::Exited(*code),
        }
    }
    /// The server in a container, if one serves there (or is frozen).
    pub fn node(&self, ix: ContainerIx) -> Option<&Node> {
        match &self.containers.get(usize::from(ix.0))?.state {
            State::Serving(process) => Some(&process.node),
            _ => None,
        }
    }
    /// All servers that run, with their containers.
    pub fn nodes(&self) -> impl Iterator<Item = (ContainerIx, &Node)> {
        let indices = (0..self.containers.len()).map(|n| ContainerIx(n as u16));
        indices.filter_map(|ix| Some((ix, self.node(ix)?)))
    }
    /// All containers of the spec.
    pub fn container_ixs(&self) -> impl Iterator<Item = ContainerIx> + use<> {
        (0..self.containers.len()).map(|n| ContainerIx(n as u16))
    }
    /// The container with this name, service name, or number.
    pub fn find(&self, name: &str) -> Option<ContainerIx> {
        let spec: &Spec = &self.spec;
        spec.find(name)
    }
    /// The node id of a container's server: as it is, or as it last started.
    pub fn node_id(&self, ix: ContainerIx) -> Option<NodeId> {
        let live = self.node(ix).map(|node| node.cluster().myself());
        live.or_else(|| self.containers.get(usize::from(ix.0))?.node_id)
    }
    /// The container whose server has this node id.
    pub fn container_of(&self, id: NodeId) -> Option<ContainerIx> {
        self.container_ixs().find(|&ix| self.node_id(ix) == Some(id))
    }
    /// The name of a node for people: its service, or the first digits of an id nobody has.
    pub fn name_of(&self, id: NodeId) -> String {
        match self.container_of(id) {
            Some(ix) => self.name(ix).to_owned(),
            None => id.to_string()[..8].to_owned(),
        }
    }
    /// The name of a container for people: its service.
    pub fn name(&self, ix: ContainerIx) -> &str {
        self.spec.container(ix).map_or("?", |container| &container.service)
    }
    /// Packets in flight, by id.
    pub fn packets(&self) -> Vec<(PacketNote, Option<&Message>)> {
        let mut all: Vec<_> = self
            .network
            .packets
            .iter()
            .map(|packet| (self.describe(packet), packet.payload.message()))
            .collect();
        all.sort_by_key(|(note, _)| note.id);
        all
    }
    /// Starts (or stops) remembering the packets that arrived last.
    pub fn watch_packets(&mut self, watch: bool) {
        self.network.arrived = watch.then(VecDeque::new);
    }
    /// The packets that arrived last, oldest first, if they are watched.
    pub fn arrived(&self) -> impl DoubleEndedIterator<Item = &PacketNote> {
        self.network.arrived.iter().flatten()
    }
    /// How many packets were sent since the start.
    pub fn packets_sent(&self) -> u64 {
        self.network.packets.sent()
    }
    /// The `redis-cli` that a container ran last, if it runs one.
    pub fn job_of(&self, ix: ContainerIx) -> Option<ClientId> {
        self.containers.get(usize::from(ix.0))?.job
    }
    /// How much a snapshot of it takes, roughly: views that nodes have of each other, and keys.
    pub fn weight(&self) -> u64 {
        let views: usize = self.nodes().map(|(_, node)| 20 + node.cluster().known()).sum();
        views as u64
    }
    /// The rules of the network, in the order they are asked.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.network.rules.iter()
    }
    /// Clients that have not ended.
    pub fn clients(&self) -> impl Iterator<Item = ClientView<'_>> {
        self.clients.all.iter().map(|(id, client)| ClientView {
            id: *id,
            place: client.place,
            is_program: matches!(client.kind, Kind::Program(_)),
            listens: match &client.kind {
                Kind::Plain(_) | Kind::Outside(_) => false,
                Kind::Program(program) => {
                    matches!(program.waiting, Some(Request::Listen { .. }))
                }
            },
            prompt: match &client.kind {
                Kind::Plain(_) | Kind::Outside(_) => None,
                Kind::Program(program) => match &program.waiting {
                    Some(Request::ReadLine { prompt }) => Some(prompt.as_str()),
                    // The question was printed.
                    Some(Request::ReadBytes { .. }) => Some(""),
                    _ => None,
                },
            },
        })
    }
}

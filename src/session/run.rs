//! A run of a lab: its history, and what is known of it for as long as it lasts.

use crate::session::forecast::{self, Part};
use crate::session::terminal::{Terminals, command};
use crate::session::weight::{Weight, weight};
use crate::shapes::Spec;
use crate::shapes::spec::{ContainerIx, Program};
use crate::sim::{Action, ClientId, Done, Entry, PacketNote, Place, Refusal, World};
use crate::timeline::Timeline;
use crate::words::{NodeId, Seed, Time};
use std::collections::{BTreeMap, VecDeque};

/// A run.
#[derive(Debug)]
pub struct Run {
    timeline: Timeline,
    start: Time,
    servers: Vec<ContainerIx>,
    names: Vec<String>,
    parts: Vec<Part>,
    /// The ids that servers had when they were last seen running.
    ids: BTreeMap<ContainerIx, NodeId>,
    /// Where clients run or ran.
    places: BTreeMap<ClientId, Place>,
    pub(super) terminals: Terminals,
    /// Packets that arrived a moment ago, and when that was on the wall.
    arrived: VecDeque<(u64, PacketNote)>,
    /// The last packet that was taken from the world.
    seen_until: Time,
}

/// For so long, in wall microseconds, an arrived packet is shown.
pub const GHOST_US: u64 = 900_000;
/// For so long one that matters is shown.
pub const LOUD_GHOST_US: u64 = 2_400_000;
const MOST_GHOSTS: usize = 512;

impl Run {
    /// A run of `spec` from its first moment.
    pub fn new(spec: &Spec, seed: Seed) -> Run {
        let mut origin = World::new(spec, seed);
        let is_server = |ix: &ContainerIx| {
            spec.container(*ix).is_some_and(|c| matches!(c.program, Program::Server(_)))
        };
        let servers: Vec<ContainerIx> = origin.container_ixs().filter(is_server).collect();
        let parts = forecast::parts(&origin, &servers);
        origin.watch_packets(true);
        Run {
            start: origin.now(),
            names: names(spec, &servers),
            timeline: Timeline::new(origin),
            servers,
            parts,
            ids: BTreeMap::new(),
            places: BTreeMap::new(),
            terminals: Terminals::default(),
            arrived: VecDeque::new(),
            seen_until: Time::default(),
        }
    }
    /// The world at the cursor.
    pub fn world(&self) -> &World {
        self.timeline.world()
    }
    /// The history.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }
    /// What became true up to the cursor.
    pub fn log(&self) -> &[Entry] {
        self.timeline.log()
    }
    /// When it began.
    pub fn start(&self) -> Time {
        self.start
    }
    /// Its servers, in the order of the file.
    pub fn servers(&self) -> &[ContainerIx] {
        &self.servers
    }
    /// What each server will be when the cluster has formed.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }
    /// The name of the server at this place of the list.
    pub fn name(&self, place: usize) -> &str {
        &self.names[place]
    }
    /// The name of whatever runs in a container.
    pub fn name_of(&self, ix: ContainerIx) -> String {
        match self.servers.iter().position(|&server| server == ix) {
            Some(place) => self.names[place].clone(),
            None => self.world().spec().container(ix).map(|c| c.name.clone()).unwrap_or_default(),
        }
    }
    /// The name of a container.
    pub fn container_name(&self, ix: ContainerIx) -> &str {
        self.world().spec().container(ix).map(|c| c.name.as_str()).unwrap_or_default()
    }
    /// The terminal against `node` that exists at the cursor.
    pub fn terminal(&self, node: ContainerIx, follow: bool) -> Option<ClientId> {
        self.terminals.find(self.world(), node, follow).map(|terminal| terminal.client)
    }
    /// Whether a client is one of the learner's terminals.
    pub fn is_terminal(&self, client: ClientId) -> bool {
        self.terminals.get(client).is_some()
    }
    /// The arguments that one of the learner's terminals was started with.
    pub fn terminal_argv(&self, client: ClientId) -> Vec<String> {
        let terminal = self.terminals.get(client);
        terminal.map(|t| command(self.world(), t.node, t.follow).1).unwrap_or_default()
    }
    /// Where a client runs or ran, if it is none of the learner's terminals.
    pub fn job(&self, client: ClientId) -> Option<Place> {
        if self.is_terminal(client) { None } else { self.places.get(&client).copied() }
    }
    /// Whether a terminal waits for a line.
    pub fn is_at_prompt(&self, client: ClientId) -> bool {
        let mut clients = self.world().clients();
        clients.find(|view| view.id == client).is_none_or(|view| view.prompt.is_some())
    }
    /// The id that a server had when it was last seen running.
    pub fn last_id(&self, ix: ContainerIx) -> Option<NodeId> {
        self.ids.get(&ix).copied()
    }
    /// The name of the node with this id.
    pub fn node_name(&self, id: NodeId) -> String {
        match self.ids.iter().find(|&(_, &known)| known == id) {
            Some((&ix, _)) => self.name_of(ix),
            None => id.to_string()[..8].to_owned(),
        }
    }
    /// The first replica of the server in this container, as it believes.
    pub fn replica_of(&self, ix: ContainerIx) -> Option<ContainerIx> {
        let master = self.world().node(ix)?.cluster().myself();
        self.servers.iter().copied().find(|&server| {
            self.world().node(server).is_some_and(|node| {
                let cluster = node.cluster();
                cluster.me().master().is_some_and(|peer| cluster.peer(peer).id() == master)
            })
        })
    }
    /// Packets that arrived a moment ago, and when that was on the wall, in microseconds.
    pub fn arrived(&self) -> impl DoubleEndedIterator<Item = &(u64, PacketNote)> {
        self.arrived.iter()
    }

    pub(super) fn act(&mut self, action: Action) -> Result<Done, Refusal> {
        self.terminals.forget_after(self.world().now());
        let done = self.timeline.act(action)?;
        self.look();
        Ok(done)
    }
    /// Moves the cursor; what was in the air is forgotten, for it is not this moment's.
    pub(super) fn seek(&mut self, to: Time) {
        self.timeline.seek(to.max(self.start));
        self.arrived.clear();
        self.seen_until = self.world().now();
        self.look();
    }
    /// Lets time pass; what arrives is remembered with `wall`.
    pub(super) fn advance(&mut self, to: Time, wall: u64) {
        self.timeline.seek(to);
        self.remember_arrived(wall);
    }
    /// To the next entry of at least this weight.
    pub(super) fn next_event(&mut self, wall: u64, least: Weight) {
        self.timeline.next_event(|entry| least <= weight(entry));
        self.remember_arrived(wall);
    }
    /// To the entry of at least this weight before the cursor; to the start if there is none.
    pub(super) fn previous_event(&mut self, least: Weight) {
        if !self.timeline.previous_event(|entry| least <= weight(entry)) {
            self.timeline.seek(self.start);
        }
        self.arrived.clear();
        self.seen_until = self.world().now();
    }
    fn remember_arrived(&mut self, wall: u64) {
        let fresh: Vec<PacketNote> = {
            let world = self.timeline.world();
            let since = self.seen_until;
            world.arrived().rev().take_while(|note| since < note.arrives_at).cloned().collect()
        };
        self.arrived.extend(fresh.into_iter().rev().map(|note| (wall, note)));
        while self.arrived.len() > MOST_GHOSTS {
            self.arrived.pop_front();
        }
        self.seen_until = self.world().now();
        self.look();
    }
    /// Forgets packets that arrived too long ago to be shown.
    pub(super) fn fade(&mut self, wall: u64) {
        self.arrived.retain(|(at, _)| wall < at + LOUD_GHOST_US);
    }
    fn look(&mut self) {
        for &ix in &self.servers {
            if let Some(node) = self.timeline.world().node(ix) {
                self.ids.insert(ix, node.cluster().myself());
            }
        }
        for client in self.timeline.world().clients() {
            self.places.insert(client.id, client.place);
        }
    }
}

/// Ports where they tell servers apart, else container names.
fn names(spec: &Spec, servers: &[ContainerIx]) -> Vec<String> {
    let port = |ix: &ContainerIx| match spec.container(*ix).map(|c| &c.program) {
        Some(Program::Server(server)) => server.config.port.to_string(),
        Some(Program::Cli { .. } | Program::Other { .. }) | None => String::new(),
    };
    let ports: Vec<String> = servers.iter().map(port).collect();
    let mut distinct = ports.clone();
    distinct.sort();
    distinct.dedup();
    if distinct.len() == ports.len() {
        return ports;
    }
    let name = |ix: &ContainerIx| spec.container(*ix).map(|c| c.name.clone()).unwrap_or_default();
    servers.iter().map(name).collect()
}

//! A run of a lab: its history, and what is known of it for as long as it lasts.

use crate::session::book::{Book, Places};
use crate::session::forecast::{self, Part};
use crate::session::index::Index;
use crate::session::terminal::{self, Terminal, command, fresh_prompt};
use crate::session::weight::{Weight, weight};
use crate::shapes::Spec;
use crate::shapes::spec::{ContainerIx, Program};
use crate::sim::{Action, ClientId, Done, Entry, PacketNote, Place, Refusal, World};
use crate::timeline::{LaneId, Timeline};
use crate::words::{Millis, NodeId, Seed, Time};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddrV4;

/// A run.
#[derive(Debug)]
pub struct Run {
    timeline: Timeline,
    start: Time,
    warnings: Vec<String>,
    servers: Vec<ContainerIx>,
    names: Vec<String>,
    parts: Vec<Part>,
    /// The ids that servers had when they were last seen running.
    ids: BTreeMap<ContainerIx, NodeId>,
    places: Places,
    /// Where programs outside connected to.
    dialed: BTreeMap<ClientId, SocketAddrV4>,
    /// One for each lane.
    books: Vec<Book>,
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
/// A container is not started again sooner: in between, its job can be seen.
const LOOK_EVERY: Millis = Millis(100);

impl Run {
    /// A run of `spec` from its first moment; `warnings` is what compose says before it.
    pub fn new(spec: &Spec, seed: Seed, warnings: Vec<String>) -> Run {
        let origin = World::new(spec, seed);
        let servers: Vec<ContainerIx> = spec.servers().map(|(ix, _)| ix).collect();
        let parts = forecast::parts(&origin, &servers);
        Run::with_parts(origin, parts, warnings)
    }
    /// A run from `origin` on, whose servers will be `parts` of a cluster.
    pub(super) fn with_parts(mut origin: World, parts: Vec<Part>, warnings: Vec<String>) -> Run {
        let spec = origin.spec().clone();
        let servers: Vec<ContainerIx> = spec.servers().map(|(ix, _)| ix).collect();
        origin.watch_packets(true);
        Run {
            start: origin.now(),
            names: names(&spec, &servers),
            timeline: Timeline::new(origin),
            warnings,
            servers,
            parts,
            ids: BTreeMap::new(),
            places: Places::new(),
            dialed: BTreeMap::new(),
            books: vec![Book::new(&spec)],
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
    /// What compose said before it began.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
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
    /// Where what the page shows stands in the log of this lane.
    pub fn index(&self) -> &Index {
        &self.book().index
    }
    /// Where what the page shows stands in the log of another lane.
    pub fn index_of(&self, lane: LaneId) -> Option<&Index> {
        self.books.get(lane.0).map(|book| &book.index)
    }
    /// The terminal against `node` that exists at the cursor.
    pub fn terminal(&self, node: ContainerIx, follow: bool) -> Option<ClientId> {
        let terminals = &self.book().terminals;
        terminals.find(self.world(), node, follow).map(|terminal| terminal.client)
    }
    /// The prompt at which the learner typed the line of this entry.
    pub fn prompt(&self, typed: &Entry) -> &str {
        self.book().prompt(typed.id)
    }
    /// Where a program outside connected to.
    pub fn dialed(&self, client: ClientId) -> Option<SocketAddrV4> {
        self.dialed.get(&client).copied()
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

    fn book(&self) -> &Book {
        &self.books[self.timeline.current_lane().0]
    }
    fn book_mut(&mut self) -> &mut Book {
        &mut self.books[self.timeline.current_lane().0]
    }

    pub(super) fn act(&mut self, action: Action) -> Result<Done, Refusal> {
        let prompt = self.prompt_for(&action);
        let done = self.do_it(action)?;
        if let Some((client, prompt)) = prompt {
            self.book_mut().typed_at(done.entry, client, prompt);
        }
        self.look();
        Ok(done)
    }
    /// Opens one of the learner's terminals.
    pub(super) fn open_terminal(
        &mut self,
        action: Action,
        node: ContainerIx,
        follow: bool,
    ) -> Result<Done, Refusal> {
        let opened = self.world().now();
        let done = self.do_it(action)?;
        if let Some(client) = done.client {
            self.book_mut().terminals.add(Terminal { client, opened, node, follow });
        }
        self.look();
        Ok(done)
    }
    /// Goes on towards `to`, handling at most so many events; true when it is there.
    pub(super) fn approach(&mut self, to: Time, events: &mut u64) -> bool {
        while self.timeline.horizon() + LOOK_EVERY < to {
            let next = self.timeline.horizon() + LOOK_EVERY;
            if !self.timeline.approach(next, events) {
                return false;
            }
            self.look();
        }
        self.timeline.approach(to, events)
    }
    /// Does what somebody did, at the cursor. A terminal that was opened then is one of the learner's.
    pub(super) fn repeat(&mut self, action: &Action) -> Result<(), Refusal> {
        let prompt = self.prompt_for(action);
        let opened = self.world().now();
        let terminal = match action {
            Action::OpenClient { at, argv } => terminal::whose(self, *at, argv),
            _ => None,
        };
        let done = self.do_it(action.clone())?;
        if let Some((client, prompt)) = prompt {
            self.book_mut().typed_at(done.entry, client, prompt);
        }
        if let Some((client, (node, follow))) = done.client.zip(terminal) {
            self.book_mut().terminals.add(Terminal { client, opened, node, follow });
        }
        let place = match action {
            Action::OpenClient { at, .. }
            | Action::RunJob { at, .. }
            | Action::StartLoad { at, .. } => *at,
            Action::Command { node, .. } => Place::Container(*node),
            _ => Place::Host,
        };
        self.places.extend(done.client.map(|client| (client, place)));
        if let (Action::Dial { to }, Some(client)) = (action, done.client) {
            self.dialed.insert(client, *to);
        }
        Ok(())
    }
    /// What was repeated is known now.
    pub(super) fn repeated(&mut self) {
        self.seen_until = self.world().now();
        self.arrived.clear();
        self.look();
    }
    /// Acts; where that makes a new lane it gets a book of its own.
    fn do_it(&mut self, action: Action) -> Result<Done, Refusal> {
        let (from, now) = (self.timeline.current_lane(), self.world().now());
        let done = self.timeline.act(action)?;
        if self.timeline.current_lane() != from {
            let book = self.books[from.0].part(self.world().spec(), now, done.entry);
            self.books.push(book);
        }
        Ok(done)
    }
    /// The prompt at which a line is typed. One that is typed before its prompt is there (the terminal
    /// connects, or is busy) is taken for typed at the prompt before.
    fn prompt_for(&self, action: &Action) -> Option<(ClientId, String)> {
        let Action::Type { client, .. } = *action else { return None };
        let shown = self.world().clients().find(|view| view.id == client)?.prompt;
        let prompt = shown.or_else(|| self.book().last_prompt(client)).map(str::to_owned);
        let terminal = self.book().terminals.get(client)?;
        let fresh = || fresh_prompt(&command(self.world(), terminal.node, terminal.follow).1);
        Some((client, prompt.unwrap_or_else(fresh)))
    }
    /// Goes over to another lane, at this moment or at the last that was seen of it.
    pub(super) fn switch(&mut self, to: LaneId) {
        if self.timeline.switch(to) {
            self.arrived.clear();
            self.seen_until = self.world().now();
            self.look();
        }
    }
    /// Moves the cursor; what was in the air is forgotten, for it is not this moment's.
    pub(super) fn seek(&mut self, to: Time) {
        while self.timeline.horizon() + LOOK_EVERY < to {
            self.timeline.seek(self.timeline.horizon() + LOOK_EVERY);
            self.look();
        }
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
        self.look();
    }
    fn remember_arrived(&mut self, wall: u64) {
        let fresh: Vec<PacketNote> = {
            let world = self.timeline.world();
            let since = self.seen_until;
            world.arrived().rev().take_while(|note| since < note.ended_at()).cloned().collect()
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
        for ix in self.timeline.world().container_ixs() {
            if let Some(job) = self.timeline.world().job_of(ix) {
                self.places.insert(job, Place::Container(ix));
            }
        }
        let lane = self.timeline.current_lane().0;
        let spec = self.timeline.world().spec();
        self.books[lane].read(self.timeline.whole_log(), spec, &self.places);
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

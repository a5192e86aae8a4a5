//! Layer 6, the world: virtual time, networks, containers, clients, and every fault.
//!
//! [`World`] is all that exists in one simulation. It knows the truth; each node knows only what it
//! heard. [`action::Action`] is the one way in, [`entry::Entry`] the one way out, and a clone is a
//! snapshot: what did not change is shared.
//!
//! Invariants: a world depends on its spec, its seed and the actions taken, on nothing else; equal
//! times are handled in the order they were scheduled; a process hears only what the network brings.
//! Absent: what any of it means (`node`), and history (`timeline`).

pub mod action;
mod agenda;
pub mod client;
mod connection;
mod container;
mod delivery;
pub mod docker;
pub mod entry;
mod fault;
mod inbox;
mod inspect;
mod join;
mod kernel;
mod nagle;
mod network;
mod outside;
mod packet;
mod process;
mod program;
mod ready;
mod round;
mod route;
mod serve;
mod transport;
mod up;
mod why;
pub mod workload;

pub use action::{Action, Done, Group, Place, Refusal, Rule, Verdict};
pub use client::Line;
pub use entry::{
    Answer, Cause, ClientId, Entry, EntryId, Life, Log, PacketEvent, PacketId, PacketKind,
    PacketNote, What, Who,
};
pub use why::why;
pub use workload::{Load, Report};

pub use inspect::{ClientView, ContainerState};

use crate::node::io::Outbox;
use crate::node::persistence::Disk;
use crate::shapes::{Cards, Spec};
use crate::words::{Rng, Seed, Time};
use agenda::{Agenda, Event};
use client::Clients;
use connection::Connections;
use container::Runtime;
use kernel::Kernels;
use network::Network;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything that exists in one simulation. Cloning it is taking a snapshot.
#[derive(Clone, Debug)]
pub struct World {
    spec: Arc<Spec>,
    seed: Seed,
    now: Time,
    agenda: Agenda,
    containers: Vec<Runtime>,
    /// The files of servers that do not run.
    disks: BTreeMap<String, Disk>,
    network: Network,
    kernels: Kernels,
    connections: Connections,
    clients: Clients,
    /// What the packets' numbers of cards mean; lent to each step.
    cards: Cards,
    /// How many entries were noted.
    entries: u64,
    /// How many answers programs outside were given.
    answers: u64,
    /// How many events were handled.
    handled: u64,
    /// How many rounds processes have ended: what one sends at the end of one is one `write` a socket.
    rounds: u64,
    /// Empty between steps; kept for its memory.
    outbox: Outbox,
}

/// The lanes of luck that belong to the world; containers have the ones after.
const LANE_NETWORK: u64 = 1;
const LANE_DOCKER: u64 = 2;
const LANE_CONTAINERS: u64 = 1000;

/// A world can go to another thread: a Web Worker, or one of many that search for faults.
const _: fn() = || {
    fn is_send<T: Send>() {}
    is_send::<World>();
};

impl World {
    /// A world in which `docker compose up` (or the start of all servers) begins now.
    pub fn new(spec: &Spec, seed: Seed) -> World {
        let spec = Arc::new(spec.clone());
        let lane = |ix: usize| Rng::new(seed, LANE_CONTAINERS + ix as u64);
        let mut world = World {
            now: spec.start,
            agenda: Agenda::default(),
            containers: (0..spec.containers.len()).map(|ix| Runtime::new(lane(ix))).collect(),
            disks: BTreeMap::new(),
            network: Network::new(&spec, Rng::new(seed, LANE_NETWORK)),
            kernels: Kernels::default(),
            connections: Connections::default(),
            clients: Clients::default(),
            cards: Cards::default(),
            entries: 0,
            answers: 0,
            handled: 0,
            rounds: 0,
            outbox: Outbox::default(),
            spec,
            seed,
        };
        world.compose_up(Rng::new(seed, LANE_DOCKER));
        world
    }
    /// The virtual time.
    pub fn now(&self) -> Time {
        self.now
    }
    /// What it was built from.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }
    /// Its seed.
    pub fn seed(&self) -> Seed {
        self.seed
    }
    /// When the next event is due.
    pub fn next_event_time(&self) -> Option<Time> {
        self.agenda.next_time()
    }
    /// How many events were handled since the start: what a replay costs.
    pub fn events_handled(&self) -> u64 {
        self.handled
    }

    /// Runs every event up to and including `until`; what became true goes to `log`.
    pub fn run_until(&mut self, until: Time, log: &mut dyn Log) {
        while self.step_event(until, log) {}
        self.now = self.now.max(until);
    }
    /// Runs the next event if it is due by `until`; false if there is none.
    pub fn step_event(&mut self, until: Time, log: &mut dyn Log) -> bool {
        let Some((at, event)) = self.agenda.take(until) else { return false };
        assert!(self.now <= at, "the agenda never runs backwards");
        self.now = at;
        self.handled += 1;
        self.handle(event, log);
        true
    }

    fn handle(&mut self, event: Event, log: &mut dyn Log) {
        match event {
            Event::Deliver { slot, tag } => self.deliver(slot, tag, log),
            Event::Cron { ix, life } => self.cron_due(ix, life, log),
            Event::Wake { ix, life } => self.sleep_over(ix, life, log),
            Event::Ready { ix, life } => self.server_ready(ix, life, log),
            Event::KillStopped { ix, life } => self.kill_stopped(ix, life, log),
            Event::StartWaiting => self.start_waiting(log),
            Event::HealthCheck { ix, life } => self.health_check(ix, life),
            Event::JobStarts { ix, life } => self.job_starts(ix, life, log),
            Event::Create { ix } => self.create(ix, log),
            Event::Start { ix, life } => self.start_due(ix, life, log),
            Event::Started { ix, life } => self.container_started(ix, life, log),
            Event::Retransmit { to, round } => self.retransmit(to, round, log),
            Event::Acknowledged { to } => self.uncork(to, log),
            Event::Room { to } => self.look_for_room(to, log),
            Event::Unreachable { conn } => self.unreachable(conn, log),
            Event::ProgramWakes { client, turn } => self.program_wakes(client, turn, log),
        }
    }

    /// Adds an entry to the log and gives its number.
    fn note(&mut self, who: Who, what: What, cause: Option<Cause>, log: &mut dyn Log) -> EntryId {
        self.entries += 1;
        let id = EntryId(self.entries);
        log.entry(Entry { id, at: self.now, who, what, cause });
        id
    }
}

//! Nodes on a wire: a small world, to check the protocol without the real one.
//!
//! Every packet takes the same time, every process ticks a little slower than every 100 ms. What
//! a network can do is absent here; `sim` has it.

mod failing;
mod joining;
mod manual;
mod memory;
mod moving;

use crate::node::Node;
use crate::node::cluster::{Cluster, PeerIx};
use crate::node::io::{ConnId, Effect, Input, Outbox, Port};
use crate::node::persistence::Disk;
use crate::shapes::message::Message;
use crate::shapes::spec::Server;
use crate::shapes::stream::ClientData;
use crate::shapes::{Cards, Config, Epoch, Fact};
use crate::words::{Millis, NodeId, Rng, Seed, Slot, SlotSet, Time};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

/// How long everything takes that travels.
const LATENCY_US: u64 = 100;

enum Event {
    Cron { node: usize, life: u32 },
    Arrive { at: usize, life: u32, input: Input },
}

struct Process {
    node: Option<Node>,
    server: Server,
    disk: Disk,
    life: u32,
    /// What waits in the kernel while the process is frozen.
    frozen: Option<VecDeque<Input>>,
}

/// Some nodes, their connections, and what is under way.
pub(super) struct Ring {
    pub(super) now: Time,
    processes: Vec<Process>,
    agenda: BTreeMap<(Time, u64), Event>,
    scheduled: u64,
    owners: BTreeMap<ConnId, usize>,
    next_connection: u32,
    cards: Cards,
    cut: Vec<(usize, usize)>,
    pub(super) facts: Vec<(Time, usize, Fact)>,
    luck: Rng,
}

impl Ring {
    /// Servers that know nobody yet.
    pub(super) fn new(nodes: usize, seed: u64, timeout: u64) -> Ring {
        let mut ring = Ring {
            now: Time::from_unix_s(1_700_000_000),
            processes: Vec::new(),
            agenda: BTreeMap::new(),
            scheduled: 0,
            owners: BTreeMap::new(),
            next_connection: 0,
            cards: Cards::default(),
            cut: Vec::new(),
            facts: Vec::new(),
            luck: Rng::new(Seed(seed), 0),
        };
        for ix in 0..nodes {
            let config = Config {
                port: addr(ix, Port::Client).port(),
                cluster_enabled: true,
                cluster_node_timeout: Millis(timeout),
                // There is no data here, so no replica is too old.
                replica_validity_factor: 0,
                ..Config::default()
            };
            let server = Server { config, disk: ix.to_string(), ..Server::default() };
            let disk = Disk::default();
            ring.processes.push(Process { node: None, server, disk, life: 0, frozen: None });
            ring.start(ix, seed);
        }
        ring
    }

    /// Masters with equal shares, and one replica for each if `replicas`; all agree and are ok.
    pub(super) fn cluster(masters: usize, replicas: usize, seed: u64, timeout: u64) -> Ring {
        let mut ring = Ring::new(masters + replicas, seed, timeout);
        let share = usize::from(Slot::COUNT).div_ceil(masters);
        for ix in 0..masters {
            let slots: SlotSet = Slot::all().skip(ix * share).take(share).collect();
            ring.tell(ix, |node, _, _| {
                node.cluster_add_slots(&slots);
            });
        }
        for ix in 0..masters + replicas {
            ring.tell(ix, |node, _, out| {
                node.cluster_set_config_epoch(Epoch(ix as u64 + 1), out);
            });
        }
        for ix in 1..masters + replicas {
            ring.meet(ix, 0);
        }
        let everybody = |view: &Cluster| {
            view.known() == masters + replicas && view.peers().all(|(_, p)| !p.in_handshake())
        };
        ring.run_until(|ring| ring.all(everybody));
        for ix in masters..masters + replicas {
            let master = ring.id((ix - masters) % masters);
            ring.tell(ix, |node, now, out| {
                let master = node.cluster().find(&master).expect("they have met");
                node.cluster_replicate(now, master, out);
            });
        }
        ring.run(30_000);
        assert!(ring.all(|cluster| cluster.state_ok()), "the cluster is ok");
        ring.facts.clear();
        ring
    }

    pub(super) fn start(&mut self, ix: usize, seed: u64) {
        let mut out = self.outbox();
        let process = &mut self.processes[ix];
        process.life += 1;
        let luck = Seed(seed * 1000 + ix as u64 * 10 + u64::from(process.life));
        process.node = Some(Node::boot(self.now, &process.server, &process.disk, luck, &mut out));
        let life = process.life;
        let phase = Millis(1 + (ix as u64 * 37 + seed * 11) % 100);
        self.schedule(phase, Event::Cron { node: ix, life });
        self.perform(ix, out);
    }

    /// The process ends at once; the kernel closes its connections.
    pub(super) fn kill(&mut self, ix: usize) {
        let process = &mut self.processes[ix];
        process.disk = process.node.take().expect("it runs").disk();
        process.life += 1;
        process.frozen = None;
        let ends: Vec<ConnId> =
            self.owners.iter().filter(|(_, owner)| **owner == ix).map(|(conn, _)| *conn).collect();
        for conn in ends {
            self.close(conn);
        }
    }

    /// SIGSTOP: the process does nothing; what comes in waits.
    pub(super) fn freeze(&mut self, ix: usize) {
        self.processes[ix].frozen = Some(VecDeque::new());
    }
    /// SIGCONT.
    pub(super) fn thaw(&mut self, ix: usize) {
        for input in self.processes[ix].frozen.take().expect("it is frozen") {
            self.step(ix, input);
        }
        let life = self.processes[ix].life;
        self.schedule(Millis(1), Event::Cron { node: ix, life });
    }
    /// Nothing passes between two nodes any more, either way.
    pub(super) fn cut(&mut self, one: usize, other: usize) {
        self.cut.push((one, other));
    }
    pub(super) fn heal(&mut self) {
        self.cut.clear();
    }

    /// What an operator does to a node.
    pub(super) fn tell(&mut self, ix: usize, act: impl FnOnce(&mut Node, Time, &mut Outbox)) {
        let mut out = self.outbox();
        let now = self.now;
        let node = self.processes[ix].node.as_mut().expect("it runs");
        act(node, now, &mut out);
        node.before_sleep(now, &mut out);
        self.perform(ix, out);
    }
    pub(super) fn meet(&mut self, ix: usize, other: usize) {
        let (client, bus) = (addr(other, Port::Client), addr(other, Port::Bus));
        self.tell(ix, |node, now, out| {
            node.cluster_meet(now, client.ip(), client.port(), bus.port(), out);
        });
    }

    pub(super) fn run(&mut self, ms: u64) {
        let until = self.now + Millis(ms);
        while let Some(entry) = self.agenda.first_entry() {
            if entry.key().0 > until {
                break;
            }
            let ((at, _), event) = entry.remove_entry();
            self.now = at;
            self.handle(event);
        }
        self.now = until;
    }
    /// Runs until something is true, and says how long that took in ms; fails after a minute.
    pub(super) fn run_until(&mut self, what: impl Fn(&Ring) -> bool) -> u64 {
        let began = self.now;
        while !what(self) {
            self.run(1);
            assert!(self.now.since(began) < Millis(60_000), "it takes too long");
        }
        self.now.since(began).0
    }

    pub(super) fn node(&self, ix: usize) -> &Node {
        self.processes[ix].node.as_ref().expect("it runs")
    }
    pub(super) fn view(&self, ix: usize) -> &Cluster {
        self.node(ix).cluster()
    }
    pub(super) fn id(&self, ix: usize) -> NodeId {
        self.view(ix).myself()
    }
    /// Where `other` stands in the view of `ix`.
    pub(super) fn place(&self, ix: usize, other: NodeId) -> PeerIx {
        self.view(ix).find(&other).expect("it is known")
    }
    /// Whether something is true in the view of every node that runs.
    pub(super) fn all(&self, what: impl Fn(&Cluster) -> bool) -> bool {
        self.processes.iter().filter_map(|p| p.node.as_ref()).all(|node| what(node.cluster()))
    }
    /// Who reported a fact, in order.
    pub(super) fn who(&self, what: impl Fn(&Fact) -> bool) -> Vec<usize> {
        self.facts.iter().filter(|(_, _, fact)| what(fact)).map(|(_, ix, _)| *ix).collect()
    }

    fn outbox(&mut self) -> Outbox {
        let cards = std::mem::take(&mut self.cards);
        Outbox { next_connection: self.next_connection, cards, ..Outbox::default() }
    }
    fn schedule(&mut self, after: Millis, event: Event) {
        self.schedule_at(self.now + after, event);
    }
    fn schedule_at(&mut self, at: Time, event: Event) {
        self.scheduled += 1;
        self.agenda.insert((at, self.scheduled), event);
    }
    fn handle(&mut self, event: Event) {
        match event {
            Event::Cron { node, life } => {
                if self.processes[node].life == life && self.processes[node].frozen.is_none() {
                    self.step(node, Input::Cron);
                    let at = (self.now + Millis(100)).plus_micros(self.luck.below(2000));
                    self.schedule_at(at, Event::Cron { node, life });
                }
            }
            Event::Arrive { at, life, input } if self.processes[at].life == life => {
                match &mut self.processes[at].frozen {
                    Some(waiting) => waiting.push_back(input),
                    None => self.step(at, input),
                }
            }
            Event::Arrive { .. } => {}
        }
    }
    fn step(&mut self, ix: usize, input: Input) {
        let mut out = self.outbox();
        let now = self.now;
        if let Some(node) = &mut self.processes[ix].node {
            node.step(now, input, &mut out);
        }
        self.perform(ix, out);
    }
    fn perform(&mut self, ix: usize, out: Outbox) {
        self.next_connection = out.next_connection;
        self.cards = out.cards;
        let now = self.now;
        self.facts.extend(out.facts.into_iter().map(|fact| (now, ix, fact)));
        for effect in out.effects {
            match effect {
                Effect::Connect { conn, to, port } => self.connect(ix, conn, to, port),
                Effect::SendBus { conn, message } => self.send_bus(ix, conn, message),
                Effect::SendClient { conn, data } => self.send_client(ix, conn, data),
                Effect::Close { conn } => self.close(conn),
                Effect::Sleep(_) => {}
                Effect::Exit { .. } => self.kill(ix),
            }
        }
    }
    fn connect(&mut self, from: usize, conn: ConnId, to: SocketAddr, port: Port) {
        let target = (0..self.processes.len()).find(|&ix| addr(ix, port) == to);
        let (local, life) = (addr(from, Port::Client), self.processes[from].life);
        self.owners.insert(conn, from);
        match target.filter(|&ix| self.processes[ix].node.is_some()) {
            Some(at) if !self.is_cut(from, at) => {
                self.owners.insert(conn.other(), at);
                let accepted = Input::Accepted { conn: conn.other(), port, peer: local, local: to };
                self.arrive(at, self.processes[at].life, LATENCY_US, accepted);
                self.arrive(from, life, 2 * LATENCY_US, Input::Connected { conn, local });
            }
            Some(_) => {}
            None => self.arrive(
                from,
                life,
                2 * LATENCY_US,
                Input::ConnectFailed { conn, why: "Connection refused" },
            ),
        }
    }
    fn send_bus(&mut self, from: usize, conn: ConnId, message: std::sync::Arc<Message>) {
        self.send(from, conn, Input::Bus { conn: conn.other(), message });
    }
    fn send_client(&mut self, from: usize, conn: ConnId, data: ClientData) {
        self.send(from, conn, Input::Client { conn: conn.other(), data });
    }
    fn send(&mut self, from: usize, conn: ConnId, input: Input) {
        if let Some(&at) = self.owners.get(&conn.other())
            && !self.is_cut(from, at)
        {
            self.arrive(at, self.processes[at].life, LATENCY_US, input);
        }
    }
    fn close(&mut self, conn: ConnId) {
        let from = self.owners.remove(&conn);
        if let (Some(from), Some(at)) = (from, self.owners.remove(&conn.other()))
            && !self.is_cut(from, at)
        {
            let life = self.processes[at].life;
            self.arrive(at, life, LATENCY_US, Input::Closed { conn: conn.other() });
        }
    }
    fn arrive(&mut self, at: usize, life: u32, after_us: u64, input: Input) {
        self.schedule_at(self.now.plus_micros(after_us), Event::Arrive { at, life, input });
    }
    fn is_cut(&self, one: usize, other: usize) -> bool {
        self.cut.iter().any(|&pair| pair == (one, other) || pair == (other, one))
    }
}

fn addr(ix: usize, port: Port) -> SocketAddr {
    let number = if port == Port::Bus { 17_000 } else { 7000 } + ix as u16;
    SocketAddr::from(([127, 0, 0, ix as u8 + 1], number))
}

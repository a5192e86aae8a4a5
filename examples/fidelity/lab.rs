//! A cluster in the world, built as the recordings built theirs: with CLUSTER commands, no redis-cli.

use super::recorded::Member;
use slotlab::node::Node;
use slotlab::node::log::Line;
use slotlab::shapes::message::Kind;
use slotlab::shapes::spec::{ContainerIx, Latency, Wait};
use slotlab::shapes::{Config, Fact, Spec};
use slotlab::sim::{Action, Entry, Log, PacketEvent, Place, What, Who, World};
use slotlab::words::{Millis, NodeId, Reply, Rng, Seed, Time};
use std::collections::BTreeMap;

/// A packet of the bus that was sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    /// When.
    pub(crate) at: Time,
    /// By whom.
    pub(crate) from: ContainerIx,
    /// What it is.
    pub(crate) kind: Kind,
    /// How many nodes it gossips about.
    pub(crate) gossip: u16,
    /// Whether it answers a ping or a MEET.
    pub(crate) is_answer: bool,
}

/// Remembers facts, and packets of the bus if asked to.
#[derive(Default)]
pub(crate) struct Watch {
    /// What became true of whom.
    pub(crate) facts: Vec<(Time, ContainerIx, Fact)>,
    /// Lines of the servers' logs.
    pub(crate) logged: Vec<(Time, ContainerIx, Line)>,
    /// Replies to commands.
    replies: Vec<Reply>,
    /// Packets, while `on`.
    pub(crate) packets: Vec<Sent>,
    /// Whether packets are remembered.
    pub(crate) on: bool,
    /// Pings that were delivered and not answered yet: by whom, to whom.
    asked: BTreeMap<(ContainerIx, ContainerIx), u32>,
}

impl Log for Watch {
    fn entry(&mut self, entry: Entry) {
        match (entry.who, entry.what) {
            (Who::Container(ix), What::Fact(fact)) => self.facts.push((entry.at, ix, fact)),
            (Who::Container(ix), What::Logged(line)) => self.logged.push((entry.at, ix, line)),
            (_, What::Reply(reply)) => self.replies.push(reply),
            _ => {}
        }
    }
    fn wants_packets(&self) -> bool {
        self.on
    }
    fn packet(&mut self, at: Time, event: PacketEvent<'_>) {
        let (note, message, sent) = match event {
            PacketEvent::Sent(note, Some(message)) | PacketEvent::Held(note, Some(message)) => {
                (note, message, true)
            }
            PacketEvent::Delivered(note, Some(message)) => (note, message, false),
            _ => return,
        };
        let (Place::Container(from), Place::Container(to)) = (note.from, note.to) else { return };
        let kind = message.kind();
        if !sent {
            if matches!(kind, Kind::Ping | Kind::Meet) {
                *self.asked.entry((from, to)).or_default() += 1;
            }
            return;
        }
        let gossip = message.gossip().len() as u16;
        let open = self.asked.get_mut(&(to, from)).filter(|open| kind == Kind::Pong && 0 < **open);
        let is_answer = open.map(|open| *open -= 1).is_some();
        self.packets.push(Sent { at, from, kind, gossip, is_answer });
    }
}

/// How long the experimenter waits for a reply.
const PATIENCE_MS: u64 = 50;

/// A running cluster and what was heard of it.
pub(crate) struct Lab {
    /// The world it runs in.
    pub(crate) world: World,
    /// What was heard.
    pub(crate) watch: Watch,
    /// Its members, in the order of their containers.
    pub(crate) members: Vec<Member>,
    /// Luck of the experimenter: when to act.
    pub(crate) luck: Rng,
}

impl Lab {
    /// A cluster in which everybody knows everybody, all replicas are in sync and all states are ok.
    pub(crate) fn build(members: &[Member], config: &Config, wake_up: Wait, seed: u64) -> Lab {
        let mut lab = Lab::strangers(members, config, wake_up, seed, |n| n + 1);
        lab.introduce();
        lab.attach_replicas();
        lab
    }

    /// Servers that run and own slots, but do not know each other.
    /// Each has the config epoch that `epoch` gives to its number.
    pub(crate) fn strangers(
        members: &[Member],
        config: &Config,
        wake_up: Wait,
        seed: u64,
        epoch: fn(usize) -> usize,
    ) -> Lab {
        let at: Vec<_> = members.iter().map(|m| (m.ip, m.port)).collect();
        let mut spec = Spec::loopback(Time::from_unix_s(1_726_896_968), config, &at);
        spec.disk_sync = DISK_SYNC;
        spec.wake_up = wake_up;
        spec.latency = LOOPBACK;
        let world = World::new(&spec, Seed(seed));
        let luck = Rng::new(Seed(seed), 77);
        let mut lab = Lab { world, watch: Watch::default(), members: members.to_vec(), luck };
        lab.run(2000);
        lab.assign_slots(epoch);
        lab
    }

    fn assign_slots(&mut self, epoch: fn(usize) -> usize) {
        let masters = self.members.iter().filter(|m| m.master.is_none()).count();
        for n in 0..self.members.len() {
            let name = self.members[n].name.clone();
            if n < masters {
                let share = |n: usize| (16384.0 * n as f64 / masters as f64).round() as u32;
                let (first, last) = (share(n), share(n + 1) - 1);
                self.command(&name, &format!("CLUSTER ADDSLOTSRANGE {first} {last}"));
            }
            self.command(&name, &format!("CLUSTER SET-CONFIG-EPOCH {}", epoch(n)));
        }
    }

    fn introduce(&mut self) {
        let first = self.members[0].clone();
        for n in 1..self.members.len() {
            let name = self.members[n].name.clone();
            self.command(&name, &format!("CLUSTER MEET {} {}", first.ip, first.port));
        }
        let count = self.members.len();
        self.wait_for(60_000, "all to know all", |node| {
            node.cluster().known() == count
                && node.cluster().peers().all(|(_, peer)| !peer.in_handshake())
        });
    }

    fn attach_replicas(&mut self) {
        for n in 0..self.members.len() {
            let member = self.members[n].clone();
            if let Some(master) = member.master {
                let id = self.id(&master);
                self.command(&member.name, &format!("CLUSTER REPLICATE {id}"));
            }
        }
        self.wait_for(60_000, "all replicas in sync and all states ok", |node| {
            let replication = node.replication();
            node.cluster().state_ok()
                && (replication.master().is_none() || replication.link_is_up())
        });
    }

    /// Lets milliseconds pass.
    pub(crate) fn run(&mut self, ms: u64) {
        let until = self.world.now() + Millis(ms);
        self.world.run_until(until, &mut self.watch);
    }

    /// Lets a random time pass, so that every action meets the timers in another phase.
    pub(crate) fn run_about(&mut self, least_ms: u64, more_ms: u64) {
        let us = self.luck.below(more_ms * 1000);
        let until = (self.world.now() + Millis(least_ms)).plus_micros(us);
        self.world.run_until(until, &mut self.watch);
    }

    /// Runs until so many milliseconds after `start`, if that is still to come.
    pub(crate) fn run_to(&mut self, start: Time, ms: f64) {
        let until = start.plus_micros((ms * 1000.0) as u64);
        self.world.run_until(until.max(self.world.now()), &mut self.watch);
    }

    /// Waits until `ready` holds for every running server.
    pub(crate) fn wait_for(&mut self, most_ms: u64, what: &str, ready: impl Fn(&Node) -> bool) {
        assert!(
            self.waits_for(most_ms, |lab| lab.world.nodes().all(|(_, node)| ready(node))),
            "no {what}"
        );
    }

    /// Runs until `ready`, looking every 20 ms; whether that came.
    pub(crate) fn waits_for(&mut self, most_ms: u64, ready: impl Fn(&Lab) -> bool) -> bool {
        let end = self.world.now() + Millis(most_ms);
        while self.world.now() < end {
            if ready(self) {
                return true;
            }
            self.run(20);
        }
        false
    }

    /// Sends a command and waits a moment for the reply, if one comes.
    pub(crate) fn command(&mut self, name: &str, line: &str) -> Option<Reply> {
        self.watch.replies.clear();
        self.send(name, line);
        for _ in 0..PATIENCE_MS {
            self.run(1);
            if let Some(reply) = self.watch.replies.pop() {
                return Some(reply);
            }
        }
        None
    }

    /// Sends a command.
    pub(crate) fn send(&mut self, name: &str, line: &str) {
        let argv = line.split_whitespace().map(str::to_owned).collect();
        let node = self.ix(name);
        self.act(&Action::Command { node, argv });
    }

    /// Sends a command and lets a moment pass, whether or not it is answered.
    pub(crate) fn send_and_wait(&mut self, name: &str, line: &str) {
        self.send(name, line);
        self.run(1);
    }

    /// Does something to the world.
    pub(crate) fn act(&mut self, action: &Action) {
        self.world.apply(action, &mut self.watch).expect("the action is possible");
    }

    /// The container of a member.
    pub(crate) fn ix(&self, name: &str) -> ContainerIx {
        let n = self.members.iter().position(|m| m.name == name).expect("a member's name");
        ContainerIx(n as u16)
    }
    /// The name of a container.
    pub(crate) fn name(&self, ix: ContainerIx) -> &str {
        &self.members[usize::from(ix.0)].name
    }
    /// The id of a running member.
    pub(crate) fn id(&self, name: &str) -> NodeId {
        self.node(name).cluster().myself()
    }
    /// A running member.
    pub(crate) fn node(&self, name: &str) -> &Node {
        self.world.node(self.ix(name)).expect("it runs")
    }
    /// How many packets of the bus all servers sent so far, as they count them themselves.
    pub(crate) fn bus_messages(&self) -> u64 {
        let sent = |(_, node): (_, &Node)| node.cluster().counters().total_sent();
        self.world.nodes().map(sent).sum()
    }
    /// Packets by kind since they are watched.
    pub(crate) fn count_packets(&self) -> BTreeMap<Kind, u64> {
        let mut counts = BTreeMap::new();
        for sent in &self.watch.packets {
            *counts.entry(sent.kind).or_default() += 1;
        }
        counts
    }
}

/// A loopback keeps the order of packets, whichever connection they belong to.
const LOOPBACK: Latency = Latency { base_us: 30, jitter_us: 0 };
/// How long the recorded servers took to answer a ping, on two cores that they shared with each other and
/// the recorder: half in 0.3 ms, three quarters in 0.7, nine of ten in 1.4, 99 of 100 in 3.0.
pub(crate) const WAKE_UP: Wait = Wait { base_us: 20, half_us: 380 };
/// How long their disk took: from a request for votes to the vote 0.7 to 3.3 ms, half of them 1.1, and a
/// voter has to wake up first.
const DISK_SYNC: Wait = Wait { base_us: 200, half_us: 600 };

/// What the recordings' servers were started with.
pub(crate) fn config(node_timeout_ms: u64) -> Config {
    Config {
        cluster_enabled: true,
        cluster_node_timeout: Millis(node_timeout_ms),
        repl_diskless_sync_delay: 0,
        save: Vec::new(),
        ..Config::default()
    }
}

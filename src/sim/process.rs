//! A process and its kernel buffers: alive, frozen, or asleep in a command.
//!
//! Invariants: what arrives while a process does not run waits in order; when it runs again it first
//! hears all of that, then its timers fire; after a freeze it is the other way round.
//! In Redis: `aeProcessEvents`, `debugCommand` (SLEEP).

use crate::node::Node;
use crate::node::io::{Effect, Input, Outbox};
use crate::shapes::spec::{ContainerIx, Latency, Program, Server};
use crate::sim::World;
use crate::sim::action::Place;
use crate::sim::agenda::Event;
use crate::sim::connection::{End, side};
use crate::sim::container::State;
use crate::sim::entry::{Cause, EntryId, Log, What, Who};
use crate::sim::kernel::weight;
use crate::sim::packet::Payload;
use crate::sim::transport::Dial;
use crate::words::{Millis, Time};
use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The period of `serverCron` at hz 10.
const CRON_PERIOD: Millis = Millis(100);
/// A run of `serverCron` is late by up to so much, in microseconds (bound, exclusive).
const CRON_DRIFT_US: u64 = 2000;

/// Whether a process runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::sim) enum Mode {
    /// It runs.
    Live,
    /// It sleeps in a command.
    Asleep { until: Time },
    /// It is frozen (SIGSTOP); perhaps while asleep.
    Frozen { asleep_until: Option<Time> },
}

/// What waits in the kernel for a process.
#[derive(Clone, Debug)]
pub(in crate::sim) enum Pending {
    /// A packet for one of its connections.
    Packet(crate::node::io::ConnId, Payload, Option<Cause>),
    /// Something without a connection, or about one that is gone.
    Input(Input, Option<Cause>),
}

/// A running `redis-server`.
#[derive(Clone, Debug)]
pub(in crate::sim) struct Process {
    pub(in crate::sim) node: Arc<Node>,
    pub(in crate::sim) mode: Mode,
    pub(in crate::sim) inbox: VecDeque<Pending>,
    /// What it does when its sleep is over.
    pub(in crate::sim) after_sleep: Vec<Effect>,
    /// Whether `serverCron` is overdue.
    pub(in crate::sim) cron_overdue: bool,
}

impl Process {
    pub(in crate::sim) fn new(node: Node) -> Process {
        Process {
            node: Arc::new(node),
            mode: Mode::Live,
            inbox: VecDeque::new(),
            after_sleep: Vec::new(),
            cron_overdue: false,
        }
    }
}

impl World {
    /// The process that has this life, if it is still there.
    pub(in crate::sim) fn process_mut(
        &mut self,
        ix: ContainerIx,
        life: u32,
    ) -> Option<&mut Process> {
        let runtime = self.containers.get_mut(usize::from(ix.0))?;
        match &mut runtime.state {
            State::Serving(process) if runtime.life == life => Some(process),
            _ => None,
        }
    }

    /// What a container runs, if it is a server.
    pub fn server(&self, ix: ContainerIx) -> Option<&Server> {
        match &self.spec.container(ix)?.program {
            Program::Server(server) => Some(server),
            Program::Cli { .. } | Program::Other { .. } => None,
        }
    }

    /// Gives a payload to a process, now or when it runs again.
    pub(in crate::sim) fn receive(
        &mut self,
        ix: ContainerIx,
        life: u32,
        to: crate::node::io::ConnId,
        payload: Payload,
        cause: Option<Cause>,
        log: &mut dyn Log,
    ) {
        let Some(process) = self.process_mut(ix, life) else { return };
        if process.mode != Mode::Live {
            let bytes = weight(&payload);
            process.inbox.push_back(Pending::Packet(to, payload, cause));
            return self.kernels.keep(to, bytes);
        }
        if let Some(input) = self.as_input(to, payload, End::Process { ix, life }) {
            self.step(ix, life, input, cause, log);
        }
    }

    /// Gives an input to a process, now or when it runs again.
    pub(in crate::sim) fn tell(
        &mut self,
        ix: ContainerIx,
        life: u32,
        input: Input,
        cause: Option<Cause>,
        log: &mut dyn Log,
    ) {
        let Some(process) = self.process_mut(ix, life) else { return };
        match process.mode {
            Mode::Live => self.step(ix, life, input, cause, log),
            Mode::Asleep { .. } | Mode::Frozen { .. } => {
                process.inbox.push_back(Pending::Input(input, cause));
            }
        }
    }

    /// `serverCron` is due.
    pub(in crate::sim) fn cron_due(&mut self, ix: ContainerIx, life: u32, log: &mut dyn Log) {
        let Some(process) = self.process_mut(ix, life) else { return };
        if process.mode != Mode::Live {
            process.cron_overdue = true;
            return;
        }
        self.step(ix, life, Input::Cron, Some(Cause::Tick), log);
        let drift = self.containers[usize::from(ix.0)].luck.below(CRON_DRIFT_US);
        let at = (self.now + CRON_PERIOD).plus_micros(drift);
        self.agenda.add(at, Event::Cron { ix, life });
    }

    /// One step of a live process.
    fn step(
        &mut self,
        ix: ContainerIx,
        life: u32,
        input: Input,
        cause: Option<Cause>,
        log: &mut dyn Log,
    ) {
        let mut out = std::mem::take(&mut self.outbox);
        out.next_connection = self.connections.next;
        std::mem::swap(&mut out.cards, &mut self.cards);
        let now = self.now;
        if let Some(process) = self.process_mut(ix, life) {
            Arc::make_mut(&mut process.node).step(now, input, &mut out);
        }
        self.carry_out(ix, life, out, cause, log);
    }

    /// Notes the facts of a step and does what it asks for.
    pub(in crate::sim) fn carry_out(
        &mut self,
        ix: ContainerIx,
        life: u32,
        mut out: Outbox,
        cause: Option<Cause>,
        log: &mut dyn Log,
    ) {
        self.connections.next = out.next_connection;
        std::mem::swap(&mut out.cards, &mut self.cards);
        let mut because = cause.and_then(root);
        for fact in out.facts.drain(..) {
            because = Some(self.note(Who::Container(ix), What::Fact(fact), cause, log));
        }
        let waits = self.wait_for_disk(ix, life, std::mem::take(&mut out.disk_syncs));
        let mut effects = out.effects.drain(..);
        while let Some(effect) = if waits { None } else { effects.next() } {
            if let Effect::Sleep(span) = effect {
                self.fall_asleep(ix, life, span);
                break;
            }
            self.perform(ix, life, effect, because, log);
        }
        if let Some(process) = self.process_mut(ix, life) {
            process.after_sleep.extend(effects.by_ref());
        }
        drop(effects);
        self.outbox = out;
        self.tell_of_refusals(ix, life, log);
    }

    /// Whether the step has to wait until its files are on disk: nothing leaves before.
    /// In Redis: `fsync` in `clusterSaveConfig`, before the sockets are written.
    fn wait_for_disk(&mut self, ix: ContainerIx, life: u32, syncs: u32) -> bool {
        let Latency { base_us, jitter_us } = self.spec.disk_sync;
        if syncs == 0 || base_us + jitter_us == 0 {
            return false;
        }
        let luck = &mut self.containers[usize::from(ix.0)].luck;
        let jitter = |_| if jitter_us == 0 { 0 } else { luck.below(jitter_us) };
        let span: u64 = (0..syncs).map(jitter).map(|jitter| base_us + jitter).sum();
        self.sleep_until(ix, life, self.now.plus_micros(span));
        true
    }

    fn fall_asleep(&mut self, ix: ContainerIx, life: u32, span: Millis) {
        self.sleep_until(ix, life, self.now + span);
    }

    fn sleep_until(&mut self, ix: ContainerIx, life: u32, until: Time) {
        if let Some(process) = self.process_mut(ix, life) {
            process.mode = Mode::Asleep { until };
            self.agenda.add(until, Event::Wake { ix, life });
        }
    }

    fn perform(
        &mut self,
        ix: ContainerIx,
        life: u32,
        effect: Effect,
        because: Option<EntryId>,
        log: &mut dyn Log,
    ) {
        match effect {
            Effect::SendBus { conn, message } => {
                if self.holds(ix, life, conn) && self.takes(conn.other(), &message) {
                    self.transmit(conn.other(), Payload::Bus(message), because, log);
                }
            }
            Effect::SendClient { conn, data } => {
                if self.holds(ix, life, conn) {
                    self.transmit(conn.other(), Payload::Client(data), because, log);
                }
            }
            Effect::Close { conn } => {
                if self.holds(ix, life, conn) {
                    self.close(conn, because, log);
                }
            }
            Effect::Connect { conn, to, port } => {
                let source =
                    self.process_mut(ix, life).and_then(|p| p.node.config().bind_source_addr);
                let source = match source {
                    Some(IpAddr::V4(ip)) => Some(ip),
                    Some(IpAddr::V6(_)) | None => None,
                };
                let SocketAddr::V4(to) = to else { return };
                let end = End::Process { ix, life };
                let place = Place::Container(ix);
                self.dial(&Dial { conn, end, place, source, to, port }, because, log);
            }
            Effect::Sleep(span) => self.fall_asleep(ix, life, span),
            Effect::Exit { code } => self.process_ended(ix, life, code, because, log),
        }
    }

    fn holds(&self, ix: ContainerIx, life: u32, conn: crate::node::io::ConnId) -> bool {
        let mine = End::Process { ix, life };
        self.connections.get(conn).is_some_and(|c| c.ends[side(conn)] == mine)
    }

    /// DEBUG SLEEP is over.
    pub(in crate::sim) fn sleep_over(&mut self, ix: ContainerIx, life: u32, log: &mut dyn Log) {
        let now = self.now;
        let Some(process) = self.process_mut(ix, life) else { return };
        match process.mode {
            Mode::Asleep { until } if until <= now => self.run_again(ix, life, log),
            Mode::Frozen { asleep_until: Some(until) } if until <= now => {
                process.mode = Mode::Frozen { asleep_until: None };
            }
            Mode::Live | Mode::Asleep { .. } | Mode::Frozen { .. } => {}
        }
    }

    /// The process runs again: first what it was doing, then what waits in the kernel, then timers.
    pub(in crate::sim) fn run_again(&mut self, ix: ContainerIx, life: u32, log: &mut dyn Log) {
        let Some(process) = self.process_mut(ix, life) else { return };
        process.mode = Mode::Live;
        for effect in std::mem::take(&mut process.after_sleep) {
            self.perform(ix, life, effect, None, log);
        }
        self.tell_of_refusals(ix, life, log);
        while let Some(process) = self.process_mut(ix, life)
            && process.mode == Mode::Live
            && let Some(pending) = process.inbox.pop_front()
        {
            match pending {
                Pending::Packet(to, payload, cause) => {
                    self.was_read(to, weight(&payload));
                    self.receive(ix, life, to, payload, cause, log)
                }
                Pending::Input(input, cause) => self.tell(ix, life, input, cause, log),
            }
        }
        self.reads_again(ix, life);
        self.run_overdue_cron(ix, life, log);
    }

    /// SIGCONT: the wait for packets was interrupted and brought none, so the timers fire first. A
    /// master that woke up believing old things says them to everybody before it hears the news.
    pub(in crate::sim) fn run_after_freeze(
        &mut self,
        ix: ContainerIx,
        life: u32,
        log: &mut dyn Log,
    ) {
        if let Some(process) = self.process_mut(ix, life) {
            process.mode = Mode::Live;
        }
        self.run_overdue_cron(ix, life, log);
        self.run_again(ix, life, log);
    }

    fn run_overdue_cron(&mut self, ix: ContainerIx, life: u32, log: &mut dyn Log) {
        if let Some(process) = self.process_mut(ix, life)
            && process.mode == Mode::Live
            && std::mem::take(&mut process.cron_overdue)
        {
            self.cron_due(ix, life, log);
        }
    }
}

/// The entry that a cause leads to: what is sent because of it inherits that.
fn root(cause: Cause) -> Option<EntryId> {
    match cause {
        Cause::Tick => None,
        Cause::Packet { because, .. } => because,
        Cause::Entry(id) => Some(id),
    }
}

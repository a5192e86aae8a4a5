//! A process and its kernel buffers: alive, frozen, or busy with something else than its sockets.
//!
//! Invariant: what arrives while a process does not read waits in its kernel, by socket.
//! In Redis: `aeProcessEvents`, `debugCommand` (SLEEP). What it does once it reads again is `round`.

use crate::node::Node;
use crate::node::io::{ConnId, Effect, Input};
use crate::shapes::spec::{ContainerIx, Program, Server};
use crate::shapes::stream::ClientData;
use crate::sim::World;
use crate::sim::action::Place;
use crate::sim::connection::{End, side};
use crate::sim::container::State;
use crate::sim::entry::{Cause, EntryId, Log};
use crate::sim::inbox::{Inbox, Pending};
use crate::sim::kernel::weight;
use crate::sim::packet::Payload;
use crate::sim::transport::Dial;
use crate::words::Time;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Whether a process runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::sim) enum Mode {
    /// It waits for whatever comes.
    Live,
    /// It does one thing and does not read.
    Asleep { until: Time, within: Within },
    /// It is frozen (SIGSTOP); perhaps while asleep.
    Frozen { asleep: Option<(Time, Within)> },
}

/// In which part of a round it does not read: that decides what it does first afterwards.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::sim) enum Within {
    /// In a command (DEBUG SLEEP): the sockets of this round are read, so its timers come next.
    Command,
    /// At its end (the disk, or work that had piled up): a new round begins.
    End,
}

/// A running `redis-server`.
#[derive(Clone, Debug)]
pub(in crate::sim) struct Process {
    pub(in crate::sim) node: Arc<Node>,
    pub(in crate::sim) mode: Mode,
    pub(in crate::sim) inbox: Inbox,
    /// What it does when it is done with what it sleeps for, and because of what.
    pub(in crate::sim) after_sleep: Vec<(Effect, Option<EntryId>)>,
    /// Whether `serverCron` is overdue.
    pub(in crate::sim) cron_overdue: bool,
    /// Whether the round that it is in left something to do, and the next comes at once.
    pub(in crate::sim) goes_on: bool,
}

impl Process {
    pub(in crate::sim) fn new(node: Node) -> Process {
        Process {
            node: Arc::new(node),
            mode: Mode::Live,
            inbox: Inbox::default(),
            after_sleep: Vec::new(),
            cron_overdue: false,
            goes_on: false,
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
        to: ConnId,
        payload: Payload,
        cause: Option<Cause>,
        log: &mut dyn Log,
    ) {
        if self.reads_later(ix, life) {
            let Some(process) = self.process_mut(ix, life) else { return };
            let bytes = weight(&payload);
            process.inbox.push(Pending::Packet(to, payload, cause));
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
        if self.reads_later(ix, life) {
            let Some(process) = self.process_mut(ix, life) else { return };
            return process.inbox.push(Pending::Input(input, cause));
        }
        self.step(ix, life, input, cause, log);
    }

    /// Whether what comes for a process now has to wait: it does something else, or it has to wake up.
    fn reads_later(&mut self, ix: ContainerIx, life: u32) -> bool {
        let mode = self.process_mut(ix, life).map(|process| process.mode);
        match mode {
            Some(Mode::Live) => self.wakes_up_later(ix, life),
            Some(Mode::Asleep { .. } | Mode::Frozen { .. }) => true,
            None => false,
        }
    }

    pub(in crate::sim) fn perform(
        &mut self,
        ix: ContainerIx,
        life: u32,
        effect: Effect,
        because: Option<EntryId>,
        log: &mut dyn Log,
    ) {
        match effect {
            Effect::SendBus { conn, message } => {
                let payload = Payload::Bus(message);
                if self.holds(ix, life, conn) && self.takes(conn.other(), &payload) {
                    self.transmit(conn.other(), payload, because, log);
                }
            }
            Effect::SendClient { conn, data } => {
                let payload = Payload::Client(data);
                if self.holds(ix, life, conn) && self.takes_from_client_port(conn.other(), &payload)
                {
                    self.transmit(conn.other(), payload, because, log);
                }
            }
            Effect::Close { conn } => {
                if self.holds(ix, life, conn) {
                    // Before it closes, a process writes all that it said in this step.
                    let begun = self.end_of_answers(conn.other());
                    for payload in self.take_refused(conn.other()).into_iter().skip(begun) {
                        self.transmit(conn.other(), payload, because, log);
                    }
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
            Effect::Sleep(span) => self.sleep_until(ix, life, self.now + span, Within::Command),
            Effect::Exit { code } => self.process_ended(ix, life, code, because, log),
        }
    }

    /// As [`World::takes`], for what is answered and replicated; what is asked always fits.
    fn takes_from_client_port(&mut self, to: ConnId, payload: &Payload) -> bool {
        match payload {
            Payload::Client(ClientData::Reply { .. } | ClientData::Stream(_)) => {
                let outside = self.connections.get(to).is_some_and(|c| c.from_outside);
                if outside { self.outside_takes(to, payload) } else { self.takes(to, payload) }
            }
            _ => true,
        }
    }

    fn holds(&self, ix: ContainerIx, life: u32, conn: ConnId) -> bool {
        let mine = End::Process { ix, life };
        self.connections.get(conn).is_some_and(|c| c.ends[side(conn)] == mine)
    }
}

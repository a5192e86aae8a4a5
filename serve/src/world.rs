//! The thread that owns the simulation: it lets time pass as the clock says, and does what it is told.
//!
//! One turn: run every event that is due, take what came from the sockets, answer. What comes in one
//! turn comes at one virtual moment, in the order in which it came.
//!
//! Invariant: the world changes by time and by actions, and every action is recorded with its moment.
//! A machine that is too slow for the speed loses speed, never events.

use crate::args::Prints;
use crate::boot::{Doorway, Plan};
use crate::clock::Clock;
use crate::door::Knock;
use crate::orders;
use crate::record::Record;
use crate::split::{Piece, Splitter};
use bytes::Bytes;
use slotlab::script::{Catch, is_settled, line};
use slotlab::sim::{Action, Answer, ClientId, Done, Entry, Log, Refusal, What, World};
use slotlab::timeline::Recording;
use slotlab::words::resp::Protocol;
use slotlab::words::{Argv, Millis, Reply, Seed, Time};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::SocketAddrV4;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Notify, OwnedSemaphorePermit};

/// A real connection's number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct SocketId(pub(crate) u64);

/// The way back to a real connection. It ends with its last sender.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) say: UnboundedSender<Bytes>,
    /// How many bytes the socket has not taken yet.
    pub(crate) unsent: Arc<AtomicUsize>,
    /// Ends it at once, whatever waits.
    pub(crate) cut: Arc<Notify>,
}

/// What the sockets tell.
#[derive(Debug)]
pub(crate) enum Message {
    /// Somebody connected.
    Opened { socket: SocketId, to: SocketAddrV4, line: Line },
    /// Somebody said something; the permit is given back when it was heard.
    Said { socket: SocketId, bytes: Bytes, permit: OwnedSemaphorePermit },
    /// Somebody's socket took some of what was said to it.
    Took { socket: SocketId, bytes: u64 },
    /// Somebody has gone.
    Closed { socket: SocketId },
    /// Enough.
    Stop,
}

/// How long events may be handled before the sockets are listened to again.
const PATIENCE: Duration = Duration::from_millis(20);
/// How many events are handled between two looks at the wall clock.
const STRIDE: u32 = 256;
/// Later than this, on the wall, the clock waits for the world.
const LATEST: Duration = Duration::from_secs(1);
/// The most messages of a turn.
const MOST_MESSAGES: usize = 4096;
/// How long servers may take to be a cluster, in virtual time.
const CREATED_WITHIN: Millis = Millis(600_000);

/// One real connection.
#[derive(Debug)]
struct Talk {
    client: ClientId,
    line: Line,
    splitter: Splitter,
}

/// What the world says while it runs.
#[derive(Debug, Default)]
struct Ears {
    answers: BTreeMap<ClientId, Vec<u8>>,
    /// Who was hung up on, and whether in the middle of an answer.
    gone: Vec<(ClientId, bool)>,
    /// What somebody wants to read.
    entries: Vec<Entry>,
    prints: Prints,
    /// A server may have opened or closed its port.
    stirred: bool,
}

impl Log for Ears {
    fn entry(&mut self, entry: Entry) {
        self.stirred |= matches!(entry.what, What::Life(_) | What::Fact(_));
        let told = match (self.prints, &entry.what) {
            (Prints::Nothing, _) | (Prints::Facts, What::Logged(_)) => false,
            (Prints::Logs, what) => matches!(what, What::Logged(_)),
            // Each command of each client would be too much.
            (Prints::Facts, What::Action(action)) => !matches!(
                action,
                Action::Dial { .. }
                    | Action::Bytes { .. }
                    | Action::Took { .. }
                    | Action::CloseClient(_)
            ),
            (Prints::Facts, _) => true,
        };
        if told {
            self.entries.push(entry);
        }
    }
    fn answer(&mut self, Answer { to, reply, protocol, .. }: Answer<'_>) {
        reply.encode_into(protocol, self.answers.entry(to).or_default());
    }
    fn hung_up(&mut self, client: ClientId, cut: bool) {
        self.gone.push((client, cut));
    }
}

impl Ears {
    /// An answer that no server gave. It looks the same in both protocols.
    fn tell(&mut self, client: ClientId, reply: &Reply) {
        reply.encode_into(Protocol::Resp2, self.answers.entry(client).or_default());
    }
}

/// The simulation and all that hangs on it.
#[derive(Debug)]
pub(crate) struct Simulation {
    pub(crate) world: World,
    pub(crate) clock: Clock,
    pub(crate) record: Record,
    ears: Ears,
    talks: BTreeMap<SocketId, Talk>,
    sockets: BTreeMap<ClientId, SocketId>,
    doors: Vec<(Doorway, bool)>,
    knocks: UnboundedSender<Knock>,
    /// Who waits for which packet, and until when.
    catches: Vec<(ClientId, Catch, Time)>,
}

impl Simulation {
    /// Builds the world of `plan`, and joins its servers if that is planned.
    pub(crate) fn boot(
        plan: &Plan,
        seed: Seed,
        speed: f64,
        prints: Prints,
        knocks: UnboundedSender<Knock>,
    ) -> Result<Simulation, String> {
        let world = World::new(&plan.spec, seed);
        let mut simulation = Simulation {
            clock: Clock::start(world.now(), speed),
            record: Record::new(&plan.spec, seed),
            world,
            ears: Ears { prints, entries: Vec::new(), stirred: true, ..Ears::default() },
            talks: BTreeMap::new(),
            sockets: BTreeMap::new(),
            doors: plan.doorways.iter().map(|&doorway| (doorway, false)).collect(),
            knocks,
            catches: Vec::new(),
        };
        if let Some(create) = &plan.create {
            simulation.join(create)?;
        }
        simulation.clock = Clock::start(simulation.world.now(), speed);
        Ok(simulation)
    }

    /// Runs `redis-cli --cluster create` to its end, and until all nodes see the cluster as ok.
    fn join(&mut self, create: &Action) -> Result<(), String> {
        // The servers have read their files by then.
        let servers = self.doors.len() as u64;
        let ready = self.world.spec().start.plus_micros(servers * 10_000 + 50_000);
        self.world.run_until(ready, &mut self.ears);
        let limit = self.world.now() + CREATED_WITHIN;
        let mut printed = Printed { text: String::new(), code: None, ears: &mut self.ears };
        self.record.act(&mut self.world, create, &mut printed).map_err(|why| why.to_string())?;
        while printed.code.is_none() && self.world.step_event(limit, &mut printed) {}
        let (code, text) = (printed.code, printed.text);
        if code != Some(0) {
            return Err(text.trim_end().to_owned());
        }
        while !is_settled(&self.world) && self.world.now() < limit {
            let next = self.world.now() + Millis(50);
            self.world.run_until(next, &mut self.ears);
        }
        Ok(())
    }

    /// Takes turns until it is told to stop; then gives back what there is.
    pub(crate) fn run(mut self, messages: &Receiver<Message>) -> (Record, World) {
        loop {
            let first = match self.wait() {
                Some(wait) => messages.recv_timeout(wait),
                None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            self.advance();
            let first = match first {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => Some(Message::Stop),
            };
            for message in first.into_iter().chain(messages.try_iter().take(MOST_MESSAGES)) {
                if let Message::Stop = message {
                    self.settle();
                    return (self.record, self.world);
                }
                self.hear(message);
            }
            self.speak();
        }
    }

    /// How long nothing will happen by itself; None: for ever.
    fn wait(&self) -> Option<Duration> {
        if self.ears.stirred {
            return Some(Duration::ZERO);
        }
        self.clock.until(self.world.next_event_time()?)
    }

    /// Runs what is due, as far as there is time for it.
    fn advance(&mut self) {
        let due = self.clock.now();
        let began = Instant::now();
        let mut handled = 0;
        while self.world.step_event(due, &mut self.ears) {
            handled += 1;
            if !self.catches.is_empty() {
                self.catch();
            }
            if handled % STRIDE == 0 && PATIENCE < began.elapsed() {
                let late = due.micros_since(self.world.now()) as f64 / 1e6 / self.clock.speed();
                if LATEST.as_secs_f64() < late {
                    self.clock = Clock::start(self.world.now(), self.clock.speed());
                }
                return;
            }
        }
        self.world.run_until(due, &mut self.ears);
    }

    fn hear(&mut self, message: Message) {
        match message {
            Message::Opened { socket, to, line } => {
                let Ok(Done { client: Some(client), .. }) = self.act(&Action::Dial { to }) else {
                    return;
                };
                self.talks.insert(socket, Talk { client, line, splitter: Splitter::default() });
                self.sockets.insert(client, socket);
            }
            Message::Said { socket, bytes, permit } => {
                let Some(talk) = self.talks.get_mut(&socket) else { return };
                let client = talk.client;
                for piece in talk.splitter.split(bytes) {
                    match piece {
                        // A client that the world has hung up on is told so at the turn's end.
                        Piece::Through(bytes) => _ = self.act(&Action::Bytes { client, bytes }),
                        Piece::Order(argv) => self.order(client, &argv),
                    }
                }
                drop(permit);
            }
            Message::Took { socket, bytes } => {
                let Some(client) = self.talks.get(&socket).map(|talk| talk.client) else { return };
                // It may have been hung up on.
                _ = self.act(&Action::Took { client, bytes });
            }
            Message::Closed { socket } => {
                // What it was still told goes out before.
                self.speak();
                self.drop_talk(socket);
            }
            Message::Stop => {}
        }
    }

    /// A connection ends from outside.
    fn drop_talk(&mut self, socket: SocketId) {
        if let Some(talk) = self.talks.remove(&socket) {
            self.sockets.remove(&talk.client);
            // It may be closed on both sides at once.
            _ = self.act(&Action::CloseClient(talk.client));
        }
    }

    fn order(&mut self, client: ClientId, argv: &Argv) {
        if let Some(reply) = orders::carry_out(self, argv, client) {
            self.ears.tell(client, &reply);
        }
    }

    /// `client` is answered when `catch` has caught something, or at `until`.
    pub(crate) fn wait_for(&mut self, client: ClientId, catch: Catch, until: Time) {
        self.catches.push((client, catch, until));
        self.catch();
    }

    /// Looks for the packets that are waited for.
    fn catch(&mut self) {
        for (client, catch, until) in std::mem::take(&mut self.catches) {
            match catch.in_flight(&self.world) {
                Some((action, said)) => {
                    let done = self.act(&action);
                    let refused = |why: Refusal| orders::error(&why.to_string());
                    let reply = done.map_or_else(refused, |_| orders::lines(&said));
                    self.ears.tell(client, &reply);
                }
                None if until < self.world.now() => {
                    self.ears.tell(client, &orders::error("no such packet within a minute"));
                }
                None => self.catches.push((client, catch, until)),
            }
        }
    }

    /// Does and records an action, and what follows from it at this moment.
    pub(crate) fn act(&mut self, action: &Action) -> Result<Done, Refusal> {
        self.record.act(&mut self.world, action, &mut self.ears)
    }

    /// The run so far. All that is due now is done, as it is where somebody plays it again.
    pub(crate) fn recording(&mut self) -> Recording {
        self.settle();
        self.record.until(&self.world)
    }

    fn settle(&mut self) {
        let now = self.world.now();
        self.world.run_until(now, &mut self.ears);
    }

    /// Tells the sockets what the world said, and opens and closes doors.
    fn speak(&mut self) {
        for (client, said) in std::mem::take(&mut self.ears.answers) {
            let Some(&socket) = self.sockets.get(&client) else { continue };
            let Some(talk) = self.talks.get(&socket) else { continue };
            talk.line.unsent.fetch_add(said.len(), Ordering::Relaxed);
            // Who has gone does not listen.
            _ = talk.line.say.send(said.into());
        }
        for (client, cut) in std::mem::take(&mut self.ears.gone) {
            let Some(socket) = self.sockets.remove(&client) else { continue };
            let Some(talk) = self.talks.remove(&socket) else { continue };
            if cut {
                talk.line.cut.notify_one();
            }
        }
        if std::mem::take(&mut self.ears.stirred) {
            self.turn_doors();
        }
        for entry in std::mem::take(&mut self.ears.entries) {
            // Whoever read it may have gone (`slotlab serve ... | head`): the servers stay.
            if writeln!(io::stdout(), "{}", line(&self.world, &entry)).is_err() {
                self.ears.prints = Prints::Nothing;
            }
        }
    }

    fn turn_doors(&mut self) {
        for (number, (doorway, open)) in self.doors.iter_mut().enumerate() {
            let wanted = self.world.is_served(doorway.there);
            if wanted != *open {
                *open = wanted;
                // Without the sockets nothing is left to serve.
                _ = self.knocks.send((number, wanted));
            }
        }
    }
}

/// What `redis-cli` prints while it joins the servers.
struct Printed<'a> {
    text: String,
    code: Option<i32>,
    ears: &'a mut Ears,
}

impl Log for Printed<'_> {
    fn entry(&mut self, entry: Entry) {
        match &entry.what {
            What::Output(output) => self.text += &String::from_utf8_lossy(&output.bytes),
            What::Ended(code) => self.code = Some(*code),
            _ => {}
        }
        self.ears.entry(entry);
    }
}

//! Programs on a terminal or in a pipe: `redis-cli` in all its forms.
//!
//! A program asks for one thing at a time ([`crate::cli::io`]); the world carries it out with real
//! connections in virtual time and resumes it with the answer.

use crate::cli::Process;
use crate::cli::io::{Answer, Env, LinkId, Output, Request, Step, Stream, Then};
use crate::node::io::{ConnId, Port};
use crate::shapes::spec::ContainerIx;
use crate::shapes::stream::ClientData;
use crate::sim::World;
use crate::sim::action::Place;
use crate::sim::agenda::Event;
use crate::sim::client::{Heard, Kind};
use crate::sim::connection::End;
use crate::sim::entry::{Cause, ClientId, EntryId, Log, What, Who};
use crate::sim::packet::Payload;
use crate::sim::transport::Dial;
use crate::sim::workload::{Load, Report, Workload};
use crate::words::{Millis, Reply, Time};
use bytes::Bytes;
use std::collections::{BTreeMap, VecDeque};
use std::net::{Ipv6Addr, SocketAddrV4};

/// How long a read takes once the input has ended. A real one takes no time, and a program that goes on
/// asking spins; here it lets the world go on.
const VAIN_READ: Millis = Millis(1000);

/// One of a program's connections.
#[derive(Clone, Debug)]
struct Link {
    conn: ConnId,
    open: bool,
    replies: VecDeque<Reply>,
}

/// What a program runs.
#[derive(Clone, Debug)]
enum Run {
    RedisCli(Box<Process>),
    Workload(Box<Workload>),
}

impl Run {
    fn start(&mut self, now: Time) -> Step {
        match self {
            Run::RedisCli(process) => process.start(now),
            Run::Workload(workload) => workload.start(now),
        }
    }
    fn resume(&mut self, now: Time, answer: Answer) -> Step {
        match self {
            Run::RedisCli(process) => process.resume(now, answer),
            Run::Workload(workload) => workload.resume(now, answer),
        }
    }
    fn take_reports(&mut self) -> Vec<Report> {
        match self {
            Run::RedisCli(_) => Vec::new(),
            Run::Workload(workload) => workload.take_reports(),
        }
    }
}

/// A running program.
#[derive(Clone, Debug)]
pub(in crate::sim) struct Program {
    run: Run,
    /// What it waits for.
    pub(in crate::sim) waiting: Option<Request>,
    links: BTreeMap<LinkId, Link>,
    /// What was typed or piped and not read yet.
    stdin: VecDeque<u8>,
    stdin_ended: bool,
    /// Whether it has read the end of its input.
    read_the_end: bool,
    /// Counts requests: a wake-up for an earlier one is ignored.
    turn: u32,
    /// The container that ends with it.
    owner: Option<ContainerIx>,
}

/// How a program is started.
struct Command<'a> {
    run: Run,
    stdin: Option<&'a str>,
    owner: Option<ContainerIx>,
}

impl World {
    /// Opens a terminal, whose TERM is `xterm` or begins with it: a desktop's is, and so is that of
    /// `docker exec -t`.
    pub(in crate::sim) fn open_terminal(
        &mut self,
        at: Place,
        argv: &[String],
        because: Option<EntryId>,
        log: &mut dyn Log,
    ) -> ClientId {
        let env = Env { term_xterm: true, stdin_tty: true, stdout_tty: true, ..Env::default() };
        let run = Run::RedisCli(Box::new(Process::new(argv, env)));
        let command = Command { run, stdin: None, owner: None };
        self.start_program(at, command, because, log)
    }

    /// Starts a program that has no terminal.
    pub(in crate::sim) fn start_job(
        &mut self,
        at: Place,
        argv: &[String],
        stdin: Option<&str>,
        owner: Option<ContainerIx>,
        because: Option<EntryId>,
        log: &mut dyn Log,
    ) -> ClientId {
        let stdin = Some(stdin.unwrap_or(""));
        let run = Run::RedisCli(Box::new(Process::new(argv, Env::default())));
        self.start_program(at, Command { run, stdin, owner }, because, log)
    }

    /// Starts a workload.
    pub(in crate::sim) fn start_load(
        &mut self,
        at: Place,
        door: ContainerIx,
        load: &Load,
        entry: EntryId,
        log: &mut dyn Log,
    ) -> ClientId {
        let workload = Workload::new(load, self.clients.number(), self.front_door(door));
        let run = Run::Workload(Box::new(workload));
        self.start_program(at, Command { run, stdin: None, owner: None }, Some(entry), log)
    }

    fn start_program(
        &mut self,
        at: Place,
        command: Command<'_>,
        because: Option<EntryId>,
        log: &mut dyn Log,
    ) -> ClientId {
        let Command { run, stdin, owner } = command;
        let program = Program {
            run,
            waiting: None,
            links: BTreeMap::new(),
            stdin: stdin.unwrap_or("").bytes().collect(),
            stdin_ended: stdin.is_some(),
            read_the_end: false,
            turn: 0,
            owner,
        };
        let client = self.clients.add(at, Kind::Program(Box::new(program)));
        let now = self.now;
        if let Some(program) = self.program_mut(client) {
            let step = program.run.start(now);
            self.follow(client, step, because.map(Cause::Entry), log);
        }
        client
    }

    fn program_mut(&mut self, client: ClientId) -> Option<&mut Program> {
        match &mut self.clients.all.get_mut(&client)?.kind {
            Kind::Program(program) => Some(program),
            Kind::Plain(_) | Kind::Outside(_) => None,
        }
    }

    /// Resumes a program with an answer.
    fn resume_program(
        &mut self,
        client: ClientId,
        answer: Answer,
        cause: Option<Cause>,
        log: &mut dyn Log,
    ) {
        let now = self.now;
        let Some(program) = self.program_mut(client) else { return };
        program.waiting = None;
        program.turn += 1;
        let step = program.run.resume(now, answer);
        self.follow(client, step, cause, log);
    }

    /// Shows what a program printed and carries out what it asks, as long as that takes no time.
    fn follow(
        &mut self,
        client: ClientId,
        mut step: Step,
        cause: Option<Cause>,
        log: &mut dyn Log,
    ) {
        loop {
            for output in step.printed {
                self.note(Who::Client(client), What::Output(output), cause, log);
            }
            let reports = self.program_mut(client).map(|program| program.run.take_reports());
            for report in reports.unwrap_or_default() {
                self.note(Who::Client(client), What::Load(report), cause, log);
            }
            let request = match step.then {
                Then::Exit(code) => return self.program_exits(client, code, cause, log),
                Then::Ask(request) => request,
            };
            let Some(answer) = self.carry_out_request(client, &request, cause, log) else {
                if let Some(program) = self.program_mut(client) {
                    program.waiting = Some(request);
                }
                return;
            };
            let now = self.now;
            let Some(program) = self.program_mut(client) else { return };
            program.turn += 1;
            step = program.run.resume(now, answer);
        }
    }

    fn program_exits(
        &mut self,
        client: ClientId,
        code: i32,
        cause: Option<Cause>,
        log: &mut dyn Log,
    ) {
        let entry = self.note(Who::Client(client), What::Ended(code), cause, log);
        let owner = self.program_mut(client).and_then(|program| program.owner);
        self.end_client(client, log);
        if let Some(ix) = owner {
            let life = self.runtime(ix).life;
            self.process_ended(ix, life, code, Some(entry), log);
        }
    }

    /// Answers a request at once, or starts what will.
    fn carry_out_request(
        &mut self,
        client: ClientId,
        request: &Request,
        cause: Option<Cause>,
        log: &mut dyn Log,
    ) -> Option<Answer> {
        let because = cause.and_then(|cause| match cause {
            Cause::Tick => None,
            Cause::Packet { because, .. } => because,
            Cause::Entry(id) => Some(id),
        });
        match request {
            Request::Connect { link, host, port } => {
                self.connect_link(client, *link, host, *port, because, log)
            }
            Request::Call { link, argv } => {
                let link = self.program_mut(client)?.links.get(link);
                let Some(link) = link.filter(|link| link.open) else { return Some(Answer::Closed) };
                let to = link.conn.other();
                let payload = Payload::Client(ClientData::Request(argv.clone()));
                self.transmit(to, payload, because, log);
                None
            }
            Request::Listen { link } => {
                let link = self.program_mut(client)?.links.get_mut(link);
                let Some(link) = link.filter(|link| link.open) else { return Some(Answer::Closed) };
                link.replies.pop_front().map(Answer::Reply)
            }
            Request::Sleep(span) => {
                let at = self.now + *span;
                let turn = self.program_mut(client)?.turn;
                self.agenda.add(at, Event::ProgramWakes { client, turn });
                None
            }
            Request::Resolve { host } => {
                let place = self.clients.all.get(&client)?.place;
                Some(Answer::Resolved(self.resolve(place, host).map(|ip| ip.to_string())))
            }
            Request::WriteFile { path, .. } => Some(match folder_exists(path) {
                true => Answer::Done,
                false => Answer::NotWritten("No such file or directory".into()),
            }),
            Request::ReadLine { .. } => self.program_mut(client)?.read_line(),
            Request::ReadBytes { most } => {
                let program = self.program_mut(client)?;
                if program.read_the_end {
                    let (at, turn) = (self.now + VAIN_READ, self.program_mut(client)?.turn);
                    self.agenda.add(at, Event::ProgramWakes { client, turn });
                    return None;
                }
                program.read_bytes(*most)
            }
        }
    }

    fn connect_link(
        &mut self,
        client: ClientId,
        link: LinkId,
        host: &str,
        port: i32,
        because: Option<EntryId>,
        log: &mut dyn Log,
    ) -> Option<Answer> {
        let place = self.clients.all.get(&client)?.place;
        if let Some(old) = self.program_mut(client)?.links.remove(&link) {
            self.close(old.conn, because, log);
        }
        if port < 0 {
            return Some(Answer::NotConnected("Servname not supported for ai_socktype".into()));
        }
        let Some(ip) = self.resolve(place, host) else {
            // Nobody listens on IPv6 here.
            let why = match host.parse::<Ipv6Addr>() {
                Ok(_) => "Connection refused",
                Err(_) => "Name or service not known",
            };
            return Some(Answer::NotConnected(why.into()));
        };
        // A port of more than 16 bits loses the rest, as in C.
        let conn = self.connections.fresh();
        let new = Link { conn, open: false, replies: VecDeque::new() };
        self.program_mut(client)?.links.insert(link, new);
        let to = SocketAddrV4::new(ip, port as u16);
        let end = End::Client(client);
        self.dial(&Dial { conn, end, place, source: None, to, port: Port::Client }, because, log);
        None
    }

    pub(in crate::sim) fn program_hears(
        &mut self,
        client: ClientId,
        conn: ConnId,
        heard: Heard<'_>,
        cause: Option<Cause>,
        log: &mut dyn Log,
    ) {
        let Some(program) = self.program_mut(client) else { return };
        let Some((&id, link)) = program.links.iter_mut().find(|(_, link)| link.conn == conn) else {
            return;
        };
        match heard {
            Heard::Connected => link.open = true,
            Heard::Failed(_) | Heard::Closed => link.open = false,
            Heard::Reply(ref reply, _) => link.replies.push_back(reply.clone()),
            Heard::Stream => return,
        }
        let answer = match (&program.waiting, heard) {
            (Some(Request::Connect { link, .. }), Heard::Connected) if *link == id => {
                Answer::Connected
            }
            (Some(Request::Connect { link, .. }), Heard::Failed(why)) if *link == id => {
                Answer::NotConnected(why.to_string())
            }
            (Some(Request::Call { link, .. } | Request::Listen { link }), Heard::Closed)
                if *link == id =>
            {
                Answer::Closed
            }
            (Some(Request::Call { link, .. } | Request::Listen { link }), Heard::Reply(..))
                if *link == id =>
            {
                let next = program.links.get_mut(&id).and_then(|link| link.replies.pop_front());
                next.map_or(Answer::Closed, Answer::Reply)
            }
            _ => return,
        };
        self.resume_program(client, answer, cause, log);
    }

    pub(in crate::sim) fn program_wakes(&mut self, client: ClientId, turn: u32, log: &mut dyn Log) {
        if self.program_mut(client).is_some_and(|program| program.turn == turn) {
            self.resume_program(client, Answer::Done, Some(Cause::Tick), log);
        }
    }

    pub(in crate::sim) fn type_line(
        &mut self,
        client: ClientId,
        line: &str,
        entry: EntryId,
        log: &mut dyn Log,
    ) {
        let Some(program) = self.program_mut(client) else { return };
        program.stdin.extend(line.bytes());
        program.stdin.push_back(b'\n');
        let answer = match program.waiting {
            Some(Request::ReadLine { .. }) => program.read_line(),
            Some(Request::ReadBytes { most }) => program.read_bytes(most),
            _ => None,
        };
        if let Some(answer) = answer {
            self.resume_program(client, answer, Some(Cause::Entry(entry)), log);
        }
    }

    pub(in crate::sim) fn interrupt(
        &mut self,
        client: ClientId,
        entry: EntryId,
        log: &mut dyn Log,
    ) {
        let Some(program) = self.program_mut(client) else { return };
        let cause = Some(Cause::Entry(entry));
        if let Some(Request::Listen { .. }) = program.waiting {
            return self.resume_program(client, Answer::Interrupted, cause, log);
        }
        let output = Output { stream: Stream::Stdout, bytes: Bytes::from_static(b"^C\n") };
        self.note(Who::Client(client), What::Output(output), cause, log);
        self.program_exits(client, 130, cause, log);
    }
}

/// Whether the folder of a file is there. What is written into it is not kept: nobody reads it.
fn folder_exists(path: &str) -> bool {
    let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder);
    ["", ".", "/data", "/tmp"].contains(&folder)
}

impl Program {
    fn read_line(&mut self) -> Option<Answer> {
        let end = self.stdin.iter().position(|&b| b == b'\n');
        match (end, self.stdin_ended) {
            (Some(end), _) => {
                let line: Vec<u8> = self.stdin.drain(..end).collect();
                self.stdin.pop_front();
                Some(Answer::Line(Some(line.into())))
            }
            (None, false) => None,
            (None, true) if self.stdin.is_empty() => Some(Answer::Line(None)),
            (None, true) => {
                let rest: Vec<u8> = self.stdin.drain(..).collect();
                Some(Answer::Line(Some(rest.into())))
            }
        }
    }

    fn read_bytes(&mut self, most: usize) -> Option<Answer> {
        match (self.stdin.is_empty(), self.stdin_ended) {
            (true, false) => None,
            (true, true) => {
                self.read_the_end = true;
                Some(Answer::Line(None))
            }
            (false, piped) => {
                // A terminal hands over a line at a time.
                let line = self.stdin.iter().position(|&b| b == b'\n').filter(|_| !piped);
                let most = most.min(line.map_or(self.stdin.len(), |end| end + 1));
                let some: Vec<u8> = self.stdin.drain(..most).collect();
                Some(Answer::Line(Some(some.into())))
            }
        }
    }
}

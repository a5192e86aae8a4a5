//! A command on its way: sent, followed through redirections, its reply printed.
//!
//! In Redis: `issueCommandRepeat`, `cliSendCommand`, `cliReadReply`.

use crate::cli::args::atoi;
use crate::cli::connection::{LINK, OnFailure};
use crate::cli::format::{as_received, format};
use crate::cli::io::{Answer, Request};
use crate::cli::session::{Stage, State, own_help};
use crate::cli::tape::{Flow, Stop, Tape};
use crate::words::resp::Protocol;
use crate::words::{Argv, Millis, Reply, Time};
use std::sync::Arc;

/// A command and what is left of its repetitions.
#[derive(Clone, PartialEq, Debug)]
pub struct Issue {
    words: Vec<Vec<u8>>,
    /// How often in all; a redirection starts the count again. Negative: for ever.
    repeat: i64,
    left: i64,
    since: Time,
    redirected: Option<Redirected>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Redirected {
    Moved,
    Ask,
}

impl Issue {
    /// A command typed at `since`, to be sent `repeat` times.
    pub fn new(words: Vec<Vec<u8>>, repeat: i64, since: Time) -> Issue {
        Issue { words, repeat, left: repeat, since, redirected: None }
    }
    fn done(&self, ok: bool) -> Flow<Stage> {
        Ok(Stage::Done { ok, since: self.since })
    }
    /// The word at `at`, in lower case.
    fn word(&self, at: usize) -> Vec<u8> {
        self.words.get(at).map(|word| word.to_ascii_lowercase()).unwrap_or_default()
    }
    /// Whether its reply is a text made for reading, which is never quoted.
    fn has_bare_reply(&self) -> bool {
        let (name, sub) = (self.word(0), self.word(1));
        match (&name[..], &sub[..]) {
            (b"info" | b"lolwut", _) => true,
            (b"cluster", b"nodes" | b"info") => self.words.len() == 2,
            (b"client", b"list" | b"info") | (b"memory", b"malloc-stats" | b"doctor") => true,
            (b"debug", b"htstats" | b"htstats-key" | b"client-eviction") => true,
            (b"latency", b"graph") => self.words.len() == 3,
            (b"latency", b"doctor") => self.words.len() == 2,
            _ => false,
        }
    }
    fn subscribes(&self) -> bool {
        matches!(&self.word(0)[..], b"subscribe" | b"psubscribe" | b"ssubscribe")
    }
}

/// Sends the command once and prints its reply, or follows where that points.
pub fn issue(state: &mut State, tape: &mut Tape, mut command: Issue) -> Flow<Stage> {
    if let Some(text) = own_help(&command.words) {
        tape.out(text);
        return command.done(true);
    }
    if command.left == 0 {
        return command.done(true);
    }
    if !ready(state, tape, &command)? {
        return command.done(false);
    }
    if command.word(0) == b"shutdown" {
        state.shutdown_sent = true;
    }
    let argv = Argv::new(command.words.iter().cloned());
    let Some(reply) = tape.call(LINK, argv)? else { return closed(state, tape, &command) };
    let reply = receive(state, &command, reply);
    command.redirected = if state.setup.options.follow { redirection(&reply) } else { None };
    if let (Some(_), Reply::Error(text)) = (command.redirected, &reply) {
        follow(state, tape, text);
        command.left = command.repeat;
        return Ok(Stage::Issue(command));
    }
    if command.subscribes() && !state.setup.format_is_raw() {
        tape.out("Reading messages... (press Ctrl-C to quit)\n");
    }
    print(state, tape, &command, &reply)?;
    let listens = command.subscribes() || command.word(0) == b"monitor";
    if listens && reply.as_error().is_none() {
        return Ok(Stage::Listen(command));
    }
    remember(state, tape, &command, &reply)?;
    command.left -= i64::from(command.left > 0);
    let pause = state.setup.options.interval;
    if pause != Millis(0) {
        tape.ask(Request::Sleep(pause))?;
    }
    Ok(Stage::Issue(command))
}

/// Connects if need be, and announces a command that was sent here by ASK.
fn ready(state: &mut State, tape: &mut Tape, command: &Issue) -> Flow<bool> {
    let setup = Arc::clone(&state.setup);
    let connects = command.redirected.is_some() || !state.connection.open;
    if connects && !state.connection.open(tape, &setup.options, OnFailure::Tell)? {
        return Ok(false);
    }
    match command.redirected {
        Some(Redirected::Ask) => state.connection.asking(tape),
        Some(Redirected::Moved) | None => Ok(true),
    }
}

/// The node closed the connection instead of a reply.
fn closed(state: &mut State, tape: &mut Tape, command: &Issue) -> Flow<Stage> {
    state.connection.lost();
    if state.shutdown_sent {
        return command.done(true);
    }
    tape.err("Error: Server closed the connection\n");
    match state.setup.interactive {
        true => command.done(false),
        false => Err(Stop::Exit(1)),
    }
}

/// The reply in the protocol that it came in; HELLO switches before it is answered.
fn receive(state: &mut State, command: &Issue, reply: Reply) -> Reply {
    if command.word(0) == b"hello" && reply.as_error().is_none() {
        match &command.word(1)[..] {
            b"3" => state.connection.protocol = Protocol::Resp3,
            b"2" => state.connection.protocol = Protocol::Resp2,
            _ => {}
        }
    }
    as_received(reply, state.connection.protocol)
}

fn redirection(reply: &Reply) -> Option<Redirected> {
    match reply {
        Reply::Error(text) if text.starts_with(b"MOVED ") => Some(Redirected::Moved),
        Reply::Error(text) if text.starts_with(b"ASK ") => Some(Redirected::Ask),
        _ => None,
    }
}

/// Turns to the node that `MOVED 3999 127.0.0.1:6381` names.
fn follow(state: &mut State, tape: &mut Tape, error: &[u8]) {
    let text = String::from_utf8_lossy(error);
    let mut words = text.splitn(3, ' ').skip(1);
    let slot = atoi(words.next().unwrap_or(""));
    let address = words.next().unwrap_or("");
    let (host, port) = address.rsplit_once(':').unwrap_or((address, ""));
    let port = atoi(port);
    state.connection.move_to(host.to_owned(), port);
    if state.setup.interactive {
        tape.out(format!("-> Redirected to slot [{slot}] located at {host}:{port}\n"));
    }
}

fn print(state: &State, tape: &mut Tape, command: &Issue, reply: &Reply) -> Flow<()> {
    let setup = &state.setup;
    if let (Reply::Error(text), true, false) = (reply, setup.options.errors_exit, setup.interactive)
    {
        tape.err([&text[..], b"\n"].concat());
        return Err(Stop::Exit(1));
    }
    tape.out(format(reply, setup.format, command.has_bare_reply()));
    Ok(())
}

/// What a successful command changes in what is believed of the connection.
fn remember(state: &mut State, tape: &mut Tape, command: &Issue, reply: &Reply) -> Flow<()> {
    let connection = &mut state.connection;
    let failed = reply.as_error().is_some();
    match (&command.word(0)[..], command.words.len()) {
        (b"select", 2) if !failed => {
            connection.db = i64::from(atoi(&String::from_utf8_lossy(&command.words[1])));
            connection.wanted_db = connection.db;
        }
        (b"auth", 2 | 3) => _ = connection.select(tape)?,
        (b"multi", 1) if !failed => {
            connection.in_multi = true;
            connection.db_before_multi = connection.db;
        }
        (b"exec", 1) if connection.in_multi => {
            connection.in_multi = false;
            if failed || *reply == Reply::Nil {
                connection.db = connection.db_before_multi;
                connection.wanted_db = connection.db;
            }
        }
        (b"discard", 1) if !failed => {
            connection.in_multi = false;
            connection.db = connection.db_before_multi;
            connection.wanted_db = connection.db;
        }
        (b"reset", 1) if !failed => {
            connection.in_multi = false;
            connection.db = 0;
            connection.wanted_db = 0;
            connection.protocol = Protocol::Resp2;
        }
        _ => {}
    }
    Ok(())
}

/// Prints the next message; Ctrl-C leads back to the prompt, over a new connection.
pub fn listen(state: &mut State, tape: &mut Tape, command: Issue) -> Flow<Stage> {
    match tape.ask(Request::Listen { link: LINK })? {
        Answer::Reply(message) => {
            let message = as_received(message, state.connection.protocol);
            print(state, tape, &command, &message)?;
            Ok(Stage::Listen(command))
        }
        Answer::Interrupted => {
            let setup = Arc::clone(&state.setup);
            let ok = state.connection.open(tape, &setup.options, OnFailure::Tell)?;
            command.done(ok)
        }
        _ => {
            tape.err("Error: Server closed the connection\n");
            Err(Stop::Exit(1))
        }
    }
}

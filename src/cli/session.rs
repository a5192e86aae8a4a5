//! `redis-cli` talking: one command from its arguments, or line by line.
//!
//! Between two requests a session is data: where it is connected, what it believes of the
//! connection, and the stage it is in. A stage changes a copy of it, which is kept when the stage
//! has got all its answers.
//!
//! In Redis: `repl`, `noninteractive`, `issueCommandRepeat`, `cliConnect`.
//! Absent: the `COMMAND DOCS` that a real one asks for at its start, history, preferences.

use crate::cli::args::{Ended, Format, Options, atoi};
use crate::cli::connection::{Connection, OnFailure};
use crate::cli::help::help;
use crate::cli::io::{Answer, Env, Request, Step, Then};
use crate::cli::issue::{Issue, issue, listen};
use crate::cli::tape::{Flow, Stop, Tape};
use crate::words::Time;
use crate::words::quote::split;
use std::sync::Arc;

/// A running `redis-cli`. A clone of it goes on separately.
#[derive(Clone, Debug)]
pub struct Session {
    state: Result<State, Ended>,
    tape: Tape,
}

/// A session between two stages.
#[derive(Clone, Debug)]
pub struct State {
    /// The command line and the terminal.
    pub setup: Arc<Setup>,
    /// What it is connected to.
    pub connection: Connection,
    /// Whether SHUTDOWN was sent: a closed connection is then no error.
    pub shutdown_sent: bool,
    stage: Stage,
}

/// What does not change while a session runs.
#[derive(Clone, PartialEq, Debug)]
pub struct Setup {
    /// The command line.
    pub options: Options,
    /// How replies are written.
    pub format: Format,
    /// Whether commands come from standard input, a terminal or not.
    pub interactive: bool,
    stdin_tty: bool,
}

/// What a session does next.
#[derive(Clone, Debug)]
pub enum Stage {
    /// Connects, before anything else.
    Begin,
    /// Waits for a line.
    Prompt,
    /// Sends a command.
    Issue(Issue),
    /// Prints what comes, until it is interrupted.
    Listen(Issue),
    /// Is done with a command.
    Done {
        /// Whether it was carried out.
        ok: bool,
        /// When it was typed.
        since: Time,
    },
}

impl Setup {
    /// Whether replies are written bare, as into a pipe.
    pub fn format_is_raw(&self) -> bool {
        self.format == Format::Raw
    }
}

impl Session {
    /// One that ends at once, for what its command line said.
    pub fn refused(ended: Ended) -> Session {
        Session { state: Err(ended), tape: Tape::default() }
    }
    /// A session with a command line that was read already.
    pub fn with_options(options: Options, env: Env) -> Session {
        let by_terminal = if env.stdout_tty { Format::Standard } else { Format::Raw };
        let setup = Setup {
            format: options.format.unwrap_or(by_terminal),
            interactive: options.command.is_empty(),
            stdin_tty: env.stdin_tty,
            options,
        };
        let state = State {
            connection: Connection::new(&setup.options),
            setup: Arc::new(setup),
            shutdown_sent: false,
            stage: Stage::Begin,
        };
        Session { state: Ok(state), tape: Tape::default() }
    }
    /// What it shows before the cursor: where it is connected.
    pub fn prompt(&self) -> String {
        self.state.as_ref().map_or(String::new(), |state| state.connection.prompt())
    }
    /// Runs until the first request.
    pub fn start(&mut self, now: Time) -> Step {
        self.tape = Tape::new(now);
        match &self.state {
            Ok(_) => self.advance(),
            Err(ended) => {
                self.tape.print(ended.stream, ended.text.clone());
                let then = Then::Exit(ended.code);
                Step { printed: self.tape.take_output(), then }
            }
        }
    }
    /// Takes the answer to the last request and runs until the next one.
    pub fn resume(&mut self, now: Time, answer: Answer) -> Step {
        self.tape.record(now, answer);
        self.advance()
    }

    fn advance(&mut self) -> Step {
        let Session { state: Ok(state), tape } = self else {
            unreachable!("a refused command line asks nothing")
        };
        tape.rewind();
        let stop = loop {
            let mut next = state.clone();
            match next.run(tape) {
                Ok(stage) => {
                    *state = State { stage, ..next };
                    tape.forget();
                }
                Err(stop) => break stop,
            }
        };
        let then = match stop {
            Stop::Ask(request) => Then::Ask(request),
            Stop::Exit(code) => Then::Exit(code),
        };
        Step { printed: tape.take_output(), then }
    }
}

impl State {
    fn run(&mut self, tape: &mut Tape) -> Flow<Stage> {
        match self.stage.clone() {
            Stage::Begin => self.begin(tape),
            Stage::Prompt => self.read_line(tape),
            Stage::Issue(command) => issue(self, tape, command),
            Stage::Listen(command) => listen(self, tape, command),
            Stage::Done { ok, since } => self.done(tape, ok, since),
        }
    }

    fn begin(&mut self, tape: &mut Tape) -> Flow<Stage> {
        let setup = Arc::clone(&self.setup);
        if setup.options.auth.is_some() && setup.options.warn_of_auth {
            tape.err(crate::cli::args::PASSWORD_WARNING);
        }
        let on_failure = if setup.interactive { OnFailure::Tell } else { OnFailure::Quiet };
        self.connection.open(tape, &setup.options, on_failure)?;
        if setup.interactive {
            return Ok(Stage::Prompt);
        }
        let words = setup.options.command.iter().map(|word| self.argument(word));
        let Some(words) = words.collect::<Option<Vec<_>>>() else {
            tape.out("Invalid quoted string\n");
            return Err(Stop::Exit(1));
        };
        Ok(Stage::Issue(Issue::new(words, setup.options.repeat, tape.now())))
    }

    /// A word of the command line; with `--quoted-input` it is read as a quoted one if it is.
    fn argument(&self, word: &str) -> Option<Vec<u8>> {
        let quoted = self.setup.options.quoted_input && word.starts_with(['"', '\'']);
        if !quoted {
            return Some(word.as_bytes().to_vec());
        }
        let mut words = split(word.as_bytes())?;
        (words.len() == 1).then(|| words.swap_remove(0))
    }

    fn read_line(&mut self, tape: &mut Tape) -> Flow<Stage> {
        let prompt = if self.setup.stdin_tty { self.connection.prompt() } else { String::new() };
        let Answer::Line(Some(line)) = tape.ask(Request::ReadLine { prompt })? else {
            return Err(Stop::Exit(0));
        };
        match split(&line) {
            None => {
                tape.out("Invalid argument(s)\n");
                Ok(Stage::Prompt)
            }
            Some(words) if words.is_empty() => Ok(Stage::Prompt),
            Some(words) => self.obey(tape, words),
        }
    }

    /// Does what a line says: something of `redis-cli`'s own, or a command for the node.
    fn obey(&mut self, tape: &mut Tape, mut words: Vec<Vec<u8>>) -> Flow<Stage> {
        let repeat = match repeat_prefix(&words) {
            Repeat::None => 1,
            Repeat::Times(times) => times,
            Repeat::Invalid => {
                tape.out("Invalid redis-cli repeat command option value.\n");
                return Ok(Stage::Prompt);
            }
        };
        let name = words[0].to_ascii_lowercase();
        match (&name[..], words.len()) {
            (b"quit" | b"exit", _) => return Err(Stop::Exit(0)),
            (b"restart", _) => tape.out("Use 'restart' only in Lua debugging mode.\n"),
            (b"clear", 1) => tape.out("\x1b[H\x1b[2J"),
            (b"connect", 3) => {
                let text = |word: &[u8]| String::from_utf8_lossy(word).into_owned();
                self.connection.move_to(text(&words[1]), atoi(&text(&words[2])));
                let setup = Arc::clone(&self.setup);
                self.connection.open(tape, &setup.options, OnFailure::Tell)?;
            }
            ([b':', ..], _) => prefer(tape, &words),
            _ => {
                if !matches!(repeat_prefix(&words), Repeat::None) {
                    words.remove(0);
                }
                return Ok(Stage::Issue(Issue::new(words, repeat, tape.now())));
            }
        }
        Ok(Stage::Prompt)
    }

    fn done(&mut self, tape: &mut Tape, ok: bool, since: Time) -> Flow<Stage> {
        if !self.setup.interactive {
            return Err(Stop::Exit(i32::from(!ok)));
        }
        let took = tape.now().since(since).0;
        if took >= SLOW_MS && self.setup.format == Format::Standard {
            tape.out(format!("({:.2}s)\n", took as f64 / 1000.0));
        }
        Ok(Stage::Prompt)
    }
}

/// A command that took so long is followed by its time.
const SLOW_MS: u64 = 500;

enum Repeat {
    None,
    Times(i64),
    Invalid,
}

/// `5` in `5 PING`.
fn repeat_prefix(words: &[Vec<u8>]) -> Repeat {
    let first = std::str::from_utf8(&words[0]).unwrap_or("x").trim_start();
    let digits = first.strip_prefix(['-', '+']).unwrap_or(first);
    if words.len() < 2 || digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Repeat::None;
    }
    match first.parse::<i64>() {
        Ok(times) if times > 0 => Repeat::Times(times),
        _ => Repeat::Invalid,
    }
}

/// `:set hints` and its like; there is nothing to set here, but the words are checked.
fn prefer(tape: &mut Tape, words: &[Vec<u8>]) {
    let text = |word: &[u8]| String::from_utf8_lossy(word).into_owned();
    let is_set = words[0].eq_ignore_ascii_case(b":set") && words.len() >= 2;
    match words.get(1).filter(|_| is_set).map(|word| word.to_ascii_lowercase()) {
        None => {
            tape.out(format!("unknown redis-cli internal command '{}'\n", text(&words[0])));
        }
        Some(name) if name == b"hints" || name == b"nohints" => {}
        Some(_) => tape.out(format!("unknown redis-cli preference '{}'\n", text(&words[1]))),
    }
}

/// What `help` prints, if that is the command.
pub fn own_help(words: &[Vec<u8>]) -> Option<String> {
    let name = words[0].to_ascii_lowercase();
    (name == b"help" || name == b"?").then(|| help(&words[1..]))
}

//! What a terminal program asks of the world, what the world answers, and what it printed meanwhile.
//!
//! `redis-cli` does one thing at a time, so there is never more than one request open. Whoever
//! drives a program (the world, a test) starts it, carries out the request, and resumes it with the
//! answer until it exits:
//!
//! ```text
//!   start(now) ──► Step { printed, then: Ask(request) } ──► the world ──► resume(now, answer) ──► ...
//! ```
//! Absent: time passing. Connecting takes as long as the network needs; a program only learns `now`.

use crate::words::{Argv, Millis, Reply};
use bytes::Bytes;

/// One of a program's connections, numbered by the program.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LinkId(pub u32);

/// The one thing that a program waits for.
#[derive(Clone, PartialEq, Debug)]
pub enum Request {
    /// Open `link` to this address; an open connection of that number is closed first.
    /// Answered by [`Answer::Connected`] or [`Answer::NotConnected`].
    Connect {
        /// The number that the program gives to the connection.
        link: LinkId,
        /// An IP address or a name, as it was typed or redirected to.
        host: String,
        /// A TCP port; as in C, whatever number was typed.
        port: i32,
    },
    /// Send a command and wait for its reply: [`Answer::Reply`] or [`Answer::Closed`].
    Call {
        /// An open connection.
        link: LinkId,
        /// The command.
        argv: Argv,
    },
    /// Wait for a message that nobody asked for (pub/sub, MONITOR): [`Answer::Reply`],
    /// [`Answer::Closed`], or [`Answer::Interrupted`] by Ctrl-C.
    Listen {
        /// An open connection.
        link: LinkId,
    },
    /// Do nothing for so long: [`Answer::Done`].
    Sleep(Millis),
    /// The IP address behind a host name: [`Answer::Resolved`].
    Resolve {
        /// An IP address or a name.
        host: String,
    },
    /// Write a file: [`Answer::Done`] or [`Answer::NotWritten`].
    WriteFile {
        /// As it was typed.
        path: String,
        /// All of it.
        bytes: Bytes,
    },
    /// A line of standard input: [`Answer::Line`]. On a terminal `prompt` is shown before it (and
    /// belongs to the screen); it is empty when standard input is not a terminal.
    ReadLine {
        /// `127.0.0.1:7001> `
        prompt: String,
    },
    /// At most so many bytes of standard input, read at once as read(2) does: [`Answer::Line`].
    ReadBytes {
        /// The size of the buffer.
        most: usize,
    },
}

/// The world's answer to a [`Request`].
#[derive(Clone, PartialEq, Debug)]
pub enum Answer {
    /// The connection is open.
    Connected,
    /// It could not be opened; the system's words, as `Connection refused`.
    NotConnected(String),
    /// What the node replied (or pushed).
    Reply(Reply),
    /// The connection closed before a reply came.
    Closed,
    /// The sleep is over, the file is written.
    Done,
    /// The file could not be opened; the system's words, as `No such file or directory`.
    NotWritten(String),
    /// The address of a host name, unless nobody knows it.
    Resolved(Option<String>),
    /// A line without its newline, or the bytes that were there; `None` at the end of input.
    Line(Option<Bytes>),
    /// Ctrl-C while waiting.
    Interrupted,
}

/// One of a program's two output streams.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Something printed. Newlines are `\n`; a terminal turns them into `\r\n`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Output {
    /// Where to.
    pub stream: Stream,
    /// What.
    pub bytes: Bytes,
}

/// What a program did until it had to wait or ended.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// What it printed, in order, before `then`.
    pub printed: Vec<Output>,
    /// Why it stopped.
    pub then: Then,
}

/// Why a program stopped running.
#[derive(Clone, PartialEq, Debug)]
pub enum Then {
    /// It waits for the answer to this.
    Ask(Request),
    /// It ended with this exit code; a negative one is the signal that killed it.
    Exit(i32),
}

/// What a program finds around it when it starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Env {
    /// Whether TERM contains `xterm`: `--cluster` commands then print in colour, terminal or not.
    pub term_xterm: bool,
    /// Whether REDISCLI_CLUSTER_YES is exactly `1`.
    pub yes_env: bool,
    /// Whether standard input is a terminal: prompts are shown.
    pub stdin_tty: bool,
    /// Whether standard output is a terminal: replies are formatted for people.
    pub stdout_tty: bool,
}

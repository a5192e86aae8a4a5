//! Commands: what clients of a node ask, from the word to the answer.
//!
//! A request goes through `gate` (spec: slots 3) to `call`, which runs its handler and propagates what
//! it changed. Each family of commands has a file with its rows and handlers; [`table`] says what a row
//! is, [`COMMANDS`] has them all. `clients` is the state of the connections, `blocking` those who wait.
//!
//! Invariants: every request gets one answer, unless it blocks, subscribes, or the connection ends;
//! answers of a connection are in the order of its requests; a command that changed nothing
//! propagates nothing.
//! In Redis: `processCommand`, `call` (server.c), networking.c. Absent: ACL users but the default one,
//! modules.

mod absent;
mod acl;
mod acl_log;
mod bitfield;
mod bits;
mod blocking;
mod call;
mod client_list;
mod clients;
mod cluster;
mod cluster_nodes;
mod cluster_read;
mod cluster_slots;
mod command_info;
mod command_keys;
mod config;
mod connection;
mod containers;
mod debug;
mod facts;
mod functions;
mod gate;
mod geo;
mod geo_search;
mod hashes;
mod help;
mod hyperloglog;
mod info;
mod key_specs;
mod keys;
mod kill;
mod lists;
mod lolwut;
mod migrate;
mod monitor;
mod mpop;
mod output;
mod picks;
mod pubsub;
mod ready;
mod refused;
mod scripting;
mod server;
mod sets;
mod slowlog;
mod sort;
mod stats;
mod streams;
mod strings;
pub mod table;
mod tracking;
mod transactions;
mod words;
mod zset_algebra;
mod zset_range;
mod zsets;

pub use clients::{Client, Clients, PauseKind, PausePurpose};
pub use refused::Refused;
pub use table::Command;

use crate::node::io::{ConnId, Outbox};
use crate::words::{Argv, Reply, Time};

/// What a command answers.
pub type Answer = Result<Reply, Refused>;

/// What comes of a command that may do more than answer.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    /// It answers at once.
    Reply(Reply),
    /// It has answered already, or never will.
    Silent,
    /// The client waits; the answer comes later.
    Blocked,
}

impl From<Answer> for Outcome {
    fn from(answer: Answer) -> Outcome {
        Outcome::Reply(answer.unwrap_or_else(|refused| Reply::error(refused.to_string())))
    }
}

impl From<Reply> for Outcome {
    fn from(reply: Reply) -> Outcome {
        Outcome::Reply(reply)
    }
}

impl From<Refused> for Outcome {
    fn from(refused: Refused) -> Outcome {
        Outcome::from(Err(refused))
    }
}

/// One command on its way through a node.
pub(in crate::node) struct Call<'a> {
    /// When.
    pub now: Time,
    /// Who asks. A script and a transaction ask in the name of their client.
    pub conn: ConnId,
    /// What is asked.
    pub argv: Argv,
    /// The row of the command.
    pub command: &'static Command,
    /// Whether it may block: not inside EXEC or a script.
    pub may_block: bool,
    /// How MONITOR shows it.
    pub shown: monitor::Shown,
    /// Where effects go.
    pub out: &'a mut Outbox,
}

/// The rows of all commands, family by family.
pub static COMMANDS: &[&[Command]] = &[
    strings::COMMANDS,
    bits::COMMANDS,
    hyperloglog::COMMANDS,
    bitfield::COMMANDS,
    keys::COMMANDS,
    lists::COMMANDS,
    mpop::COMMANDS,
    sets::COMMANDS,
    hashes::COMMANDS,
    zsets::COMMANDS,
    zset_range::COMMANDS,
    zset_algebra::COMMANDS,
    geo::COMMANDS,
    geo_search::COMMANDS,
    streams::COMMANDS,
    sort::COMMANDS,
    scripting::COMMANDS,
    transactions::COMMANDS,
    connection::COMMANDS,
    pubsub::COMMANDS,
    migrate::COMMANDS,
    server::COMMANDS,
    cluster::COMMANDS,
    containers::COMMANDS,
    functions::COMMANDS,
    lolwut::COMMANDS,
    monitor::COMMANDS,
    picks::COMMANDS,
];

/// The row of the command with this name, in any case of letters.
pub fn find(name: &[u8]) -> Option<&'static Command> {
    let same = |command: &&Command| command.name.as_bytes().eq_ignore_ascii_case(name);
    COMMANDS.iter().find_map(|family| family.iter().find(same))
}

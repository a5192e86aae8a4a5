//! MONITOR: a client that is shown every command that runs.
//!
//! A line comes after the command has run, but EVAL's before those of its script. Commands of
//! administrators are hidden and passwords replaced. What was refused, redirected or queued did not
//! run. To the server a monitor is a kind of replica: it may not touch keys, and is never paused.
//! In Redis: `monitorCommand`, `call` (server.c), `replicationFeedMonitors` (replication.c),
//! `redactClientCommandArgument` (networking.c).

use super::gate::look_up;
use super::table::{Flags, Keys, node};
use super::words::{int, is};
use super::{Call, Command, Outcome, Refused};
use crate::node::Node;
use crate::node::io::{ConnId, Outbox};
use crate::words::{Argv, Reply, Time, quote};
use bytes::Bytes;

pub(super) const COMMANDS: &[Command] = &[node(
    "monitor",
    1,
    Flags::ADMIN.or(Flags::NOSCRIPT).or(Flags::LOADING).or(Flags::STALE),
    Keys::None,
    monitor,
)];

/// What is shown in place of a password.
pub(super) const REDACTED: &[u8] = b"(redacted)";

/// How a command that runs is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::node) enum Shown {
    /// With the client's address.
    ByClient,
    /// As a script's.
    ByScript,
    /// It was shown when its client began to wait.
    Already,
}

fn monitor(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    if !call.may_block {
        return Refused::text("ERR MONITOR isn't allowed for DENY BLOCKING client").into();
    }
    if node.is_monitor(call.conn) || node.replication.is_replica_link(call.conn) {
        return Outcome::Silent;
    }
    node.clients.monitors.push(call.conn);
    Reply::OK.into()
}

/// Whether MONITOR hides it, or its handler shows it in time.
const HIDDEN: Flags = Flags::SKIP_MONITOR.or(Flags::ADMIN);

impl Node {
    /// Whether a client is shown what the others ask.
    pub(in crate::node) fn is_monitor(&self, conn: ConnId) -> bool {
        self.clients.monitors.contains(&conn)
    }

    /// What monitors will be shown of a command that is about to run, if there are any.
    pub(super) fn line_of(&self, call: &Call<'_>) -> Option<Reply> {
        let hidden = call.command.flags.has(HIDDEN) || call.shown == Shown::Already;
        if hidden || self.clients.monitors.is_empty() {
            return None;
        }
        self.whole_line(call)
    }

    /// Shows a script's command, before those of the script.
    pub(super) fn show_now(&mut self, call: &mut Call<'_>) {
        if !self.clients.monitors.is_empty() {
            self.show(self.whole_line(call), call.out);
        }
    }

    fn whole_line(&self, call: &Call<'_>) -> Option<Reply> {
        let by = match call.shown {
            Shown::ByScript => "lua".to_owned(),
            Shown::ByClient | Shown::Already => self.clients.peer(call.conn)?.to_string(),
        };
        Some(line(call.now, &by, call.command, &call.argv))
    }

    /// Shows a line to all who monitor.
    pub(super) fn show(&mut self, line: Option<Reply>, out: &mut Outbox) {
        let Some(line) = line else { return };
        for conn in self.clients.monitors.clone() {
            self.reply(conn, line.clone(), out);
        }
    }

    /// Shows a command that is done by now.
    pub(super) fn show_command_of(
        &mut self,
        now: Time,
        conn: ConnId,
        argv: &Argv,
        out: &mut Outbox,
    ) {
        let (Some(by), Ok(command)) = (self.clients.peer(conn), look_up(argv)) else { return };
        if !self.clients.monitors.is_empty() {
            self.show(Some(line(now, &by.to_string(), command, argv)), out);
        }
    }

    /// Shows a command that came from the master.
    pub(in crate::node) fn show_command_of_master(
        &mut self,
        now: Time,
        argv: &Argv,
        out: &mut Outbox,
    ) {
        if self.clients.monitors.is_empty() {
            return;
        }
        let Some((_, master)) = self.replication.master_link() else { return };
        let command = look_up(argv).ok();
        let command = command.filter(|command| !command.flags.has(HIDDEN));
        self.show(command.map(|command| line(now, &master.to_string(), command, argv)), out);
    }
}

/// `1700000000.000000 [0 127.0.0.1:50000] "get" "key"`
fn line(now: Time, by: &str, command: &Command, argv: &Argv) -> Reply {
    let mut text = format!("{}.{:06} [0 {by}]", now.0 / 1_000_000, now.0 % 1_000_000).into_bytes();
    let secret = secrets(command, argv);
    for (place, word) in argv.iter().enumerate() {
        text.push(b' ');
        quote::quoted(if secret.contains(&place) { REDACTED } else { word }, &mut text);
    }
    Reply::Simple(Bytes::from(text))
}

/// An option of a command: how many values it has, and whether nobody may see them.
type Valued = (&'static str, usize, bool);

const OF_HELLO: &[Valued] = &[("auth", 2, true), ("setname", 1, false)];
const OF_MIGRATE: &[Valued] =
    &[("copy", 0, false), ("replace", 0, false), ("auth", 1, true), ("auth2", 2, true)];

/// The places of passwords, as far as the command reads its words.
pub(super) fn secrets(command: &Command, argv: &Argv) -> Vec<usize> {
    match command.name {
        "auth" if argv.len() <= 3 => (1..argv.len()).collect(),
        "hello" if argv.get(1).is_some_and(|word| matches!(int(word), Ok(2 | 3))) => {
            secret_values(argv, 2, OF_HELLO)
        }
        "migrate" => secret_values(argv, 6, OF_MIGRATE),
        _ => Vec::new(),
    }
}

fn secret_values(argv: &Argv, mut at: usize, options: &[Valued]) -> Vec<usize> {
    let mut places = Vec::new();
    while let Some(word) = argv.get(at) {
        let known = options.iter().find(|(name, ..)| is(word, name));
        let Some((_, values, secret)) = known.filter(|(_, values, _)| at + values < argv.len())
        else {
            break;
        };
        if *secret {
            places.extend(at + 1..=at + values);
        }
        at += 1 + values;
    }
    places
}

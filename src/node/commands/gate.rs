//! The gate: what stands between a request and its command, in Redis's order.
//!
//! The first reason that holds is the answer. Invariants: unknown command and arity come before
//! everything; redirection comes before READONLY, MASTERDOWN and LOADING; a request that is refused
//! inside MULTI breaks the transaction. In Redis: `processCommand` (server.c 7.0.15). Spec: slots 3.

use super::clients::PauseKind;
use super::table::Flags;
use super::words::{lower, text};
use super::{Client, Command, Refused, find};
use crate::node::Node;
use crate::node::commands::blocking::Blocked;
use crate::node::io::{ConnId, Outbox};
use crate::node::route::{Query, Route, route};
use crate::words::request::{Limits, Malformed};
use crate::words::resp::Protocol;
use crate::words::{Argv, Reply, Time};
use bytes::Bytes;

/// Commands that a RESP2 connection may use while it is subscribed.
const WHILE_SUBSCRIBED: [&str; 9] = [
    "ping",
    "subscribe",
    "ssubscribe",
    "unsubscribe",
    "sunsubscribe",
    "psubscribe",
    "punsubscribe",
    "quit",
    "reset",
];

impl Node {
    /// A client asks something. What it asked before may still wait for its answer.
    pub(in crate::node) fn client_request(
        &mut self,
        now: Time,
        conn: ConnId,
        argv: Argv,
        out: &mut Outbox,
    ) {
        let busy = self.clients.migrations.is_running();
        let Some(client) = self.clients.get_mut(conn) else { return };
        client.asked = now;
        client.has_asked = true;
        let is_closing = client.is_closing();
        self.clients.stats.net_input += argv.encoded_len();
        let Some(client) = self.clients.get_mut(conn) else { return };
        if is_closing {
            return;
        }
        if busy || client.blocked.is_some() || !client.waiting.is_empty() {
            client.waiting.push_back(argv);
            return;
        }
        self.process(now, conn, argv, out);
    }

    /// Bytes came from a program outside. In Redis: `readQueryFromClient`.
    pub(in crate::node) fn client_bytes(
        &mut self,
        now: Time,
        conn: ConnId,
        bytes: &[u8],
        out: &mut Outbox,
    ) {
        let Some(client) = self.clients.get_mut(conn) else { return };
        client.asked = now;
        client.has_asked = true;
        client.unread.feed(bytes);
        let unread = client.unread.rest().len() as u64;
        self.clients.stats.net_input += bytes.len() as u64;
        if self.config.query_buffer_limit < unread {
            return self.close_at_once(now, conn, out);
        }
        self.process_waiting(now, conn, out);
    }

    /// Runs the requests that waited behind one that was answered now. In Redis:
    /// `processInputBuffer`.
    pub(super) fn process_waiting(&mut self, now: Time, conn: ConnId, out: &mut Outbox) {
        loop {
            match self.next_request(conn) {
                Ok(None) => return,
                Ok(Some(argv)) => self.process(now, conn, argv, out),
                Err(malformed) => {
                    self.reply(conn, Reply::Error(malformed.text()), out);
                    return self.disconnect(now, conn, out);
                }
            }
        }
    }

    /// What a client asks next, unless it or all must wait. Its bytes are not looked at before.
    fn next_request(&mut self, conn: ConnId) -> Result<Option<Argv>, Malformed> {
        let busy = self.clients.migrations.is_running();
        let password = self.config.requirepass.is_some();
        let largest_bulk = self.config.max_bulk_len;
        let Some(client) = self.clients.get_mut(conn) else { return Ok(None) };
        if busy || client.blocked.is_some() || client.is_closing() {
            return Ok(None);
        }
        let must_log_in = password && !client.authenticated;
        match client.waiting.pop_front() {
            Some(argv) => Ok(Some(argv)),
            None => client.unread.next(Limits { must_log_in, largest_bulk }),
        }
    }

    /// Passes one request through the gate.
    pub(super) fn process(&mut self, now: Time, conn: ConnId, argv: Argv, out: &mut Outbox) {
        self.pass(now, conn, argv, out);
        if let Some(client) = self.clients.get_mut(conn).filter(|client| client.blocked.is_none()) {
            client.silence.next();
            client.next_may_not_cache();
        }
    }

    fn pass(&mut self, now: Time, conn: ConnId, argv: Argv, out: &mut Outbox) {
        if argv.is_empty() {
            return;
        }
        if ["host:", "post"].iter().any(|word| super::words::is(&argv[0], word)) {
            // A web page has been made to talk to us: it gets nothing, not even what it was to get.
            return self.close_at_once(now, conn, out);
        }
        let command = match look_up(&argv) {
            Ok(command) => command,
            Err(refused) => {
                self.clients.get_mut(conn).into_iter().for_each(|c| c.last_command = "NULL");
                return self.refuse(conn, None, &refused.to_string(), out);
            }
        };
        if let Some(client) = self.clients.get_mut(conn) {
            client.last_command = command.name;
        }
        if let Err(text) = self.may_run(conn, command, &argv) {
            return self.refuse(conn, Some(command), &text, out);
        }
        match self.redirect(now, conn, command, &argv) {
            Route::Here => {}
            elsewhere => return self.send_elsewhere(conn, command, &elsewhere, out),
        }
        if let Err(text) = self.may_run_now(now, conn, command) {
            return self.refuse(conn, Some(command), &text, out);
        }
        if self.is_postponed(now, conn, command) {
            return self.block(conn, Blocked::Paused { argv });
        }
        self.run_or_queue(now, conn, command, argv, out);
    }

    fn run_or_queue(
        &mut self,
        now: Time,
        conn: ConnId,
        command: &'static Command,
        argv: Argv,
        out: &mut Outbox,
    ) {
        const AT_ONCE: [&str; 6] = ["exec", "discard", "multi", "watch", "quit", "reset"];
        let Some(client) = self.clients.get_mut(conn) else { return };
        if let Some(transaction) = &mut client.transaction
            && !AT_ONCE.contains(&command.name)
        {
            // In Redis: `queueMultiCommand`. What EXEC will refuse anyway is not kept, so its keys do
            // not count when EXEC asks whose slots they are.
            if !(transaction.broken || client.watch_broken) {
                transaction.commands.push((command, argv));
            }
            return self.reply(conn, Reply::Simple("QUEUED".into()), out);
        }
        self.run_for_client(now, conn, command, argv, out);
        self.end_of_request(conn, command);
    }

    /// ASKING lasts for one command, unless that began a transaction.
    fn end_of_request(&mut self, conn: ConnId, command: &'static Command) {
        let Some(client) = self.clients.get_mut(conn) else { return };
        if client.transaction.is_none() && command.name != "asking" {
            client.asking = false;
        }
    }

    /// The gates before redirection.
    fn may_run(&self, conn: ConnId, command: &'static Command, argv: &Argv) -> Result<(), String> {
        if !command.takes(argv.len()) {
            return Err(Refused::WrongArity(command.name.into()).to_string());
        }
        let Some(client) = self.clients.get(conn) else { return Ok(()) };
        if command.name == "debug" && !self.config.enable_debug_command {
            return Err(protected("DEBUG", "debug"));
        }
        if ["module|load", "module|loadex", "module|unload"].contains(&command.name) {
            return Err(protected("MODULE", "module"));
        }
        let must_authenticate = self.config.requirepass.is_some() && !client.authenticated;
        if must_authenticate && !command.flags.has(Flags::NO_AUTH) {
            return Err("NOAUTH Authentication required.".into());
        }
        if client.transaction.is_some() && command.flags.has(Flags::NO_MULTI) {
            return Err("ERR Command not allowed inside a transaction".into());
        }
        Ok(())
    }

    /// Whether the cluster lets this node serve it.
    fn redirect(&self, now: Time, conn: ConnId, command: &'static Command, argv: &Argv) -> Route {
        if !self.config.cluster_enabled || !(command.may_have_keys() || command.name == "exec") {
            return Route::Here;
        }
        let Some(client) = self.clients.get(conn) else { return Route::Here };
        let mut query = Query {
            asking: client.asking || command.flags.has(Flags::ASKING),
            readonly: client.readonly,
            is_write_command: command.flags.has(Flags::WRITE),
            is_shard_pubsub: ["spublish", "ssubscribe", "sunsubscribe"].contains(&command.name),
            is_migrate: command.name == "migrate",
            ..Query::default()
        };
        match (&client.transaction, command.name) {
            (Some(transaction), "exec") => {
                for (queued, words) in &transaction.commands {
                    query.writes |= queued.flags.has(Flags::WRITE);
                    let places = queued.keys.places(words);
                    query.keys.extend(places.into_iter().filter_map(|at| words.get(at)));
                }
            }
            (None, "exec") => return Route::Here,
            _ => {
                query.writes = query.is_write_command;
                let places = command.keys.places(argv);
                query.keys = places.into_iter().filter_map(|at| argv.get(at)).collect();
            }
        }
        self.route(now, &query)
    }

    /// Whether the cluster lets this node serve a query.
    pub(super) fn route(&self, now: Time, query: &Query<'_>) -> Route {
        let is_here = |key: &Bytes| {
            let entry = self.keyspace.get(key);
            entry.is_some_and(|entry| entry.expires.is_none_or(|at| now.unix_ms() <= at))
        };
        route(query, &self.cluster, &self.config, is_here)
    }

    /// The gates after redirection.
    fn may_run_now(
        &self,
        now: Time,
        conn: ConnId,
        command: &'static Command,
    ) -> Result<(), String> {
        let Some(client) = self.clients.get(conn) else { return Ok(()) };
        let is_write = |command: &Command| command.flags.has(Flags::WRITE);
        let writes = is_write(command) || executes(client, command, is_write);
        let is_replica = self.replication.master().is_some();
        let config = &self.config;
        let few = self.replication.good_replicas() < config.min_replicas_to_write;
        if writes && !is_replica && few && 0 < config.min_replicas_max_lag {
            return Err("NOREPLICAS Not enough good replicas to write.".into());
        }
        if writes && is_replica && config.replica_read_only {
            return Err(Refused::ReadOnlyReplica.to_string());
        }
        let subscribed = self.clients.subscriptions.count(conn) != 0;
        let old = client.protocol == Protocol::Resp2;
        if subscribed && old && !WHILE_SUBSCRIBED.contains(&command.name) {
            return Err(format!(
                "ERR Can't execute '{}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / \
                 RESET are allowed in this context",
                command.name
            ));
        }
        let stale = is_replica && !self.replication.link_is_up();
        if stale && !config.replica_serve_stale_data && !command.flags.has(Flags::STALE) {
            return Err("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set \
                        to 'no'."
                .into());
        }
        if self.is_loading(now) && !command.flags.has(Flags::LOADING) {
            return Err("LOADING Redis is loading the dataset in memory".into());
        }
        let touches =
            |command: &Command| may_replicate(command) || command.flags.has(Flags::READONLY);
        if self.is_monitor(conn) && (touches(command) || executes(client, command, touches)) {
            return Err("ERR Replica can't interact with the keyspace".into());
        }
        Ok(())
    }

    /// Whether a pause of all clients concerns this command.
    fn is_postponed(&self, now: Time, conn: ConnId, command: &'static Command) -> bool {
        let by_failover = self.writes_are_paused(now).then_some(PauseKind::Writes);
        let paused = self.clients.paused(now).max(by_failover);
        if self.replication.is_replica_link(conn) || self.is_monitor(conn) {
            return false;
        }
        match paused {
            None => false,
            Some(PauseKind::Everything) => true,
            Some(PauseKind::Writes) => {
                let client = self.clients.get(conn);
                may_replicate(command)
                    || client.is_some_and(|client| executes(client, command, may_replicate))
            }
        }
    }

    /// MOVED and its siblings. In Redis: `clusterRedirectClient`.
    fn send_elsewhere(
        &mut self,
        conn: ConnId,
        command: &'static Command,
        route: &Route,
        out: &mut Outbox,
    ) {
        self.clients.stats.count_rejected(command);
        if let Some(client) = self.clients.get_mut(conn) {
            match &mut client.transaction {
                Some(_) if command.name == "exec" => client.discard(),
                Some(transaction) => transaction.broken = true,
                None => {}
            }
        }
        self.reply(conn, Reply::error(route.to_string()), out);
        self.end_of_request(conn, command);
    }

    /// In Redis: `rejectCommand`.
    fn refuse(
        &mut self,
        conn: ConnId,
        command: Option<&'static Command>,
        text: &str,
        out: &mut Outbox,
    ) {
        let mut text = text.to_string();
        command.into_iter().for_each(|command| self.clients.stats.count_rejected(command));
        if let Some(client) = self.clients.get_mut(conn) {
            match &mut client.transaction {
                _ if command.is_some_and(|command| command.name == "exec") => {
                    let why = text.trim_start_matches("ERR ");
                    text = format!("EXECABORT Transaction discarded because of: {why}");
                    client.discard();
                }
                Some(transaction) => transaction.broken = true,
                None => client.asking = false,
            }
        }
        self.reply(conn, Reply::error(text), out);
    }
}

/// What a dangerous command is answered with, unless it was enabled.
fn protected(name: &str, option: &str) -> String {
    format!(
        "ERR {name} command not allowed. If the enable-{option}-command option is set to \"local\", \
         you can run it from a local connection, otherwise you need to set this option in the \
         configuration file, and then restart the server."
    )
}

/// Whether replicas may hear of it.
fn may_replicate(command: &Command) -> bool {
    const REPLICATED: [&str; 5] = ["publish", "spublish", "pfcount", "eval", "evalsha"];
    command.flags.has(Flags::WRITE) || REPLICATED.contains(&command.name)
}

/// Whether a command is EXEC, and one of those that it would run is like that.
fn executes(client: &Client, command: &Command, like_that: impl Fn(&Command) -> bool) -> bool {
    let queued = client.transaction.as_ref().filter(|_| command.name == "exec");
    queued.is_some_and(|queued| queued.commands.iter().any(|(command, _)| like_that(command)))
}

/// The row of a command or subcommand.
pub(super) fn look_up(argv: &[Bytes]) -> Result<&'static Command, Refused> {
    let Some(command) = find(&argv[0]) else { return Err(unknown(argv)) };
    if command.subcommands.is_empty() || argv.len() < 2 {
        return Ok(command);
    }
    let sub = lower(&argv[1]);
    command.subcommands.iter().find(|row| row.short_name() == sub).ok_or_else(|| {
        Refused::UnknownSubcommand { sub: clipped(&argv[1]), of: upper_name(command.name) }
    })
}

/// Names of containers as their HELP writes them.
fn upper_name(name: &'static str) -> &'static str {
    const NAMES: [(&str, &str); 16] = [
        ("acl", "ACL"),
        ("client", "CLIENT"),
        ("cluster", "CLUSTER"),
        ("command", "COMMAND"),
        ("config", "CONFIG"),
        ("debug", "DEBUG"),
        ("function", "FUNCTION"),
        ("latency", "LATENCY"),
        ("memory", "MEMORY"),
        ("module", "MODULE"),
        ("object", "OBJECT"),
        ("pubsub", "PUBSUB"),
        ("script", "SCRIPT"),
        ("slowlog", "SLOWLOG"),
        ("xgroup", "XGROUP"),
        ("xinfo", "XINFO"),
    ];
    NAMES.iter().find(|(own, _)| *own == name).map_or(name, |(_, upper)| upper)
}

/// Names in errors are cut at 128 bytes.
fn clipped(word: &[u8]) -> String {
    text(&word[..word.len().min(128)])
}

fn unknown(argv: &[Bytes]) -> Refused {
    let mut args = String::new();
    for arg in &argv[1..] {
        let room = 128usize.saturating_sub(args.len());
        if room == 0 {
            break;
        }
        args += &format!("'{}' ", text(&arg[..arg.len().min(room)]));
    }
    let name = clipped(&argv[0]);
    Refused::text(format!("ERR unknown command '{name}', with args beginning with: {args}"))
}

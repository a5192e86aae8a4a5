//! MIGRATE: keys on their way to another node, and RESTORE on that other side.
//!
//! The source asks the target to restore each key and deletes what was acknowledged. The process does
//! nothing else meanwhile (`Node::step`): a target that does not answer makes its source look dead.
//! Connections are kept for ten seconds. In Redis: `migrateCommand`, `restoreCommand` (cluster.c). Spec: commands 6.

use super::blocking::Blocked;
use super::gate::look_up;
use super::monitor::Shown;
use super::table::{Flags, Keys, data, key, node};
use super::words::{command, int, is, text};
use super::{Answer, Call, Command, Outcome, Refused};
use crate::node::Node;
use crate::node::io::{ConnId, Outbox, Port};
use crate::node::keyspace::{Db, dump};
use crate::shapes::stream::ClientData;
use crate::words::{Argv, Millis, Reply, Time};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

const GROW: Flags = Flags::WRITE.or(Flags::DENYOOM);

pub(super) const COMMANDS: &[Command] = &[
    node("migrate", -6, Flags::WRITE.or(Flags::MOVABLE), Keys::Migrate, migrate),
    data("dump", 2, Flags::READONLY, key(1), dump_command),
    data("restore", -4, GROW, key(1), restore),
    data("restore-asking", -4, GROW.or(Flags::ASKING), key(1), restore),
];

/// Idle connections to targets are closed once they are more than so many seconds old, which is looked at
/// once a second.
const CACHED_FOR_S: u64 = 10;
/// A timeout of 0 or less means this.
const DEFAULT_TIMEOUT: i64 = 1000;

/// The migration under way, and connections that may be used again.
#[derive(Clone, Debug, Default)]
pub(super) struct Migrations {
    running: Option<Migration>,
    cached: BTreeMap<SocketAddr, Cached>,
}

#[derive(Clone, Copy, Debug)]
struct Cached {
    conn: ConnId,
    /// The database it selected; unknown after an error.
    db: Option<i64>,
    used: Time,
}

/// A MIGRATE that waits for the target.
#[derive(Clone, Debug)]
struct Migration {
    client: ConnId,
    argv: Argv,
    conn: ConnId,
    target: SocketAddr,
    until: Time,
    connected: bool,
    request: Request,
    /// What each answer that is still to come is about, in order.
    expected: std::collections::VecDeque<Expected>,
    acknowledged: Vec<Bytes>,
    first_error: Option<String>,
    /// AUTH or SELECT failed: whatever the target does then, the keys stay here too.
    barred: bool,
}

#[derive(Clone, Debug)]
enum Expected {
    Auth,
    Select,
    Key(Bytes),
}

/// What MIGRATE was told.
#[derive(Clone, Debug)]
struct Request {
    db: i64,
    copy: bool,
    replace: bool,
    /// The words of AUTH: a user, if one is given, and a password.
    auth: Vec<Bytes>,
    keys: Vec<Bytes>,
    timeout: Millis,
}

impl Migrations {
    /// Whether the process does nothing else now.
    pub(super) fn is_running(&self) -> bool {
        self.running.is_some()
    }
    /// How many connections may be used again.
    pub(super) fn cached(&self) -> usize {
        self.cached.len()
    }
    /// Whether `conn` is one of its connections.
    pub(super) fn owns(&self, conn: ConnId) -> bool {
        self.running.as_ref().is_some_and(|migration| migration.conn == conn)
            || self.cached.values().any(|cached| cached.conn == conn)
    }
}

fn migrate(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let request = match parse(&call.argv) {
        Ok(request) => request,
        Err(refused) => return refused.into(),
    };
    let expired = node.expired_keys_are(call.now);
    let mut db = Db::new(&mut node.keyspace, call.now, &mut node.rng, expired, true);
    let keys: Vec<Bytes> = request.keys.iter().filter(|key| db.look_up(key)).cloned().collect();
    let effects = db.finish(&call.argv);
    node.note_effects(effects, Some(call.conn));
    if keys.is_empty() {
        return Reply::Simple("NOKEY".into()).into();
    }
    let target = text(&call.argv[1]).parse::<IpAddr>().ok();
    let port = int(&call.argv[2]).ok().and_then(|port| u16::try_from(port).ok());
    let (Some(ip), Some(port)) = (target, port) else {
        return Refused::text("IOERR error or timeout connecting to the client").into();
    };
    if call.shown == Shown::ByScript {
        return Refused::text("ERR MIGRATE inside a script is not simulated").into();
    }
    node.block(call.conn, Blocked::Migration);
    let request = Request { keys, ..request };
    node.begin_migration(call, SocketAddr::new(ip, port), request);
    Outcome::Blocked
}

fn parse(argv: &[Bytes]) -> Result<Request, Refused> {
    let mut request = Request {
        db: 0,
        copy: false,
        replace: false,
        auth: Vec::new(),
        keys: vec![argv[3].clone()],
        timeout: Millis(0),
    };
    let mut words = argv[6..].iter();
    while let Some(word) = words.next() {
        if is(word, "copy") {
            request.copy = true;
        } else if is(word, "replace") {
            request.replace = true;
        } else if is(word, "auth") {
            request.auth = vec![words.next().ok_or(Refused::Syntax)?.clone()];
        } else if is(word, "auth2") {
            let user = words.next().ok_or(Refused::Syntax)?.clone();
            request.auth = vec![user, words.next().ok_or(Refused::Syntax)?.clone()];
        } else if is(word, "keys") {
            if !argv[3].is_empty() {
                return Err(Refused::text(
                    "ERR When using MIGRATE KEYS option, the key argument must be set to the empty \
                     string",
                ));
            }
            request.keys = words.by_ref().cloned().collect();
        } else {
            return Err(Refused::Syntax);
        }
    }
    let timeout = int(&argv[5])?;
    request.db = int(&argv[4])?;
    request.timeout = Millis(if timeout <= 0 { DEFAULT_TIMEOUT } else { timeout } as u64);
    Ok(request)
}

impl Node {
    fn begin_migration(&mut self, call: &mut Call<'_>, target: SocketAddr, request: Request) {
        let (now, out) = (call.now, &mut *call.out);
        let cached = self.clients.migrations.cached.get(&target).copied();
        let conn = cached.map_or_else(|| out.connect(target, Port::Client), |cached| cached.conn);
        self.clients.migrations.running = Some(Migration {
            client: call.conn,
            argv: call.argv.clone(),
            conn,
            target,
            until: now + request.timeout,
            connected: cached.is_some(),
            request,
            expected: std::collections::VecDeque::new(),
            acknowledged: Vec::new(),
            first_error: None,
            barred: false,
        });
        if let Some(cached) = cached {
            self.send_keys(now, cached.db, out);
        }
    }

    /// Whether a MIGRATE waits for its target.
    pub(in crate::node) fn is_migrating(&self) -> bool {
        self.clients.migrations.is_running()
    }

    /// Whether `conn` is a connection that MIGRATE opened.
    pub(in crate::node) fn is_migration_link(&self, conn: ConnId) -> bool {
        self.clients.migrations.owns(conn)
    }

    /// The target accepted the connection.
    pub(in crate::node) fn migration_connected(&mut self, now: Time, out: &mut Outbox) {
        if let Some(migration) = &mut self.clients.migrations.running {
            migration.connected = true;
            self.send_keys(now, None, out);
        }
    }

    fn send_keys(&mut self, now: Time, selected: Option<i64>, out: &mut Outbox) {
        let cluster = self.config.cluster_enabled;
        let Some(migration) = &mut self.clients.migrations.running else { return };
        let request = &migration.request;
        let mut send = |words: Argv| out.send_client(migration.conn, ClientData::Request(words));
        if !request.auth.is_empty() {
            send(Argv::new(std::iter::once(Bytes::from("AUTH")).chain(request.auth.clone())));
            migration.expected.push_back(Expected::Auth);
        }
        if selected != Some(request.db) {
            send(Argv::new([Bytes::from("SELECT"), Bytes::from(request.db.to_string())]));
            migration.expected.push_back(Expected::Select);
        }
        for key in &request.keys {
            let Some(entry) = self.keyspace.get(key) else { continue };
            let ttl = entry.expires.map_or(0, |at| at.saturating_sub(now.unix_ms()).max(1));
            let name = if cluster { "RESTORE-ASKING" } else { "RESTORE" };
            let ttl = Bytes::from(ttl.to_string());
            let mut words = vec![Bytes::from(name), key.clone(), ttl, dump::dump(&entry.value)];
            if request.replace {
                words.push(Bytes::from("REPLACE"));
            }
            send(Argv::new(words));
            migration.expected.push_back(Expected::Key(key.clone()));
        }
        self.finish_migration_if_done(now, out);
    }

    /// An answer of the target.
    pub(in crate::node) fn migration_answer(&mut self, now: Time, reply: &Reply, out: &mut Outbox) {
        let Some(migration) = &mut self.clients.migrations.running else { return };
        let error = reply.as_error().map(str::to_string);
        match migration.expected.pop_front() {
            Some(Expected::Key(key)) if error.is_none() && !migration.barred => {
                migration.acknowledged.push(key);
            }
            Some(Expected::Auth | Expected::Select) => migration.barred |= error.is_some(),
            Some(Expected::Key(_)) | None => {}
        }
        migration.first_error = migration.first_error.take().or(error);
        self.finish_migration_if_done(now, out);
    }

    fn finish_migration_if_done(&mut self, now: Time, out: &mut Outbox) {
        let done = self.clients.migrations.running.as_ref().is_some_and(|m| m.expected.is_empty());
        let Some(migration) = self.clients.migrations.running.take_if(|_| done) else { return };
        let db = migration.first_error.is_none().then_some(migration.request.db);
        let cached = Cached { conn: migration.conn, db, used: now };
        self.clients.migrations.cached.insert(migration.target, cached);
        if !migration.request.copy {
            self.delete_migrated(now, &migration.acknowledged, out);
        }
        let reply = match migration.first_error {
            None => Reply::OK,
            Some(error) => Reply::error(format!("ERR Target instance replied with error: {error}")),
        };
        self.end_migration(now, (migration.client, &migration.argv), reply, out);
    }

    fn delete_migrated(&mut self, now: Time, keys: &[Bytes], out: &mut Outbox) {
        if keys.is_empty() {
            return;
        }
        for key in keys {
            self.keyspace.remove(key);
            self.clients.touch(key);
        }
        let words = std::iter::once(Bytes::from("DEL")).chain(keys.iter().cloned());
        self.clients.effects.push(Argv::new(words));
        self.persistence.changed(keys.len() as u64);
        if !self.is_in_transaction() {
            self.propagate_effects(now, out);
        }
    }

    fn end_migration(
        &mut self,
        now: Time,
        (client, argv): (ConnId, &Argv),
        reply: Reply,
        out: &mut Outbox,
    ) {
        self.has_run(now, client, argv, &reply, out);
        if self.is_in_transaction() {
            self.go_on_with_exec(now, client, reply, out);
        } else {
            let offset = self.replication.offset();
            self.clients.get_mut(client).into_iter().for_each(|client| client.wrote_to = offset);
            self.unblock(now, client, reply, out);
        }
        if self.is_migrating() {
            return;
        }
        // What the others asked meanwhile was still in their sockets.
        let waiting: Vec<ConnId> = self.clients.iter().map(|(conn, _)| conn).collect();
        for conn in waiting {
            self.process_waiting(now, conn, out);
        }
    }

    /// A command that held up the process is shown and counted when it is over.
    fn has_run(&mut self, now: Time, by: ConnId, argv: &Argv, reply: &Reply, out: &mut Outbox) {
        self.show_command_of(now, by, argv, out);
        if let Ok(command) = look_up(argv) {
            self.clients.stats.count_call(command, &Outcome::Reply(reply.clone()));
        }
    }

    /// The rest of the transaction in which MIGRATE was.
    fn go_on_with_exec(&mut self, now: Time, conn: ConnId, reply: Reply, out: &mut Outbox) {
        self.clients.get_mut(conn).into_iter().for_each(|client| client.blocked = None);
        self.reply(conn, reply, out);
        if self.execute(now, conn, out) == Outcome::Blocked {
            return;
        }
        self.has_run(now, conn, &Argv::from("EXEC"), &Reply::OK, out);
        self.after_run(now, conn, (Outcome::Silent, None), out);
        self.clients.get_mut(conn).into_iter().for_each(|client| client.silence.next());
        self.process_waiting(now, conn, out);
    }

    /// The connection to the target failed or was closed.
    pub(in crate::node) fn migration_lost(&mut self, now: Time, conn: ConnId, out: &mut Outbox) {
        self.clients.migrations.cached.retain(|_, cached| cached.conn != conn);
        let of_this = |migration: &mut Migration| migration.conn == conn;
        let Some(migration) = self.clients.migrations.running.take_if(of_this) else { return };
        // A refused connection shows when the first bytes are written, for connecting is not awaited.
        let verb = if migration.connected { "reading" } else { "writing" };
        self.fail_migration(now, &migration, verb, out);
    }

    fn fail_migration(&mut self, now: Time, migration: &Migration, verb: &str, out: &mut Outbox) {
        if !migration.request.copy {
            self.delete_migrated(now, &migration.acknowledged, out);
        }
        let reply = Reply::error(format!("IOERR error or timeout {verb} to target instance"));
        self.end_migration(now, (migration.client, &migration.argv), reply, out);
    }

    /// Gives up a target that does not answer in time.
    pub(in crate::node) fn migration_deadline(&mut self, now: Time, out: &mut Outbox) {
        let late = |migration: &mut Migration| migration.until <= now;
        if let Some(migration) = self.clients.migrations.running.take_if(late) {
            self.forget_target(migration.target, Some(migration.conn), out);
            let verb = if migration.connected { "reading" } else { "writing" };
            self.fail_migration(now, &migration, verb, out);
        }
    }

    /// Closes connections that are not used any more.
    pub(super) fn migrations_cron(&mut self, now: Time, out: &mut Outbox) {
        if !self.crons.is_multiple_of(10) {
            return;
        }
        let old = |cached: &Cached| CACHED_FOR_S < now.unix_s() - cached.used.unix_s();
        let cached = &self.clients.migrations.cached;
        let targets: Vec<_> =
            cached.iter().filter(|(_, cached)| old(cached)).map(|(at, _)| *at).collect();
        for target in targets {
            self.forget_target(target, None, out);
        }
    }

    fn forget_target(&mut self, target: SocketAddr, conn: Option<ConnId>, out: &mut Outbox) {
        let cached = self.clients.migrations.cached.remove(&target).map(|cached| cached.conn);
        if let Some(conn) = cached.or(conn) {
            out.close(conn);
        }
    }
}

fn dump_command(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let value = db.value(&argv[1]);
    Ok(value.map_or(Reply::Nil, |value| Reply::Bulk(dump::dump(value))))
}

fn restore(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let (mut replace, mut absolute, mut idle, mut frequency) = (false, false, false, false);
    let mut words = argv[4..].iter();
    while let Some(word) = words.next() {
        match super::words::lower(word).as_str() {
            "replace" => replace = true,
            "absttl" => absolute = true,
            "idletime" if !frequency => {
                idle = true;
                if int(words.next().ok_or(Refused::Syntax)?)? < 0 {
                    return Err(Refused::text("ERR Invalid IDLETIME value, must be >= 0"));
                }
            }
            "freq" if !idle => {
                frequency = true;
                if !(0..256).contains(&int(words.next().ok_or(Refused::Syntax)?)?) {
                    return Err(Refused::text("ERR Invalid FREQ value, must be >= 0 and <= 255"));
                }
            }
            _ => return Err(Refused::Syntax),
        }
    }
    let key = &argv[1];
    if !replace && db.has(key) {
        return Err(Refused::BusyKey);
    }
    let ttl = int(&argv[2])?;
    let Ok(ttl) = u64::try_from(ttl) else {
        return Err(Refused::text("ERR Invalid TTL value, must be >= 0"));
    };
    if !dump::is_whole(&argv[3]) {
        return Err(Refused::text("ERR DUMP payload version or checksum are wrong"));
    }
    let Some(value) = dump::restore(&argv[3]) else {
        return Err(Refused::text("ERR Bad data format"));
    };
    let expires = match (ttl, absolute) {
        (0, _) => None,
        (at, true) => Some(at),
        (ttl, false) => Some(db.now_ms() + ttl),
    };
    let replaced = replace && db.keys.remove(key).is_some();
    if expires.is_some_and(|at| db.is_over(at)) {
        if replaced {
            db.changed(key);
            db.rewrite(command([b"DEL", key]));
        }
        return Ok(Reply::OK);
    }
    db.keys.put(key, value, expires);
    db.changed(key);
    if let Some(at) = expires {
        let at = Bytes::from(at.to_string());
        let words = ["RESTORE".into(), key.clone(), at, argv[3].clone(), "ABSTTL".into()];
        let replace = replace.then(|| Bytes::from("REPLACE"));
        db.rewrite(Argv::new(words.into_iter().chain(replace)));
    }
    Ok(Reply::OK)
}

//! What a connection says about itself: PING, AUTH, HELLO, CLIENT, ASKING, READONLY ...
//!
//! In Redis: networking.c, `askingCommand` (cluster.c). Spec: slots 5.

use super::absent::absent;
use super::clients::{PauseKind, PausePurpose};
use super::help;
use super::table::{Flags, Keys, group, node};
use super::words::{int, is, lower, text};
use super::{Call, Client, Command, Outcome, Refused};
use crate::node::Node;
use crate::node::io::ConnId;
use crate::words::resp::Protocol;
use crate::words::{Millis, Reply, Time};
use bytes::Bytes;

const ALWAYS: Flags = Flags::NOSCRIPT
    .or(Flags::LOADING)
    .or(Flags::STALE)
    .or(Flags::FAST)
    .or(Flags::NO_AUTH)
    .or(Flags::ALLOW_BUSY);
const CLIENT: Flags = Flags::NOSCRIPT.or(Flags::LOADING).or(Flags::STALE);
const ADMIN: Flags = CLIENT.or(Flags::ADMIN);
const VERSION: &str = "7.0.15";

pub(super) const COMMANDS: &[Command] = &[
    node("ping", -1, Flags::FAST, Keys::None, ping),
    node("echo", 2, Flags::LOADING.or(Flags::STALE).or(Flags::FAST), Keys::None, |_, call| {
        Reply::Bulk(call.argv[1].clone()).into()
    }),
    node("auth", -2, ALWAYS, Keys::None, auth),
    node("hello", -1, ALWAYS, Keys::None, hello),
    node("reset", 1, ALWAYS, Keys::None, reset),
    node("quit", -1, ALWAYS, Keys::None, quit),
    node("select", 2, Flags::LOADING.or(Flags::STALE).or(Flags::FAST), Keys::None, select),
    node("asking", 1, Flags::FAST, Keys::None, |node, call| {
        cluster_flag(node, call, |client| client.asking = true)
    }),
    node(
        "readonly",
        1,
        Flags::LOADING.or(Flags::STALE).or(Flags::FAST),
        Keys::None,
        |node, call| cluster_flag(node, call, |client| client.readonly = true),
    ),
    node(
        "readwrite",
        1,
        Flags::LOADING.or(Flags::STALE).or(Flags::FAST),
        Keys::None,
        |node, call| cluster_flag(node, call, |client| client.readonly = false),
    ),
    group(
        "client",
        -2,
        &[
            node("client|id", 2, CLIENT, Keys::None, |node, call| {
                Reply::Int(node.clients.get(call.conn).map_or(0, |client| client.id as i64)).into()
            }),
            node("client|getname", 2, CLIENT, Keys::None, |node, call| {
                let name = node.clients.get(call.conn).map(|client| client.name.clone());
                name.filter(|name| !name.is_empty()).map_or(Reply::Nil, Reply::Bulk).into()
            }),
            node("client|setname", 3, CLIENT, Keys::None, |node, call| {
                let name = call.argv[2].clone();
                set_name(node, call.conn, name).map(|()| Reply::OK).into()
            }),
            node("client|list", -2, ADMIN, Keys::None, list),
            node("client|info", 2, CLIENT, Keys::None, |node, call| {
                let line = node.clients.get(call.conn).map(|client| describe(node, call, client));
                Reply::Verbatim(Bytes::from(line.unwrap_or_default())).into()
            }),
            node("client|pause", -3, ADMIN, Keys::None, pause),
            node("client|unpause", 2, ADMIN, Keys::None, |node, _| {
                node.clients.unpause(PausePurpose::Command);
                Reply::OK.into()
            }),
            node("client|kill", -3, ADMIN, Keys::None, super::kill::kill),
            node("client|no-evict", 3, ADMIN, Keys::None, |_, _| Reply::OK.into()),
            help::row("client|help"),
            absent("client|caching", 3, CLIENT, Keys::None),
            absent("client|tracking", -3, CLIENT, Keys::None),
            absent("client|getredir", 2, CLIENT, Keys::None),
            absent("client|trackinginfo", 2, CLIENT, Keys::None),
            absent("client|unblock", -3, ADMIN, Keys::None),
            node("client|reply", 3, CLIENT, Keys::None, |_, call| {
                match lower(&call.argv[2]).as_str() {
                    "on" => Reply::OK.into(),
                    _ => Refused::Syntax.into(),
                }
            }),
        ],
    ),
];

fn ping(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    if 2 < call.argv.len() {
        return Refused::WrongArity("ping".into()).into();
    }
    let said = call.argv.get(1).cloned();
    let client = node.clients.get(call.conn);
    let old = client.is_some_and(|client| client.protocol == Protocol::Resp2);
    if old && node.clients.subscriptions.count(call.conn) != 0 {
        let said = Reply::Bulk(said.unwrap_or_default());
        return Reply::Array(vec![Reply::bulk("pong"), said]).into();
    }
    said.map_or(Reply::Simple("PONG".into()), Reply::Bulk).into()
}

/// Checks a password. In Redis: `ACLAuthenticateUser`, for the default user.
fn authenticate(
    node: &mut Node,
    conn: ConnId,
    user: &[u8],
    password: &[u8],
) -> Result<(), Refused> {
    let wanted = node.config.requirepass.as_ref();
    if !is(user, "default") || wanted.is_some_and(|wanted| wanted.as_bytes() != password) {
        return Err(Refused::text("WRONGPASS invalid username-password pair or user is disabled."));
    }
    if let Some(client) = node.clients.get_mut(conn) {
        client.authenticated = true;
    }
    Ok(())
}

fn auth(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let argv = call.argv.clone();
    let (user, password): (&[u8], &Bytes) = match &argv[1..] {
        [_] if node.config.requirepass.is_none() => {
            return Refused::text(
                "ERR AUTH <password> called without any password configured for the default user. \
                 Are you sure your configuration is correct?",
            )
            .into();
        }
        [password] => (b"default", password),
        [user, password] => (user, password),
        _ => return Refused::Syntax.into(),
    };
    authenticate(node, call.conn, user, password).map(|()| Reply::OK).into()
}

fn set_name(node: &mut Node, conn: ConnId, name: Bytes) -> Result<(), Refused> {
    if !name.iter().all(|c| (b'!'..=b'~').contains(c)) {
        return Err(Refused::text(
            "ERR Client names cannot contain spaces, newlines or special characters.",
        ));
    }
    if let Some(client) = node.clients.get_mut(conn) {
        client.name = name;
    }
    Ok(())
}

fn hello(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    answer_hello(node, call).into()
}

fn answer_hello(node: &mut Node, call: &mut Call<'_>) -> super::Answer {
    let argv = call.argv.clone();
    let version = match argv.get(1).map(|word| (int(word), word)) {
        None => None,
        Some((Ok(2), _)) => Some(Protocol::Resp2),
        Some((Ok(3), _)) => Some(Protocol::Resp3),
        Some((Ok(_), _)) => {
            return Err(Refused::text("NOPROTO unsupported protocol version"));
        }
        Some((Err(_), _)) => {
            return Err(Refused::text("ERR Protocol version is not an integer or out of range"));
        }
    };
    let mut words = argv.iter().skip(2);
    while let Some(word) = words.next() {
        let syntax = || Refused::text(format!("ERR Syntax error in HELLO option '{}'", text(word)));
        if is(word, "auth") {
            let user = words.next().ok_or_else(syntax)?;
            let password = words.next().ok_or_else(syntax)?;
            authenticate(node, call.conn, user, password)?;
        } else if is(word, "setname") {
            set_name(node, call.conn, words.next().ok_or_else(syntax)?.clone())?;
        } else {
            return Err(syntax());
        }
    }
    let needs_password = node.config.requirepass.is_some();
    let is_replica = node.replication.master().is_some();
    let in_cluster = node.config.cluster_enabled;
    let Some(client) = node.clients.get_mut(call.conn) else { return Ok(Reply::Nil) };
    if needs_password && !client.authenticated {
        return Err(Refused::text(
            "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO \
             <proto> AUTH <user> <pass> option can be used to authenticate the client and select \
             the RESP protocol version at the same time",
        ));
    }
    client.protocol = version.unwrap_or(client.protocol);
    let proto = if client.protocol == Protocol::Resp3 { 3 } else { 2 };
    let row = |name: &'static str, value: Reply| (Reply::bulk(name), value);
    Ok(Reply::Map(vec![
        row("server", Reply::bulk("redis")),
        row("version", Reply::bulk(VERSION)),
        row("proto", Reply::Int(proto)),
        row("id", Reply::Int(client.id as i64)),
        row("mode", Reply::bulk(if in_cluster { "cluster" } else { "standalone" })),
        row("role", Reply::bulk(if is_replica { "replica" } else { "master" })),
        row("modules", Reply::Array(Vec::new())),
    ]))
}

fn reset(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    node.clients.subscriptions.remove_all(call.conn);
    if let Some(client) = node.clients.get_mut(call.conn) {
        client.discard();
        client.asking = false;
        client.readonly = false;
        client.protocol = Protocol::Resp2;
        client.authenticated = false;
        client.name = Bytes::new();
    }
    Reply::Simple("RESET".into()).into()
}

fn quit(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    node.reply(call.conn, Reply::OK, call.out);
    node.disconnect(call.now, call.conn, call.out);
    Outcome::Silent
}

fn select(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    match int(&call.argv[1]) {
        Err(refused) => refused.into(),
        Ok(0) => Reply::OK.into(),
        Ok(_) if node.config.cluster_enabled => {
            Refused::text("ERR SELECT is not allowed in cluster mode").into()
        }
        // Outside a cluster there would be 16 databases; this engine keeps one.
        Ok(1..16) => Reply::OK.into(),
        Ok(_) => Refused::text("ERR DB index is out of range").into(),
    }
}

fn cluster_flag(node: &mut Node, call: &mut Call<'_>, set: fn(&mut Client)) -> Outcome {
    if !node.config.cluster_enabled {
        return Refused::ClusterOff.into();
    }
    if let Some(client) = node.clients.get_mut(call.conn) {
        set(client);
    }
    Reply::OK.into()
}

fn list(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let all = node.clients.iter().map(|(_, client)| describe(node, call, client));
    Reply::Verbatim(Bytes::from(all.collect::<String>())).into()
}

/// A line of CLIENT LIST. What an engine without sockets cannot know is 0.
fn describe(node: &Node, call: &Call<'_>, client: &Client) -> String {
    let conn = node.clients.iter().find(|(_, other)| other.id == client.id).map(|(conn, _)| conn);
    let is_replica = conn.is_some_and(|conn| node.replication.is_replica_link(conn));
    let subscribed = conn.map_or(0, |conn| node.clients.subscriptions.count(conn));
    let queued = client.transaction.as_ref().map_or(-1, |queue| queue.commands.len() as i64);
    let seconds = |since: Time| call.now.unix_s().saturating_sub(since.unix_s());
    let flags = match (is_replica, &client.transaction, &client.blocked) {
        (true, ..) => "S",
        (false, Some(_), _) => "x",
        (false, None, Some(_)) => "b",
        (false, None, None) if client.readonly => "r",
        (false, None, None) if subscribed != 0 => "P",
        (false, None, None) => "N",
    };
    format!(
        "id={} addr={} laddr={} fd={} name={} age={} idle={} flags={flags} db=0 sub={subscribed} \
         psub=0 ssub=0 multi={queued} qbuf=0 qbuf-free=20474 argv-mem=0 multi-mem=0 rbs=1024 rbp=0 \
         obl=0 oll=0 omem=0 tot-mem=22298 events=r cmd={} user=default redir=-1 resp={}\n",
        client.id,
        client.peer,
        client.local,
        8 + client.id,
        text(&client.name),
        seconds(client.since),
        seconds(client.asked),
        client.last_command,
        if client.protocol == Protocol::Resp3 { 3 } else { 2 },
    )
}

fn pause(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let kind = match call.argv.get(3) {
        None => PauseKind::Everything,
        Some(word) if is(word, "all") => PauseKind::Everything,
        Some(word) if is(word, "write") => PauseKind::Writes,
        Some(_) => return Refused::text("ERR CLIENT PAUSE mode must be WRITE or ALL").into(),
    };
    let invalid = || Refused::text("ERR timeout is not an integer or out of range");
    let ms = match int(&call.argv[2]) {
        Ok(ms) => ms,
        Err(_) => return invalid().into(),
    };
    let Ok(ms) = u64::try_from(ms) else {
        return Refused::text("ERR timeout is negative").into();
    };
    node.clients.pause(PausePurpose::Command, kind, call.now + Millis(ms));
    Reply::OK.into()
}

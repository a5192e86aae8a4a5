//! What a connection says about itself: PING, AUTH, HELLO, CLIENT, ASKING, READONLY ...
//!
//! In Redis: networking.c, `askingCommand` (cluster.c). Spec: slots 5.

use super::clients::{PauseKind, PausePurpose};
use super::help;
use super::table::{Flags, Keys, group, node};
use super::words::{int, is, lower, text};
use super::{Call, Client, Command, Outcome, Refused, client_list, tracking};
use crate::node::io::ConnId;
use crate::node::{Node, VERSION};
use crate::words::resp::Protocol;
use crate::words::{Millis, Reply};
use bytes::Bytes;

const ALWAYS: Flags = Flags::NOSCRIPT
    .or(Flags::LOADING)
    .or(Flags::STALE)
    .or(Flags::FAST)
    .or(Flags::NO_AUTH)
    .or(Flags::ALLOW_BUSY);
const CLIENT: Flags = Flags::NOSCRIPT.or(Flags::LOADING).or(Flags::STALE);
const ADMIN: Flags = CLIENT.or(Flags::ADMIN);

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
            node("client|list", -2, ADMIN, Keys::None, client_list::list),
            node("client|info", 2, CLIENT, Keys::None, client_list::info),
            node("client|pause", -3, ADMIN, Keys::None, pause),
            node("client|unpause", 2, ADMIN, Keys::None, |node, _| {
                node.clients.unpause(PausePurpose::Command);
                Reply::OK.into()
            }),
            node("client|kill", -3, ADMIN, Keys::None, super::kill::kill),
            node("client|no-evict", 3, ADMIN, Keys::None, no_evict),
            help::row("client|help"),
            tracking::CACHING,
            tracking::TRACKING,
            tracking::GETREDIR,
            tracking::TRACKINGINFO,
            node("client|unblock", -3, ADMIN, Keys::None, unblock),
            node("client|reply", 3, CLIENT, Keys::None, client_reply),
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
    call: &Call<'_>,
    user: &[u8],
    password: &[u8],
) -> Result<(), Refused> {
    let wanted = node.config.requirepass.as_ref();
    if user != b"default" || wanted.is_some_and(|wanted| wanted.as_bytes() != password) {
        node.note_denied(call, user);
        return Err(Refused::text("WRONGPASS invalid username-password pair or user is disabled."));
    }
    if let Some(client) = node.clients.get_mut(call.conn) {
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
    authenticate(node, call, user, password).map(|()| Reply::OK).into()
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
            authenticate(node, call, user, password)?;
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
    node.clients.monitors.retain(|conn| *conn != call.conn);
    node.clients.stop_tracking(call.conn);
    if let Some(client) = node.clients.get_mut(call.conn) {
        client.discard();
        client.asking = false;
        client.readonly = false;
        client.silence.off = false;
        client.silence.skip_next = false;
        client.protocol = Protocol::Resp2;
        client.authenticated = false;
        client.name = Bytes::new();
    }
    Reply::Simple("RESET".into()).into()
}

fn quit(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    node.clients.get_mut(call.conn).into_iter().for_each(|client| client.close_after_reply = true);
    Reply::OK.into()
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

fn no_evict(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let never_evicted = match lower(&call.argv[2]).as_str() {
        "on" => true,
        "off" => false,
        _ => return Refused::Syntax.into(),
    };
    node.clients.get_mut(call.conn).into_iter().for_each(|c| c.never_evicted = never_evicted);
    Reply::OK.into()
}

/// CLIENT UNBLOCK: somebody who waits is answered as if the time were over, or with an error.
fn unblock(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let with_error = match &call.argv[3..] {
        [] => false,
        [reason] if is(reason, "timeout") => false,
        [reason] if is(reason, "error") => true,
        [_] => {
            return Refused::text("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR").into();
        }
        _ => return Refused::UnknownOrArity { sub: text(&call.argv[1]), of: "CLIENT" }.into(),
    };
    let id = match int(&call.argv[2]) {
        Ok(id) => id,
        Err(refused) => return refused.into(),
    };
    let waits = |client: &Client| client.id as i64 == id && client.may_be_unblocked();
    let Some(conn) = node.clients.iter().find(|(_, client)| waits(client)).map(|(conn, _)| conn)
    else {
        return Reply::Int(0).into();
    };
    let command = node.clients.get(conn).map_or("", |client| client.last_command);
    if with_error {
        let why = Reply::error("UNBLOCKED client unblocked via CLIENT UNBLOCK");
        node.unblock(call.now, conn, why, call.out);
    } else {
        node.end_of_wait(call.now, conn, call.out);
    }
    // Whatever it was told, its command has failed.
    node.clients.stats.count_served(command, &Reply::error("UNBLOCKED"));
    Reply::Int(1).into()
}

fn client_reply(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let Some(client) = node.clients.get_mut(call.conn) else { return Outcome::Silent };
    match lower(&call.argv[2]).as_str() {
        "on" => {
            client.silence.off = false;
            client.silence.skip = false;
            return Reply::OK.into();
        }
        "off" => client.silence.off = true,
        "skip" => client.silence.skip_next = !client.silence.off,
        _ => return Refused::Syntax.into(),
    }
    Outcome::Silent
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

//! CLIENT LIST and CLIENT INFO: a line for each connection.
//!
//! The link to a master is a client as well. What an engine without sockets and memory cannot know is
//! fixed. In Redis: `catClientInfoString`, `clientCommand` (networking.c 7.0.15).

use super::kill::{Type, of_type};
use super::words::{int, is, text};
use super::{Answer, Call, Client, Outcome, Refused};
use crate::node::Node;
use crate::node::io::ConnId;
use crate::words::resp::Protocol;
use crate::words::{Reply, Time};
use bytes::Bytes;

/// The line of a client that asks, and its end.
pub(super) fn info(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let client = node.clients.get(call.conn);
    let line = client.map(|client| describe(node, call.now, call.conn, client) + "\n");
    Reply::Verbatim(Bytes::from(line.unwrap_or_default())).into()
}

pub(super) fn list(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    listed(node, call).into()
}

fn listed(node: &Node, call: &Call<'_>) -> Answer {
    let now = call.now;
    let lines: Vec<String> = match &call.argv[2..] {
        [] => all(node, now, |_| true),
        [how, name] if is(how, "type") => {
            let wanted = of_type(name)?;
            all(node, now, |of_type| of_type == wanted)
        }
        [how, ids @ ..] if is(how, "id") && !ids.is_empty() => {
            let invalid = |_| Refused::text("ERR Invalid client ID");
            let ids: Result<Vec<i64>, Refused> =
                ids.iter().map(|id| int(id).map_err(invalid)).collect();
            ids?.into_iter().filter_map(|id| with_id(node, now, id)).collect()
        }
        _ => return Err(Refused::Syntax),
    };
    let text: String = lines.into_iter().map(|line| line + "\n").collect();
    Ok(Reply::Verbatim(Bytes::from(text)))
}

fn all(node: &Node, now: Time, wanted: impl Fn(Type) -> bool) -> Vec<String> {
    let mut clients: Vec<(ConnId, &Client)> =
        node.clients.iter().filter(|(conn, _)| wanted(Type::of(node, *conn))).collect();
    clients.sort_by_key(|(_, client)| client.id);
    let lines = clients.into_iter().map(|(conn, client)| describe(node, now, conn, client));
    let master = Some(()).filter(|()| wanted(Type::Master)).and_then(|()| master(node));
    lines.chain(master).collect()
}

fn with_id(node: &Node, now: Time, id: i64) -> Option<String> {
    let (conn, client) = node.clients.iter().find(|(_, client)| client.id as i64 == id)?;
    Some(describe(node, now, conn, client))
}

/// The line of a client, without its end.
pub(super) fn describe(node: &Node, now: Time, conn: ConnId, client: &Client) -> String {
    let [channels, patterns, shard_channels] = node.clients.subscriptions.counts(conn);
    let queued = client.transaction.as_ref().map(|queue| queue.commands.len());
    let queued = queued.or(client.executes).map_or(-1, |count| count as i64);
    let seconds = |since: Time| now.unix_s().saturating_sub(since.unix_s());
    format!(
        "id={} addr={} laddr={} fd={} name={} age={} idle={} flags={} db=0 sub={channels} \
         psub={patterns} ssub={shard_channels} multi={queued} {MEMORY} events=r cmd={} user=default \
         redir=-1 resp={}",
        client.id,
        client.peer,
        client.local,
        8 + client.id,
        text(&client.name),
        seconds(client.since),
        seconds(client.asked),
        flags(node, conn, client),
        client.last_command,
        if client.protocol == Protocol::Resp3 { 3 } else { 2 },
    )
}

const MEMORY: &str = "qbuf=0 qbuf-free=20474 argv-mem=0 multi-mem=0 rbs=1024 rbp=0 obl=0 oll=0 omem=0 \
    tot-mem=22298";

/// The link to the master, while it is up: nobody asks on it but the master.
fn master(node: &Node) -> Option<String> {
    let (_, master) = node.replication.master_link()?;
    Some(format!(
        "id=0 addr={master} laddr=0.0.0.0:0 fd=8 name= age=0 idle=0 flags=M db=0 sub=0 psub=0 ssub=0 \
         multi=-1 {MEMORY} events=r cmd=ping user=(superuser) redir=-1 resp=2"
    ))
}

/// What a client is and does, a letter each.
fn flags(node: &Node, conn: ConnId, client: &Client) -> String {
    let in_transaction = client.transaction.is_some() || client.executes.is_some();
    let letters = [
        (node.is_monitor(conn), 'O'),
        (node.replication.is_replica_link(conn), 'S'),
        (node.clients.is_subscriber(conn), 'P'),
        (in_transaction, 'x'),
        (client.blocked.is_some(), 'b'),
        (client.watch_broken, 'd'),
        (client.close_after_reply, 'c'),
        (client.readonly, 'r'),
        (client.never_evicted, 'e'),
    ];
    let all: String =
        letters.iter().filter(|(is_so, _)| *is_so).map(|(_, letter)| letter).collect();
    if all.is_empty() { "N".to_owned() } else { all }
}

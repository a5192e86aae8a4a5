//! CLIENT LIST and CLIENT INFO: a line for each connection.
//!
//! The link to a master is a client as well. What of a request has come in part is not shown. In Redis: `catClientInfoString`, `clientCommand` (networking.c 7.0.15).

use super::kill::{Type, of_type};
use super::tracking::Tracking;
use super::words::{int, is, text};
use super::{Answer, Call, Client, Outcome, Refused};
use crate::node::Node;
use crate::node::io::ConnId;
use crate::node::memory::size_class;
use crate::words::resp::Protocol;
use crate::words::{Argv, Reply, Time};
use bytes::Bytes;

/// The line of a client that asks, and its end.
pub(super) fn info(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let client = node.clients.get(call.conn);
    let line = client.map(|client| describe(node, Asked::by(call), call.conn, client) + "\n");
    Reply::Verbatim(Bytes::from(line.unwrap_or_default())).into()
}

pub(super) fn list(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    listed(node, call).into()
}

fn listed(node: &Node, call: &Call<'_>) -> Answer {
    let lines: Vec<String> = match &call.argv[2..] {
        [] => all(node, call, |_| true),
        [how, name] if is(how, "type") => {
            let wanted = of_type(name)?;
            all(node, call, |of_type| of_type == wanted)
        }
        [how, ids @ ..] if is(how, "id") && !ids.is_empty() => {
            let invalid = |_| Refused::text("ERR Invalid client ID");
            let ids: Result<Vec<i64>, Refused> =
                ids.iter().map(|id| int(id).map_err(invalid)).collect();
            ids?.into_iter().filter_map(|id| with_id(node, call, id)).collect()
        }
        _ => return Err(Refused::Syntax),
    };
    let text: String = lines.into_iter().map(|line| line + "\n").collect();
    Ok(Reply::Verbatim(Bytes::from(text)))
}

fn all(node: &Node, call: &Call<'_>, wanted: impl Fn(Type) -> bool) -> Vec<String> {
    let mut clients: Vec<(ConnId, &Client)> =
        node.clients.iter().filter(|(conn, _)| wanted(Type::of(node, *conn))).collect();
    clients.sort_by_key(|(_, client)| client.id);
    let lines =
        clients.into_iter().map(|(conn, client)| describe(node, Asked::by(call), conn, client));
    let master = Some(()).filter(|()| wanted(Type::Master)).and_then(|()| master(node));
    lines.chain(master).collect()
}

fn with_id(node: &Node, call: &Call<'_>, id: i64) -> Option<String> {
    let (conn, client) = node.clients.iter().find(|(_, client)| client.id as i64 == id)?;
    Some(describe(node, Asked::by(call), conn, client))
}

/// When a line is made, and in which request, if it is made in one.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) now: Time,
    request: Option<(ConnId, &'a Argv)>,
}

impl<'a> Asked<'a> {
    pub(super) fn by(call: &'a Call<'_>) -> Asked<'a> {
        Asked { now: call.now, request: Some((call.conn, &call.argv)) }
    }
    pub(super) fn by_nobody(now: Time) -> Asked<'a> {
        Asked { now, request: None }
    }
}

/// The line of a client, without its end.
pub(super) fn describe(node: &Node, asked: Asked<'_>, conn: ConnId, client: &Client) -> String {
    let now = asked.now;
    let [channels, patterns, shard_channels] = node.clients.subscriptions.counts(conn);
    let queued = client.transaction.as_ref().map(|queue| queue.commands.len());
    let queued = queued.or(client.executes).map_or(-1, |count| count as i64);
    let seconds = |since: Time| now.unix_s().saturating_sub(since.unix_s());
    format!(
        "id={} addr={} laddr={} fd={} name={} age={} idle={} flags={} db=0 sub={channels} \
         psub={patterns} ssub={shard_channels} multi={queued} {} events={} cmd={} user=default \
         redir={} resp={}",
        client.id,
        client.peer,
        client.local,
        8 + client.id,
        text(&client.name),
        seconds(client.since),
        seconds(client.asked),
        flags(node, conn, client),
        memory(node, asked, conn, client),
        if client.output.waits() { "rw" } else { "r" },
        client.last_command,
        client.tracking.as_ref().map_or(-1, |tracking| tracking.redirect() as i64),
        if client.protocol == Protocol::Resp3 { 3 } else { 2 },
    )
}

/// What a client takes: the request that runs, if it is its own, and what it still has to be told.
fn memory(node: &Node, asked: Asked<'_>, conn: ConnId, client: &Client) -> String {
    let own = asked.request.filter(|(by, _)| *by == conn && client.executes.is_none());
    let (qbuf, words, pointers) = own.map_or((0, 0, 0), |(_, argv)| {
        let words = argv.iter().map(|word| word.len() as u64).sum::<u64>();
        (argv.encoded_len(), words, 8 * argv.len() as u64)
    });
    let now = asked.now;
    let free = free_to_ask(now, client).saturating_sub(qbuf);
    let buffer = &client.output.buffer;
    let (blocks, unsent) = node.replication.unsent_blocks(conn);
    let (list, omem) = (buffer.list_len() as u64 + blocks, buffer.memory() + unsent);
    let (rbs, rbp, obl) = (buffer.usable, buffer.peak, buffer.filled);
    let asks = size_class(qbuf + free + SDS_BYTES);
    let total = CLIENT_BYTES + asks + words + pointers + rbs + omem;
    format!(
        "qbuf={qbuf} qbuf-free={free} argv-mem={words} multi-mem=0 rbs={rbs} rbp={rbp} obl={obl} \
         oll={list} omem={omem} tot-mem={total}"
    )
}

/// The client itself, in its size class.
const CLIENT_BYTES: u64 = 768;
/// What a string takes beside its bytes.
const SDS_BYTES: u64 = 4;

/// What the buffer for requests holds: one piece of a socket, until the client has been idle for two
/// seconds. In Redis: `clientsCronResizeQueryBuffer`.
fn free_to_ask(now: Time, client: &Client) -> u64 {
    const PIECE: u64 = 20_474;
    let idle = now.unix_s().saturating_sub(client.asked.unix_s());
    match client.has_asked {
        false => 4,
        true if 2 < idle => 0,
        true => PIECE,
    }
}

const MEMORY: &str = "qbuf=0 qbuf-free=20474 argv-mem=0 multi-mem=0 rbs=1024 rbp=0 obl=0 oll=0 omem=0 \
    tot-mem=22272";

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
    let tracking = client.tracking.iter().flat_map(Tracking::letters);
    let first = [
        (node.is_monitor(conn), 'O'),
        (node.replication.is_replica_link(conn), 'S'),
        (node.clients.is_subscriber(conn), 'P'),
        (in_transaction, 'x'),
        (client.blocked.is_some(), 'b'),
    ];
    let last = [
        (client.watch_broken, 'd'),
        (client.close_after_reply, 'c'),
        (client.output.doomed, 'A'),
        (client.readonly, 'r'),
        (client.never_evicted, 'e'),
    ];
    let those = |(is_so, letter): (bool, char)| is_so.then_some(letter);
    let first = first.into_iter().filter_map(those);
    let all: String = first.chain(tracking).chain(last.into_iter().filter_map(those)).collect();
    if all.is_empty() { "N".to_owned() } else { all }
}

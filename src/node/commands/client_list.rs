//! CLIENT LIST and CLIENT INFO: a line about a connection.
//!
//! What an engine without sockets cannot know is 0. In Redis: `catClientInfoString` (networking.c).

use super::words::text;
use super::{Call, Client, Outcome};
use crate::node::Node;
use crate::node::io::ConnId;
use crate::words::resp::Protocol;
use crate::words::{Reply, Time};
use bytes::Bytes;

pub(super) fn list(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let all = node.clients.iter().map(|(conn, client)| describe(node, call.now, conn, client));
    Reply::Verbatim(Bytes::from(all.map(|line| line + "\n").collect::<String>())).into()
}

pub(super) fn info(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let client = node.clients.get(call.conn);
    let line = client.map(|client| describe(node, call.now, call.conn, client) + "\n");
    Reply::Verbatim(Bytes::from(line.unwrap_or_default())).into()
}

/// The line of a client, without its end.
pub(super) fn describe(node: &Node, now: Time, conn: ConnId, client: &Client) -> String {
    let [channels, patterns, shard_channels] = node.clients.subscriptions.counts(conn);
    let queued = client.transaction.as_ref().map_or(-1, |queue| queue.commands.len() as i64);
    let seconds = |since: Time| now.unix_s().saturating_sub(since.unix_s());
    format!(
        "id={} addr={} laddr={} fd={} name={} age={} idle={} flags={} db=0 sub={channels} \
         psub={patterns} ssub={shard_channels} multi={queued} qbuf=0 qbuf-free=20474 argv-mem=0 \
         multi-mem=0 rbs=1024 rbp=0 obl=0 oll=0 omem=0 tot-mem=22298 events=r cmd={} user=default \
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

/// What a client is and does, a letter each.
fn flags(node: &Node, conn: ConnId, client: &Client) -> String {
    let letters = [
        (node.is_monitor(conn), 'O'),
        (node.replication.is_replica_link(conn), 'S'),
        (node.clients.is_subscriber(conn), 'P'),
        (client.transaction.is_some(), 'x'),
        (client.blocked.is_some(), 'b'),
        (client.watch_broken, 'd'),
        (client.readonly, 'r'),
        (client.never_evicted, 'e'),
    ];
    let all: String =
        letters.iter().filter(|(is_so, _)| *is_so).map(|(_, letter)| letter).collect();
    if all.is_empty() { "N".to_owned() } else { all }
}

//! What a node reports of its cluster: CLUSTER INFO, NODES, SLOTS, SHARDS, LINKS ...
//!
//! All of it is this node's view. In Redis: cluster.c `clusterCommand`, `clusterReplyMultiBulkSlots`,
//! `addShardReplyForClusterShards`. Spec: commands 2.

use super::cluster::known;
use super::words::int;
use super::{Answer, Call, Refused};
use crate::node::Node;
use crate::node::cluster::{Peer, PeerIx};
use crate::node::route::endpoint;
use crate::shapes::config::EndpointType;
use crate::shapes::message::{Flags, Kind};
use crate::words::{Reply, Slot};
use bytes::Bytes;
use std::fmt::Write;

/// Failure reports are valid for that many node timeouts.
const REPORT_LIFE: u64 = 2;

pub(super) fn myid(node: &mut Node, _: &mut Call<'_>) -> Answer {
    Ok(Reply::bulk(node.cluster.myself().to_string()))
}

pub(super) fn keyslot(_: &mut Node, call: &mut Call<'_>) -> Answer {
    Ok(Reply::Int(i64::from(Slot::of(&call.argv[2]).number())))
}

pub(super) fn nodes(node: &mut Node, _: &mut Call<'_>) -> Answer {
    Ok(Reply::Verbatim(Bytes::from(node.cluster.topology().to_string())))
}

pub(super) fn countkeysinslot(node: &mut Node, call: &mut Call<'_>) -> Answer {
    let slot = u16::try_from(int(&call.argv[2])?).ok().and_then(Slot::new);
    let slot = slot.ok_or_else(|| Refused::text("ERR Invalid slot"))?;
    Ok(Reply::Int(node.keyspace.count_in_slot(slot) as i64))
}

pub(super) fn getkeysinslot(node: &mut Node, call: &mut Call<'_>) -> Answer {
    let slot = u16::try_from(int(&call.argv[2])?).ok().and_then(Slot::new);
    let count = usize::try_from(int(&call.argv[3])?).ok();
    let (Some(slot), Some(count)) = (slot, count) else {
        return Err(Refused::text("ERR Invalid slot or number of keys"));
    };
    let keys = node.keyspace.slot_keys(slot).take(count).cloned();
    Ok(Reply::Array(keys.map(Reply::Bulk).collect()))
}

pub(super) fn reports(node: &mut Node, call: &mut Call<'_>) -> Answer {
    let peer = known(node, &call.argv[2])?;
    let life = node.config.cluster_node_timeout.0 * REPORT_LIFE;
    Ok(Reply::Int(node.cluster.failure_reports(call.now, peer, life) as i64))
}

pub(super) fn replicas(node: &mut Node, call: &mut Call<'_>) -> Answer {
    let master = known(node, &call.argv[2])?;
    let master = node.cluster.peer(master);
    if master.is_replica() {
        return Err(Refused::text("ERR The specified node is not a master"));
    }
    let line = |replica| Reply::bulk(node.cluster.node_line(replica).to_string());
    Ok(Reply::Array(master.replicas().map(line).collect()))
}

pub(super) fn info(node: &mut Node, _: &mut Call<'_>) -> Answer {
    let cluster = &node.cluster;
    let slots_of = |flags: Flags| {
        let failed = cluster.peers().filter(|(_, peer)| peer.flags().has(flags));
        failed.map(|(_, peer)| u32::from(peer.slots().len())).sum::<u32>()
    };
    let (pfail, fail) = (slots_of(Flags::PFAIL), slots_of(Flags::FAIL));
    let assigned = u32::from(cluster.assigned());
    let mut text = String::new();
    let mut line = |name: &str, value: &dyn std::fmt::Display| {
        let _ = write!(text, "{name}:{value}\r\n");
    };
    line("cluster_state", &if cluster.state_ok() { "ok" } else { "fail" });
    line("cluster_slots_assigned", &assigned);
    line("cluster_slots_ok", &(assigned - pfail - fail));
    line("cluster_slots_pfail", &pfail);
    line("cluster_slots_fail", &fail);
    line("cluster_known_nodes", &cluster.known());
    line("cluster_size", &cluster.size());
    line("cluster_current_epoch", &cluster.current_epoch());
    line("cluster_my_epoch", &cluster.shown_epoch(PeerIx::MYSELF));
    let counters = cluster.counters();
    let ways = [("sent", false), ("received", true)];
    for (way, received) in ways {
        let count = |kind| if received { counters.received(kind) } else { counters.sent(kind) };
        for (kind, word) in Kind::ALL {
            if count(kind) != 0 {
                line(&format!("cluster_stats_messages_{word}_{way}"), &count(kind));
            }
        }
        let total = if received { counters.total_received() } else { counters.total_sent() };
        line(&format!("cluster_stats_messages_{way}"), &total);
    }
    line("total_cluster_links_buffer_limit_exceeded", &cluster.links_over_limit());
    Ok(Reply::Verbatim(Bytes::from(text)))
}

/// Whether CLUSTER SLOTS lists a replica: not a failed one, nor one that never got any stream.
fn is_listed(node: &Node, ix: PeerIx, peer: Peer<'_>) -> bool {
    offset_of(node, ix, peer) != 0 && !peer.has_failed()
}

fn offset_of(node: &Node, ix: PeerIx, peer: Peer<'_>) -> u64 {
    if ix == PeerIx::MYSELF { node.replication.bus_offset() } else { peer.offset() }
}

pub(super) fn slots(node: &mut Node, _: &mut Call<'_>) -> Answer {
    let mut rows: Vec<(Slot, Reply)> = Vec::new();
    for (ix, peer) in node.cluster.peers() {
        for (first, last) in peer.slots().ranges() {
            let mut row = vec![number(first.number()), number(last.number()), place(node, ix)];
            for replica in peer.replicas() {
                if is_listed(node, replica, node.cluster.peer(replica)) {
                    row.push(place(node, replica));
                }
            }
            rows.push((first, Reply::Array(row)));
        }
    }
    rows.sort_by_key(|(first, _)| *first);
    Ok(Reply::Array(rows.into_iter().map(|(_, row)| row).collect()))
}

fn number(number: u16) -> Reply {
    Reply::Int(i64::from(number))
}

/// A node in CLUSTER SLOTS: endpoint, port, id, and what else is known of where it is.
fn place(node: &Node, ix: PeerIx) -> Reply {
    let peer = node.cluster.peer(ix);
    let kind = node.config.preferred_endpoint_type;
    let shown = endpoint(&node.cluster, &node.config, ix);
    let host = match kind {
        EndpointType::UnknownEndpoint => Reply::Nil,
        EndpointType::Ip | EndpointType::Hostname => Reply::bulk(shown.host),
    };
    let mut more = Vec::new();
    if kind != EndpointType::Ip {
        more.push((Reply::bulk("ip"), ip(peer)));
    }
    if let Some(name) = peer.hostname().filter(|_| kind != EndpointType::Hostname) {
        more.push((Reply::bulk("hostname"), Reply::bulk(name.to_string())));
    }
    Reply::Array(vec![
        host,
        number(peer.port()),
        Reply::bulk(peer.id().to_string()),
        Reply::Map(more),
    ])
}

fn ip(peer: Peer<'_>) -> Reply {
    Reply::bulk(peer.ip().map(|ip| ip.to_string()).unwrap_or_default())
}

pub(super) fn shards(node: &mut Node, _: &mut Call<'_>) -> Answer {
    let masters = node.cluster.peers().filter(|(_, peer)| peer.is_master());
    let shard = |(ix, master): (PeerIx, Peer<'_>)| {
        let bounds = master.slots().ranges().into_iter().flat_map(|(first, last)| [first, last]);
        let slots = bounds.map(|slot| number(slot.number())).collect();
        let members = std::iter::once(ix).chain(master.replicas());
        Reply::Map(vec![
            (Reply::bulk("slots"), Reply::Array(slots)),
            (Reply::bulk("nodes"), Reply::Array(members.map(|ix| member(node, ix)).collect())),
        ])
    };
    Ok(Reply::Array(masters.map(shard).collect()))
}

/// A node in CLUSTER SHARDS.
fn member(node: &Node, ix: PeerIx) -> Reply {
    let peer = node.cluster.peer(ix);
    let offset = offset_of(node, ix, peer);
    let health = match () {
        () if peer.has_failed() => "fail",
        () if peer.is_replica() && offset == 0 => "loading",
        () => "online",
    };
    let role = if peer.is_replica() { "replica" } else { "master" };
    let shown = endpoint(&node.cluster, &node.config, ix);
    let mut rows = vec![
        ("id", Reply::bulk(peer.id().to_string())),
        ("port", number(peer.port())),
        ("ip", ip(peer)),
        ("endpoint", Reply::bulk(shown.host)),
    ];
    if let Some(name) = &peer.hostname() {
        rows.push(("hostname", Reply::bulk(name.to_string())));
    }
    rows.push(("role", Reply::bulk(role)));
    rows.push(("replication-offset", Reply::Int(offset as i64)));
    rows.push(("health", Reply::bulk(health)));
    Reply::Map(rows.into_iter().map(|(name, value)| (Reply::bulk(name), value)).collect())
}

pub(super) fn links(node: &mut Node, _: &mut Call<'_>) -> Answer {
    let row = |row: crate::node::cluster::LinkRow| {
        let direction = if row.outbound { "to" } else { "from" };
        let (used, allocated) = node.cluster.send_buffer(row.link);
        let reads = if row.link.up { "r" } else { "" };
        let writes = if used == 0 { "" } else { "w" };
        let fields = [
            ("direction", Reply::bulk(direction)),
            ("node", Reply::bulk(node.cluster.peer(row.peer).id().to_string())),
            ("create-time", Reply::Int(row.link.created.ms() as i64)),
            ("events", Reply::bulk(format!("{reads}{writes}"))),
            ("send-buffer-allocated", Reply::Int(allocated as i64)),
            ("send-buffer-used", Reply::Int(used as i64)),
        ];
        Reply::Map(fields.map(|(name, value)| (Reply::bulk(name), value)).to_vec())
    };
    Ok(Reply::Array(node.cluster.links().map(row).collect()))
}

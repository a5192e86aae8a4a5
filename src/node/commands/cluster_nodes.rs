//! Who is who, as an operator says it: MEET, FORGET, REPLICATE, FAILOVER, RESET, and epochs.
//!
//! The checks and the words of their refusals; the effects are the cluster's. In Redis:
//! `clusterCommand`. Spec: commands 3, failover 6.

use super::cluster::known;
use super::words::{int, is, text};
use super::{Answer, Call, Refused};
use crate::node::Node;
use crate::node::cluster::PeerIx;
use crate::shapes::Epoch;
use crate::shapes::fact::ManualMode;
use crate::words::Reply;
use bytes::Bytes;
use std::net::IpAddr;

pub(super) fn meet(node: &mut Node, call: &mut Call<'_>) -> Answer {
    if 5 < call.argv.len() {
        return Err(too_many(call));
    }
    let (host, port) = (&call.argv[2], &call.argv[3]);
    let bad_port = |what: &str, word: &Bytes| {
        Refused::text(format!("ERR Invalid TCP {what} port specified: {}", text(word)))
    };
    let base = int(port).map_err(|_| bad_port("base", port))?;
    let bus = match call.argv.get(4) {
        Some(word) => int(word).map_err(|_| bad_port("bus", word))?,
        None => base.saturating_add(10_000),
    };
    let in_range = |port: i64| u16::try_from(port).ok().filter(|port| *port != 0);
    let ip: Option<IpAddr> = text(host).parse().ok();
    let (Some(ip), Some(base), Some(bus)) = (ip, in_range(base), in_range(bus)) else {
        let address = format!("{}:{}", text(host), text(port));
        return Err(Refused::text(format!("ERR Invalid node address specified: {address}")));
    };
    node.cluster_meet(call.now, ip, base, bus, call.out);
    Ok(Reply::OK)
}

/// FAILOVER, MEET and RESET have an arity that is a minimum; what is too much they say themselves.
fn too_many(call: &Call<'_>) -> Refused {
    Refused::UnknownOrArity { sub: text(&call.argv[1]), of: "CLUSTER" }
}

pub(super) fn forget(node: &mut Node, call: &mut Call<'_>) -> Answer {
    let peer = known(node, &call.argv[2])?;
    if peer == PeerIx::MYSELF {
        return Err(Refused::text("ERR I tried hard but I can't forget myself..."));
    }
    if node.cluster.is_replica() && node.cluster.me().master() == Some(peer) {
        return Err(Refused::text("ERR Can't forget my master!"));
    }
    node.cluster_forget(call.now, peer, call.out);
    Ok(Reply::OK)
}

pub(super) fn replicate(node: &mut Node, call: &mut Call<'_>) -> Answer {
    let master = known(node, &call.argv[2])?;
    if master == PeerIx::MYSELF {
        return Err(Refused::text("ERR Can't replicate myself"));
    }
    if node.cluster.peer(master).is_replica() {
        return Err(Refused::text("ERR I can only replicate a master, not a replica."));
    }
    let me = node.cluster.me();
    let is_empty = me.slots().is_empty() && node.keyspace.is_empty();
    if !me.is_replica() && !is_empty {
        return Err(Refused::text(
            "ERR To set a master the node must be empty and without assigned slots.",
        ));
    }
    node.cluster_replicate(call.now, master, call.out);
    Ok(Reply::OK)
}

pub(super) fn failover(node: &mut Node, call: &mut Call<'_>) -> Answer {
    let mode = match &call.argv[2..] {
        [] => ManualMode::Default,
        [word] if is(word, "force") => ManualMode::Force,
        [word] if is(word, "takeover") => ManualMode::Takeover,
        [_] => return Err(Refused::Syntax),
        _ => return Err(too_many(call)),
    };
    let me = node.cluster.me();
    if !me.is_replica() {
        return Err(Refused::text("ERR You should send CLUSTER FAILOVER to a replica"));
    }
    let Some(master) = me.master().map(|master| node.cluster.peer(master)) else {
        return Err(Refused::text("ERR I'm a replica but my master is unknown to me"));
    };
    let reachable = !master.has_failed() && master.is_linked();
    if mode == ManualMode::Default && !reachable {
        return Err(Refused::text(
            "ERR Master is down or failed, please use CLUSTER FAILOVER FORCE",
        ));
    }
    node.cluster_failover(call.now, mode, call.out);
    Ok(Reply::OK)
}

pub(super) fn reset(node: &mut Node, call: &mut Call<'_>) -> Answer {
    let hard = match &call.argv[2..] {
        [] => false,
        [word] if is(word, "hard") => true,
        [word] if is(word, "soft") => false,
        [_] => return Err(Refused::Syntax),
        _ => return Err(too_many(call)),
    };
    if !node.cluster.is_replica() && !node.keyspace.is_empty() {
        return Err(Refused::text(
            "ERR CLUSTER RESET can't be called with master nodes containing keys",
        ));
    }
    node.cluster_reset(call.now, hard, call.out);
    Ok(Reply::OK)
}

pub(super) fn set_epoch(node: &mut Node, call: &mut Call<'_>) -> Answer {
    let number = int(&call.argv[2])?;
    let Ok(epoch) = u64::try_from(number) else {
        return Err(Refused::text(format!("ERR Invalid config epoch specified: {number}")));
    };
    if 1 < node.cluster.known() {
        return Err(Refused::text(
            "ERR The user can assign a config epoch only when the node does not know any other \
             node.",
        ));
    }
    if node.cluster.me().config_epoch() != Epoch(0) {
        return Err(Refused::text("ERR Node config epoch is already non-zero"));
    }
    node.cluster_set_config_epoch(Epoch(epoch), call.out);
    Ok(Reply::OK)
}

pub(super) fn bumpepoch(node: &mut Node, call: &mut Call<'_>) -> Answer {
    let (word, epoch) = match node.cluster_bump_epoch(call.out) {
        Some(epoch) => ("BUMPED", epoch),
        None => ("STILL", node.cluster.me().config_epoch()),
    };
    Ok(Reply::Simple(Bytes::from(format!("{word} {epoch}"))))
}

pub(super) fn saveconfig(node: &mut Node, _: &mut Call<'_>) -> Answer {
    node.cluster_save_config();
    Ok(Reply::OK)
}

//! Where a command runs: here, or the named reason why not. Decides; changes nothing.
//!
//! Invariants: CROSSSLOT beats a redirection; an unassigned slot beats everything; without keys every
//! command runs where it is. In Redis: `getNodeByQuery`, `clusterRedirectClient` (cluster.c 7.0.15).
//! Spec: slots 4.

use crate::node::cluster::{Cluster, PeerIx};
use crate::shapes::Config;
use crate::shapes::config::EndpointType;
use crate::words::Slot;
use bytes::Bytes;
use std::fmt;

/// What is asked: the keys of a command, or of all commands of a transaction, and who asks.
#[derive(Clone, Debug, Default)]
pub struct Query<'a> {
    /// Keys (or shard channels) in the order of the commands.
    pub keys: Vec<&'a Bytes>,
    /// A command of the query may write: a READONLY client does not get it from a replica.
    pub writes: bool,
    /// The command itself is one that may write. EXEC is not, whatever it holds.
    pub is_write_command: bool,
    /// It is about shard channels, which have no keys that could be missing.
    pub is_shard_pubsub: bool,
    /// MIGRATE runs on the nodes of an open slot, whatever is missing.
    pub is_migrate: bool,
    /// The client said ASKING, or the command implies it.
    pub asking: bool,
    /// The client said READONLY.
    pub readonly: bool,
}

/// Where a command runs, or why it does not. `Display` is the error on the wire.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Route {
    /// On this node.
    Here,
    /// The keys are in several slots.
    CrossSlot,
    /// Some keys of a slot that moves are here and some are not.
    TryAgain,
    /// No node owns the slot.
    NotServed,
    /// The cluster's state is fail.
    Down,
    /// The cluster's state is fail, and only reading is allowed.
    DownForWrites,
    /// Another node owns the slot.
    Moved {
        /// The slot.
        slot: Slot,
        /// Its owner, as a client is told of it.
        to: Endpoint,
    },
    /// The slot is on its way to another node, which has the key already or never.
    Ask {
        /// The slot.
        slot: Slot,
        /// Where it goes.
        to: Endpoint,
    },
}

/// An address for clients: `127.0.0.1:7000`, without brackets for IPv6; `?` if a name is wanted and
/// there is none; nothing before the colon if the client is to keep the address it used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Endpoint {
    /// Address, name, `?` or nothing.
    pub host: String,
    /// Client port.
    pub port: u16,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Route::Here => f.write_str("OK"),
            Route::CrossSlot => {
                f.write_str("CROSSSLOT Keys in request don't hash to the same slot")
            }
            Route::TryAgain => {
                f.write_str("TRYAGAIN Multiple keys request during rehashing of slot")
            }
            Route::NotServed => f.write_str("CLUSTERDOWN Hash slot not served"),
            Route::Down => f.write_str("CLUSTERDOWN The cluster is down"),
            Route::DownForWrites => {
                f.write_str("CLUSTERDOWN The cluster is down and only accepts read commands")
            }
            Route::Moved { slot, to } => write!(f, "MOVED {slot} {to}"),
            Route::Ask { slot, to } => write!(f, "ASK {slot} {to}"),
        }
    }
}

/// What the keys of a query have in common, and how many are here.
struct Keys {
    slot: Slot,
    owner: PeerIx,
    migrating: Option<PeerIx>,
    importing: bool,
    several: bool,
    present: usize,
    missing: usize,
}

/// Decides where `query` runs. `is_here` tells whether a key is in the keyspace (and not expired).
pub fn route(
    query: &Query<'_>,
    cluster: &Cluster,
    config: &Config,
    is_here: impl FnMut(&Bytes) -> bool,
) -> Route {
    let keys = match look_at_keys(query, cluster, is_here) {
        Ok(Some(keys)) => keys,
        Ok(None) => return Route::Here,
        Err(route) => return route,
    };
    if let Some(down) = refused_while_down(query, cluster, config) {
        return down;
    }
    let open = keys.migrating.is_some() || keys.importing;
    if open && query.is_migrate {
        return Route::Here;
    }
    let slot = keys.slot;
    if let Some(target) = keys.migrating.filter(|_| 0 < keys.missing) {
        return match keys.present {
            // A slot may migrate to the node that has it; then there is nobody to ask.
            0 if target == PeerIx::MYSELF => Route::Here,
            0 => Route::Ask { slot, to: endpoint(cluster, config, target) },
            _ => Route::TryAgain,
        };
    }
    if keys.importing && query.asking {
        let split = keys.several && 0 < keys.missing;
        return if split { Route::TryAgain } else { Route::Here };
    }
    let me = cluster.me();
    let may_read = (query.readonly || query.is_shard_pubsub) && !query.writes;
    if may_read && me.is_replica() && me.master() == Some(keys.owner) {
        return Route::Here;
    }
    match keys.owner {
        PeerIx::MYSELF => Route::Here,
        owner => Route::Moved { slot, to: endpoint(cluster, config, owner) },
    }
}

fn look_at_keys(
    query: &Query<'_>,
    cluster: &Cluster,
    mut is_here: impl FnMut(&Bytes) -> bool,
) -> Result<Option<Keys>, Route> {
    let Some((&first, _)) = query.keys.split_first() else { return Ok(None) };
    let slot = Slot::of(first);
    let owner = cluster.owner(slot).ok_or(Route::NotServed)?;
    let migrating = cluster.migrating(slot).filter(|_| owner == PeerIx::MYSELF);
    let importing = migrating.is_none() && cluster.importing(slot).is_some();
    let counted = (migrating.is_some() || importing) && !query.is_shard_pubsub;
    let mut keys =
        Keys { slot, owner, migrating, importing, several: false, present: 0, missing: 0 };
    for &key in &query.keys {
        if key != first {
            if Slot::of(key) != slot {
                return Err(Route::CrossSlot);
            }
            keys.several = true;
        }
        if counted {
            *(if is_here(key) { &mut keys.present } else { &mut keys.missing }) += 1;
        }
    }
    Ok(Some(keys))
}

fn refused_while_down(query: &Query<'_>, cluster: &Cluster, config: &Config) -> Option<Route> {
    if cluster.state_ok() {
        return None;
    }
    let (allowed, writes) = match query.is_shard_pubsub {
        true => (config.allow_pubsubshard_when_down, false),
        false => (config.allow_reads_when_down, query.is_write_command),
    };
    match (allowed, writes) {
        (false, _) => Some(Route::Down),
        (true, true) => Some(Route::DownForWrites),
        (true, false) => None,
    }
}

/// How clients are told of a node (`cluster-preferred-endpoint-type`).
pub fn endpoint(cluster: &Cluster, config: &Config, of: PeerIx) -> Endpoint {
    let peer = cluster.peer(of);
    let host = match config.preferred_endpoint_type {
        EndpointType::Ip => peer.ip().map(|ip| ip.to_string()).unwrap_or_default(),
        EndpointType::Hostname => peer.hostname().map_or("?", |name| name).into(),
        EndpointType::UnknownEndpoint => String::new(),
    };
    Endpoint { host, port: peer.port() }
}

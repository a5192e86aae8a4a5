//! What random clients of a cluster ask, and where.
//!
//! The words come from the patterns of one node's test; their keys are spread over hash tags here,
//! mostly one tag a command. The patterns below are the cluster's own: open slots, redirections.

use super::talk;
use bytes::Bytes;
use slotlab::words::{Argv, NodeId, Rng};

/// How many nodes there are: three masters, and a replica of the first.
pub(crate) const MASTERS: u16 = 3;
/// The replica's place.
pub(crate) const REPLICA: usize = 3;
/// How many nodes in all.
pub(crate) const NODES: usize = 4;
/// Connections to each node.
pub(crate) const CONNECTIONS: usize = 2;

/// One command on one connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Op {
    /// Which node: 0 is the first master.
    pub(crate) node: usize,
    /// Which of its connections.
    pub(crate) conn: usize,
    /// What is asked.
    pub(crate) argv: Argv,
}

/// Tags with their slots: the second is the first master's, and so on.
const TAGS: [(&str, &str); 4] = [("b", "3300"), ("c", "7365"), ("d", "11298"), ("t", "15891")];

/// `S`: a slot of the tags; `N`: a node's id; `K`: a key; `P`: a node's port.
const PATTERNS: &[&str] = &[
    "CLUSTER SETSLOT S MIGRATING N",
    "CLUSTER SETSLOT S MIGRATING N",
    "CLUSTER SETSLOT S IMPORTING N",
    "CLUSTER SETSLOT S IMPORTING N",
    "CLUSTER SETSLOT S STABLE",
    "CLUSTER SETSLOT S STABLE",
    "CLUSTER SETSLOT 16384 STABLE",
    "CLUSTER SETSLOT S NOSUCH",
    "CLUSTER SETSLOT S MIGRATING abc",
    "CLUSTER SETSLOT S NODE abc",
    "CLUSTER NODES",
    "CLUSTER SLOTS",
    "CLUSTER SHARDS",
    "CLUSTER INFO",
    "CLUSTER MYID",
    "CLUSTER COUNTKEYSINSLOT S",
    "CLUSTER GETKEYSINSLOT S 10",
    "CLUSTER REPLICAS N",
    "CLUSTER SLAVES abc",
    "CLUSTER COUNT-FAILURE-REPORTS N",
    "CLUSTER ADDSLOTS S",
    "CLUSTER ADDSLOTS S S",
    "CLUSTER ADDSLOTSRANGE 1 0",
    "CLUSTER ADDSLOTSRANGE S S",
    "CLUSTER DELSLOTS x",
    "CLUSTER DELSLOTSRANGE 1 0",
    "CLUSTER FORGET abc",
    "CLUSTER MEET 127.0.0.1 x",
    "CLUSTER MEET nohost 7000",
    "CLUSTER REPLICATE abc",
    "CLUSTER RESET NOSUCH",
    "CLUSTER SAVECONFIG",
    "CLUSTER SET-CONFIG-EPOCH 3",
    "CLUSTER KEYSLOT K",
    "MIGRATE 127.0.0.1 P K 0 1000",
    "MIGRATE 127.0.0.1 P K 0 1000 COPY REPLACE",
    "MIGRATE 127.0.0.1 P  0 1000 KEYS K K",
    "DUMP K",
    "DUMP K",
    "ASKING",
    "READONLY",
    "READWRITE",
    "MULTI",
    "EXEC",
    "GET K",
    "MGET K K",
    "SET K v",
    "DEL K",
    "ROLE",
    "HELLO 3",
    "HELLO 3",
    "HELLO 3",
    "HELLO 2",
    "RESET",
    "INFO keyspace",
    "INFO nosuch",
    "BLPOP K K 0.01",
    "BRPOP K x",
    "BLMOVE K K LEFT RIGHT 0.01",
    "XREAD BLOCK 10 STREAMS K $",
    "XREAD COUNT 1 STREAMS K K 0 0",
    "COMMAND GETKEYS MSET K v K v",
    "REPLICAOF NO ONE",
    "SWAPDB 0 1",
    "FLUSHDB",
    "CLIENT NO-EVICT on",
    "CLIENT NOSUCH",
    "OBJECT FREQ K",
    "OBJECT REFCOUNT K",
    "FAILOVER ABORT",
    "CLUSTER FAILOVER NOSUCH",
    "CLUSTER FLUSHSLOTS x",
    "CLUSTER GETKEYSINSLOT S -1",
    "CLUSTER LINKS x",
    "PUBSUB CHANNELS",
    "PUBSUB SHARDNUMSUB K",
    "SPUBLISH K hi",
    "PUBLISH news hi",
];

/// A random command for a random connection.
pub(crate) fn op(rng: &mut Rng, ids: &[NodeId], first_port: u16) -> Op {
    let node = rng.below(NODES as u64) as usize;
    let conn = rng.below(CONNECTIONS as u64) as usize;
    let argv = match rng.below(4) {
        0 => of_the_cluster(rng, ids, first_port),
        _ => {
            let argv = talk::command(rng);
            spread(rng, &argv)
        }
    };
    Op { node, conn, argv: tamed(argv) }
}

fn of_the_cluster(rng: &mut Rng, ids: &[NodeId], first_port: u16) -> Argv {
    let pattern = PATTERNS[rng.below(PATTERNS.len() as u64) as usize];
    let tag = tag(rng);
    let mut words = Vec::new();
    for token in pattern.split(' ') {
        words.push(match token {
            "S" => slot(rng, tag).to_owned(),
            "N" => id(rng, ids),
            "K" => format!("{{{tag}}}{}", letter(rng)),
            "P" => (first_port + rng.below(NODES as u64) as u16).to_string(),
            word => word.to_owned(),
        });
    }
    Argv::new(words)
}

/// Gives the keys of a command another tag: all the same, or rarely each its own.
fn spread(rng: &mut Rng, argv: &Argv) -> Argv {
    let one = tag(rng);
    let apart = rng.below(12) == 0;
    Argv::new(argv.iter().map(|word| {
        let Some(rest) = word.strip_prefix(b"{t}") else { return word.clone() };
        let tag = if apart { tag(rng) } else { one };
        Bytes::from([b"{", tag.as_bytes(), b"}", rest].concat())
    }))
}

/// Without what depends on the moment: how far a replica has come, where a scan of a table breaks off.
fn tamed(argv: Argv) -> Argv {
    match argv.name().as_str() {
        "wait" => Argv::from("PING"),
        // All commands at once, in the order of a hash table: `live_commands` compares each row.
        "command" if argv.len() < 3 => Argv::from("COMMAND COUNT"),
        "scan" => Argv::from("SCAN 0 COUNT 1000"),
        _ => argv,
    }
}

fn tag(rng: &mut Rng) -> &'static str {
    TAGS[rng.below(TAGS.len() as u64) as usize].0
}

fn slot(rng: &mut Rng, tag: &str) -> &'static str {
    let of = TAGS.iter().find(|(name, _)| *name == tag).map_or("0", |(_, slot)| *slot);
    if rng.below(10) == 0 { "5" } else { of }
}

fn id(rng: &mut Rng, ids: &[NodeId]) -> String {
    match rng.below(12) {
        0 => "f".repeat(40),
        _ => ids[rng.below(ids.len() as u64) as usize].to_string(),
    }
}

fn letter(rng: &mut Rng) -> char {
    char::from(b'a' + rng.below(6) as u8)
}

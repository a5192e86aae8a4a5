//! What random clients of a cluster ask, and where.
//!
//! Commands come from the patterns of one node's test, from those of this one, from the table of
//! commands, and in short stretches on one connection. Their keys are spread over hash tags, mostly one
//! tag a command.

use super::every;
use super::patterns::{BURSTS, CLUSTER, DATA, OWNERS};
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

/// Something that happens on one connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Op {
    /// Which node: 0 is the first master.
    pub(crate) node: usize,
    /// Which of its connections.
    pub(crate) conn: usize,
    /// What happens.
    pub(crate) act: Act,
}

/// What happens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Act {
    /// A command.
    Ask(Argv),
    /// All nodes delete the keys that have expired; otherwise only those that somebody asks for are.
    Expire,
}

impl Op {
    /// Which of all connections.
    pub(crate) fn line(&self) -> usize {
        self.node * CONNECTIONS + self.conn
    }
}

/// Tags with their slots: the second is the first master's, and so on.
const TAGS: [(&str, &str); 4] = [("b", "3300"), ("c", "7365"), ("d", "11298"), ("t", "15891")];
/// The slots of the tags and another one, and whose they are.
pub(crate) const SLOTS: [(u16, usize); 5] = [(5, 0), (3300, 0), (7365, 1), (11298, 2), (15891, 2)];

/// What of the cluster the commands name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places<'a> {
    /// The nodes' ids.
    pub(crate) ids: &'a [NodeId],
    /// The first node's port.
    pub(crate) first_port: u16,
    /// Who is asked.
    pub(crate) node: usize,
}

impl Places<'_> {
    /// A connection to the node that is asked: each node has numbers of its own.
    fn line(self, rng: &mut Rng) -> usize {
        self.node * CONNECTIONS + rng.below(CONNECTIONS as u64) as usize
    }
}

/// So many random commands, and a few more.
pub(crate) fn ops(rng: &mut Rng, places: Places<'_>, count: usize) -> Vec<Op> {
    let mut ops = Vec::new();
    while ops.len() < count {
        let node = rng.below(NODES as u64) as usize;
        let conn = rng.below(CONNECTIONS as u64) as usize;
        let mut say = |node, argv| ops.push(Op { node, conn, act: Act::Ask(argv) });
        let places = Places { node, ..places };
        match rng.below(20) {
            0..4 => {
                let tag = tag(rng);
                say(node, of_the_cluster(rng, places, CLUSTER, tag));
            }
            4 => {
                let (tag, slot) = TAGS[rng.below(TAGS.len() as u64) as usize];
                let owner = SLOTS.iter().find(|(number, _)| number.to_string() == slot);
                let owner = owner.map_or(0, |(_, owner)| *owner);
                say(owner, of_the_cluster(rng, places, OWNERS, tag));
            }
            5 => say(node, every::wrong_arity(rng)),
            6..8 => {
                let tag = tag(rng);
                let burst = talk::one(rng, BURSTS);
                for pattern in burst {
                    say(node, of_the_cluster(rng, places, &[pattern], tag));
                    if rng.below(5) == 0 {
                        say(node, of_data(rng));
                    }
                }
            }
            _ if rng.below(150) == 0 => ops.push(Op { node, conn, act: Act::Expire }),
            _ => say(node, of_data(rng)),
        }
    }
    ops
}

fn of_data(rng: &mut Rng) -> Argv {
    let argv = match rng.below(3) {
        0 => {
            let pattern = talk::one(rng, DATA);
            Argv::new(talk::expand(rng, pattern, talk::word))
        }
        _ => talk::command(rng),
    };
    tamed(spread(rng, &argv))
}

/// `S`: a slot; `N`: a node's id; `K`: a key; `P`: a node's port; `C`: a client's number; `A`: its address.
fn of_the_cluster(rng: &mut Rng, places: Places<'_>, patterns: &[&str], tag: &str) -> Argv {
    let pattern = talk::one(rng, patterns);
    let words = talk::expand(rng, pattern, |rng, token| match token {
        "S" => slot(rng, tag).into(),
        "N" => id(rng, places.ids).into(),
        "K" => format!("{{{tag}}}{}", talk::one(rng, NAMES)).into(),
        "P" => (places.first_port + rng.below(NODES as u64) as u16).to_string().into(),
        "C" => format!("<id{}>", places.line(rng)).into(),
        "A" => format!("<addr{}>", places.line(rng)).into(),
        token if token.starts_with("{t}") => format!("{{{tag}}}{}", &token[3..]).into(),
        _ => Bytes::from(talk::one(rng, &token.split('|').collect::<Vec<_>>()).to_owned()),
    });
    Argv::new(words)
}

/// Names of keys; the long ones hold what they say, unless something else was written there.
const NAMES: &[&str] =
    &["a", "b", "c", "d", "e", "f", "str", "list", "set", "hash", "zset", "stream"];

/// Gives the keys of a command another tag: all the same, or rarely each its own. Some get the name of a
/// type.
fn spread(rng: &mut Rng, argv: &Argv) -> Argv {
    let one = tag(rng);
    let apart = rng.below(12) == 0;
    let typed = rng.below(3) == 0;
    Argv::new(argv.iter().map(|word| {
        let Some(rest) = word.strip_prefix(b"{t}") else { return word.clone() };
        let tag = if apart { tag(rng) } else { one };
        let name = match rest {
            [b'a'..=b'f'] if typed => talk::one(rng, NAMES).as_bytes(),
            rest => rest,
        };
        Bytes::from([b"{", tag.as_bytes(), b"}", name].concat())
    }))
}

/// Without what is the business of another test: all commands at once.
fn tamed(argv: Argv) -> Argv {
    match argv.name().as_str() {
        "command" if argv.len() < 3 => Argv::from("COMMAND COUNT"),
        _ => argv,
    }
}

/// Whether a command gives a key a life that ends before anybody looks.
pub(crate) fn is_brief(argv: &Argv) -> bool {
    let ms = |word: Option<&Bytes>| word.is_some_and(|word| word == "3");
    match argv.name().as_str() {
        "psetex" | "pexpire" => ms(argv.get(2)),
        "set" | "getex" => {
            argv.windows(2).any(|pair| pair[0].eq_ignore_ascii_case(b"px") && ms(pair.get(1)))
        }
        _ => false,
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

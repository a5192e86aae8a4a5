//! What one node believes about the cluster, as data: the lines of `CLUSTER NODES`.
//!
//! ```text
//! <id> <ip>:<port>@<bus port>[,<hostname>] <flags> <master id or -> <ping> <pong> <epoch> <link> <slots>...
//! ```
//! Printing and parsing are exact inverses; the order of the lines is the node's own (a hash table).
//!
//! In Redis: `clusterGenNodeDescription`, `representSlotInfo`, `representClusterNodeFlags`.

use crate::shapes::message::{Epoch, Flags};
use crate::words::{NodeId, Slot, SlotSet};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// One node's belief: every node it knows, itself among them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Topology {
    /// In the order of the reply.
    pub nodes: Vec<NodeLine>,
}

impl Topology {
    /// The line about the node that replied.
    pub fn myself(&self) -> Option<&NodeLine> {
        self.nodes.iter().find(|node| node.flags.has(Flags::MYSELF))
    }
    /// The line about the node with this id.
    pub fn node(&self, id: NodeId) -> Option<&NodeLine> {
        self.nodes.iter().find(|node| node.id == id)
    }
}

/// What a node believes about one node.
#[derive(Clone, PartialEq, Debug)]
pub struct NodeLine {
    /// Its id.
    pub id: NodeId,
    /// Where it is.
    pub address: Address,
    /// What it is and how it is.
    pub flags: Flags,
    /// Whom it replicates.
    pub master: Option<NodeId>,
    /// When the ping was sent that it has not answered: Unix milliseconds, 0 if there is none.
    pub ping_sent: u64,
    /// When its last pong came: Unix milliseconds, 0 if none did.
    pub pong_received: u64,
    /// The config epoch of the node, or of its master if it is a replica.
    pub config_epoch: Epoch,
    /// Whether the bus link to it is up.
    pub connected: bool,
    /// The slots it serves.
    pub slots: SlotSet,
    /// Slots on the move, only ever in a node's line about itself.
    pub open: Vec<OpenSlot>,
}

/// Where a node is, as the one who tells knows it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Address {
    /// Empty until somebody has told the node its own address.
    pub ip: String,
    /// For clients.
    pub port: u16,
    /// For the cluster bus.
    pub bus_port: u16,
    /// If it announces one.
    pub hostname: Option<String>,
}

/// A slot that is leaving or entering a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpenSlot {
    /// Which.
    pub slot: Slot,
    /// Which way.
    pub way: Way,
    /// The node at the other end.
    pub peer: NodeId,
}

/// Which way an open slot moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// `[slot->-peer]`: out of this node.
    Migrating,
    /// `[slot-<-peer]`: into this node.
    Importing,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}@{}", self.ip, self.port, self.bus_port)?;
        self.hostname.as_ref().map_or(Ok(()), |name| write!(f, ",{name}"))
    }
}

impl fmt::Display for OpenSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arrow = match self.way {
            Way::Migrating => "->-",
            Way::Importing => "-<-",
        };
        write!(f, "[{}{arrow}{}]", self.slot, self.peer)
    }
}

impl fmt::Display for NodeLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} ", self.id, self.address, self.flags)?;
        match self.master {
            Some(master) => write!(f, "{master}")?,
            None => f.write_str("-")?,
        }
        write!(f, " {} {} {} ", self.ping_sent, self.pong_received, self.config_epoch)?;
        f.write_str(if self.connected { "connected" } else { "disconnected" })?;
        if !self.slots.is_empty() {
            write!(f, " {}", self.slots)?;
        }
        self.open.iter().try_for_each(|open| write!(f, " {open}"))
    }
}

/// The whole reply: every line ends in a newline.
impl fmt::Display for Topology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.nodes.iter().try_for_each(|node| writeln!(f, "{node}"))
    }
}

/// A text that is no `CLUSTER NODES` line: which field is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotATopology {
    /// The field's name.
    pub field: &'static str,
    /// What was there.
    pub text: String,
}

impl fmt::Display for NotATopology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a CLUSTER NODES line with a wrong {}: {:?}", self.field, self.text)
    }
}

impl std::error::Error for NotATopology {}

fn wrong(field: &'static str) -> impl Fn(&str) -> NotATopology {
    move |text| NotATopology { field, text: text.to_owned() }
}

fn field<T: FromStr>(name: &'static str, text: &str) -> Result<T, NotATopology> {
    text.parse().map_err(|_| wrong(name)(text))
}

impl FromStr for Topology {
    type Err = NotATopology;
    fn from_str(reply: &str) -> Result<Topology, NotATopology> {
        Ok(Topology { nodes: reply.lines().map(str::parse).collect::<Result<_, _>>()? })
    }
}

impl FromStr for NodeLine {
    type Err = NotATopology;
    fn from_str(line: &str) -> Result<NodeLine, NotATopology> {
        let mut words = line.split(' ').filter(|word| !word.is_empty());
        let mut next = |name| words.next().ok_or_else(|| wrong(name)(line));
        let mut node = NodeLine {
            id: field("id", next("id")?)?,
            address: next("address")?.parse()?,
            flags: parse_flags(next("flags")?)?,
            master: match next("master")? {
                "-" => None,
                id => Some(field("master", id)?),
            },
            ping_sent: field("ping time", next("ping time")?)?,
            pong_received: field("pong time", next("pong time")?)?,
            config_epoch: Epoch(field("config epoch", next("config epoch")?)?),
            connected: match next("link state")? {
                "connected" => true,
                "disconnected" => false,
                other => return Err(wrong("link state")(other)),
            },
            slots: SlotSet::EMPTY,
            open: Vec::new(),
        };
        for word in words {
            node.take_slots(word)?;
        }
        Ok(node)
    }
}

impl NodeLine {
    fn take_slots(&mut self, word: &str) -> Result<(), NotATopology> {
        if word.starts_with('[') {
            self.open.push(word.parse()?);
            return Ok(());
        }
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        for number in field::<u16>("slot", first)?..=field("slot", last)? {
            self.slots.insert(Slot::new(number).ok_or_else(|| wrong("slot")(word))?);
        }
        Ok(())
    }
}

impl FromStr for Address {
    type Err = NotATopology;
    fn from_str(text: &str) -> Result<Address, NotATopology> {
        let (place, hostname) = match text.split_once(',') {
            Some((place, name)) => (place, Some(name.to_owned())),
            None => (text, None),
        };
        let (client, bus_port) = place.rsplit_once('@').ok_or_else(|| wrong("address")(text))?;
        let (ip, port) = client.rsplit_once(':').ok_or_else(|| wrong("address")(text))?;
        Ok(Address {
            ip: ip.to_owned(),
            port: field("port", port)?,
            bus_port: field("bus port", bus_port)?,
            hostname,
        })
    }
}

fn parse_flags(text: &str) -> Result<Flags, NotATopology> {
    if text == "noflags" {
        return Ok(Flags::default());
    }
    text.split(',').try_fold(Flags::default(), |flags, word| {
        let known = Flags::WORDS.iter().find(|(_, known)| *known == word);
        Ok(flags.with(known.ok_or_else(|| wrong("flag")(word))?.0))
    })
}

impl FromStr for OpenSlot {
    type Err = NotATopology;
    fn from_str(text: &str) -> Result<OpenSlot, NotATopology> {
        let error = || wrong("open slot")(text);
        let inner = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).ok_or_else(error)?;
        let (slot, way, peer) = match (inner.split_once("->-"), inner.split_once("-<-")) {
            (Some((slot, peer)), _) => (slot, Way::Migrating, peer),
            (None, Some((slot, peer))) => (slot, Way::Importing, peer),
            (None, None) => return Err(error()),
        };
        let slot = Slot::new(field("open slot", slot)?).ok_or_else(error)?;
        Ok(OpenSlot { slot, way, peer: field("open slot's node", peer)? })
    }
}

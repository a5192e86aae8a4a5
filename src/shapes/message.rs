//! What travels on the cluster bus.
//!
//! In Redis: `clusterMsg` (cluster.h 7.0.15). Spec: bus 2 and 6. Packets are values here, not bytes,
//! but know the size they have on the wire.

use crate::shapes::card::CardNo;
use crate::words::{NodeId, SlotSet};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// The cluster's logical clock.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct Epoch(pub u64);

impl Epoch {
    /// The one after.
    pub const fn next(self) -> Epoch {
        Epoch(self.0 + 1)
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Node flags as they stand in headers and gossip (spec: bus 1).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Flags(pub u16);

impl Flags {
    /** A master. */
    pub const MASTER: Flags = Flags(1);
    /** A replica. */
    pub const REPLICA: Flags = Flags(2);
    /** Suspected by one node. */
    pub const PFAIL: Flags = Flags(4);
    /** Agreed to have failed. */
    pub const FAIL: Flags = Flags(8);
    /** The node itself. */
    pub const MYSELF: Flags = Flags(16);
    /** Not yet known by its real id. */
    pub const HANDSHAKE: Flags = Flags(32);
    /** Address unknown. */
    pub const NOADDR: Flags = Flags(64);
    /** Send MEET at the next connect. */
    pub const MEET: Flags = Flags(128);
    /** A master that replicas may migrate to. */
    pub const MIGRATE_TO: Flags = Flags(256);
    /** A replica that will not fail over by itself. */
    pub const NOFAILOVER: Flags = Flags(512);

    /// The flags that are written, in the order in which they are.
    pub const WORDS: [(Flags, &str); 8] = [
        (Flags::MYSELF, "myself"),
        (Flags::MASTER, "master"),
        (Flags::REPLICA, "slave"),
        (Flags::PFAIL, "fail?"),
        (Flags::FAIL, "fail"),
        (Flags::HANDSHAKE, "handshake"),
        (Flags::NOADDR, "noaddr"),
        (Flags::NOFAILOVER, "nofailover"),
    ];

    /// Whether any of `other` is set.
    #[inline]
    pub const fn has(self, other: Flags) -> bool {
        self.0 & other.0 != 0
    }
    /// With all of `other`.
    #[must_use]
    pub const fn with(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }
    /// Without any of `other`.
    #[must_use]
    pub const fn without(self, other: Flags) -> Flags {
        Flags(self.0 & !other.0)
    }
    /// Nothing but what `other` has too.
    #[must_use]
    pub const fn only(self, other: Flags) -> Flags {
        Flags(self.0 & other.0)
    }
    /// Sets all of `other`.
    pub const fn insert(&mut self, other: Flags) {
        self.0 |= other.0;
    }
    /// Clears all of `other`.
    pub const fn remove(&mut self, other: Flags) {
        self.0 &= !other.0;
    }
}

/// As in `CLUSTER NODES`: `myself,master`, or `noflags`.
impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> =
            Flags::WORDS.iter().filter(|(b, _)| self.has(*b)).map(|w| w.1).collect();
        f.write_str(&if words.is_empty() { "noflags".into() } else { words.join(",") })
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What every packet says of its sender.
#[derive(Clone, PartialEq, Debug)]
pub struct Header {
    /** Who sends. */
    pub sender: NodeId,
    /** Its current epoch. */
    pub current_epoch: Epoch,
    /** The config epoch of its slots (of its master's, if a replica). */
    pub config_epoch: Epoch,
    /** Its replication offset in bytes. */
    pub offset: u64,
    /** The slots it claims (its master's, if a replica). Shared: equal pointers mean equal sets. */
    pub slots: Arc<SlotSet>,
    /** Its master, if it is a replica that knows one. */
    pub master: Option<NodeId>,
    /** `cluster-announce-ip`; otherwise the receiver uses the connection's address. */
    pub announced_ip: Option<IpAddr>,
    /** Announced client port. */
    pub port: u16,
    /** Announced bus port. */
    pub bus_port: u16,
    /** Its own flags. */
    pub flags: Flags,
    /** Whether its cluster state is ok. */
    pub state_ok: bool,
    /** PAUSED: a master in a manual failover (mflags0 bit 0). */
    pub paused: bool,
    /** FORCEACK: vote although the master is up (mflags0 bit 1). */
    pub force_ack: bool,
    /** `cluster-announce-hostname`. */
    pub hostname: Option<Arc<str>>,
}

/// What one packet says of a third node.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Gossip {
    /** Whom, and where that is: the world has the card. */
    pub card: CardNo,
    /** When the outstanding ping was sent, Unix seconds; 0: none. */
    pub ping_sent_s: u32,
    /** When the last pong came, Unix seconds. */
    pub pong_received_s: u32,
    /** Its flags, as the sender sees them. */
    pub flags: Flags,
}

/// A packet's kind and what only that kind carries.
#[derive(Clone, PartialEq, Debug)]
pub enum Body {
    /** Are you there? */
    Ping(Vec<Gossip>),
    /** I am here. */
    Pong(Vec<Gossip>),
    /** A ping that makes the receiver know its sender. */
    Meet(Vec<Gossip>),
    /** A majority agrees that this node failed. */
    Fail(NodeId),
    /** Vote for me. */
    AuthRequest,
    /** You have my vote. */
    AuthAck,
    /** Your claim is stale: this master owns these. */
    Update {
        /** The master. */
        node: NodeId,
        /** The epoch of its claim. */
        config_epoch: Epoch,
        /** The slots it owns. */
        slots: Arc<SlotSet>,
    },
    /** A replica asks its master to pause for a manual failover. */
    MfStart,
    /** A message for the subscribers of a channel. */
    Publish {
        /** The channel. */
        channel: bytes::Bytes,
        /** The message. */
        message: bytes::Bytes,
        /** PUBLISHSHARD rather than PUBLISH. */
        shard: bool,
    },
}

/// One packet.
#[derive(Clone, PartialEq, Debug)]
pub struct Message {
    /** Of its sender. */
    pub header: Header,
    /** Of its kind. */
    pub body: Body,
}

/// The kinds of packets, in the order of the counters in `CLUSTER INFO`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are the words of the protocol")]
pub enum Kind {
    Ping,
    Pong,
    Meet,
    Fail,
    Publish,
    AuthRequest,
    AuthAck,
    Update,
    MfStart,
    PublishShard,
}

impl Kind {
    /// All of them, and the words that `CLUSTER INFO` names them by.
    pub const ALL: [(Kind, &str); 10] = [
        (Kind::Ping, "ping"),
        (Kind::Pong, "pong"),
        (Kind::Meet, "meet"),
        (Kind::Fail, "fail"),
        (Kind::Publish, "publish"),
        (Kind::AuthRequest, "auth-req"),
        (Kind::AuthAck, "auth-ack"),
        (Kind::Update, "update"),
        (Kind::MfStart, "mfstart"),
        (Kind::PublishShard, "publishshard"),
    ];
    /// Its number in a packet: `CLUSTERMSG_TYPE_PING` and its siblings. 9 is for modules.
    pub const fn number(self) -> i64 {
        match self {
            Kind::PublishShard => 10,
            kind => kind as i64,
        }
    }
}

impl Message {
    /// What it is.
    pub fn kind(&self) -> Kind {
        match &self.body {
            Body::Ping(_) => Kind::Ping,
            Body::Pong(_) => Kind::Pong,
            Body::Meet(_) => Kind::Meet,
            Body::Fail(_) => Kind::Fail,
            Body::AuthRequest => Kind::AuthRequest,
            Body::AuthAck => Kind::AuthAck,
            Body::Update { .. } => Kind::Update,
            Body::MfStart => Kind::MfStart,
            Body::Publish { shard: false, .. } => Kind::Publish,
            Body::Publish { shard: true, .. } => Kind::PublishShard,
        }
    }
    /// Its gossip section, if its kind has one.
    pub fn gossip(&self) -> &[Gossip] {
        match &self.body {
            Body::Ping(gossip) | Body::Pong(gossip) | Body::Meet(gossip) => gossip,
            _ => &[],
        }
    }
    /// Its size on the wire in bytes (spec: bus 2).
    #[inline]
    pub fn wire_len(&self) -> usize {
        const HEADER: usize = 2256;
        HEADER
            + match &self.body {
                Body::Ping(gossip) | Body::Pong(gossip) | Body::Meet(gossip) => {
                    104 * gossip.len() + self.header.hostname.as_ref().map_or(0, |h| ext_len(h))
                }
                Body::Fail(_) => 40,
                Body::Update { .. } => 2096,
                Body::AuthRequest | Body::AuthAck | Body::MfStart => 0,
                Body::Publish { channel, message, .. } => 8 + channel.len() + message.len(),
            }
    }
}

/// A hostname extension: 8 bytes of header, then the name and a NUL padded to 8.
fn ext_len(hostname: &str) -> usize {
    8 + (hostname.len() + 1).next_multiple_of(8)
}

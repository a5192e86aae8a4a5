//! What one node remembers of another (and of itself): one row of its view.
//!
//! Invariants: exactly one of MASTER and REPLICA is set once the handshake is over; PFAIL and FAIL
//! exclude each other; `slots` holds exactly the slots that the owner table gives to this peer.
//! In Redis: `clusterNode` (cluster.h). Spec: bus 1.

use crate::node::io::ConnId;
use crate::shapes::Epoch;
use crate::shapes::message::Flags;
use crate::words::{NodeId, SlotSet, Time};
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU16;
use std::sync::Arc;

/// A peer's place in the roster. It stays while the peer is known; a place may be used again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PeerIx(NonZeroU16);

impl PeerIx {
    /// The node itself: always the first place.
    pub const MYSELF: PeerIx = PeerIx(NonZeroU16::MIN);

    pub(super) fn from_index(index: usize) -> PeerIx {
        let place = u16::try_from(index + 1).expect("a roster has fewer than 65,535 places");
        PeerIx(NonZeroU16::new(place).expect("it is one more than an index"))
    }
    /// Its number, from 0.
    #[inline]
    pub const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// A moment as Redis keeps it: whole milliseconds since the Unix epoch; 0 means never.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Stamp(pub u64);

impl Stamp {
    /// No such moment.
    pub const NEVER: Stamp = Stamp(0);

    /// Whether it has happened.
    #[inline]
    pub const fn is_set(self) -> bool {
        self.0 != 0
    }
    /// Milliseconds from `earlier` to here; 0 if `earlier` is later.
    #[inline]
    pub const fn since(self, earlier: Stamp) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl From<Time> for Stamp {
    fn from(now: Time) -> Stamp {
        Stamp(now.unix_ms())
    }
}

/// One end of a connection with a peer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Link {
    /// This node's end.
    pub conn: ConnId,
    /// Whether the connection is established; an outbound link exists while it is being made.
    pub up: bool,
    /// When it was created.
    pub created: Stamp,
}

/// A master's opinion that a node has failed, heard through gossip.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Report {
    /// Who said so.
    pub by: PeerIx,
    /// When it was last heard.
    pub at: Stamp,
}

/// What a node knows of one node of its cluster.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Its id; random while the handshake lasts.
    pub id: NodeId,
    /// Its flags.
    pub flags: Flags,
    /// Its master, if it is a replica of a known one.
    pub master: Option<PeerIx>,
    /// Its client port; 0 if unknown.
    pub port: u16,
    /// Its bus port; 0 if unknown.
    pub bus_port: u16,
    /// Its address, if known.
    pub ip: Option<IpAddr>,
    /// When the ping was sent that it has not yet answered.
    pub ping_sent: Stamp,
    /// When it last answered (or was last seen by others to answer).
    pub pong_received: Stamp,
    /// When anything last came from it.
    pub data_received: Stamp,
    /// The epoch of its claim of slots; 0 for a replica.
    pub config_epoch: Epoch,
    /// The replication offset it last told, in bytes.
    pub offset: u64,
    /// The connection this node opened to it.
    pub link: Option<Link>,
    /// The connection it opened to this node.
    pub inbound: Option<Link>,
    /// The slots it owns in this node's view.
    pub slots: Arc<SlotSet>,
    /// The last packet whose gossip named it, so that none names it twice.
    pub(super) in_gossip: u32,
    /// How often `nodes.conf` had been written when it became known.
    pub(super) added: u32,
    /// How often `nodes.conf` had been written when it became PFAIL.
    pub(super) suspected: u32,
    /// Who reported it as failing.
    pub reports: Vec<Report>,
    /// Its replicas, in the order in which this node learnt of them.
    pub replicas: Vec<PeerIx>,
    /// The hostname it announces.
    pub hostname: Option<Arc<str>>,
    /// When it became known.
    pub created: Stamp,
    /// When it was flagged FAIL.
    pub fail_time: Stamp,
    /// When this node last voted for one of its replicas.
    pub voted_time: Stamp,
    /// When it was first seen without working replicas, by a replica that might migrate to it.
    pub orphaned_time: Stamp,
}

impl Peer {
    pub(super) fn new(id: NodeId, flags: Flags, created: Stamp, slots: Arc<SlotSet>) -> Peer {
        Peer {
            id,
            flags,
            master: None,
            port: 0,
            bus_port: 0,
            ip: None,
            ping_sent: Stamp::NEVER,
            pong_received: Stamp::NEVER,
            data_received: Stamp::NEVER,
            config_epoch: Epoch(0),
            offset: 0,
            link: None,
            inbound: None,
            slots,
            in_gossip: 0,
            added: 0,
            suspected: 0,
            reports: Vec::new(),
            replicas: Vec::new(),
            hostname: None,
            created,
            fail_time: Stamp::NEVER,
            voted_time: Stamp::NEVER,
            orphaned_time: Stamp::NEVER,
        }
    }

    /// Whether it is a master.
    #[inline]
    pub const fn is_master(&self) -> bool {
        self.flags.has(Flags::MASTER)
    }
    /// Whether it is a replica.
    #[inline]
    pub const fn is_replica(&self) -> bool {
        self.flags.has(Flags::REPLICA)
    }
    /// Whether a majority agreed that it failed.
    #[inline]
    pub const fn has_failed(&self) -> bool {
        self.flags.has(Flags::FAIL)
    }
    /// Whether its real id is not known yet.
    #[inline]
    pub const fn in_handshake(&self) -> bool {
        self.flags.has(Flags::HANDSHAKE)
    }
    /// Where its clients connect, if its address is known.
    pub fn client_addr(&self) -> Option<SocketAddr> {
        Some(SocketAddr::new(self.ip?, self.port))
    }
    /// Whether `CLUSTER NODES` says `connected`: a link exists, be it only half made.
    pub const fn shown_connected(&self) -> bool {
        self.link.is_some() || self.flags.has(Flags::MYSELF)
    }
}

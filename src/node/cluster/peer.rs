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
///
/// The fields stand in the order of their heat. A packet names a tenth of the cluster, and looking a
/// named node up must cost one line of the cache: so all that gossip reads fills the first 64 bytes,
/// and all that a packet tells of its sender the next. With a thousand nodes there are a million of
/// these.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub struct Peer {
    /// Its id; random while the handshake lasts.
    pub id: NodeId,
    /// Its address, if known.
    pub ip: Option<IpAddr>,
    /// Whether `link` is there.
    linked: bool,
    /// Its flags.
    pub flags: Flags,
    /// Its client port; 0 if unknown.
    pub port: u16,
    /// Its bus port; 0 if unknown.
    pub bus_port: u16,
    /// The last packet whose gossip named it, so that none names it twice.
    pub(super) in_gossip: u16,
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
    /// The slots it owns in this node's view.
    pub slots: Arc<SlotSet>,
    link: Option<Link>,
    /// The connection it opened to this node.
    pub inbound: Option<Link>,

    /// Its master, if it is a replica of a known one.
    pub master: Option<PeerIx>,
    /// How often `nodes.conf` had been written when it became known.
    pub(super) added: u32,
    /// Its replicas, in the order in which this node learnt of them.
    pub replicas: Vec<PeerIx>,
    /// The hostname it announces.
    pub hostname: Option<Arc<str>>,
    /// When it became known.
    pub created: Stamp,
    /// When it was flagged FAIL.
    pub fail_time: Stamp,
}

const _: () = assert!(std::mem::offset_of!(Peer, data_received) == 64);

impl Peer {
    pub(super) fn new(id: NodeId, flags: Flags, created: Stamp, slots: Arc<SlotSet>) -> Peer {
        Peer {
            id,
            ip: None,
            linked: false,
            flags,
            port: 0,
            bus_port: 0,
            in_gossip: 0,
            ping_sent: Stamp::NEVER,
            pong_received: Stamp::NEVER,
            data_received: Stamp::NEVER,
            config_epoch: Epoch(0),
            offset: 0,
            slots,
            link: None,
            inbound: None,
            master: None,
            added: 0,
            replicas: Vec::new(),
            hostname: None,
            created,
            fail_time: Stamp::NEVER,
        }
    }

    /// The connection this node opened to it.
    #[inline]
    pub const fn link(&self) -> Option<Link> {
        self.link
    }
    /// Whether this node has a connection to it, be it only half made.
    #[inline]
    pub const fn is_linked(&self) -> bool {
        self.linked
    }
    pub(super) fn set_link(&mut self, link: Option<Link>) {
        self.link = link;
        self.linked = link.is_some();
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
        self.linked || self.flags.has(Flags::MYSELF)
    }
}

//! What one node remembers of another (and of itself): one row of its view.
//!
//! Invariants: exactly one of MASTER and REPLICA is set once the handshake is over; PFAIL and FAIL
//! exclude each other; `slots` holds exactly the slots that the owner table gives to this peer.
//! In Redis: `clusterNode` (cluster.h). Spec: bus 1.

use crate::node::io::ConnId;
use crate::shapes::message::Flags;
use crate::shapes::{Card, CardNo, Epoch};
use crate::words::{NodeId, SlotSet, Time};
use std::cmp::Ordering;
use std::fmt;
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
///
/// Six bytes, the greatest first: enough for 8,900 years, and two of them leave room for flags.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Stamp([u16; 3]);

impl Stamp {
    /// No such moment.
    pub const NEVER: Stamp = Stamp([0; 3]);

    /// So many milliseconds after the Unix epoch.
    #[inline]
    pub const fn new(ms: u64) -> Stamp {
        Stamp([(ms >> 32) as u16, (ms >> 16) as u16, ms as u16])
    }
    /// Milliseconds since the Unix epoch.
    #[inline]
    pub const fn ms(self) -> u64 {
        let [high, middle, low] = self.0;
        (high as u64) << 32 | (middle as u64) << 16 | low as u64
    }
    /// Whether it has happened.
    #[inline]
    pub const fn is_set(self) -> bool {
        self.ms() != 0
    }
    /// Milliseconds from `earlier` to here; 0 if `earlier` is later.
    #[inline]
    pub const fn since(self, earlier: Stamp) -> u64 {
        self.ms().saturating_sub(earlier.ms())
    }
}

impl Ord for Stamp {
    #[inline]
    fn cmp(&self, other: &Stamp) -> Ordering {
        self.ms().cmp(&other.ms())
    }
}

impl PartialOrd for Stamp {
    #[inline]
    fn partial_cmp(&self, other: &Stamp) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stamp({})", self.ms())
    }
}

impl From<Time> for Stamp {
    fn from(now: Time) -> Stamp {
        Stamp::new(now.unix_ms())
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
/// A packet names a tenth of the cluster, and with a thousand nodes there are a million of these. So
/// the row is what gossip reads and writes, in half a line of the cache: the number of its card, and its
/// pulse. All else is behind `standing`, which snapshots share.
#[derive(Clone, Debug)]
#[repr(C, align(32))]
pub struct Peer {
    standing: Arc<Standing>,
    /// The number of its card, once a packet named it.
    number: Option<CardNo>,
    /// When it last answered (or was last seen by others to answer).
    pub pong_received: Stamp,
    /// Its flags.
    pub flags: Flags,
    /// When the ping was sent that it has not yet answered.
    pub ping_sent: Stamp,
    /// Whether the standing has a link.
    linked: bool,
}

const _: () = assert!(std::mem::size_of::<Peer>() == 32);

/// What a node knows of another beside its pulse.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    card: Arc<Card>,
    /// When anything last came from it.
    pub(super) data_received: Stamp,
    /// The epoch of its claim of slots; 0 for a replica.
    pub(super) config_epoch: Epoch,
    /// The replication offset it last told, in bytes.
    pub(super) offset: u64,
    /// The slots it owns in this node's view.
    pub(super) slots: Arc<SlotSet>,
    link: Option<Link>,
    /// The connection it opened to this node.
    pub(super) inbound: Option<Link>,
    /// Its master, if it is a replica of a known one.
    pub(super) master: Option<PeerIx>,
    /// How often `nodes.conf` had been written when it became known.
    pub(super) added: u32,
    /// Its replicas, in the order in which this node learnt of them.
    pub(super) replicas: Vec<PeerIx>,
    /// The hostname it announces.
    pub(super) hostname: Option<Arc<str>>,
    /// When it became known.
    pub(super) created: Stamp,
    /// When it was flagged FAIL.
    pub(super) fail_time: Stamp,
}

impl Peer {
    pub(super) fn new(card: Arc<Card>, flags: Flags, created: Stamp, slots: Arc<SlotSet>) -> Peer {
        let standing = Standing {
            card,
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
        };
        Peer {
            standing: Arc::new(standing),
            number: None,
            pong_received: Stamp::NEVER,
            flags,
            ping_sent: Stamp::NEVER,
            linked: false,
        }
    }

    /// Who it is and where.
    pub(super) fn card(&self) -> &Arc<Card> {
        &self.standing.card
    }
    /// The card, to be changed: it is another one then.
    pub(super) fn card_mut(&mut self) -> &mut Card {
        self.number = None;
        Arc::make_mut(&mut self.standing_mut().card)
    }
    /// The number of its card, if it is known.
    #[inline]
    pub(super) const fn number(&self) -> Option<CardNo> {
        self.number
    }
    /// Its card has this number; `card` is the one that everybody shares.
    pub(super) fn set_number(&mut self, number: CardNo, card: &Arc<Card>) {
        self.number = Some(number);
        if !Arc::ptr_eq(self.card(), card) {
            self.standing_mut().card = card.clone();
        }
    }
    /// Its place is vacant: no packet means it any more.
    pub(super) fn vacate(&mut self) {
        self.number = None;
    }
    /// All else that is known of it, to be changed.
    #[inline]
    pub(super) fn standing_mut(&mut self) -> &mut Standing {
        Arc::make_mut(&mut self.standing)
    }

    /// Its id; random while the handshake lasts.
    #[inline]
    pub fn id(&self) -> NodeId {
        self.standing.card.node
    }
    /// Its address, if known.
    pub fn ip(&self) -> Option<IpAddr> {
        self.standing.card.ip
    }
    /// Its client port; 0 if unknown.
    pub fn port(&self) -> u16 {
        self.standing.card.port
    }
    /// Its bus port; 0 if unknown.
    pub fn bus_port(&self) -> u16 {
        self.standing.card.bus_port
    }
    /// When anything last came from it.
    pub fn data_received(&self) -> Stamp {
        self.standing.data_received
    }
    /// The epoch of its claim of slots; 0 for a replica.
    pub fn config_epoch(&self) -> Epoch {
        self.standing.config_epoch
    }
    /// The replication offset it last told, in bytes.
    pub fn offset(&self) -> u64 {
        self.standing.offset
    }
    /// The slots it owns in this node's view.
    #[inline]
    pub fn slots(&self) -> &Arc<SlotSet> {
        &self.standing.slots
    }
    /// The connection it opened to this node.
    pub fn inbound(&self) -> Option<Link> {
        self.standing.inbound
    }
    /// Its master, if it is a replica of a known one.
    pub fn master(&self) -> Option<PeerIx> {
        self.standing.master
    }
    pub(super) fn added(&self) -> u32 {
        self.standing.added
    }
    /// Its replicas, in the order in which this node learnt of them.
    pub fn replicas(&self) -> &[PeerIx] {
        &self.standing.replicas
    }
    /// The hostname it announces.
    pub fn hostname(&self) -> Option<&Arc<str>> {
        self.standing.hostname.as_ref()
    }
    /// When it became known.
    pub fn created(&self) -> Stamp {
        self.standing.created
    }
    /// When it was flagged FAIL.
    pub fn fail_time(&self) -> Stamp {
        self.standing.fail_time
    }

    /// The connection this node opened to it.
    #[inline]
    pub fn link(&self) -> Option<Link> {
        self.standing.link
    }
    /// Whether this node has a connection to it, be it only half made.
    #[inline]
    pub const fn is_linked(&self) -> bool {
        self.linked
    }
    pub(super) fn set_link(&mut self, link: Option<Link>) {
        self.standing_mut().link = link;
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
        Some(SocketAddr::new(self.ip()?, self.port()))
    }
    /// Whether `CLUSTER NODES` says `connected`: a link exists, be it only half made.
    pub const fn shown_connected(&self) -> bool {
        self.linked || self.flags.has(Flags::MYSELF)
    }
}

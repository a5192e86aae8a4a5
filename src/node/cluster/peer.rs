//! What one node remembers of another (and of itself): one row of its view.
//!
//! The row is in several tables (`pulse`, `standing`, and some for what few have); a [`Peer`] reads them
//! as one.
//!
//! Invariants: exactly one of MASTER and REPLICA is set once the handshake is over; PFAIL and FAIL
//! exclude each other; `slots` holds exactly the slots that the owner table gives to this peer.
//! In Redis: `clusterNode` (cluster.h). Spec: bus 1.

use super::pulse::Pulse;
use super::roster::Roster;
use super::stamp::Stamp;
use super::standing::{Link, Standing};
use crate::shapes::message::Flags;
use crate::shapes::{Card, Epoch};
use crate::words::{NodeId, SlotSet};
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

/// A master's opinion that a node has failed, heard through gossip.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Report {
    /// Who said so.
    pub by: PeerIx,
    /// When it was last heard.
    pub at: Stamp,
}

/// What a node knows of one node of its cluster.
#[derive(Clone, Copy, Debug)]
pub struct Peer<'a> {
    roster: &'a Roster,
    ix: PeerIx,
}

impl<'a> Peer<'a> {
    #[inline]
    pub(super) const fn new(roster: &'a Roster, ix: PeerIx) -> Peer<'a> {
        Peer { roster, ix }
    }
    #[inline]
    fn pulse(self) -> Pulse {
        self.roster.pulse(self.ix)
    }
    #[inline]
    fn standing(self) -> &'a Standing {
        self.roster.standing(self.ix)
    }

    /// Who it is and where.
    pub(super) fn card(self) -> &'a Arc<Card> {
        &self.standing().card
    }
    /// Its id; random while the handshake lasts.
    #[inline]
    pub fn id(self) -> NodeId {
        self.card().node
    }
    /// Its address, if known.
    pub fn ip(self) -> Option<IpAddr> {
        self.card().ip
    }
    /// Its client port; 0 if unknown.
    pub fn port(self) -> u16 {
        self.card().port
    }
    /// Its bus port; 0 if unknown.
    pub fn bus_port(self) -> u16 {
        self.card().bus_port
    }
    /// Where its clients connect, if its address is known.
    pub fn client_addr(self) -> Option<SocketAddr> {
        Some(SocketAddr::new(self.ip()?, self.port()))
    }
    /// The hostname it announces.
    pub fn hostname(self) -> Option<&'a Arc<str>> {
        self.roster.hostname(self.ix)
    }

    /// Its flags.
    #[inline]
    pub fn flags(self) -> Flags {
        self.pulse().flags()
    }
    /// Whether it is a master.
    #[inline]
    pub fn is_master(self) -> bool {
        self.flags().has(Flags::MASTER)
    }
    /// Whether it is a replica.
    #[inline]
    pub fn is_replica(self) -> bool {
        self.flags().has(Flags::REPLICA)
    }
    /// Whether a majority agreed that it failed.
    #[inline]
    pub fn has_failed(self) -> bool {
        self.flags().has(Flags::FAIL)
    }
    /// Whether its real id is not known yet.
    #[inline]
    pub fn in_handshake(self) -> bool {
        self.flags().has(Flags::HANDSHAKE)
    }

    /// When it last answered (or was last seen by others to answer).
    #[inline]
    pub fn pong_received(self) -> Stamp {
        self.pulse().pong_received()
    }
    /// When the ping was sent that it has not yet answered.
    #[inline]
    pub fn ping_sent(self) -> Stamp {
        if self.is_awaited() { self.standing().ping_sent } else { Stamp::NEVER }
    }
    /// Whether a ping is not answered.
    #[inline]
    pub fn is_awaited(self) -> bool {
        self.pulse().is_awaited()
    }
    /// When anything last came from it.
    pub fn data_received(self) -> Stamp {
        self.standing().data_received
    }
    /// When it became known.
    pub fn created(self) -> Stamp {
        self.standing().created
    }
    /// When it was flagged FAIL.
    pub fn fail_time(self) -> Stamp {
        self.roster.fail_time(self.ix)
    }
    pub(super) fn added(self) -> u32 {
        self.standing().added
    }

    /// The epoch of its claim of slots; 0 for a replica.
    pub fn config_epoch(self) -> Epoch {
        self.standing().config_epoch
    }
    /// The replication offset it last told, in bytes.
    pub fn offset(self) -> u64 {
        self.standing().offset
    }
    /// The slots it owns in this node's view.
    #[inline]
    pub fn slots(self) -> &'a Arc<SlotSet> {
        &self.standing().slots
    }
    /// Whether it owns any.
    #[inline]
    pub fn owns_slots(self) -> bool {
        self.pulse().owns_slots()
    }
    /// Its master, if it is a replica of a known one.
    pub fn master(self) -> Option<PeerIx> {
        self.standing().master
    }
    /// Its replicas, in the order in which this node learnt of them.
    pub fn replicas(self) -> impl Iterator<Item = PeerIx> + 'a {
        let roster = self.roster;
        let next = move |&ix: &PeerIx| roster.standing(ix).next_replica;
        std::iter::successors(self.standing().first_replica, next)
    }
    /// Whether it has any.
    pub fn has_replicas(self) -> bool {
        self.standing().first_replica.is_some()
    }

    /// The connection this node opened to it.
    #[inline]
    pub fn link(self) -> Option<Link> {
        self.standing().link
    }
    /// Whether this node has a connection to it, be it only half made.
    #[inline]
    pub fn is_linked(self) -> bool {
        self.pulse().is_linked()
    }
    /// The connection it opened to this node.
    pub fn inbound(self) -> Option<Link> {
        self.standing().inbound
    }
    /// Whether `CLUSTER NODES` says `connected`: a link exists, be it only half made.
    pub fn shown_connected(self) -> bool {
        self.is_linked() || self.flags().has(Flags::MYSELF)
    }
}

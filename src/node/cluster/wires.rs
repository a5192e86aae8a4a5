//! The connections of the bus: which end belongs to whom.
//!
//! A node opens one connection to every peer (its link) and accepts one from every peer. On its own
//! link it sends whatever it begins; on the accepted one it only answers. Who is at the other end of
//! an accepted connection is known with its first packet from a known node.
//!
//! Invariants: a peer's `link` and `inbound` are here, and every wire with a peer is one of the two.
//! In Redis: `clusterLink`, `clusterAcceptHandler`, `freeClusterLink`. Spec: bus 2.
//! Absent: what waits to be sent (`outgoing`).

use super::Cluster;
use super::conn_table::ConnTable;
use super::outgoing::Outgoing;
use super::peer::PeerIx;
use super::stamp::Stamp;
use super::standing::Link;
use crate::node::Node;
use crate::node::io::{ConnId, Outbox, Port};
use crate::words::Time;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// What is known of one connection.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Wire {
    /// Who is at the other end, as far as known.
    pub(super) peer: Option<PeerIx>,
    /// Whether this node opened it.
    pub(super) outbound: bool,
    /// Whether it comes from the address that the peer is known to have: then nobody needs to look.
    pub(super) from_known_ip: bool,
}

/// The addresses of a connection that this node accepted, remote and local, and when. (Of those it
/// opened nobody asks.) Fourteen bytes for nearly all.
#[derive(Clone, Debug, Default)]
struct Accepted {
    v4: ConnTable<Ends<Ipv4Addr>>,
    others: BTreeMap<ConnId, Ends<IpAddr>>,
}

#[derive(Clone, Copy, Debug)]
struct Ends<T> {
    remote: T,
    local: T,
    since: Stamp,
}

impl Default for Ends<Ipv4Addr> {
    fn default() -> Ends<Ipv4Addr> {
        let nowhere = Ipv4Addr::UNSPECIFIED;
        Ends { remote: nowhere, local: nowhere, since: Stamp::NEVER }
    }
}

impl Accepted {
    fn get(&self, conn: ConnId) -> Option<Ends<IpAddr>> {
        let v4 = self.v4.get(conn).map(|Ends { remote, local, since }| Ends {
            remote: IpAddr::V4(remote),
            local: IpAddr::V4(local),
            since,
        });
        v4.or_else(|| self.others.get(&conn).copied())
    }
    fn insert(&mut self, conn: ConnId, Ends { remote, local, since }: Ends<IpAddr>) {
        match (remote, local) {
            (IpAddr::V4(remote), IpAddr::V4(local)) => {
                self.v4.insert(conn, Ends { remote, local, since });
            }
            (remote, local) => _ = self.others.insert(conn, Ends { remote, local, since }),
        }
    }
    fn remove(&mut self, conn: ConnId) {
        self.v4.remove(conn);
        self.others.remove(&conn);
    }
}

/// All connections of the bus that this node has.
#[derive(Clone, Debug, Default)]
pub(super) struct Wires {
    /// Read for every packet, so it is small; the addresses are apart. Snapshots share both until a
    /// connection comes or goes.
    by_conn: Arc<ConnTable<Wire>>,
    ends: Arc<Accepted>,
    /// How many of them nobody knows whose they are.
    strangers: usize,
    pub(super) outgoing: Outgoing,
}

impl Wires {
    #[inline]
    pub(super) fn get(&self, conn: ConnId) -> Option<Wire> {
        self.by_conn.get(conn)
    }
    /// How many connections are with somebody known.
    pub(super) fn known(&self) -> usize {
        self.by_conn.len() - self.strangers
    }
    /// A tick has looked at the buffers of all connections but those with strangers.
    pub(super) fn forget_written(&mut self) {
        let Wires { by_conn, outgoing, strangers, .. } = self;
        let is_strangers = |conn| by_conn.get(conn).is_some_and(|wire| wire.peer.is_none());
        outgoing.forget_written(|conn| *strangers != 0 && is_strangers(conn));
    }
    /// The address at the other end of an accepted connection.
    pub(super) fn remote(&self, conn: ConnId) -> Option<IpAddr> {
        self.ends.get(conn).map(|ends| ends.remote)
    }
    /// This node's address on an accepted connection.
    pub(super) fn local(&self, conn: ConnId) -> Option<IpAddr> {
        self.ends.get(conn).map(|ends| ends.local)
    }
    /// The link that an accepted connection is: it exists from the moment it was accepted.
    fn accepted_link(&self, conn: ConnId) -> Option<Link> {
        self.ends.get(conn).map(|ends| Link { conn, up: true, created: ends.since })
    }
    /// Notes whether its peer is known to be where it comes from.
    pub(super) fn note_known_ip(&mut self, conn: ConnId, known: bool) {
        if let Some(wire) = Arc::make_mut(&mut self.by_conn).get_mut(conn) {
            wire.from_known_ip = known;
        }
    }
    fn opened(&mut self, conn: ConnId, peer: PeerIx) {
        let wire = Wire { peer: Some(peer), outbound: true, from_known_ip: false };
        Arc::make_mut(&mut self.by_conn).insert(conn, wire);
    }
    fn accepted(&mut self, conn: ConnId, ends: Ends<IpAddr>) {
        let wire = Wire { peer: None, outbound: false, from_known_ip: false };
        Arc::make_mut(&mut self.by_conn).insert(conn, wire);
        Arc::make_mut(&mut self.ends).insert(conn, ends);
        self.strangers += 1;
    }
    fn bind(&mut self, conn: ConnId, peer: PeerIx) {
        if let Some(wire) = Arc::make_mut(&mut self.by_conn).get_mut(conn) {
            wire.peer = Some(peer);
            self.strangers -= 1;
        }
    }
    fn forget(&mut self, conn: ConnId) {
        let was = self.by_conn.get(conn);
        self.strangers -= usize::from(was.is_some_and(|wire| wire.peer.is_none()));
        Arc::make_mut(&mut self.by_conn).remove(conn);
        Arc::make_mut(&mut self.ends).remove(conn);
        self.outgoing.forget(conn);
    }
}

impl Cluster {
    /// Opens this node's link to a peer.
    pub(super) fn open_link(&mut self, peer: PeerIx, ip: IpAddr, now: Stamp, out: &mut Outbox) {
        let conn = out.connect(SocketAddr::new(ip, self.peer(peer).bus_port()), Port::Bus);
        self.roster.set_link(peer, Some(Link { conn, up: false, created: now }));
        self.wires.opened(conn, peer);
        self.wake(peer);
    }

    /// Closes this node's link to a peer, if there is one; it is opened again at the next tick.
    pub(super) fn free_link(&mut self, peer: PeerIx, out: &mut Outbox) {
        if let Some(link) = self.peer(peer).link() {
            self.roster.set_link(peer, None);
            self.rounds.settled = false;
            self.wires.forget(link.conn);
            out.close(link.conn);
        }
    }

    /// Closes the connection a peer opened, if there is one.
    pub(super) fn free_inbound(&mut self, peer: PeerIx, out: &mut Outbox) {
        if let Some(link) = self.roster.standing_mut(peer).inbound.take() {
            self.wires.forget(link.conn);
            out.close(link.conn);
        }
    }

    /// It turns out that `peer` is at the other end of this connection. A newer one replaces an older.
    pub(super) fn bind_inbound(&mut self, conn: ConnId, peer: PeerIx, out: &mut Outbox) {
        self.free_inbound(peer, out);
        let link = self.wires.accepted_link(conn);
        self.roster.standing_mut(peer).inbound = link;
        self.wires.bind(conn, peer);
    }

    /// The link that a connection is.
    pub(super) fn link_of(&self, conn: ConnId) -> Option<Link> {
        let wire = self.wires.get(conn)?;
        match wire.peer {
            Some(peer) if wire.outbound => self.peer(peer).link(),
            Some(_) | None => self.wires.accepted_link(conn),
        }
    }

    /// A peer is somewhere else than it was (or nobody knows where).
    pub(super) fn address_changed(&mut self, peer: PeerIx) {
        if let Some(inbound) = self.roster.get(peer).inbound() {
            self.wires.note_known_ip(inbound.conn, false);
        }
        self.wake(peer);
        self.rounds.settled = false;
    }

    /// The connection is gone, whoever closed it.
    fn drop_wire(&mut self, conn: ConnId) {
        let Some(wire) = self.wires.get(conn) else { return };
        self.wires.forget(conn);
        if let Some(peer) = wire.peer {
            match wire.outbound {
                true => self.roster.set_link(peer, None),
                false => self.roster.standing_mut(peer).inbound = None,
            }
            self.rounds.settled &= !wire.outbound;
        }
    }
}

impl Node {
    /// In Redis: `clusterLinkConnectHandler`. A packet is sent at once; a ping that was outstanding
    /// keeps its clock, so that reconnecting does not hide a failure.
    pub(in crate::node) fn bus_connected(
        &mut self,
        now: Time,
        conn: ConnId,
        _local: SocketAddr,
        out: &mut Outbox,
    ) {
        let Some(peer) = self.cluster.wires.get(conn).and_then(|wire| wire.peer) else { return };
        let waits = self.cluster.wires.outgoing.waits(conn);
        if waits {
            self.greet(now, peer, out);
        }
        let link = self.cluster.peer(peer).link().map(|link| Link { up: true, ..link });
        self.cluster.roster.set_link(peer, link);
        match waits {
            true => self.cluster.wires.outgoing.write(conn, out),
            false => self.greet(now, peer, out),
        }
    }

    /// The link is dropped and the failure clock does not move.
    pub(in crate::node) fn bus_connect_failed(&mut self, _: Time, conn: ConnId, _: &mut Outbox) {
        self.cluster.drop_wire(conn);
    }

    /// In Redis: `clusterAcceptHandler`. Strangers are welcome; they cannot do much.
    pub(in crate::node) fn bus_accepted(
        &mut self,
        now: Time,
        conn: ConnId,
        peer: SocketAddr,
        local: SocketAddr,
        _out: &mut Outbox,
    ) {
        let ends = Ends { remote: peer.ip(), local: local.ip(), since: Stamp::from(now) };
        self.cluster.wires.accepted(conn, ends);
    }

    pub(in crate::node) fn bus_closed(&mut self, _now: Time, conn: ConnId, _out: &mut Outbox) {
        self.cluster.drop_wire(conn);
    }
}

//! Connections: two ends, ordered delivery in each direction.
//!
//! Invariants: a connection is known until both of its ends are gone; what is sent later never
//! arrives earlier. Kept in pages that snapshots share until one changes: a thousand nodes hold a
//! million connections.

use crate::node::io::{ConnId, Port};
use crate::shapes::spec::ContainerIx;
use crate::sim::action::Place;
use crate::sim::entry::ClientId;
use crate::sim::nagle::Unanswered;
use crate::sim::route::Standpoint;
use crate::words::Time;
use std::net::SocketAddrV4;
use std::sync::Arc;

/// Who holds an end of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::sim) enum End {
    /// Nobody (yet, or any more).
    Nobody,
    /// A process: the one that has this life in this container.
    Process { ix: ContainerIx, life: u32 },
    /// A client or a job.
    Client(ClientId),
}

/// How far the handshake is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::sim) enum Phase {
    /// SYN sent.
    Opening,
    /// Both kernels agree.
    Open,
}

/// A TCP connection. Index 0 is the end that opened it, 1 the one that accepted.
#[derive(Clone, Debug)]
pub(in crate::sim) struct Connection {
    pub(in crate::sim) ends: [End; 2],
    pub(in crate::sim) places: [Place; 2],
    /// Which network it belongs to: the bus or the clients'.
    pub(in crate::sim) port: Port,
    pub(in crate::sim) phase: Phase,
    /// Whether a program outside opened it: its packets take no time here.
    pub(in crate::sim) from_outside: bool,
    /// Whether something waits on the way to an end.
    pub(in crate::sim) held: [bool; 2],
    /// When the latest packet to an end arrives.
    pub(in crate::sim) last: [Time; 2],
    pub(in crate::sim) unanswered: Unanswered,
    /// The opener's own address.
    pub(in crate::sim) local: SocketAddrV4,
    /// The opener's address as the acceptor sees it.
    pub(in crate::sim) seen: SocketAddrV4,
    /// The acceptor's own address, and where that is.
    pub(in crate::sim) at: SocketAddrV4,
    pub(in crate::sim) there: Standpoint,
    /// The cables that it runs through, if it leaves its namespace.
    pub(in crate::sim) wires: Option<[Standpoint; 2]>,
}

/// Which of the two ends `conn` is.
pub(in crate::sim) fn side(conn: ConnId) -> usize {
    (conn.0 & 1) as usize
}

const PAGE: usize = 32;

/// Up to 32 neighbouring connections. Most attempts to connect to a server that is not up yet leave
/// nothing behind, so only what is there takes room.
#[derive(Clone, Debug, Default)]
struct Page {
    /// A bit for each that is there.
    there: u32,
    /// Those, ascending.
    held: Vec<Connection>,
}

impl Page {
    /// Its place among those that are there, and whether it is there itself.
    fn place(&self, slot: usize) -> (usize, bool) {
        let before = self.there & ((1 << slot) - 1);
        (before.count_ones() as usize, self.there >> slot & 1 == 1)
    }
    fn get(&self, slot: usize) -> Option<&Connection> {
        let (place, there) = self.place(slot);
        if there { self.held.get(place) } else { None }
    }
    fn insert(&mut self, slot: usize, connection: Connection) {
        let (place, there) = self.place(slot);
        assert!(!there, "connection numbers are used once");
        self.there |= 1 << slot;
        self.held.insert(place, connection);
    }
    fn remove(&mut self, slot: usize) {
        let (place, there) = self.place(slot);
        if there {
            self.there &= !(1 << slot);
            self.held.remove(place);
            self.held.shrink_to(self.held.len() * 2);
        }
    }
    /// All with their slots, ascending.
    fn iter(&self) -> impl Iterator<Item = (usize, &Connection)> {
        (0..PAGE).filter(|slot| self.there >> slot & 1 == 1).zip(&self.held)
    }
}

/// All connections, by number.
#[derive(Clone, Debug, Default)]
pub(in crate::sim) struct Connections {
    pages: Vec<Option<Arc<Page>>>,
    /// The number of the next one.
    pub(in crate::sim) next: u32,
}

impl Connections {
    pub(in crate::sim) fn get(&self, conn: ConnId) -> Option<&Connection> {
        let number = conn.connection() as usize;
        self.pages.get(number / PAGE)?.as_ref()?.get(number % PAGE)
    }
    #[inline]
    pub(in crate::sim) fn get_mut(&mut self, conn: ConnId) -> Option<&mut Connection> {
        let number = conn.connection() as usize;
        let page = self.pages.get_mut(number / PAGE)?.as_mut()?;
        let (place, there) = page.place(number % PAGE);
        if there { Arc::make_mut(page).held.get_mut(place) } else { None }
    }
    pub(in crate::sim) fn insert(&mut self, conn: ConnId, connection: Connection) {
        let number = conn.connection() as usize;
        if self.pages.len() <= number / PAGE {
            self.pages.resize_with(number / PAGE + 1, || None);
        }
        let page = self.pages[number / PAGE].get_or_insert_default();
        Arc::make_mut(page).insert(number % PAGE, connection);
    }
    pub(in crate::sim) fn remove(&mut self, conn: ConnId) {
        let number = conn.connection() as usize;
        let Some(Some(page)) = self.pages.get_mut(number / PAGE) else { return };
        let left = Arc::make_mut(page);
        left.remove(number % PAGE);
        if left.there == 0 {
            self.pages[number / PAGE] = None;
        }
    }
    /// A number for a connection that the world opens for a client.
    pub(in crate::sim) fn fresh(&mut self) -> ConnId {
        self.next += 1;
        ConnId((self.next - 1) << 1)
    }
    /// The ends that match, in order of number.
    pub(in crate::sim) fn ends(&self, mut pick: impl FnMut(End) -> bool) -> Vec<ConnId> {
        let mut found = Vec::new();
        for (conn, connection) in self.iter() {
            for (side, &end) in connection.ends.iter().enumerate() {
                if pick(end) {
                    found.push(ConnId(conn.0 | side as u32));
                }
            }
        }
        found
    }
    /// All of them by the end that opened them, in order of number.
    pub(in crate::sim) fn iter(&self) -> impl Iterator<Item = (ConnId, &Connection)> {
        let pages = self.pages.iter().enumerate();
        pages.filter_map(|(n, page)| Some((n, page.as_ref()?))).flat_map(|(n, page)| {
            page.iter().map(move |(slot, connection)| {
                (ConnId(((n * PAGE + slot) << 1) as u32), connection)
            })
        })
    }
}

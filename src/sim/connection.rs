//! Connections: two ends, ordered delivery in each direction.
//!
//! Invariants: a connection is known until both of its ends are gone; what is sent later never
//! arrives earlier. A thousand nodes hold a million connections, so snapshots share them until one
//! changes: in chapters, of which there are few to count, and those in pages, which are short to copy.

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
    /// The acceptor's own address.
    pub(in crate::sim) at: SocketAddrV4,
    /// Where the two ends are.
    pub(in crate::sim) stands: [Standpoint; 2],
    /// Whether it leaves its namespace: it runs through the cables of both.
    pub(in crate::sim) wired: bool,
}

/// Bytes a connection, and a thousand nodes have a million.
const _: () = assert!(size_of::<Connection>() <= 104);

/// Which of the two ends `conn` is.
pub(in crate::sim) fn side(conn: ConnId) -> usize {
    (conn.0 & 1) as usize
}

const PAGE: usize = 16;

/// Up to 16 neighbouring connections. Most attempts to connect to a server that is not up yet leave
/// nothing behind, so only what is there takes room; and what is there is one piece of memory, since every
/// packet looks for its connection.
#[derive(Clone, Debug, Default)]
struct Page {
    /// A bit for each that is there.
    there: u16,
    /// Those, ascending.
    held: Option<Arc<[Connection]>>,
}

impl Page {
    /// Its place among those that are there, and whether it is there itself.
    fn place(&self, slot: usize) -> (usize, bool) {
        let before = self.there & ((1 << slot) - 1);
        (before.count_ones() as usize, self.there >> slot & 1 == 1)
    }
    fn held(&self) -> &[Connection] {
        self.held.as_deref().unwrap_or_default()
    }
    fn get(&self, slot: usize) -> Option<&Connection> {
        let (place, there) = self.place(slot);
        if there { self.held().get(place) } else { None }
    }
    fn get_mut(&mut self, slot: usize) -> Option<&mut Connection> {
        let (place, there) = self.place(slot);
        let held = self.held.as_mut().filter(|_| there)?;
        Arc::make_mut(held).get_mut(place)
    }
    fn insert(&mut self, slot: usize, connection: Connection) {
        let (place, there) = self.place(slot);
        assert!(!there, "connection numbers are used once");
        self.there |= 1 << slot;
        let (before, after) = self.held().split_at(place);
        let held: Vec<Connection> =
            before.iter().cloned().chain([connection]).chain(after.iter().cloned()).collect();
        self.held = Some(held.into());
    }
    fn remove(&mut self, slot: usize) {
        let (place, there) = self.place(slot);
        if !there {
            return;
        }
        self.there &= !(1 << slot);
        let (before, rest) = self.held().split_at(place);
        let held: Vec<Connection> = before.iter().chain(&rest[1..]).cloned().collect();
        self.held = if held.is_empty() { None } else { Some(held.into()) };
    }
    /// All with their slots, ascending.
    fn iter(&self) -> impl Iterator<Item = (usize, &Connection)> {
        (0..PAGE).filter(|slot| self.there >> slot & 1 == 1).zip(self.held())
    }
}

/// So many pages are a chapter.
const PAGES: usize = 32;

/// 512 neighbouring connections: what a snapshot counts a reference to.
#[derive(Clone, Debug, Default)]
struct Chapter([Page; PAGES]);

/// All connections, by number.
#[derive(Clone, Debug, Default)]
pub(in crate::sim) struct Connections {
    chapters: Vec<Option<Arc<Chapter>>>,
    /// The number of the next one.
    pub(in crate::sim) next: u32,
}

/// Chapter, page and slot of a connection.
fn locate(conn: ConnId) -> (usize, usize, usize) {
    let number = conn.connection() as usize;
    (number / PAGE / PAGES, number / PAGE % PAGES, number % PAGE)
}

impl Connections {
    #[inline]
    pub(in crate::sim) fn get(&self, conn: ConnId) -> Option<&Connection> {
        let (chapter, page, slot) = locate(conn);
        self.chapters.get(chapter)?.as_ref()?.0[page].get(slot)
    }
    #[inline]
    pub(in crate::sim) fn get_mut(&mut self, conn: ConnId) -> Option<&mut Connection> {
        let (chapter, page, slot) = locate(conn);
        let chapter = self.chapters.get_mut(chapter)?.as_mut()?;
        Arc::make_mut(chapter).0[page].get_mut(slot)
    }
    pub(in crate::sim) fn insert(&mut self, conn: ConnId, connection: Connection) {
        let (chapter, page, slot) = locate(conn);
        if self.chapters.len() <= chapter {
            self.chapters.resize(chapter + 1, None);
        }
        let chapter = self.chapters[chapter].get_or_insert_default();
        Arc::make_mut(chapter).0[page].insert(slot, connection);
    }
    pub(in crate::sim) fn remove(&mut self, conn: ConnId) {
        let (at, page, slot) = locate(conn);
        let Some(Some(chapter)) = self.chapters.get_mut(at) else { return };
        let left = Arc::make_mut(chapter);
        left.0[page].remove(slot);
        if left.0.iter().all(|page| page.there == 0) {
            self.chapters[at] = None;
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
        let chapters = self.chapters.iter().enumerate();
        let chapters = chapters.filter_map(|(n, chapter)| Some((n, chapter.as_ref()?)));
        let pages = chapters.flat_map(|(n, chapter)| {
            chapter.0.iter().enumerate().map(move |(at, page)| (n * PAGES + at, page))
        });
        pages.flat_map(|(n, page)| {
            page.iter().map(move |(slot, connection)| {
                (ConnId(((n * PAGE + slot) << 1) as u32), connection)
            })
        })
    }
}

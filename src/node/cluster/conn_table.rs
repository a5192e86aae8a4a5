//! What a node keeps by number of connection.
//!
//! Every packet begins with a look into it, and with a thousand nodes each of a thousand tables is cold
//! by then. So it is one array of short entries, and who is not at home is next door, nearly always in
//! the same line of the cache: a look is one miss. It is filled to three quarters and grows by a quarter.
//!
//! Invariant: from a number's home to its place nothing is vacant.
//! Absent: order; nobody walks over it.

use crate::node::io::ConnId;

/// A hash table with linear probing.
#[derive(Clone, Debug, Default)]
pub(super) struct ConnTable<T> {
    slots: Vec<(ConnId, T)>,
    len: usize,
}

/// No connection has this number.
const VACANT: ConnId = ConnId(u32::MAX);
const SMALLEST: usize = 8;

impl<T: Copy + Default> ConnTable<T> {
    #[inline]
    pub(super) fn get(&self, conn: ConnId) -> Option<T> {
        self.place(conn).ok().map(|at| self.slots[at].1)
    }
    pub(super) fn len(&self) -> usize {
        self.len
    }
    pub(super) fn get_mut(&mut self, conn: ConnId) -> Option<&mut T> {
        self.place(conn).ok().map(|at| &mut self.slots[at].1)
    }
    pub(super) fn insert(&mut self, conn: ConnId, value: T) {
        if (self.len + 1) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        let at = match self.place(conn) {
            Ok(at) => at,
            Err(vacant) => {
                self.len += 1;
                vacant
            }
        };
        self.slots[at] = (conn, value);
    }
    pub(super) fn remove(&mut self, conn: ConnId) {
        if let Ok(at) = self.place(conn) {
            self.len -= 1;
            self.fill(at);
        }
    }

    /// Where a number is, or else where it would be.
    #[inline]
    fn place(&self, conn: ConnId) -> Result<usize, usize> {
        if self.slots.is_empty() {
            return Err(0);
        }
        let mut at = self.home(conn);
        loop {
            match self.slots[at].0 {
                VACANT => return Err(at),
                found if found == conn => return Ok(at),
                _ => at = self.next(at),
            }
        }
    }
    /// One multiplication spreads the numbers, which are dense, another brings them into range.
    #[inline]
    fn home(&self, conn: ConnId) -> usize {
        let hash = conn.0.wrapping_mul(0x9E37_79B9);
        ((u64::from(hash) * self.slots.len() as u64) >> 32) as usize
    }
    #[inline]
    fn next(&self, at: usize) -> usize {
        if at + 1 == self.slots.len() { 0 } else { at + 1 }
    }
    /// Fills a gap with whoever behind it would be nearer home there.
    fn fill(&mut self, mut gap: usize) {
        let all = self.slots.len();
        let mut at = self.next(gap);
        while self.slots[at].0 != VACANT {
            let from_home = (at + all - self.home(self.slots[at].0)) % all;
            if (at + all - gap) % all <= from_home {
                self.slots[gap] = self.slots[at];
                gap = at;
            }
            at = self.next(at);
        }
        self.slots[gap] = (VACANT, T::default());
    }
    fn grow(&mut self) {
        let size = (self.slots.len() * 5 / 4).max(SMALLEST);
        let old = std::mem::replace(&mut self.slots, vec![(VACANT, T::default()); size]);
        for (conn, value) in old.into_iter().filter(|(conn, _)| *conn != VACANT) {
            let at = self.place(conn).expect_err("each number is there once");
            self.slots[at] = (conn, value);
        }
    }
}

#[cfg(test)]
mod check {
    use super::*;
    use crate::words::{Rng, Seed};
    use std::collections::BTreeMap;

    #[test]
    fn a_table_of_connections_holds_what_a_map_holds() {
        let mut rng = Rng::new(Seed(9), 0);
        let (mut table, mut map) = (ConnTable::default(), BTreeMap::new());
        for step in 0..20_000_u32 {
            let conn = ConnId(rng.below(700) as u32);
            match rng.below(5) {
                0 | 1 => {
                    table.remove(conn);
                    map.remove(&conn);
                }
                _ => {
                    table.insert(conn, step);
                    map.insert(conn, step);
                }
            }
            let other = ConnId(rng.below(700) as u32);
            assert_eq!(table.get(other), map.get(&other).copied());
        }
        assert_eq!(table.len, map.len());
        assert!(map.iter().all(|(&conn, &step)| table.get(conn) == Some(step)));
    }
}

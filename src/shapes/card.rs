//! Names and places of nodes, kept once: packets and views speak of them by number.
//!
//! A packet between a thousand nodes names a hundred others, and nearly always says of them what its
//! receiver knows: the same id at the same address. A number says that in four bytes, and a view
//! finds its own row by it without looking at an id.
//!
//! Invariants: two numbers never stand for equal cards; a number keeps its meaning in all worlds that
//! grow from one. Absent: what anybody believes. A number that is known tells nothing about who knows.

use crate::words::NodeId;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

/// Who a node is, and where.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Card {
    /// Its id.
    pub node: NodeId,
    /// Its address; None if unknown.
    pub ip: Option<IpAddr>,
    /// Its client port; 0 if unknown.
    pub port: u16,
    /// Its bus port; 0 if unknown.
    pub bus_port: u16,
}

impl Card {
    /// A node of which nothing but its id is known.
    pub const fn named(node: NodeId) -> Card {
        Card { node, ip: None, port: 0, bus_port: 0 }
    }
}

/// The number of a card, from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CardNo(NonZeroU32);

impl CardNo {
    /// As an index, from 0.
    #[inline]
    pub const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// All cards of a world that were ever put into a packet. Snapshots share them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Cards(Option<Arc<Index>>);

#[derive(Clone, PartialEq, Debug, Default)]
struct Index {
    all: Vec<Arc<Card>>,
    numbers: BTreeMap<Arc<Card>, CardNo>,
}

impl Cards {
    /// The card with this number, which these cards gave.
    pub fn get(&self, number: CardNo) -> &Arc<Card> {
        let index = self.0.as_ref().expect("who gives a number keeps its card");
        &index.all[number.index()]
    }
    /// The number of a card.
    pub fn number(&mut self, card: &Arc<Card>) -> CardNo {
        let known = self.0.as_ref().and_then(|index| index.numbers.get(&**card).copied());
        known.unwrap_or_else(|| self.add(card))
    }
    fn add(&mut self, card: &Arc<Card>) -> CardNo {
        let index = Arc::make_mut(self.0.get_or_insert_default());
        index.all.push(card.clone());
        let number = u32::try_from(index.all.len()).ok().and_then(NonZeroU32::new);
        let number = CardNo(number.expect("fewer cards than 2^32"));
        index.numbers.insert(card.clone(), number);
        number
    }
}

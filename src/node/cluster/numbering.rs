//! Which place is meant by which number of a card, and the other way round.
//!
//! Invariant: both ways agree. A number that names nobody here is unknown, or of a card that was changed.

use super::peer::PeerIx;
use crate::shapes::CardNo;

/// Two tables: one is read for every node that is named in a packet that comes, one for those that are
/// named in a packet that goes.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbering {
    places: Vec<Option<PeerIx>>,
    numbers: Vec<Option<CardNo>>,
}

impl Numbering {
    /// Whom the card with this number names.
    #[inline]
    pub(super) fn place(&self, number: CardNo) -> Option<PeerIx> {
        self.places.get(number.index()).copied().flatten()
    }
    /// The number of the card of who is at a place.
    #[inline]
    pub(super) fn number(&self, ix: PeerIx) -> Option<CardNo> {
        self.numbers.get(ix.index()).copied().flatten()
    }
    pub(super) fn note(&mut self, ix: PeerIx, number: CardNo) {
        put(&mut self.places, number.index(), ix);
        put(&mut self.numbers, ix.index(), number);
    }
    /// The card of who is at a place is another one, or nobody is there.
    pub(super) fn forget(&mut self, ix: PeerIx) {
        if let Some(number) = self.numbers.get_mut(ix.index()).and_then(Option::take) {
            self.places[number.index()] = None;
        }
    }
}

fn put<T: Copy>(table: &mut Vec<Option<T>>, index: usize, value: T) {
    if table.len() <= index {
        table.resize(index + 1, None);
    }
    table[index] = Some(value);
}

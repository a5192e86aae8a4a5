//! Replication histories: which stream an offset belongs to.
//!
//! A history is an id and a count of bytes. A promoted replica begins a history of its own, but
//! remembers the one it followed, up to the byte where the two part: whoever followed that one no
//! further may go on with it.
//!
//! Invariant: `offset` never goes back within one history.
//! In Redis: `replid`, `replid2`, `second_replid_offset`, `master_repl_offset`. Spec: replication 1, 6.

use crate::shapes::fact::FullWhy;
use crate::words::{ReplId, Rng};

/// The history a node follows or produces, and the one it came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct History {
    /// Its id.
    pub id: ReplId,
    /// Bytes of stream so far.
    pub offset: u64,
    /// The history before a promotion.
    pub former: Option<Former>,
}

/// A history that another one grew out of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Former {
    /// Its id.
    pub id: ReplId,
    /// The first offset that the two do not share.
    pub until: u64,
}

impl History {
    /// A history with nothing in it.
    pub(in crate::node) fn begin(rng: &mut Rng) -> History {
        History { id: ReplId::random(rng), offset: 0, former: None }
    }

    /// A promotion: what was followed becomes the former history. In Redis: `shiftReplicationId`.
    pub(in crate::node) fn shift(&mut self, rng: &mut Rng) {
        self.former = Some(Former { id: self.id, until: self.offset + 1 });
        self.id = ReplId::random(rng);
    }

    /// A history that nobody can resume. In Redis: `changeReplicationId`, `clearReplicationId2`.
    pub(in crate::node) fn renew(&mut self, rng: &mut Rng) {
        self.id = ReplId::random(rng);
        self.former = None;
    }

    /// The master goes on under another id: the id followed so far becomes the former one.
    pub(in crate::node) fn rename(&mut self, id: ReplId) {
        if id != self.id {
            self.former = Some(Former { id: self.id, until: self.offset + 1 });
            self.id = id;
        }
    }

    /// Whether somebody who followed `id` and asks for the byte `wanted` followed this history.
    pub(in crate::node) fn includes(&self, id: ReplId, wanted: u64) -> Result<(), FullWhy> {
        if id == self.id {
            return Ok(());
        }
        match self.former {
            Some(former) if id == former.id && wanted <= former.until => Ok(()),
            Some(former) if id == former.id => Err(FullWhy::BeyondMyHistory),
            Some(_) | None => Err(FullWhy::OtherHistory),
        }
    }
}

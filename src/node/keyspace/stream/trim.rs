//! Trimming: the oldest entries go.
//!
//! Whole nodes go first; what is left over is marked as deleted, unless nearly is good enough. In
//! Redis: `streamTrim` (t_stream.c).

use super::{Stream, StreamId};
use std::sync::Arc;

/// What is to be left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keep {
    /// So many entries.
    Newest(u64),
    /// Those from an id on.
    From(StreamId),
}

/// How a stream is trimmed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trim {
    /// What is to be left.
    pub keep: Keep,
    /// Whether only whole nodes go.
    pub nearly: bool,
    /// At most so many entries go; 0 is any number.
    pub limit: u64,
}

impl Stream {
    /// Trims it; how many entries went.
    pub fn trim(&mut self, trim: &Trim) -> u64 {
        let mut gone = 0;
        while let Some((&first, node)) = self.nodes.first_key_value() {
            let live = node.live() as u64;
            if trim.keep.is_done(self.marks.len) || trim.limit != 0 && trim.limit < gone + live {
                break;
            }
            let last = node.entries.last().map_or(first, |entry| entry.id);
            if trim.keep.allows_all(self.marks.len, live, last) {
                self.nodes.remove(&first);
                self.marks.len -= live;
                gone += live;
                continue;
            }
            if !trim.nearly {
                gone += self.trim_first_node(trim.keep);
            }
            break;
        }
        if 0 < gone || self.marks.len == 0 {
            self.note_first();
        }
        gone
    }

    fn trim_first_node(&mut self, keep: Keep) -> u64 {
        let Some(mut node) = self.nodes.first_entry() else { return 0 };
        let node = Arc::make_mut(node.get_mut());
        let mut gone = 0;
        for at in 0..node.entries.len() {
            let entry = &node.entries[at];
            let done = match keep {
                Keep::Newest(len) => self.marks.len <= len,
                Keep::From(id) => id <= entry.id,
            };
            if done {
                break;
            }
            if !entry.deleted {
                node.delete(at);
                self.marks.len -= 1;
                gone += 1;
            }
        }
        gone
    }
}

impl Keep {
    fn is_done(self, len: u64) -> bool {
        matches!(self, Keep::Newest(wanted) if len <= wanted)
    }
    /// Whether a node goes as a whole: with so many entries of a stream's `len`, up to this id.
    fn allows_all(self, len: u64, live: u64, last: StreamId) -> bool {
        match self {
            Keep::Newest(wanted) => wanted <= len - live,
            Keep::From(id) => last < id,
        }
    }
}

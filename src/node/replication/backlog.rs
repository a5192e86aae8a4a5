//! The backlog: the last part of the stream, kept for replicas that lost their link for a while.
//!
//! Commands lie in pages that are shared between copies of a node. Redis keeps bytes, in blocks, and
//! replicas that are behind hold the blocks that they need: the oldest block goes when nobody needs it
//! and the rest still holds the configured size. Where those blocks would end is kept beside the
//! commands. Offsets count bytes from 1, as in Redis.
//!
//! Invariants: `first` is the offset of the first byte kept, `end` of the last one produced; a
//! command is never split, but may lie across two blocks. In Redis: `replBacklog`, `replBufBlock`,
//! `feedReplicationBuffer`, `incrementalTrimReplicationBacklog`.

use crate::node::memory::size_class;
use crate::words::Argv;
use std::collections::VecDeque;
use std::sync::Arc;

/// Bytes after which a new page begins, and the least that a block holds. In Redis:
/// `PROTO_REPLY_CHUNK_BYTES`.
const CHUNK: u64 = 16 * 1024;
/// What a block takes beside its bytes: `replBufBlock` and its `listNode`.
const BLOCK_HEADER: u64 = 40;
const LIST_NODE: u64 = 24;

/// The last part of a replication stream.
#[derive(Clone, Debug)]
pub struct Backlog {
    pages: VecDeque<Arc<Page>>,
    blocks: VecDeque<Block>,
    first: u64,
    end: u64,
}

#[derive(Clone, Debug, Default)]
struct Page {
    bytes: u64,
    commands: Vec<Entry>,
}

/// Where Redis would keep a part of the stream.
#[derive(Clone, Copy, Debug)]
struct Block {
    /// The offset of its first byte.
    first: u64,
    size: u64,
}

#[derive(Clone, Debug)]
struct Entry {
    /// Offset of its last byte.
    end: u64,
    command: Argv,
}

impl Backlog {
    /// An empty backlog of a stream that is at `offset`.
    pub(in crate::node) fn begin(offset: u64) -> Backlog {
        Backlog { pages: VecDeque::new(), blocks: VecDeque::new(), first: offset + 1, end: offset }
    }
    /// The offset of the first byte it holds (or will hold).
    pub fn first(&self) -> u64 {
        self.first
    }
    /// How many bytes it holds.
    pub fn len(&self) -> u64 {
        self.end + 1 - self.first
    }
    /// Whether nothing is in it yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends a command to the stream of a server whose backlog has this size; whether that took a new
    /// block.
    pub(in crate::node) fn append(&mut self, command: Argv, size: u64) -> bool {
        let before = self.blocks.len();
        self.lay_out(&command, size);
        let bytes = command.encoded_len();
        if self.pages.back().is_none_or(|page| CHUNK <= page.bytes) {
            self.pages.push_back(Arc::default());
        }
        self.end += bytes;
        let entry = Entry { end: self.end, command };
        let page = Arc::make_mut(self.pages.back_mut().expect("a page was just made"));
        page.bytes += bytes;
        page.commands.push(entry);
        before < self.blocks.len()
    }

    /// Finds room for a command's bytes: its words are copied one by one.
    fn lay_out(&mut self, command: &Argv, size: u64) {
        let mut at = self.end + 1;
        let mut piece = |bytes: u64| {
            at += bytes;
            self.lay_out_piece(at, bytes, size);
        };
        let lens = command.iter().map(|word| word.len() as u64);
        let words: u64 = lens.clone().map(bulk_len).sum();
        piece(command.encoded_len() - words);
        for len in lens {
            piece(bulk_len(len) - len - 2);
            piece(len);
            piece(2);
        }
    }

    /// The last of so many bytes is before `end`.
    fn lay_out_piece(&mut self, end: u64, bytes: u64, size: u64) {
        loop {
            let laid = self.blocks.back().map_or(end - bytes, |block| block.first + block.size);
            if end <= laid {
                return;
            }
            let left = end - laid;
            let wanted = left.max(CHUNK).min((size / 16).max(CHUNK));
            let size = size_class(wanted + BLOCK_HEADER) - BLOCK_HEADER;
            self.blocks.push_back(Block { first: laid, size });
        }
    }

    /// Drops what is older than `size` bytes, but no block with a byte from `needed` (an offset) on.
    pub(in crate::node) fn trim(&mut self, size: u64, needed: u64) {
        while 1 < self.blocks.len() {
            let next = self.blocks[1].first;
            if self.end + 1 - next <= size || needed < next {
                break;
            }
            self.first = next;
            self.blocks.pop_front();
        }
        while self.pages.front().is_some_and(|page| page.end() < self.first) {
            self.pages.pop_front();
        }
    }

    /// How many blocks a replica holds that has the stream up to `offset`, and what they take. It holds
    /// the last one even if it has all.
    pub(super) fn held_from(&self, offset: u64) -> (u64, u64) {
        let Some(last) = self.blocks.back() else { return (0, 0) };
        // What is written to its end is only left when the next one is there.
        let at = self.blocks.partition_point(|block| block.first + block.size <= offset + 1);
        let at = at.min(self.blocks.len() - 1);
        let count = (self.blocks.len() - at) as u64;
        let bytes = last.first + last.size - self.blocks[at].first;
        (count, bytes + count * (BLOCK_HEADER + LIST_NODE))
    }

    /// Whether a replica that wants the stream from the byte `wanted` finds it here.
    pub(in crate::node) fn holds(&self, wanted: u64) -> bool {
        (self.first..=self.end + 1).contains(&wanted)
    }

    /// The commands that end after `offset`, in order.
    pub(in crate::node) fn after(&self, offset: u64) -> impl Iterator<Item = &Argv> {
        let skip = self.pages.partition_point(|page| page.end() <= offset);
        let entries = self.pages.iter().skip(skip).flat_map(|page| &page.commands);
        entries.skip_while(move |entry| entry.end <= offset).map(|entry| &entry.command)
    }
}

impl Page {
    fn end(&self) -> u64 {
        self.commands.last().map_or(0, |entry| entry.end)
    }
}

/// `$3`, a word of this length, and their ends.
fn bulk_len(len: u64) -> u64 {
    let digits = len.checked_ilog10().map_or(1, |log| u64::from(log) + 1);
    1 + digits + 2 + len + 2
}

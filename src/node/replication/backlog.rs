//! The backlog: the last part of the stream, kept for replicas that lost their link for a while.
//!
//! Commands lie in blocks that are shared between copies of a node; the oldest block goes when the
//! rest still holds the configured size. Offsets count bytes from 1, as in Redis.
//!
//! Invariants: `first` is the offset of the first byte kept, `end` of the last one produced; a
//! command is never split. In Redis: `replBacklog`, `replBufBlock`, `incrementalTrimReplicationBacklog`
//! (there a command may lie across two blocks).

use crate::words::Argv;
use std::collections::VecDeque;
use std::sync::Arc;

/// Bytes after which a new block begins. In Redis: `PROTO_REPLY_CHUNK_BYTES`.
const BLOCK_BYTES: u64 = 16 * 1024;

/// The last part of a replication stream.
#[derive(Clone, Debug)]
pub struct Backlog {
    blocks: VecDeque<Arc<Block>>,
    first: u64,
    end: u64,
}

#[derive(Clone, Debug, Default)]
struct Block {
    bytes: u64,
    commands: Vec<Entry>,
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
        Backlog { blocks: VecDeque::new(), first: offset + 1, end: offset }
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

    /// Appends a command to the stream.
    pub(in crate::node) fn append(&mut self, command: Argv) {
        let bytes = command.encoded_len();
        if self.blocks.back().is_none_or(|block| BLOCK_BYTES <= block.bytes) {
            self.blocks.push_back(Arc::default());
        }
        self.end += bytes;
        let entry = Entry { end: self.end, command };
        let block = Arc::make_mut(self.blocks.back_mut().expect("a block was just made"));
        block.bytes += bytes;
        block.commands.push(entry);
    }

    /// Drops what is older than `size` bytes, but nothing that is `needed` (an offset) or later.
    pub(in crate::node) fn trim(&mut self, size: u64, needed: u64) {
        while let Some(oldest) = self.blocks.front() {
            let next = self.first + oldest.bytes;
            if self.end + 1 - next < size || needed < next {
                return;
            }
            self.first = next;
            self.blocks.pop_front();
        }
    }

    /// Whether a replica that wants the stream from the byte `wanted` finds it here.
    pub(in crate::node) fn holds(&self, wanted: u64) -> bool {
        (self.first..=self.end + 1).contains(&wanted)
    }

    /// The commands that end after `offset`, in order.
    pub(in crate::node) fn after(&self, offset: u64) -> impl Iterator<Item = &Argv> {
        let skip = self.blocks.partition_point(|block| block.end() <= offset);
        let entries = self.blocks.iter().skip(skip).flat_map(|block| &block.commands);
        entries.skip_while(move |entry| entry.end <= offset).map(|entry| &entry.command)
    }
}

impl Block {
    fn end(&self) -> u64 {
        self.commands.last().map_or(0, |entry| entry.end)
    }
}

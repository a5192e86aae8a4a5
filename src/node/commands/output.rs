//! What clients still have to be told: the reply buffers, and the limits on them.
//!
//! An answer goes to the kernel at the end of its round, and nearly always the kernel takes it. What it
//! does not take waits here until the connection is writable again. Redis keeps answers in a fixed
//! buffer and, when that is full, in a list of blocks; the blocks count against
//! `client-output-buffer-limit`, which is looked at whenever one is added, so that one large answer can
//! close a client that reads.
//!
//! Invariants: a client that something waits for gives nothing else to its kernel; one that is over its
//! limit is told nothing more and is closed before the process sleeps.
//! In Redis: `_addReplyToBufferOrList`, `writeToClient`, `checkClientOutputBufferLimits`,
//! `closeClientOnOutputBufferLimitReached`, `freeClientsInAsyncFreeQueue` (networking.c),
//! `clientsCronResizeOutputBuffer` (server.c). Absent: that no more than 64 KB are written in a turn;
//! lengths that are filled in later, which begin a block of their own.

use super::client_list::{Asked, describe};
use super::kill::Type;
use crate::node::Node;
use crate::node::io::{ConnId, Effect, Outbox};
use crate::node::log::Level::Warning;
use crate::node::memory::size_class;
use crate::shapes::Fact;
use crate::shapes::config::{ClientClass, OutputLimit};
use crate::shapes::stream::ClientData;
use crate::words::resp::{Piece, Protocol};
use crate::words::{Reply, Time};
use std::collections::VecDeque;

/// The fixed buffer of a new client, and the least that a block holds. In Redis:
/// `PROTO_REPLY_CHUNK_BYTES`.
const CHUNK: u64 = 16 * 1024;
/// The least that the fixed buffer shrinks to. In Redis: `PROTO_REPLY_MIN_BYTES`.
const SMALLEST: u64 = 1024;
/// How often the cron forgets how full the fixed buffer was, in ms.
const PEAK_RESET_MS: u64 = 5000;
/// What a block takes beside its bytes: `clientReplyBlock` and its `listNode`.
const BLOCK_HEADER: u64 = 16;
const LIST_NODE: u64 = 24;

/// A block of the reply list.
#[derive(Clone, Copy, Debug)]
struct Block {
    size: u64,
    used: u64,
}

/// How the bytes lie in memory that a client is to be told.
#[derive(Clone, Debug)]
pub(in crate::node) struct ReplyBuffer {
    /// How much the fixed buffer holds. In Redis: `buf_usable_size`.
    pub(super) usable: u64,
    /// How full it was of late.
    pub(super) peak: u64,
    peak_reset_ms: u64,
    /// How full it is. In Redis: `bufpos`.
    pub(super) filled: u64,
    /// How much was written of the fixed buffer, or of the first block. In Redis: `sentlen`.
    written: u64,
    blocks: VecDeque<Block>,
}

impl ReplyBuffer {
    fn new(now: Time) -> ReplyBuffer {
        // Redis sets a time in ms to one in seconds.
        let peak_reset_ms = now.unix_s();
        let blocks = VecDeque::new();
        ReplyBuffer { usable: CHUNK, peak: CHUNK, peak_reset_ms, filled: 0, written: 0, blocks }
    }
    /// Whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        self.filled == 0 && self.blocks.is_empty()
    }
    /// How many blocks there are: `oll`.
    pub(super) fn list_len(&self) -> usize {
        self.blocks.len()
    }
    /// What counts against the limit: `omem`.
    pub(super) fn memory(&self) -> u64 {
        self.blocks.iter().map(|block| block.size + BLOCK_HEADER + LIST_NODE).sum()
    }
    /// How many bytes are to be written.
    fn len(&self) -> u64 {
        self.filled + self.blocks.iter().map(|block| block.used).sum::<u64>() - self.written
    }
    /// Adds an answer; whether that took a new block.
    fn add(&mut self, reply: &Reply, protocol: Protocol) -> bool {
        let before = self.blocks.len();
        reply.pieces(protocol, &mut |piece| match piece {
            Piece::Small(bytes) => self.add_small(bytes as u64),
            Piece::Whole(bytes) => self.add_piece(bytes as u64),
        });
        before < self.blocks.len()
    }
    fn add_small(&mut self, mut bytes: u64) {
        // Many small pieces in a row: none is larger than a block.
        while 0 < bytes {
            let part = bytes.min(CHUNK);
            self.add_piece(part);
            bytes -= part;
        }
    }
    /// Adds what is added at once: what does not fit is in one block.
    fn add_piece(&mut self, mut bytes: u64) {
        let room = match self.blocks.back() {
            None => self.usable - self.filled,
            Some(tail) => tail.size - tail.used,
        };
        let part = bytes.min(room);
        match self.blocks.back_mut() {
            None => {
                self.filled += part;
                self.peak = self.peak.max(self.filled);
            }
            Some(tail) => tail.used += part,
        }
        bytes -= part;
        if bytes != 0 {
            let size = size_class(bytes.max(CHUNK) + BLOCK_HEADER) - BLOCK_HEADER;
            self.blocks.push_back(Block { size, used: bytes });
        }
    }
    /// The kernel took so much of it.
    fn take(&mut self, bytes: u64) {
        self.written += bytes;
        if self.filled != 0 {
            if self.written < self.filled {
                return;
            }
            self.written -= self.filled;
            self.filled = 0;
        }
        while let Some(first) = self.blocks.front().copied()
            && first.used <= self.written
        {
            self.written -= first.used;
            self.blocks.pop_front();
        }
    }
    /// Looked at by the cron: an idle client needs little.
    fn resize(&mut self, now: Time) {
        let (less, more) = (self.usable / 2, self.usable * 2);
        let wanted = match self.peak {
            peak if SMALLEST <= less && peak < less => Some(SMALLEST.max(peak + 1)),
            peak if more < CHUNK * 2 && peak == self.usable => Some(CHUNK.min(more)),
            _ => None,
        };
        if PEAK_RESET_MS <= now.unix_ms().saturating_sub(self.peak_reset_ms) {
            self.peak = self.filled;
            self.peak_reset_ms = now.unix_ms();
        }
        if let Some(size) = wanted {
            self.usable = size_class(size);
        }
    }
}

/// What one client still has to be told.
#[derive(Clone, Debug)]
pub(in crate::node) struct Output {
    /// How it lies in memory.
    pub(super) buffer: ReplyBuffer,
    /// What the kernel did not take, in order.
    waiting: VecDeque<ClientData>,
    /// What was given to the kernel in the last round, as it lay: some of it may come back.
    given: Option<Box<ReplyBuffer>>,
    /// Whether something was given to it in this round.
    gives: bool,
    /// Since when more than the soft limit waits.
    soft_since: Option<Time>,
    /// Over its limit: it will be closed. In Redis: `CLIENT_CLOSE_ASAP`.
    pub(super) doomed: bool,
}

impl Output {
    pub(super) fn new(now: Time) -> Output {
        Output {
            buffer: ReplyBuffer::new(now),
            waiting: VecDeque::new(),
            given: None,
            gives: false,
            soft_since: None,
            doomed: false,
        }
    }
    /// Whether the kernel has not taken all.
    pub(in crate::node) fn waits(&self) -> bool {
        !self.waiting.is_empty()
    }
    /// Whether it is too much, if that has lasted. In Redis: `checkClientOutputBufferLimits`.
    fn is_over(&mut self, bytes: u64, limit: OutputLimit, least_hard: u64, now: Time) -> bool {
        let OutputLimit { hard, soft, seconds } = limit;
        let lasts = if soft != 0 && soft <= bytes {
            let since = *self.soft_since.get_or_insert(now);
            seconds < now.unix_s() - since.unix_s()
        } else {
            self.soft_since = None;
            false
        };
        lasts || hard != 0 && hard.max(least_hard) <= bytes
    }
}

impl Node {
    /// Gives an answer to a client's kernel at the end of the round, or lets it wait behind others.
    pub(super) fn say(&mut self, conn: ConnId, reply: Reply, out: &mut Outbox) {
        let Some(client) = self.clients.by_conn.get_mut(&conn) else { return };
        if client.output.doomed {
            return;
        }
        let grew = client.output.buffer.add(&reply, client.protocol);
        let data = ClientData::Reply { reply, protocol: client.protocol };
        if client.output.waits() {
            client.output.waiting.push_back(data);
        } else {
            if !std::mem::replace(&mut client.output.gives, true) {
                self.clients.told.push(conn);
            }
            out.send_client(conn, data);
        }
        if grew {
            self.check_output(conn, out);
        }
    }

    /// Closes a client soon if too much waits for it.
    pub(in crate::node) fn check_output(&mut self, conn: ConnId, out: &mut Outbox) {
        if self.is_over_limit(conn) {
            self.note_over_limit(conn, "scheduled to be closed ASAP", out);
            self.clients.get_mut(conn).into_iter().for_each(|client| client.output.doomed = true);
            self.clients.doomed.push(conn);
        }
    }

    fn is_over_limit(&mut self, conn: ConnId) -> bool {
        let of_type = Type::of(self, conn);
        let now = self.clients.now;
        let class = match of_type {
            Type::Normal | Type::Master => ClientClass::Normal,
            Type::Replica => ClientClass::Replica,
            Type::Pubsub => ClientClass::Pubsub,
        };
        let (bytes, least_hard) = match class {
            ClientClass::Replica => {
                (self.replication.unsent_memory(conn), self.config.repl_backlog_size)
            }
            ClientClass::Normal | ClientClass::Pubsub => {
                (self.clients.get(conn).map_or(0, |client| client.output.buffer.memory()), 0)
            }
        };
        let limit = self.config.client_output_limits.of(class);
        let Some(client) = self.clients.get_mut(conn) else { return false };
        let nothing = class != ClientClass::Replica && bytes == 0;
        !(nothing || client.output.doomed) && client.output.is_over(bytes, limit, least_hard, now)
    }

    fn note_over_limit(&mut self, conn: ConnId, what: &str, out: &mut Outbox) {
        let Some(client) = self.clients.get(conn) else { return };
        let of_type = Type::of(self, conn);
        let (class, bytes) = match of_type {
            Type::Normal | Type::Master => (ClientClass::Normal, client.output.buffer.memory()),
            Type::Replica => (ClientClass::Replica, self.replication.unsent_memory(conn)),
            Type::Pubsub => (ClientClass::Pubsub, client.output.buffer.memory()),
        };
        let address = client.peer.to_string();
        let line = describe(self, Asked::by_nobody(self.clients.now), conn, client);
        let text = format!("Client {line} {what} for overcoming of output buffer limits.");
        out.log.write(Warning, text);
        out.note(Fact::ClientOverLimit { class, address, bytes });
    }

    /// What clients were told in this round is the kernel's now, unless it comes back; who is over a
    /// limit is closed, and what was not written yet is lost.
    pub(in crate::node) fn settle_outputs(&mut self, now: Time, out: &mut Outbox) {
        for conn in std::mem::take(&mut self.clients.told) {
            let Some(client) = self.clients.get_mut(conn) else { continue };
            client.asked = now;
            client.output.give();
        }
        for conn in std::mem::take(&mut self.clients.doomed) {
            self.close_at_once(now, conn, out);
        }
    }

    /// Closes a connection and forgets what its kernel was not given yet.
    pub(super) fn close_at_once(&mut self, now: Time, conn: ConnId, out: &mut Outbox) {
        out.effects
            .retain(|effect| !matches!(effect, Effect::SendClient { conn: to, .. } if *to == conn));
        self.disconnect(now, conn, out);
    }

    /// The kernel took only `written` bytes of the first of these, and none of the others.
    pub(in crate::node) fn client_unsent(
        &mut self,
        conn: ConnId,
        unsent: Vec<ClientData>,
        written: u64,
    ) {
        let bytes: u64 = unsent.iter().map(ClientData::wire_len).sum::<u64>() - written;
        self.replication.keep_unsent(conn, bytes);
        if let Some(client) = self.clients.get_mut(conn) {
            client.output.keep(unsent, bytes);
        }
    }

    /// The kernel has room: what waits is written, and what it does not take comes back.
    pub(in crate::node) fn client_writable(&mut self, now: Time, conn: ConnId, out: &mut Outbox) {
        self.replication.keep_unsent(conn, 0);
        let Some(client) = self.clients.get_mut(conn) else { return };
        client.asked = now;
        for data in std::mem::take(&mut client.output.waiting) {
            out.send_client(conn, data);
        }
        client.output.give();
        if self.clients.get(conn).is_some_and(super::Client::is_done) {
            self.disconnect(now, conn, out);
        }
    }

    /// The cron looks at a client; it may be closed.
    pub(super) fn tend_output(&mut self, now: Time, conn: ConnId, out: &mut Outbox) {
        if let Some(client) = self.clients.get_mut(conn) {
            client.output.buffer.resize(now);
        }
        if self.is_over_limit(conn) {
            self.note_over_limit(conn, "closed", out);
            self.close_at_once(now, conn, out);
        }
    }
}

impl Output {
    /// All is given to the kernel.
    fn give(&mut self) {
        self.gives = false;
        if self.waits() || self.buffer.is_empty() {
            return;
        }
        let ReplyBuffer { usable, peak, peak_reset_ms, .. } = self.buffer;
        let blocks = VecDeque::new();
        let empty = ReplyBuffer { usable, peak, peak_reset_ms, filled: 0, written: 0, blocks };
        let given = std::mem::replace(&mut self.buffer, empty);
        match &mut self.given {
            Some(before) => **before = given,
            None => self.given = Some(Box::new(given)),
        }
    }
    /// So many bytes came back.
    fn keep(&mut self, unsent: Vec<ClientData>, bytes: u64) {
        // What a replica is sent is in no buffer of its own.
        let answers = unsent.iter().any(|data| matches!(data, ClientData::Reply { .. }));
        if answers && let Some(given) = self.given.take() {
            self.buffer = *given;
            let taken = self.buffer.len().saturating_sub(bytes);
            self.buffer.take(taken);
        }
        self.waiting.extend(unsent);
    }
}

#[cfg(test)]
mod tests {
    use super::{ReplyBuffer, Time};
    use crate::words::Reply;
    use crate::words::resp::Protocol;

    fn check(replies: &[usize], omem: u64) {
        let mut buffer = ReplyBuffer::new(Time::default());
        for &len in replies {
            buffer.add(&Reply::Bulk(vec![b'x'; len].into()), Protocol::Resp2);
        }
        assert_eq!(buffer.memory(), omem);
    }

    /// `omem` as CLIENT LIST of a 7.0.15 with jemalloc showed it.
    #[test]
    fn blocks_are_as_large_as_those_of_a_real_server() {
        check(&[100], 0);
        check(&[16_384], 20_504);
    }
}

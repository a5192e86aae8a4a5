//! RESP values: what a node answers.
//!
//! One value serves both protocol versions; where they differ (maps, nil, verbatim strings,
//! doubles) the difference is in the encoding, as in `addReplyMapLen` and its siblings.

use bytes::Bytes;

/// An answer. `Error` carries the text without the leading `-`.
#[derive(Clone, PartialEq, Debug)]
pub enum Reply {
    /// `+OK`
    Simple(Bytes),
    /// `-ERR …`, without the minus sign.
    Error(Bytes),
    /// `:1`
    Int(i64),
    /// A string of bytes.
    Bulk(Bytes),
    /// A text that RESP3 marks as `txt` (CLUSTER NODES, INFO).
    Verbatim(Bytes),
    /// No value: `$-1` in RESP2, `_` in RESP3.
    Nil,
    /// No array: `*-1` in RESP2 (EXEC after a touched WATCH), `_` in RESP3.
    NilArray,
    /// Values in order.
    Array(Vec<Reply>),
    /// Pairs: a flat array in RESP2.
    Map(Vec<(Reply, Reply)>),
    /// One answer in RESP2, the other in RESP3: where even their shapes differ.
    ByProtocol(Box<[Reply; 2]>),
    /// As it was said in this protocol, whichever the connection speaks by now (HELLO in a transaction).
    Said(Protocol, Box<Reply>),
    /// Members: an array in RESP2.
    Set(Vec<Reply>),
    /// A floating point number, with its text: a bulk string in RESP2.
    Double(Bytes),
    /// An out-of-band message (pub/sub): an array in RESP2.
    Push(Vec<Reply>),
}

/// What is written at once, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Piece {
    /// The head or the end of something.
    Small(usize),
    /// A string.
    Whole(usize),
}

/// The protocol version of a connection (HELLO 2, HELLO 3).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Protocol {
    /// The default.
    #[default]
    Resp2,
    /// After `HELLO 3`.
    Resp3,
}

impl Reply {
    /// `+OK`
    pub const OK: Reply = Reply::Simple(Bytes::from_static(b"OK"));

    /// An error with this text (no leading minus sign).
    pub fn error(text: impl Into<String>) -> Reply {
        Reply::Error(Bytes::from(text.into()))
    }
    /// A bulk string.
    pub fn bulk(text: impl Into<Bytes>) -> Reply {
        Reply::Bulk(text.into())
    }
    /// The text of an error, if it is one.
    pub fn as_error(&self) -> Option<&str> {
        match self {
            Reply::Error(text) => std::str::from_utf8(text).ok(),
            _ => None,
        }
    }
    /// Pairs: flat in RESP2, arrays of two in RESP3.
    pub fn pairs(pairs: impl IntoIterator<Item = (Reply, Reply)>) -> Reply {
        let pairs: Vec<(Reply, Reply)> = pairs.into_iter().collect();
        let flat = pairs.iter().cloned().flat_map(|(one, other)| [one, other]).collect();
        let nested = pairs.into_iter().map(|(one, other)| Reply::Array(vec![one, other]));
        Reply::ByProtocol(Box::new([Reply::Array(flat), Reply::Array(nested.collect())]))
    }
    /// The bytes on the wire.
    pub fn encode(&self, protocol: Protocol) -> Vec<u8> {
        let mut out = Vec::new();
        self.encode_into(protocol, &mut out);
        out
    }
    /// How many bytes that are.
    pub fn encoded_len(&self, protocol: Protocol) -> u64 {
        let mut len = 0;
        self.pieces(protocol, &mut |piece| match piece {
            Piece::Small(bytes) | Piece::Whole(bytes) => len += bytes as u64,
        });
        len
    }
    /// The pieces in which Redis writes it to a client's buffer.
    pub fn pieces(&self, protocol: Protocol, each: &mut impl FnMut(Piece)) {
        let resp3 = protocol == Protocol::Resp3;
        let mut line = |text: usize| each(Piece::Small(1 + text + 2));
        match self {
            Reply::Simple(text) | Reply::Error(text) => line(text.len()),
            Reply::Int(n) => line(int_len(*n)),
            Reply::Nil | Reply::NilArray => line(if resp3 { 0 } else { 2 }),
            Reply::Double(text) if resp3 => line(text.len()),
            Reply::Bulk(bytes) | Reply::Double(bytes) => bulk_pieces(bytes.len(), each),
            Reply::Verbatim(bytes) => {
                bulk_pieces(bytes.len() + if resp3 { "txt:".len() } else { 0 }, each);
            }
            Reply::ByProtocol(forms) => forms[usize::from(resp3)].pieces(protocol, each),
            Reply::Said(protocol, reply) => reply.pieces(*protocol, each),
            Reply::Array(items) | Reply::Set(items) | Reply::Push(items) => {
                line(int_len(items.len() as i64));
                items.iter().for_each(|item| item.pieces(protocol, each));
            }
            Reply::Map(pairs) => {
                line(int_len(if resp3 { pairs.len() } else { pairs.len() * 2 } as i64));
                for (key, value) in pairs {
                    key.pieces(protocol, each);
                    value.pieces(protocol, each);
                }
            }
        }
    }
    /// Appends the bytes on the wire to `out`.
    pub fn encode_into(&self, protocol: Protocol, out: &mut Vec<u8>) {
        let resp3 = protocol == Protocol::Resp3;
        match self {
            Reply::Simple(text) => line(out, b'+', text),
            Reply::Error(text) => line(out, b'-', text),
            Reply::Int(n) => line(out, b':', n.to_string().as_bytes()),
            Reply::Bulk(bytes) => bulk(out, b'$', &[bytes]),
            Reply::Verbatim(bytes) if resp3 => bulk(out, b'=', &[b"txt:", bytes]),
            Reply::Verbatim(bytes) => bulk(out, b'$', &[bytes]),
            Reply::Nil | Reply::NilArray if resp3 => line(out, b'_', b""),
            Reply::Nil => line(out, b'$', b"-1"),
            Reply::NilArray => line(out, b'*', b"-1"),
            Reply::Array(items) => aggregate(out, b'*', items, protocol),
            Reply::Set(items) => aggregate(out, if resp3 { b'~' } else { b'*' }, items, protocol),
            Reply::Push(items) => aggregate(out, if resp3 { b'>' } else { b'*' }, items, protocol),
            Reply::Double(text) if resp3 => line(out, b',', text),
            Reply::Double(text) => bulk(out, b'$', &[text]),
            Reply::ByProtocol(forms) => forms[usize::from(resp3)].encode_into(protocol, out),
            Reply::Said(protocol, reply) => reply.encode_into(*protocol, out),
            Reply::Map(pairs) => {
                let (mark, len) = if resp3 { (b'%', pairs.len()) } else { (b'*', pairs.len() * 2) };
                line(out, mark, len.to_string().as_bytes());
                for (key, value) in pairs {
                    key.encode_into(protocol, out);
                    value.encode_into(protocol, out);
                }
            }
        }
    }
}

fn int_len(n: i64) -> usize {
    let digits = n.unsigned_abs().checked_ilog10().map_or(1, |log| log as usize + 1);
    digits + usize::from(n < 0)
}

fn bulk_pieces(len: usize, each: &mut impl FnMut(Piece)) {
    each(Piece::Small(1 + int_len(len as i64) + 2));
    each(Piece::Whole(len));
    each(Piece::Small(2));
}

fn line(out: &mut Vec<u8>, mark: u8, text: &[u8]) {
    out.push(mark);
    out.extend_from_slice(text);
    out.extend_from_slice(b"\r\n");
}

fn bulk(out: &mut Vec<u8>, mark: u8, parts: &[&[u8]]) {
    let len: usize = parts.iter().map(|p| p.len()).sum();
    line(out, mark, len.to_string().as_bytes());
    for part in parts {
        out.extend_from_slice(part);
    }
    out.extend_from_slice(b"\r\n");
}

fn aggregate(out: &mut Vec<u8>, mark: u8, items: &[Reply], protocol: Protocol) {
    line(out, mark, items.len().to_string().as_bytes());
    for item in items {
        item.encode_into(protocol, out);
    }
}

#[cfg(test)]
mod tests {
    use super::{Protocol, Reply};

    #[test]
    fn a_length_is_that_of_the_bytes() {
        let all = || vec![Reply::OK, Reply::Int(-10), Reply::Int(0), Reply::bulk("ab"), Reply::Nil];
        let pair = (Reply::Verbatim("x".into()), Reply::Double("1.5".into()));
        let more = [Reply::NilArray, Reply::Map(vec![pair.clone()]), Reply::pairs([pair])];
        let reply = Reply::Push(vec![Reply::Array(all()), Reply::Set(more.into())]);
        for protocol in [Protocol::Resp2, Protocol::Resp3] {
            assert_eq!(reply.encoded_len(protocol), reply.encode(protocol).len() as u64);
        }
    }
}

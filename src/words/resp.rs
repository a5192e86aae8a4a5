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
    /// Members: an array in RESP2.
    Set(Vec<Reply>),
    /// A floating point number, with its text: a bulk string in RESP2.
    Double(Bytes),
    /// An out-of-band message (pub/sub): an array in RESP2.
    Push(Vec<Reply>),
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

//! Finds the `SLOTLAB` commands in what a client says; the rest goes on to the node untouched.
//!
//! Only the frame of a request is read here: where it ends, and whether its first word is ours. A
//! request of ours is kept back until it is whole. What breaks the protocol is passed on as it is, with
//! all that follows: to answer it is the node's business.

use bytes::{Bytes, BytesMut};
use slotlab::words::Argv;
use slotlab::words::request::{Limits, Requests};

/// The command's name, in any case of letters.
const NAME: &[u8] = b"slotlab";

/// The most words of a request of ours.
const MOST_WORDS: u64 = 64;

/// A part of what a client says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Piece {
    /// For the node.
    Through(Bytes),
    /// For us.
    Order(Argv),
}

/// Where in a request the stream is.
#[derive(Debug)]
enum At {
    /// At its start: too little has come to know whose it is.
    Start(BytesMut),
    /// In a line that is not ours.
    Line,
    /// Before the length of the next word, of which there are so many; the header as far as it came.
    Header { words: u64, line: Vec<u8> },
    /// In a word, of which so many bytes are to come.
    Word { words: u64, bytes: u64 },
    /// In a request of ours.
    Ours(Requests),
    /// After garbage.
    Lost,
}

/// Splits one connection's stream.
#[derive(Debug)]
pub(crate) struct Splitter(At);

impl Default for Splitter {
    fn default() -> Splitter {
        Splitter(At::Start(BytesMut::new()))
    }
}

impl Splitter {
    /// The pieces that are decided now.
    pub(crate) fn split(&mut self, said: Bytes) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut rest = said;
        while !rest.is_empty() {
            rest = self.step(rest, &mut pieces);
        }
        joined(pieces)
    }

    /// Reads a part of `said`; what is left is to be read next.
    fn step(&mut self, said: Bytes, pieces: &mut Vec<Piece>) -> Bytes {
        match &mut self.0 {
            At::Start(held) => {
                let mut all = std::mem::take(held);
                all.extend_from_slice(&said);
                self.begin(all)
            }
            At::Ours(requests) => {
                requests.feed(&said);
                match requests.next(Limits::default()) {
                    Ok(None) => return Bytes::new(),
                    Ok(Some(argv)) => pieces.push(Piece::Order(argv)),
                    Err(_) => pieces.push(Piece::Through(Bytes::from_static(b"*1\r\n?\r\n"))),
                }
                let rest = requests.rest().to_vec();
                *self = Splitter::default();
                rest.into()
            }
            At::Line | At::Header { .. } | At::Word { .. } | At::Lost => {
                let end = self.skip(&said);
                pieces.push(Piece::Through(said.slice(..end)));
                said.slice(end..)
            }
        }
    }

    /// At the start of a request.
    fn begin(&mut self, all: BytesMut) -> Bytes {
        match whose(&all) {
            Whose::Unknown => self.0 = At::Start(all),
            Whose::Ours => {
                self.0 = At::Ours(Requests::default());
                return all.freeze();
            }
            Whose::Others => {
                self.0 = match all[0] {
                    b'*' => At::Header { words: 0, line: Vec::new() },
                    _ => At::Line,
                };
                return all.freeze();
            }
        }
        Bytes::new()
    }

    /// How much of `said` belongs to the request that the stream is in.
    fn skip(&mut self, said: &[u8]) -> usize {
        let mut read = 0;
        while read < said.len() {
            let left = &said[read..];
            match &mut self.0 {
                At::Start(_) | At::Ours(_) => return read,
                At::Lost => return said.len(),
                At::Line => match left.iter().position(|&byte| byte == b'\n') {
                    None => return said.len(),
                    Some(end) => {
                        read += end + 1;
                        *self = Splitter::default();
                    }
                },
                At::Header { words, line } => {
                    let Some(end) = left.iter().position(|&byte| byte == b'\n') else {
                        line.extend_from_slice(left);
                        self.lose_if_long();
                        return said.len();
                    };
                    line.extend_from_slice(&left[..end]);
                    read += end + 1;
                    self.0 = after_header(*words, line);
                }
                At::Word { words, bytes } => {
                    let taken = (*bytes).min(left.len() as u64);
                    read += taken as usize;
                    *bytes -= taken;
                    match (*bytes, *words) {
                        (1.., _) => {}
                        (0, 0) => *self = Splitter::default(),
                        (0, words) => self.0 = At::Header { words, line: Vec::new() },
                    }
                }
            }
        }
        read
    }

    fn lose_if_long(&mut self) {
        const LONGEST: usize = 64;
        if matches!(&self.0, At::Header { line, .. } if LONGEST < line.len()) {
            self.0 = At::Lost;
        }
    }
}

/// Neighbours that go through are one piece again: a node that hears a request hears what came with it.
fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut out = Vec::with_capacity(1);
    let mut through = BytesMut::new();
    let only = pieces.len() == 1;
    for piece in pieces {
        match piece {
            Piece::Through(bytes) if only => return vec![Piece::Through(bytes)],
            Piece::Through(bytes) => through.extend_from_slice(&bytes),
            order @ Piece::Order(_) => {
                out.extend(passed(&mut through));
                out.push(order);
            }
        }
    }
    out.extend(passed(&mut through));
    out
}

fn passed(through: &mut BytesMut) -> Option<Piece> {
    (!through.is_empty()).then(|| Piece::Through(through.split().freeze()))
}

/// What follows `*3` or `$5`.
fn after_header(words: u64, line: &[u8]) -> At {
    let text = line.strip_suffix(b"\r").and_then(|line| std::str::from_utf8(line).ok());
    let number = |mark: char| text?.strip_prefix(mark)?.parse::<u64>().ok();
    match (number('*'), number('$')) {
        (Some(0), None) if words == 0 => At::Start(BytesMut::new()),
        (Some(count), None) if words == 0 => At::Header { words: count, line: Vec::new() },
        (None, Some(len)) if words != 0 && len < 1 << 40 => {
            At::Word { words: words - 1, bytes: len + 2 }
        }
        _ => At::Lost,
    }
}

/// Whose request it is that begins so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Whose {
    Ours,
    Others,
    Unknown,
}

/// The start of a line that is not whole yet. What grows too long is none of ours.
fn if_begins(line: &[u8], expected: &[u8]) -> Whose {
    let common = line.len().min(expected.len());
    match line[..common] == expected[..common] && line.len() < 8 {
        true => Whose::Unknown,
        false => Whose::Others,
    }
}

fn whose(bytes: &[u8]) -> Whose {
    let word = match bytes {
        [] => return Whose::Unknown,
        [b'*', ..] => {
            let mut lines = bytes.splitn(3, |&byte| byte == b'\n');
            let count = lines.next().unwrap_or_default();
            let Some(len) = lines.next() else { return if_begins(count, b"*") };
            let words =
                std::str::from_utf8(&count[1..]).ok().and_then(|n| n.trim_end().parse().ok());
            if words.is_none_or(|words: u64| words == 0 || MOST_WORDS < words) {
                return Whose::Others;
            }
            let Some(word) = lines.next() else { return if_begins(len, b"$7\r") };
            if len != b"$7\r" {
                return Whose::Others;
            }
            word
        }
        line => line,
    };
    let start = &word[..word.len().min(NAME.len())];
    if !NAME[..start.len()].eq_ignore_ascii_case(start) {
        return Whose::Others;
    }
    match word.get(NAME.len()) {
        None => Whose::Unknown,
        Some(byte) if byte.is_ascii_whitespace() => Whose::Ours,
        Some(_) => Whose::Others,
    }
}

#[cfg(test)]
mod tests {
    use super::{Piece, Splitter};
    use bytes::Bytes;

    /// What goes through, with `<words>` where an order was.
    fn check(said: &str, expected: &str) {
        for size in [1, 3, 7, said.len()] {
            let mut splitter = Splitter::default();
            let mut seen = String::new();
            for chunk in said.as_bytes().chunks(size) {
                for piece in splitter.split(Bytes::copy_from_slice(chunk)) {
                    match piece {
                        Piece::Through(bytes) => seen += &String::from_utf8_lossy(&bytes),
                        Piece::Order(argv) => {
                            let words = argv.iter().map(|word| String::from_utf8_lossy(word));
                            seen += &format!("<{}>", words.collect::<Vec<_>>().join(" "));
                        }
                    }
                }
            }
            assert_eq!(seen, expected, "in pieces of {size}");
        }
    }

    #[test]
    fn an_order_is_taken_out_of_a_pipeline() {
        check(
            "*2\r\n$3\r\nGET\r\n$1\r\nx\r\n*3\r\n$7\r\nSlotLab\r\n$4\r\nkill\r\n$4\r\n7001\r\nPING\r\n",
            "*2\r\n$3\r\nGET\r\n$1\r\nx\r\n<SlotLab kill 7001>PING\r\n",
        );
        check("SET a slotlab\r\nslotlab heal\nPING\n", "SET a slotlab\r\n<slotlab heal>PING\n");
    }

    #[test]
    fn a_value_that_looks_like_an_order_is_none() {
        let said =
            "*2\r\n$4\r\nECHO\r\n$26\r\n*1\r\n$7\r\nslotlab\r\nslotlab x\n\r\nslotlabs\r\nPING\r\n";
        check(said, said);
    }

    #[test]
    fn garbage_goes_through_with_all_that_follows() {
        for said in
            ["*x\r\nslotlab heal\r\n", "*65\r\n", "*1\r\nx", "*1\r\n$8", "*1\r\n$7\r\nslotx"]
        {
            check(said, said);
        }
    }
}

//! LZF, byte for byte as Redis's copy of it compresses: a greedy match by a table of three-byte hashes.
//!
//! A byte below 32 is followed by that many literals and one; any other begins a reference: length in
//! its top three bits (7: one more byte follows), distance in the rest and the next byte.
//! In Redis: lzf_c.c, lzf_d.c (with VERY_FAST). No maintained crate writes the same bytes.

/// Entries of the hash table.
const TABLE: usize = 1 << 16;
/// How far back a reference reaches, in bytes.
const REACH: usize = 1 << 13;
/// The longest reference, in bytes.
const LONGEST: usize = (1 << 8) + (1 << 3);
/// The longest run of literals, in bytes.
const RUN: usize = 1 << 5;

/// Compresses into `limit` bytes at most, or not at all.
pub(super) fn compress(input: &[u8], limit: usize) -> Option<Vec<u8>> {
    if input.len() < 4 {
        return None;
    }
    let mut table = vec![0usize; TABLE];
    let mut out = Output { bytes: vec![0], literals: 0 };
    let mut at = 0;
    while at + 2 < input.len() {
        let slot = hash(input, at);
        let seen = std::mem::replace(&mut table[slot], at + 1);
        let found = seen.checked_sub(1).filter(|&from| at - from - 1 < REACH && from > 0);
        let found = found.filter(|&from| input[from..from + 3] == input[at..at + 3]);
        let Some(from) = found else {
            if limit <= out.bytes.len() {
                return None;
            }
            out.literal(input[at]);
            at += 1;
            continue;
        };
        let open = usize::from(out.literals == 0);
        if limit + open <= out.bytes.len() + 4 {
            return None;
        }
        let len = matching(input, from, at);
        out.reference(len, at - from - 1);
        at += len;
        if input.len() <= at + 2 {
            break;
        }
        // Only the last two places of a match are remembered.
        for place in [at - 2, at - 1] {
            table[hash(input, place)] = place + 1;
        }
    }
    if limit < out.bytes.len() + 3 {
        return None;
    }
    input[at..].iter().for_each(|&byte| out.literal(byte));
    Some(out.done())
}

/// The opposite; `len` is how long the result is.
pub(super) fn decompress(mut input: &[u8], len: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(len.min(1 << 20));
    while let Some((&first, rest)) = input.split_first() {
        input = rest;
        let first = usize::from(first);
        if first < RUN {
            let (literals, rest) = input.split_at_checked(first + 1)?;
            out.extend_from_slice(literals);
            input = rest;
            continue;
        }
        let mut count = first >> 5;
        if count == 7 {
            count += usize::from(*input.split_off_first()?);
        }
        let far = (first & 0x1F) << 8 | usize::from(*input.split_off_first()?);
        let from = out.len().checked_sub(far + 1)?;
        for n in 0..count + 2 {
            out.push(out[from + n]);
        }
        if len < out.len() {
            return None;
        }
    }
    (out.len() == len).then_some(out)
}

/// How many bytes at two places are the same, beginning with the three that are known to be.
fn matching(input: &[u8], from: usize, at: usize) -> usize {
    // The last two bytes are never a part of a match.
    let most = LONGEST.min((input.len() - at).saturating_sub(2)).max(3);
    (3..most).take_while(|&n| input[from + n] == input[at + n]).last().map_or(3, |n| n + 1)
}

fn hash(input: &[u8], at: usize) -> usize {
    let three = u32::from_be_bytes([0, input[at], input[at + 1], input[at + 2]]);
    ((three >> 8).wrapping_sub(three.wrapping_mul(5)) as usize) & (TABLE - 1)
}

/// What was written, and how many literals the run at its end has.
struct Output {
    /// The last run begins with a byte for its length, which is written when it ends.
    bytes: Vec<u8>,
    literals: usize,
}

impl Output {
    fn literal(&mut self, byte: u8) {
        self.bytes.push(byte);
        self.literals += 1;
        if self.literals == RUN {
            self.end_run();
        }
    }
    fn end_run(&mut self) {
        let head = self.bytes.len() - self.literals - 1;
        match self.literals {
            0 => self.bytes.truncate(head),
            n => self.bytes[head] = (n - 1) as u8,
        }
        self.literals = 0;
        self.bytes.push(0);
    }
    fn reference(&mut self, len: usize, far: usize) {
        self.end_run();
        self.bytes.pop();
        let len = len - 2;
        let high = (far >> 8) as u8;
        match len {
            0..7 => self.bytes.push((len << 5) as u8 | high),
            _ => self.bytes.extend_from_slice(&[7 << 5 | high, (len - 7) as u8]),
        }
        self.bytes.push(far as u8);
        self.bytes.push(0);
    }
    fn done(mut self) -> Vec<u8> {
        self.end_run();
        self.bytes.pop();
        self.bytes
    }
}

//! What may differ in two answers: moments, memory, and the order of hash tables, each by its name.
//!
//! An answer is a tree; a rule says where in it something may differ, so that all the rest must be
//! equal. The lengths of texts go with the texts.

use super::fields;
use super::order::{self, name_of};
use super::value::Value;
use slotlab::words::Argv;

/// How two answers to a command are compared.
enum Rule {
    /// Numbers may be so far apart; negative ones say something else and are equal.
    Near(i64, &'static str),
    /// A text is equal but for its masked fields.
    Text(fn(&str, usize) -> String),
    /// All that is masked has a place.
    Places(fn(&mut Value)),
    /// Both sides are needed to say it.
    Both(fn(&mut Value, &mut Value)),
}

/// How far apart two clocks may be that follow each other, in ms; a busy machine makes one wait.
const MS: i64 = 1500;
/// The same in seconds.
const SECONDS: i64 = 2;

const RULES: &[(&str, Rule)] = &[
    ("ttl", Rule::Near(SECONDS, "seconds left")),
    ("pttl", Rule::Near(MS, "milliseconds left")),
    ("expiretime", Rule::Near(SECONDS, "a second")),
    ("pexpiretime", Rule::Near(MS, "a millisecond")),
    ("lastsave", Rule::Near(SECONDS, "a second")),
    ("object|idletime", Rule::Near(i64::MAX, "ours does not note when a key was read")),
    ("client|id", Rule::Near(i64::MAX, "a client's number")),
    ("wait", Rule::Near(1, "whether the replica has said so yet")),
    ("time", Rule::Both(time)),
    ("hello", Rule::Places(|answer| after(answer, b"id", "a client's number"))),
    ("role", Rule::Places(role)),
    ("dump", Rule::Both(payload)),
    ("xpending", Rule::Both(pending)),
    ("xinfo|consumers", Rule::Both(|real, ours| both_after(b"idle", idle, real, ours))),
    ("xinfo|stream", Rule::Both(stream)),
    ("info", Rule::Text(fields::info)),
    ("cluster|info", Rule::Text(|text, _| fields::cluster_info(text))),
    ("cluster|nodes", Rule::Text(|text, _| fields::cluster_nodes(text))),
    ("cluster|replicas", Rule::Places(lines_of_nodes)),
    ("cluster|slaves", Rule::Places(lines_of_nodes)),
    ("cluster|shards", Rule::Places(|answer| after(answer, b"replication-offset", "an offset"))),
    ("cluster|links", Rule::Places(links)),
    ("client|list", Rule::Text(|text, _| fields::client_list(text))),
    ("client|info", Rule::Text(|text, _| fields::client_list(text))),
];

/// Masks what may differ in two answers to a command; those of EXEC by what was queued.
pub(crate) fn settle(argv: &Argv, queue: &[Argv], node: usize, real: &mut Value, ours: &mut Value) {
    let name = name_of(argv);
    if name == "exec" && real.parts().len() == queue.len() && ours.parts().len() == queue.len() {
        let parts = real.parts_mut().iter_mut().zip(ours.parts_mut());
        for (argv, (real, ours)) in queue.iter().zip(parts) {
            settle(argv, &[], node, real, ours);
        }
        return;
    }
    if let Some((_, rule)) = RULES.iter().find(|(command, _)| *command == name) {
        rule.apply(node, real, ours);
    }
    if !order::depends_on_encoding(argv) {
        order::sort(argv, real, false);
        order::sort(argv, ours, false);
    }
}

impl Rule {
    fn apply(&self, node: usize, real: &mut Value, ours: &mut Value) {
        match self {
            Rule::Near(distance, name) => near(*distance, name, real, ours),
            Rule::Text(mask) => {
                for value in [real, ours] {
                    if let Value::Text(_, text) = value {
                        // RESP3 says first what kind of text it is.
                        let said = String::from_utf8_lossy(text).into_owned();
                        let (kind, said) = match said.strip_prefix("txt:") {
                            Some(said) => ("txt:", said),
                            None => ("", said.as_str()),
                        };
                        *text = format!("{kind}{}", mask(said, node)).into_bytes();
                    }
                }
            }
            Rule::Places(mask) => [real, ours].into_iter().for_each(mask),
            Rule::Both(mask) => mask(real, ours),
        }
    }
}

fn near(distance: i64, name: &'static str, real: &mut Value, ours: &mut Value) {
    let (Some(one), Some(other)) = (real.number(), ours.number()) else { return };
    if 0 <= one && 0 <= other && one.abs_diff(other) <= distance.unsigned_abs() {
        real.mask(name);
        ours.mask(name);
    }
}

/// Seconds and microseconds.
fn time(real: &mut Value, ours: &mut Value) {
    if let ([real, micros], [ours, others]) = (real.parts_mut(), ours.parts_mut()) {
        near(SECONDS, "a second", real, ours);
        micros.mask("microseconds");
        others.mask("microseconds");
    }
}

/// Masks the value after a word, wherever that is.
fn after(answer: &mut Value, word: &[u8], name: &'static str) {
    let parts = answer.parts_mut();
    for at in 0..parts.len() {
        if parts[at].text() == Some(word)
            && let Some(value) = parts.get_mut(at + 1)
        {
            value.mask(name);
        }
        after(&mut parts[at], word, name);
    }
}

/// `master`, its offset, and of each replica address, port and offset; or `slave`, the master's
/// address and port, the link, and the offset.
fn role(answer: &mut Value) {
    match answer.parts_mut() {
        [_, offset, replicas] => {
            offset.mask("an offset");
            for replica in replicas.parts_mut() {
                replica.parts_mut().iter_mut().skip(2).for_each(|offset| offset.mask("an offset"));
            }
        }
        [_, _, _, _, offset] => offset.mask("an offset"),
        _ => {}
    }
}

fn lines_of_nodes(answer: &mut Value) {
    for line in answer.parts_mut() {
        if let Value::Text(_, text) = line {
            *text = fields::cluster_node(&String::from_utf8_lossy(text)).into_bytes();
        }
    }
}

fn links(answer: &mut Value) {
    after(answer, b"create-time", "a moment");
    after(answer, b"send-buffer-allocated", "memory");
    after(answer, b"send-buffer-used", "memory");
    after(answer, b"events", "what the process waits for");
}

/// XPENDING with a range: id, consumer, how long it is idle, how often it was delivered.
fn pending(real: &mut Value, ours: &mut Value) {
    for (real, ours) in real.parts_mut().iter_mut().zip(ours.parts_mut()) {
        if let ([_, _, real, _], [_, _, ours, _]) = (real.parts_mut(), ours.parts_mut()) {
            idle(real, ours);
        }
    }
}

fn idle(real: &mut Value, ours: &mut Value) {
    near(MS, "milliseconds idle", real, ours);
}

/// XINFO STREAM FULL: when a consumer was seen, and in the lists of pending entries when each was
/// delivered. A group's list has the consumer before that.
fn stream(real: &mut Value, ours: &mut Value) {
    let moment = |real: &mut Value, ours: &mut Value| near(MS, "a moment", real, ours);
    both_after(b"seen-time", moment, real, ours);
    let deliveries = |real: &mut Value, ours: &mut Value| {
        for (real, ours) in real.parts_mut().iter_mut().zip(ours.parts_mut()) {
            if let ([.., real, _], [.., ours, _]) = (real.parts_mut(), ours.parts_mut()) {
                near(MS, "a moment", real, ours);
            }
        }
    };
    both_after(b"pending", deliveries, real, ours);
}

/// What comes after a word on both sides, wherever that is.
fn both_after(word: &[u8], mask: fn(&mut Value, &mut Value), real: &mut Value, ours: &mut Value) {
    let (real, ours) = (real.parts_mut(), ours.parts_mut());
    for at in 0..real.len().min(ours.len()) {
        if real[at].text() == Some(word)
            && let (Some(real), Some(ours)) = (real.get_mut(at + 1), ours.get_mut(at + 1))
        {
            mask(real, ours);
        }
        both_after(word, mask, &mut real[at], &mut ours[at]);
    }
}

/// The payload of a hash table is in its order: its type and length count. That of a stream has moments
/// in it: when a consumer was seen, when an entry was delivered; its checksum goes with them.
fn payload(real: &mut Value, ours: &mut Value) {
    const TABLES: [u8; 2] = [2, 4];
    const STREAM: u8 = 19;
    let kind = |value: &Value| value.text().and_then(|text| text.first().copied());
    let length = |value: &Value| value.text().map_or(0, <[u8]>::len);
    if kind(real) != kind(ours) || length(real) != length(ours) {
        return;
    }
    match kind(real) {
        Some(kind) if TABLES.contains(&kind) => {
            real.mask("a hash table");
            ours.mask("a hash table");
        }
        Some(STREAM) => [real, ours].into_iter().for_each(without_moments),
        _ => {}
    }
}

fn without_moments(payload: &mut Value) {
    const CHECKSUM: usize = 8;
    const YEARS: std::ops::Range<u64> = 1_600_000_000_000..2_000_000_000_000;
    let Value::Text(_, bytes) = payload else { return };
    let mut any = false;
    for at in 0..bytes.len() {
        let Some(eight) = bytes[at..].first_chunk::<8>() else { break };
        if YEARS.contains(&u64::from_le_bytes(*eight)) {
            bytes[at..at + 8].fill(0);
            any = true;
        }
    }
    if any {
        bytes.truncate(bytes.len() - CHECKSUM);
    }
}

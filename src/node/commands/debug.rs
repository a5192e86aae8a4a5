//! DEBUG, where `enable-debug-command` allows it.
//!
//! In Redis: debug.c. Absent: all that looks into the process's memory.

use super::words::{lower, text};
use super::{Call, Outcome, Refused};
use crate::node::Node;
use crate::node::io::Effect;
use crate::words::{Millis, Reply};

pub(super) fn debug(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let sub = lower(&call.argv[1]);
    match (sub.as_str(), &call.argv[2..]) {
        ("sleep", [seconds]) => {
            let ms = (leading_float(&text(seconds)) * 1000.0) as u64;
            call.out.effects.push(Effect::Sleep(Millis(ms)));
            Reply::OK.into()
        }
        ("object", [key]) => describe(node, key),
        ("set-active-expire", [on]) => {
            node.clients.active_expire = leading_float(&text(on)) != 0.0;
            Reply::OK.into()
        }
        ("change-repl-id", []) => {
            node.change_replication_id();
            Reply::OK.into()
        }
        ("segfault" | "panic", []) => {
            call.out.effects.push(Effect::Exit { code: 139 });
            Outcome::Silent
        }
        ("reload" | "loadaof", _) => Reply::OK.into(),
        _ => Refused::UnknownOrArity { sub: text(&call.argv[1]), of: "DEBUG" }.into(),
    }
}

/// The number at the start of a text, 0 if there is none: C's `strtod`.
fn leading_float(text: &str) -> f64 {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    text[..end].parse().unwrap_or(0.0)
}

fn describe(node: &Node, key: &[u8]) -> Outcome {
    let Some(entry) = node.keyspace.get(key) else { return Refused::NoSuchKey.into() };
    let text = format!(
        "Value at:0x7f0000000000 refcount:1 encoding:{} serializedlength:{} lru:0 \
         lru_seconds_idle:0",
        entry.value.encoding(),
        entry.value.approximate_bytes(),
    );
    Reply::Simple(text.into()).into()
}

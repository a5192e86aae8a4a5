//! DEBUG, where `enable-debug-command` allows it.
//!
//! In Redis: debug.c. Absent: all that looks into the process's memory.

use super::cluster::known;
use super::words::{int, is, lower, text};
use super::{Answer, Call, Outcome, Refused};
use crate::node::Node;
use crate::node::io::Effect;
use crate::node::keyspace::Value;
use crate::words::{Millis, Reply};
use bytes::Bytes;

pub(super) fn debug(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let sub = lower(&call.argv[1]);
    match (sub.as_str(), &call.argv[2..]) {
        ("sleep", [seconds]) => {
            let ms = (leading_float(&text(seconds)) * 1000.0) as u64;
            call.out.effects.push(Effect::Sleep(Millis(ms)));
            Reply::OK.into()
        }
        ("help", []) => super::help::text(call).into(),
        ("object", [key]) => describe(node, key),
        ("digest", []) => Reply::Simple(node.keyspace.digest().to_string().into()).into(),
        ("digest-value", keys) => {
            let digest = |key| Reply::Simple(node.keyspace.digest_of(key).to_string().into());
            Reply::Array(keys.iter().map(digest).collect()).into()
        }
        ("populate", [count, rest @ ..]) if rest.len() <= 2 => populate(node, count, rest).into(),
        ("drop-cluster-packet-filter", [number]) => match int(number) {
            Ok(number) => {
                node.cluster_drop_packets(number);
                Reply::OK.into()
            }
            Err(refused) => refused.into(),
        },
        ("clusterlink", [kill, way, id]) if is(kill, "kill") => {
            kill_link(node, &way.clone(), &id.clone(), call).into()
        }
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

/// Keys `key:0`, `key:1`, ... in whatever slots that is; no replica hears of them.
fn populate(node: &mut Node, count: &Bytes, rest: &[Bytes]) -> Answer {
    let positive = |word: &Bytes| {
        let out_of_range = || Refused::text("ERR value is out of range, must be positive");
        usize::try_from(int(word)?).map_err(|_| out_of_range())
    };
    let count = positive(count)?;
    let prefix = rest.first().map_or("key".into(), |prefix| text(prefix));
    let size = rest.get(1).map(positive).transpose()?.unwrap_or(0);
    for n in 0..count {
        let key = Bytes::from(format!("{prefix}:{n}"));
        if node.keyspace.get(&key).is_some() {
            continue;
        }
        let mut value = format!("value:{n}").into_bytes();
        if size != 0 {
            value.resize(size, 0);
        }
        node.keyspace.put(&key, Value::Text(Bytes::from(value).into()), None);
        node.clients.touch(&key);
    }
    Ok(Reply::OK)
}

/// CLUSTERLINK KILL TO, FROM or ALL. For a direction it does not know Redis has two answers; the
/// second would be taken for that of the next command, so here there is one.
fn kill_link(node: &mut Node, way: &[u8], id: &[u8], call: &mut Call<'_>) -> Answer {
    if !node.config.cluster_enabled {
        let text = "ERR Debug option only available for cluster mode enabled setup!";
        return Err(Refused::text(text));
    }
    let peer = known(node, id)?;
    let (to, from) = (is(way, "to"), is(way, "from"));
    let both = is(way, "all");
    if !(to || from || both) {
        return Err(Refused::text(format!("ERR Unknown direction {}", text(way))));
    }
    node.cluster_kill_links(peer, to || both, from || both, call.out);
    Ok(Reply::OK)
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

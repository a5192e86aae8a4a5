//! What may differ: moments, counters of packets, and the order of hash tables. Nothing else.

use super::grammar::Op;
use super::talk;

/// An answer as it is compared: lines, those sorted whose order is a hash table's.
pub(crate) fn canonical(op: &Op, reply: &[u8]) -> Vec<Vec<u8>> {
    let words: Vec<String> =
        op.argv.iter().take(2).map(|w| String::from_utf8_lossy(w).to_lowercase()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["cluster", "nodes" | "replicas" | "slaves"] => sorted(node_lines(reply)),
        ["cluster", "info"] => node_lines(reply),
        ["cluster", "shards"] => sorted(after_the_word(reply, b"replication-offset")),
        ["hello", ..] => after_the_word(reply, b"id"),
        ["role"] => role(reply),
        ["info", ..] => without_average(reply),
        ["dump", ..] => payload(reply),
        ["exec"] => exec(reply),
        _ => talk::canonical(&op.argv, reply),
    }
}

fn lines(reply: &[u8]) -> Vec<Vec<u8>> {
    reply.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// The lines of CLUSTER NODES and CLUSTER INFO without moments and counters of packets; the length of
/// the text before them says nothing then.
fn node_lines(reply: &[u8]) -> Vec<Vec<u8>> {
    const HIDDEN: [&[u8]; 4] = [b"$", b"=", b"cluster_stats_messages_", b"total_cluster"];
    let shown = |line: &Vec<u8>| !HIDDEN.iter().any(|hidden| line.starts_with(hidden));
    lines(reply).into_iter().filter(shown).map(|line| node_line(&line)).collect()
}

fn sorted(mut lines: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    lines.sort();
    lines
}

/// `<id> <address> <flags> <master> <ping sent> <pong received> ...` without the two moments; in
/// RESP3 the first line says that it is text.
fn node_line(line: &[u8]) -> Vec<u8> {
    let line = line.strip_prefix(b"txt:").unwrap_or(line);
    let mut words: Vec<&[u8]> = line.split(|&byte| byte == b' ').collect();
    if words.len() >= 8 && words[1].contains(&b'@') {
        (words[4], words[5]) = (b"0", b"0");
    }
    words.join(&b' ')
}

/// Without the value that follows a word: a client's number, an offset.
fn after_the_word(reply: &[u8], word: &[u8]) -> Vec<Vec<u8>> {
    let mut lines = lines(reply);
    for at in 1..lines.len() {
        if lines[at - 1].trim_ascii() == word {
            lines[at].clear();
        }
    }
    lines
}

/// Offsets, as an integer or as text, are moments.
fn role(reply: &[u8]) -> Vec<Vec<u8>> {
    let shown = |line: &Vec<u8>| {
        let digits = |bytes: &[u8]| bytes.trim_ascii().iter().all(u8::is_ascii_digit);
        !(line.starts_with(b":") || line.starts_with(b"$") || digits(line))
    };
    lines(reply).into_iter().filter(shown).collect()
}

/// Several answers in one: each may have what the others hide.
fn exec(reply: &[u8]) -> Vec<Vec<u8>> {
    let has = |part: &[u8]| reply.windows(part.len()).any(|window| window == part);
    if has(b"$6\r\nmaster\r\n:") || has(b"\r\nconnected\r\n:") {
        return sorted(role(reply));
    }
    let without_offsets = after_the_word(reply, b"replication-offset").join(&b'\n');
    sorted(node_lines(&without_offsets))
}

/// The payload of a hash table is in its order: only its length counts, and the type before it.
fn payload(reply: &[u8]) -> Vec<Vec<u8>> {
    const TABLES: [u8; 2] = [2, 4];
    const STREAM: u8 = 19;
    let end = reply.iter().position(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    match reply.get(end) {
        Some(kind) if TABLES.contains(kind) => vec![reply[..=end].to_vec()],
        Some(&STREAM) => vec![without_moments(reply)],
        _ => vec![reply.to_vec()],
    }
}

/// The payload of a stream without what is a moment (when a consumer was seen, when an entry was given
/// to it); without its checksum too, if there is any.
fn without_moments(reply: &[u8]) -> Vec<u8> {
    const CHECKSUM: usize = 10;
    let years = 1_600_000_000_000..2_000_000_000_000_u64;
    let mut shown = reply.to_vec();
    let mut any = false;
    for at in 0..reply.len() {
        let Some(eight) = reply[at..].first_chunk::<8>() else { break };
        if years.contains(&u64::from_le_bytes(*eight)) {
            shown[at..at + 8].fill(0);
            any = true;
        }
    }
    if any {
        shown.truncate(reply.len() - CHECKSUM);
    }
    shown
}

/// The average time to live is sampled now and then; the length of the text depends on it.
fn without_average(reply: &[u8]) -> Vec<Vec<u8>> {
    let cut = |line: Vec<u8>| {
        let end = line.windows(8).position(|part| part == b"avg_ttl=");
        line[..end.unwrap_or(line.len())].to_vec()
    };
    lines(reply).into_iter().skip(1).map(cut).collect()
}

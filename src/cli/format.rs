//! Replies as text: for people, for pipes, as CSV, as JSON.
//!
//! In Redis: `cliFormatReplyTTY`, `cliFormatReplyRaw`, `cliFormatReplyCSV`, `cliFormatReplyJson`.

use crate::cli::args::Format;
use crate::words::Reply;
use crate::words::quote::quoted;
use crate::words::resp::Protocol;
use bytes::Bytes;

/// A reply as it arrives over this protocol: RESP2 has no maps, sets, doubles and pushes.
pub fn as_received(reply: Reply, protocol: Protocol) -> Reply {
    let all = |items: Vec<Reply>| items.into_iter().map(|i| as_received(i, protocol)).collect();
    let resp3 = protocol == Protocol::Resp3;
    match reply {
        Reply::ByProtocol(forms) => {
            let [resp2, resp3] = *forms;
            as_received(if protocol == Protocol::Resp3 { resp3 } else { resp2 }, protocol)
        }
        Reply::Said(protocol, reply) => as_received(*reply, protocol),
        Reply::Map(pairs) if resp3 => {
            let pair = |(k, v)| (as_received(k, protocol), as_received(v, protocol));
            Reply::Map(pairs.into_iter().map(pair).collect())
        }
        Reply::Set(items) if resp3 => Reply::Set(all(items)),
        Reply::Push(items) if resp3 => Reply::Push(all(items)),
        Reply::Map(pairs) => {
            Reply::Array(all(pairs.into_iter().flat_map(|(key, value)| [key, value]).collect()))
        }
        Reply::Array(items) | Reply::Set(items) | Reply::Push(items) => Reply::Array(all(items)),
        Reply::Verbatim(text) | Reply::Double(text) if !resp3 => Reply::Bulk(text),
        Reply::NilArray => Reply::Nil,
        Reply::Simple(_)
        | Reply::Error(_)
        | Reply::Int(_)
        | Reply::Bulk(_)
        | Reply::Verbatim(_)
        | Reply::Double(_)
        | Reply::Nil => reply,
    }
}

/// The text of a reply, its last newline included. `bare` replies (CLUSTER NODES, INFO) are never
/// quoted, and end as the node ended them.
pub fn format(reply: &Reply, format: Format, bare: bool) -> Bytes {
    let mut out = Vec::new();
    match format {
        _ if bare => raw(reply, &mut out),
        Format::Standard => standard(reply, "", &mut out),
        Format::Raw => line(raw, reply, &mut out),
        Format::Csv => line(csv, reply, &mut out),
        Format::Json => line(json, reply, &mut out),
    }
    out.into()
}

fn line(write: fn(&Reply, &mut Vec<u8>), reply: &Reply, out: &mut Vec<u8>) {
    write(reply, out);
    out.push(b'\n');
}

fn standard(reply: &Reply, prefix: &str, out: &mut Vec<u8>) {
    match reply {
        Reply::ByProtocol(forms) => standard(&forms[1], prefix, out),
        Reply::Said(_, reply) => standard(reply, prefix, out),
        Reply::Error(text) => labelled("(error) ", text, out),
        Reply::Simple(text) | Reply::Verbatim(text) => labelled("", text, out),
        Reply::Int(number) => labelled("(integer) ", number.to_string().as_bytes(), out),
        Reply::Double(text) => labelled("(double) ", text, out),
        Reply::Bulk(text) => {
            quoted(text, out);
            out.push(b'\n');
        }
        Reply::Nil | Reply::NilArray => labelled("(nil)", b"", out),
        Reply::Array(items) if items.is_empty() => labelled("(empty array)", b"", out),
        Reply::Set(items) if items.is_empty() => labelled("(empty set)", b"", out),
        Reply::Push(items) if items.is_empty() => labelled("(empty push)", b"", out),
        Reply::Map(pairs) if pairs.is_empty() => labelled("(empty hash)", b"", out),
        Reply::Array(items) | Reply::Push(items) => numbered(items, ')', prefix, out),
        Reply::Set(items) => numbered(items, '~', prefix, out),
        Reply::Map(pairs) => map(pairs, prefix, out),
    }
}

fn labelled(label: &str, text: &[u8], out: &mut Vec<u8>) {
    out.extend(label.bytes());
    out.extend(text);
    out.push(b'\n');
}

/// Items with their numbers, aligned to the right; nested ones are indented under them.
fn numbered(items: &[Reply], mark: char, prefix: &str, out: &mut Vec<u8>) {
    let width = items.len().to_string().len();
    let deeper = deeper(prefix, width);
    for (i, item) in items.iter().enumerate() {
        // The first one stands behind its parent's number.
        let prefix = if i == 0 { "" } else { prefix };
        out.extend(format!("{prefix}{:width$}{mark} ", i + 1).bytes());
        standard(item, &deeper, out);
    }
}

fn deeper(prefix: &str, width: usize) -> String {
    format!("{prefix}{:1$}", "", width + 2)
}

fn map(pairs: &[(Reply, Reply)], prefix: &str, out: &mut Vec<u8>) {
    let width = pairs.len().to_string().len();
    let deeper = deeper(prefix, width);
    for (i, (key, value)) in pairs.iter().enumerate() {
        let prefix = if i == 0 { "" } else { prefix };
        out.extend(format!("{prefix}{:width$}# ", i + 1).bytes());
        standard(key, &deeper, out);
        // The key's newline gives way to the arrow; a value of several lines starts its own.
        out.pop();
        out.extend(b" => ");
        if has_items(value) {
            out.push(b'\n');
            out.extend(deeper.bytes());
        }
        standard(value, &deeper, out);
    }
}

fn has_items(reply: &Reply) -> bool {
    match reply {
        Reply::Array(items) | Reply::Set(items) | Reply::Push(items) => !items.is_empty(),
        Reply::Map(pairs) => !pairs.is_empty(),
        _ => false,
    }
}

fn raw(reply: &Reply, out: &mut Vec<u8>) {
    match reply {
        Reply::ByProtocol(forms) => raw(&forms[1], out),
        Reply::Said(_, reply) => raw(reply, out),
        Reply::Nil | Reply::NilArray => {}
        Reply::Error(text) => labelled("", text, out),
        Reply::Simple(text) | Reply::Bulk(text) | Reply::Verbatim(text) | Reply::Double(text) => {
            out.extend(text);
        }
        Reply::Int(number) => out.extend(number.to_string().bytes()),
        Reply::Array(items) | Reply::Set(items) | Reply::Push(items) => {
            separated(items, b'\n', out, raw);
        }
        Reply::Map(pairs) => separated(pairs, b'\n', out, |(key, value), out| {
            raw(key, out);
            out.push(b' ');
            raw(value, out);
        }),
    }
}

fn csv(reply: &Reply, out: &mut Vec<u8>) {
    match reply {
        Reply::ByProtocol(forms) => csv(&forms[1], out),
        Reply::Said(_, reply) => csv(reply, out),
        Reply::Nil | Reply::NilArray => out.extend(b"NULL"),
        Reply::Error(text) => {
            out.extend(b"ERROR,");
            quoted(text, out);
        }
        Reply::Simple(text) | Reply::Bulk(text) | Reply::Verbatim(text) => quoted(text, out),
        Reply::Double(text) => out.extend(text),
        Reply::Int(number) => out.extend(number.to_string().bytes()),
        Reply::Array(items) | Reply::Set(items) | Reply::Push(items) => {
            separated(items, b',', out, csv);
        }
        Reply::Map(pairs) => separated(pairs, b',', out, |(key, value), out| {
            csv(key, out);
            out.push(b',');
            csv(value, out);
        }),
    }
}

fn json(reply: &Reply, out: &mut Vec<u8>) {
    match reply {
        Reply::ByProtocol(forms) => json(&forms[1], out),
        Reply::Said(_, reply) => json(reply, out),
        Reply::Nil | Reply::NilArray => out.extend(b"null"),
        Reply::Error(text) => {
            out.extend(b"error:");
            json_text(text, out);
        }
        Reply::Simple(text) | Reply::Bulk(text) | Reply::Verbatim(text) => json_text(text, out),
        Reply::Double(text) => out.extend(text),
        Reply::Int(number) => out.extend(number.to_string().bytes()),
        Reply::Array(items) | Reply::Set(items) | Reply::Push(items) => {
            out.push(b'[');
            separated(items, b',', out, json);
            out.push(b']');
        }
        Reply::Map(pairs) => {
            out.push(b'{');
            separated(pairs, b',', out, |(key, value), out| {
                json(key, out);
                out.push(b':');
                json(value, out);
            });
            out.push(b'}');
        }
    }
}

/// A JSON string whose bytes above ASCII are left as they are.
fn json_text(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for &byte in text {
        match byte {
            b'\\' | b'"' => out.extend([b'\\', byte]),
            b'\n' => out.extend(b"\\n"),
            0x0c => out.extend(b"\\f"),
            b'\r' => out.extend(b"\\r"),
            b'\t' => out.extend(b"\\t"),
            0x08 => out.extend(b"\\b"),
            0..=0x1f => out.extend(format!("\\u{byte:04x}").bytes()),
            other => out.push(other),
        }
    }
    out.push(b'"');
}

fn separated<T>(items: &[T], mark: u8, out: &mut Vec<u8>, write: impl Fn(&T, &mut Vec<u8>)) {
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push(mark);
        }
        write(item, out);
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, format};
    use crate::words::Reply;

    fn check(reply: Reply, expected: &str) {
        let text = format(&reply, Format::Standard, false);
        assert_eq!(String::from_utf8_lossy(&text), expected);
    }

    #[test]
    fn nested_arrays_stand_under_their_number() {
        let inner = Reply::Array((1..=2).map(Reply::Int).collect());
        let items: Vec<Reply> = (0..10).map(|_| inner.clone()).collect();
        let text = String::from_utf8_lossy(&format(&Reply::Array(items), Format::Standard, false))
            .into_owned();
        assert!(text.starts_with(" 1) 1) (integer) 1\n    2) (integer) 2\n 2) 1) "), "{text}");
    }

    #[test]
    fn the_items_of_a_map_have_arrows() {
        let slots = Reply::Array(vec![Reply::Int(0), Reply::Int(9)]);
        let map = Reply::Map(vec![
            (Reply::bulk("slots"), slots),
            (Reply::bulk("nodes"), Reply::Array(Vec::new())),
        ]);
        check(
            map,
            "1# \"slots\" => \n   1) (integer) 0\n   2) (integer) 9\n2# \"nodes\" => (empty array)\n",
        );
    }

    #[test]
    fn an_error_in_a_pipe_is_followed_by_an_empty_line() {
        let error = Reply::error("MOVED 12182 127.0.0.1:7003");
        assert_eq!(&format(&error, Format::Raw, false)[..], b"MOVED 12182 127.0.0.1:7003\n\n");
    }
}

//! Transcripts of `redis-cli --cluster`: what chance decides in them, and what it does not.
//!
//! Two things differ from run to run by nature: how many dots the join takes, and in which order the
//! first node's hash table names the others in the final check. Nothing else is put aside.

/// The text with the dots of the join left out and the other nodes of the check in order.
pub(crate) fn canonical(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        out.push(line.to_owned());
        if line.contains("Waiting for the cluster to join") {
            out.extend(lines.next_if(|line| is_dots(line)).map(|line| line.replace('.', "")));
        }
        if line.contains(">>> Performing Cluster Check") {
            let mut groups: Vec<String> = Vec::new();
            while let Some(line) = lines.next_if(|line| is_node_line(line)) {
                match groups.last_mut() {
                    Some(group) if line.starts_with("   ") => group.push_str(line),
                    _ => groups.push(line.to_owned()),
                }
            }
            // The first is the node that was asked, always; its line may carry the colour's reset.
            if let Some((_, others)) = groups.split_first_mut() {
                others.sort();
            }
            out.extend(groups);
        }
    }
    out.concat()
}

/// The text with the dots of the join left out.
pub(crate) fn without_dots(text: &str) -> String {
    let mut waiting = false;
    let line = |line: &str| {
        let dots = waiting && is_dots(line);
        waiting = line.contains("Waiting for the cluster to join");
        if dots { line.replace('.', "") } else { line.to_owned() }
    };
    text.split_inclusive('\n').map(line).collect()
}

fn is_dots(line: &str) -> bool {
    line.trim_end().bytes().all(|byte| byte == b'.')
}

fn is_node_line(line: &str) -> bool {
    let line = line.strip_prefix("\x1b[0m").unwrap_or(line);
    line.starts_with("M: ") || line.starts_with("S: ") || line.starts_with("   ")
}

/// The first line where two texts differ, for a person to read.
pub(crate) fn compare(what: &str, theirs: &str, ours: &str) -> Result<(), String> {
    if theirs == ours {
        return Ok(());
    }
    let (mut left, mut right) = (theirs.lines(), ours.lines());
    loop {
        match (left.next(), right.next()) {
            (Some(theirs), Some(ours)) if theirs == ours => {}
            (None, None) => return Err(format!("{what} differs in its line ends")),
            (theirs, ours) => return Err(format!("{what} says {theirs:?}, ours {ours:?}")),
        }
    }
}

/// The bytes behind the recordings' escapes: `\\ \r \n \xHH`.
pub(crate) fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next() {
            Some(b'r') => bytes.push(b'\r'),
            Some(b'n') => bytes.push(b'\n'),
            Some(b'x') => {
                let digits: Vec<u8> = rest.by_ref().take(2).collect();
                let digits = std::str::from_utf8(&digits).unwrap_or("");
                bytes.push(u8::from_str_radix(digits, 16).unwrap_or(b'?'));
            }
            Some(other) => bytes.push(other),
            None => {}
        }
    }
    bytes
}

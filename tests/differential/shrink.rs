//! The shortest sequence that still shows a difference, and how it is told.

use super::grammar::{Act, CONNECTIONS, NODES, Op};
use super::pair::{Difference, Pair};
use slotlab::words::quote;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Leaves out commands while some answer differs: halves, quarters, down to each. None if nothing differs
/// when the same is played again.
pub(crate) fn shrink(pair: &mut Pair, mut ops: Vec<Op>) -> Option<(Vec<Op>, Difference)> {
    let mut found = pair.play(&ops)?;
    ops.truncate(found.at + 1);
    let mut span = ops.len() / 2;
    while span > 0 {
        let mut at = 0;
        while at + 1 < ops.len() {
            let mut fewer = ops.clone();
            fewer.drain(at..(at + span).min(ops.len() - 1));
            match pair.play(&fewer) {
                Some(difference) => {
                    fewer.truncate(difference.at + 1);
                    (ops, found) = (fewer, difference);
                }
                None => at += span,
            }
        }
        span /= 2;
    }
    Some((ops, found))
}

/// The sequence as a transcript to paste into a file; its last answer is what a real cluster says.
pub(crate) fn transcript(pair: &Pair, ops: &[Op], difference: &Difference) -> String {
    let mut text = String::from("ready 3+1\n----\n\nrun 40s quiet\n----\n");
    let lines: BTreeSet<(usize, usize)> = ops.iter().map(|op| (op.node, op.conn)).collect();
    for &(node, conn) in &lines {
        let port = 7001 + node;
        _ = write!(text, "\nterminal as {} at {port} -p {port}\n----\n", name(node, conn));
    }
    for op in ops {
        let Act::Ask(argv) = &op.act else {
            text += "\nrun 400ms quiet\n----\n";
            continue;
        };
        let mut line = Vec::new();
        for word in argv.iter() {
            line.push(b' ');
            quote::quoted(word, &mut line);
        }
        let line = in_a_transcript(pair, &String::from_utf8_lossy(&line));
        _ = write!(text, "\nas {}{line}\n----\n", name(op.node, op.conn));
    }
    let Difference { real, ours, line, .. } = difference;
    _ = writeln!(text, "# heard on {}:", name(line / CONNECTIONS, line % CONNECTIONS));
    for (only, lines, other) in [("real", real, ours), ("ours", ours, real)] {
        for line in lines {
            let here = !other.contains(line);
            _ = writeln!(text, "{only}{} {line}", if here { '>' } else { ' ' });
        }
    }
    text
}

/// A transcript's nodes listen from 7001 on, and have other ids.
fn in_a_transcript(pair: &Pair, line: &str) -> String {
    let mut line = line.to_owned();
    for (n, id) in pair.ids.iter().enumerate() {
        let port = (usize::from(pair.first_port) + n).to_string();
        line = line.replace(&id.to_string(), &format!("<id:{}>", 7001 + n));
        line = line.replace(&port, &(7001 + n).to_string());
    }
    line
}

/// `m1a`: the first connection to the first master; `r1b`: the second to its replica.
fn name(node: usize, conn: usize) -> String {
    let role = if node + 1 == NODES { "r1".to_owned() } else { format!("m{}", node + 1) };
    format!("{role}{}", char::from(b'a' + conn as u8))
}

//! What can be told of commands and answers before they are compared.

use super::value::Value;
use slotlab::words::Argv;
use std::collections::VecDeque;

/// What is on one side only; all of both, if they differ in the order or the number of the same lines.
pub(crate) fn told_apart(real: &[String], ours: &[String]) -> (String, String) {
    const SHOWN: usize = 12;
    let only = |these: &[String], others: &[String]| {
        let only = these.iter().filter(|line| !others.contains(line));
        only.take(SHOWN).cloned().collect::<Vec<_>>().join(" / ")
    };
    match (only(real, ours), only(ours, real)) {
        (one, other) if one.is_empty() && other.is_empty() => (real.join(" / "), ours.join(" / ")),
        apart => apart,
    }
}

/// Whether a command may change which slots a node serves.
pub(crate) fn moves_slots(argv: &Argv) -> bool {
    let word = |at: usize| argv.get(at).map(|word| word.to_ascii_lowercase()).unwrap_or_default();
    match (&word(0)[..], &word(1)[..], &word(3)[..]) {
        (b"cluster", b"delslots", _) => true,
        (b"cluster", b"setslot", b"node") => true,
        (b"config", _, _) => word(2) == b"cluster-require-full-coverage",
        _ => false,
    }
}

/// Whether one command may bring several values, on its connection or on others.
pub(crate) fn says_more(argv: &Argv) -> bool {
    let name = argv.name();
    name.contains("subscribe") || ["publish", "spublish", "exec", "client"].contains(&name.as_str())
}

/// What each element of an answer to EXEC is to, and each value after it: a message to who published it
/// comes in the middle of the array, which is not longer for it.
pub(crate) fn said_in(asked: &Argv, queue: &[Argv], said: &[Value]) -> (Vec<Argv>, VecDeque<Argv>) {
    let array = said.first().filter(|value| value.parts().len() == queue.len());
    let (Some(array), true) = (array, asked.name() == "exec") else {
        return (queue.to_vec(), VecDeque::new());
    };
    let mut queued = queue.iter();
    let mut all: Vec<Argv> = Vec::new();
    for value in array.parts().iter().chain(&said[1..]) {
        let next = if is_message(value) { None } else { queued.next() };
        all.push(next.cloned().unwrap_or(Argv::from("PING")));
    }
    let after = all.split_off(queue.len());
    (all, after.into())
}

/// Whether it was published.
fn is_message(value: &Value) -> bool {
    let kind = value.parts().first().and_then(Value::text).unwrap_or_default();
    [&b"message"[..], b"pmessage", b"smessage"].contains(&kind)
}

/// Whether a command may publish something.
pub(crate) fn may_publish(argv: &Argv) -> bool {
    ["publish", "spublish", "exec"].contains(&argv.name().as_str())
}

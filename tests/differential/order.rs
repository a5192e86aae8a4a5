//! Answers whose order is that of a hash table, by the name of their command, and why.
//!
//! A real server's tables have a seed of their own, so that nothing determines the order. All others
//! are compared as they come.

use super::value::Value;
use slotlab::words::Argv;

/// What has no order in an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Loose {
    /// Its elements.
    Elements,
    /// Its pairs, flat or not.
    Pairs,
    /// The elements or pairs after a cursor.
    Scanned,
    ScannedPairs,
    /// Its elements, if the key holds a hash table; else they have an order.
    OfTable,
    PairsOfTable,
}

const LOOSE: &[(&str, Loose, &str)] = &[
    ("keys", Loose::Elements, "the keyspace is a hash table"),
    ("sinter", Loose::Elements, "a set that is not all integers is a hash table"),
    ("sunion", Loose::Elements, "the result is a set"),
    ("sdiff", Loose::Elements, "the result is a set"),
    ("smembers", Loose::OfTable, "all integers have an order"),
    ("hkeys", Loose::OfTable, "a small hash is a list"),
    ("hvals", Loose::OfTable, "a small hash is a list"),
    ("hgetall", Loose::PairsOfTable, "a small hash is a list"),
    ("spop", Loose::Elements, "which of a set come first is luck"),
    ("srandmember", Loose::Elements, "which of a set come first is luck"),
    ("hrandfield", Loose::Pairs, "which of a hash come first is luck"),
    ("scan", Loose::Scanned, "the keyspace is a hash table"),
    ("sscan", Loose::Scanned, "a set is a hash table"),
    ("hscan", Loose::ScannedPairs, "a hash is a hash table"),
    ("zscan", Loose::ScannedPairs, "a large sorted set is scanned through its hash table"),
    ("config|get", Loose::Pairs, "directives are in a hash table"),
    ("command|list", Loose::Elements, "commands are in a hash table"),
    ("pubsub|channels", Loose::Elements, "channels are in a hash table"),
    ("pubsub|shardchannels", Loose::Elements, "channels are in a hash table"),
    ("cluster|shards", Loose::Elements, "nodes are in a hash table"),
    ("cluster|links", Loose::Elements, "nodes are in a hash table"),
    ("cluster|replicas", Loose::Elements, "nodes are in a hash table"),
    ("cluster|slaves", Loose::Elements, "nodes are in a hash table"),
];

/// The name of a command with its subcommand as the tables of this test write it.
pub(crate) fn name_of(argv: &Argv) -> String {
    const CONTAINERS: [&str; 16] = [
        "acl", "client", "cluster", "command", "config", "debug", "function", "latency", "memory",
        "module", "object", "pubsub", "script", "slowlog", "xgroup", "xinfo",
    ];
    let name = argv.name();
    match argv.get(1) {
        Some(sub) if CONTAINERS.contains(&name.as_str()) => {
            format!("{name}|{}", String::from_utf8_lossy(sub).to_lowercase())
        }
        _ => name,
    }
}

/// Sorts what has no order. `is_table` says whether the command's key holds a hash table.
pub(crate) fn sort(argv: &Argv, answer: &mut Value, is_table: bool) {
    let name = name_of(argv);
    let loose = LOOSE.iter().find(|(command, ..)| *command == name).map(|(_, loose, _)| *loose);
    let loose = match loose {
        Some(Loose::OfTable) => is_table.then_some(Loose::Elements),
        Some(Loose::PairsOfTable) => is_table.then_some(Loose::Pairs),
        None if name == "sort" || name == "sort_ro" => {
            // Without an order, a set's elements come as its table has them.
            let nosort = argv.iter().any(|word| word.eq_ignore_ascii_case(b"nosort"));
            nosort.then_some(Loose::Elements)
        }
        other => other,
    };
    match (loose, answer) {
        (Some(Loose::Elements), Value::Many(_, parts)) => parts.sort(),
        (Some(Loose::Pairs), answer) => sort_pairs(answer, argv),
        (Some(Loose::Scanned), answer) => {
            if let [_, Value::Many(_, found)] = answer.parts_mut() {
                found.sort();
            }
        }
        (Some(Loose::ScannedPairs), answer) => {
            if let [_, found] = answer.parts_mut() {
                sort_pairs(found, argv);
            }
        }
        _ => {}
    }
}

/// Sorts by twos, or by ones where each is a pair already or there are no values.
fn sort_pairs(answer: &mut Value, argv: &Argv) {
    let Value::Many(_, parts) = answer else { return };
    let nested = parts.iter().any(|part| matches!(part, Value::Many(..)));
    let with_values = argv.iter().any(|word| word.eq_ignore_ascii_case(b"withvalues"));
    let single = argv.name() == "hrandfield" && !with_values;
    if nested || single || !parts.len().is_multiple_of(2) {
        parts.sort();
        return;
    }
    let mut pairs: Vec<(Value, Value)> =
        parts.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
    pairs.sort();
    *parts = pairs.into_iter().flat_map(|(key, value)| [key, value]).collect();
}

/// Whether only the encoding of its key says if an answer has an order.
pub(crate) fn depends_on_encoding(argv: &Argv) -> bool {
    let name = argv.name();
    let by_encoding = |loose: &Loose| matches!(loose, Loose::OfTable | Loose::PairsOfTable);
    LOOSE.iter().any(|(command, loose, _)| *command == name && by_encoding(loose))
}

/// Sorts values that came one after another: the channels that a client leaves all at once, and the
/// messages that it gets for several patterns, are in the order of hash tables.
pub(crate) fn of_values(asked: &Argv, values: &mut [Value]) {
    const LEAVING: [&str; 3] = ["unsubscribe", "punsubscribe", "sunsubscribe"];
    if LEAVING.contains(&asked.name().as_str()) && asked.len() == 1 {
        sort_names(values);
    }
    let is_pattern = |value: &Value| {
        value.parts().first().and_then(Value::text).is_some_and(|word| word == b"pmessage")
    };
    values.chunk_by_mut(|one, other| is_pattern(one) && is_pattern(other)).for_each(<[_]>::sort);
}

/// The counts stay where they are: they fall by one.
fn sort_names(values: &mut [Value]) {
    let mut names: Vec<Value> =
        values.iter().filter_map(|value| value.parts().get(1).cloned()).collect();
    names.sort();
    let mut places: Vec<&mut Value> =
        values.iter_mut().filter_map(|value| value.parts_mut().get_mut(1)).collect();
    places.iter_mut().zip(names).for_each(|(place, name)| **place = name);
}

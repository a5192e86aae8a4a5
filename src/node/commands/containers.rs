//! Commands that are containers of subcommands and have little to tell of a node in a simulation.
//!
//! Here nothing is slow (but DEBUG SLEEP), memory is not measured and no module is loaded; what follows
//! from that is answered, the rest is known by name. In Redis: latency.c, module.c, object.c.

use super::absent::absent;
use super::table::{Flags, Keys, READ, group, key, node};
use super::words::{int, is, lower, text};
use super::{Call, Command, Outcome, Refused, acl, functions, help, slowlog};
use crate::node::Node;
use crate::node::keyspace::dump::memory_usage as memory_usage_of;
use crate::words::Reply;

const EVER: Flags = Flags::LOADING.or(Flags::STALE);
const ADMIN: Flags = EVER.or(Flags::NOSCRIPT).or(Flags::ADMIN);
const LOAD: Flags = Flags::ADMIN.or(Flags::NOSCRIPT).or(Flags::NO_ASYNC_LOADING);

pub(super) const COMMANDS: &[Command] = &[
    group("acl", -2, acl::SUBCOMMANDS),
    group("function", -2, functions::SUBCOMMANDS),
    group("latency", -2, LATENCY),
    group("memory", -2, MEMORY),
    group("module", -2, MODULE),
    group("slowlog", -2, slowlog::SUBCOMMANDS),
];

const NO_MONITOR: &str = "I'm sorry, Dave, I can't do that. Latency monitoring is disabled in this \
    Redis instance. You may use \"CONFIG SET latency-monitor-threshold <milliseconds>.\" in order to \
    enable it. If we weren't in a deep space mission I'd suggest to take a look at \
    https://redis.io/topics/latency-monitor.\n";
const NO_SPIKE: &str = "Dave, no latency spike was observed during the lifetime of this Redis instance, \
    not in the slightest bit. I honestly think you ought to sit down calmly, take a stress pill, and \
    think things over.\n";
const LITTLE_MEMORY: &str = "Hi Sam, this instance is empty or is using very little memory, my issues \
    detector can't be used in these conditions. Please, leave for your mission on Earth and fill it \
    with some data. The new Sam and I will be back to our programming as soon as I finished \
    rebooting.\n";

const LATENCY: &[Command] = &[
    node("latency|doctor", 2, ADMIN, Keys::None, |node, _| {
        let off = node.config.get("latency-monitor-threshold").is_none_or(|ms| ms == "0");
        Reply::Verbatim(if off { NO_MONITOR } else { NO_SPIKE }.into()).into()
    }),
    node("latency|graph", 3, ADMIN, Keys::None, |_, call| {
        let event = text(&call.argv[2]);
        Refused::text(format!("ERR No samples available for event '{event}'")).into()
    }),
    help::row("latency|help"),
    node("latency|histogram", -2, ADMIN, Keys::None, histogram),
    node("latency|history", 3, ADMIN, Keys::None, |_, _| Reply::Array(Vec::new()).into()),
    node("latency|latest", 2, ADMIN, Keys::None, |_, _| Reply::Array(Vec::new()).into()),
    node("latency|reset", -2, ADMIN, Keys::None, |_, _| Reply::Int(0).into()),
];

const MEMORY: &[Command] = &[
    node("memory|doctor", 2, Flags::NONE, Keys::None, |_, _| {
        Reply::Verbatim(LITTLE_MEMORY.into()).into()
    }),
    help::row("memory|help"),
    absent("memory|malloc-stats", 2, Flags::NONE, Keys::None),
    node("memory|purge", 2, Flags::NONE, Keys::None, |_, _| Reply::OK.into()),
    absent("memory|stats", 2, Flags::NONE, Keys::None),
    node("memory|usage", -3, READ, key(2), memory_usage),
];

const MODULE: &[Command] = &[
    help::row("module|help"),
    node("module|list", 2, Flags::ADMIN.or(Flags::NOSCRIPT), Keys::None, |_, _| {
        Reply::Array(Vec::new()).into()
    }),
    absent("module|load", -3, LOAD, Keys::None),
    absent("module|loadex", -3, LOAD, Keys::None),
    absent("module|unload", 3, LOAD, Keys::None),
];

/// How long commands took, as steps of microseconds with how many took no longer: here all took none. A
/// container stands for its subcommands.
fn histogram(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let row = |(name, calls): (&'static str, u64)| {
        let steps = Reply::Map(vec![(Reply::Int(1), Reply::Int(calls as i64))]);
        let rows = [("calls", Reply::Int(calls as i64)), ("histogram_usec", steps)];
        let rows = rows.map(|(name, value)| (Reply::bulk(name), value));
        (Reply::bulk(name), Reply::Map(rows.into()))
    };
    let timed = || node.clients.stats.timed();
    let rows: Vec<(Reply, Reply)> = match &call.argv[2..] {
        [] => timed().map(row).collect(),
        names => {
            let names = names.iter().map(|name| lower(name));
            let meant = |wanted: &str, name: &str| {
                name.strip_prefix(wanted)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('|'))
            };
            names
                .flat_map(|name| timed().filter(move |(own, _)| meant(&name, own)).map(row))
                .collect()
        }
    };
    Reply::Map(rows).into()
}

/// A key whose deadline has passed still takes its memory.
fn memory_usage(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let mut samples = 5;
    for option in call.argv[3..].chunks(2) {
        match option {
            [name, count] if is(name, "samples") => match int(count) {
                Ok(0) => samples = usize::MAX,
                Ok(count) if 0 < count => samples = usize::try_from(count).unwrap_or(usize::MAX),
                Ok(_) => return Refused::Syntax.into(),
                Err(refused) => return refused.into(),
            },
            _ => return Refused::Syntax.into(),
        }
    }
    let key = &call.argv[2];
    let in_cluster = node.config.cluster_enabled;
    let entry = node.keyspace.get(key);
    let usage = entry.map(|entry| memory_usage_of(key, &entry.value, samples, in_cluster));
    usage.map_or(Reply::Nil, |bytes| Reply::Int(bytes as i64)).into()
}

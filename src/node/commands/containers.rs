//! Commands that are containers of subcommands and have little to tell of a node in a simulation.
//!
//! Here nothing is slow (but DEBUG SLEEP), no module is loaded and the
//! only user is the default one; what follows from that is answered, the rest is known by name.
//! In Redis: acl.c, latency.c, module.c, object.c, slowlog.c.

use super::absent::absent;
use super::table::{Flags, Keys, READ, group, key, node};
use super::words::{int, is, text};
use super::{Call, Command, Outcome, Refused, functions, help};
use crate::node::Node;
use crate::words::Reply;

const EVER: Flags = Flags::LOADING.or(Flags::STALE);
const USER: Flags = EVER.or(Flags::NOSCRIPT);
const ADMIN: Flags = USER.or(Flags::ADMIN);
const SLOW: Flags = EVER.or(Flags::ADMIN);
const LOAD: Flags = Flags::ADMIN.or(Flags::NOSCRIPT).or(Flags::NO_ASYNC_LOADING);

pub(super) const COMMANDS: &[Command] = &[
    group("acl", -2, ACL),
    group("function", -2, functions::SUBCOMMANDS),
    group("latency", -2, LATENCY),
    group("memory", -2, MEMORY),
    group("module", -2, MODULE),
    group("slowlog", -2, SLOWLOG),
];

const ACL: &[Command] = &[
    node("acl|cat", -2, USER, Keys::None, acl_cat),
    absent("acl|deluser", -3, ADMIN, Keys::None),
    absent("acl|dryrun", -4, ADMIN, Keys::None),
    absent("acl|genpass", -2, USER, Keys::None),
    absent("acl|getuser", 3, ADMIN, Keys::None),
    help::row("acl|help"),
    absent("acl|list", 2, ADMIN, Keys::None),
    absent("acl|load", 2, ADMIN, Keys::None),
    absent("acl|log", -2, ADMIN, Keys::None),
    absent("acl|save", 2, ADMIN, Keys::None),
    absent("acl|setuser", -3, ADMIN, Keys::None),
    node("acl|users", 2, ADMIN, Keys::None, |_, _| {
        Reply::Array(vec![Reply::bulk("default")]).into()
    }),
    node("acl|whoami", 2, USER, Keys::None, |_, _| Reply::bulk("default").into()),
];

const LATENCY: &[Command] = &[
    absent("latency|doctor", 2, ADMIN, Keys::None),
    absent("latency|graph", 3, ADMIN, Keys::None),
    help::row("latency|help"),
    absent("latency|histogram", -2, ADMIN, Keys::None),
    node("latency|history", 3, ADMIN, Keys::None, |_, _| Reply::Array(Vec::new()).into()),
    node("latency|latest", 2, ADMIN, Keys::None, |_, _| Reply::Array(Vec::new()).into()),
    node("latency|reset", -2, ADMIN, Keys::None, |_, _| Reply::Int(0).into()),
];

const MEMORY: &[Command] = &[
    absent("memory|doctor", 2, Flags::NONE, Keys::None),
    help::row("memory|help"),
    absent("memory|malloc-stats", 2, Flags::NONE, Keys::None),
    node("memory|purge", 2, Flags::NONE, Keys::None, |_, _| Reply::OK.into()),
    absent("memory|stats", 2, Flags::NONE, Keys::None),
    absent("memory|usage", -3, READ, key(2)),
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

const SLOWLOG: &[Command] = &[
    node("slowlog|get", -2, SLOW, Keys::None, slowlog_get),
    help::row("slowlog|help"),
    node("slowlog|len", 2, SLOW, Keys::None, |_, _| Reply::Int(0).into()),
    node("slowlog|reset", 2, SLOW, Keys::None, |_, _| Reply::OK.into()),
];

/// Categories of commands, in the server's order.
const CATEGORIES: [&str; 21] = [
    "keyspace",
    "read",
    "write",
    "set",
    "sortedset",
    "list",
    "hash",
    "string",
    "bitmap",
    "hyperloglog",
    "geo",
    "stream",
    "pubsub",
    "admin",
    "fast",
    "slow",
    "blocking",
    "dangerous",
    "connection",
    "transaction",
    "scripting",
];

fn acl_cat(_: &mut Node, call: &mut Call<'_>) -> Outcome {
    match &call.argv[2..] {
        [] => Reply::Array(CATEGORIES.map(Reply::bulk).to_vec()).into(),
        [name] if CATEGORIES.iter().any(|category| is(name, category)) => {
            Refused::text("ERR ACL CAT with a category is not simulated").into()
        }
        [name] => Refused::text(format!("ERR Unknown category '{}'", text(name))).into(),
        _ => Refused::UnknownOrArity { sub: text(&call.argv[1]), of: "ACL" }.into(),
    }
}

fn slowlog_get(_: &mut Node, call: &mut Call<'_>) -> Outcome {
    match &call.argv[2..] {
        [] => Reply::Array(Vec::new()).into(),
        [count] if int(count).is_ok_and(|count| -1 <= count) => Reply::Array(Vec::new()).into(),
        [_] => Refused::text("ERR count should be greater than or equal to -1").into(),
        _ => Refused::UnknownOrArity { sub: text(&call.argv[1]), of: "SLOWLOG" }.into(),
    }
}

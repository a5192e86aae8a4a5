//! Commands of 7.0.15 that are known here by name only.
//!
//! They pass the gate like all others, so that a wrong number of arguments, a foreign slot or a cluster
//! that is down is answered as by a real server; what would run says that it is not simulated.

use super::table::{Flags, GROW, Keys, READ, READ_FAST, key, node};
use super::{Call, Command, Outcome, Refused};
use crate::node::Node;

pub(super) const COMMANDS: &[Command] = &[
    absent(
        "fcall",
        -3,
        Flags::NOSCRIPT
            .or(Flags::STALE)
            .or(Flags::SKIP_MONITOR)
            .or(Flags::NO_MANDATORY_KEYS)
            .or(Flags::MOVABLE),
        Keys::Counted { count: 2, store: 0 },
    ),
    absent(
        "fcall_ro",
        -3,
        READ.or(Flags::NOSCRIPT)
            .or(Flags::STALE)
            .or(Flags::SKIP_MONITOR)
            .or(Flags::NO_MANDATORY_KEYS)
            .or(Flags::MOVABLE),
        Keys::Counted { count: 2, store: 0 },
    ),
    absent("lolwut", -1, READ_FAST, Keys::None),
    absent(
        "monitor",
        1,
        Flags::ADMIN.or(Flags::NOSCRIPT).or(Flags::LOADING).or(Flags::STALE),
        Keys::None,
    ),
    absent("pfdebug", 3, GROW.or(Flags::ADMIN), key(2)),
    absent("pfselftest", 1, Flags::ADMIN, Keys::None),
    absent("zrandmember", -2, READ, key(1)),
];

/// A row for a command that is known by name.
pub(super) const fn absent(name: &'static str, arity: i32, flags: Flags, keys: Keys) -> Command {
    node(name, arity, flags, keys, not_simulated)
}

fn not_simulated(_: &mut Node, call: &mut Call<'_>) -> Outcome {
    let name = call.command.name.to_uppercase().replace('|', " ");
    Refused::text(format!("ERR {name} is not simulated")).into()
}

//! Commands of 7.0.15 that are known here by name only.
//!
//! They pass the gate like all others, so that a wrong number of arguments, a foreign slot or a cluster
//! that is down is answered as by a real server; what would run says that it is not simulated.

use super::table::{Flags, Keys, node};
use super::{Call, Command, Outcome, Refused};
use crate::node::Node;

/// A row for a command that is known by name.
pub(super) const fn absent(name: &'static str, arity: i32, flags: Flags, keys: Keys) -> Command {
    node(name, arity, flags, keys, not_simulated)
}

pub(super) fn not_simulated(_: &mut Node, call: &mut Call<'_>) -> Outcome {
    let name = call.command.name.to_uppercase().replace('|', " ");
    Refused::text(format!("ERR {name} is not simulated")).into()
}

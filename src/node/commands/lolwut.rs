//! LOLWUT.
//!
//! In Redis: lolwut.c. Absent: the drawings of versions 5 and 6, which C's `rand` makes.

use super::absent::not_simulated;
use super::table::{Keys, READ_FAST, node};
use super::words::{int, is};
use super::{Call, Command, Outcome};
use crate::node::Node;
use crate::words::Reply;

pub(super) const COMMANDS: &[Command] = &[node("lolwut", -1, READ_FAST, Keys::None, lolwut)];

/// Without a drawing of its own, a version tells its number.
fn lolwut(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let version = match &call.argv[1..] {
        [word, version, ..] if is(word, "version") => match int(version) {
            Ok(version) => version as u32,
            Err(refused) => return refused.into(),
        },
        _ => 7,
    };
    match version {
        5 | 6 => not_simulated(node, call),
        _ => Reply::Verbatim("Redis ver. 7.0.15\n".into()).into(),
    }
}

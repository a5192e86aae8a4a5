//! HELP of the commands that have subcommands.
//!
//! The texts are those of a running 7.0.15, a file each. In Redis: `addReplyHelp`.

use super::table::{Flags, Keys, node};
use super::{Call, Command, Outcome};
use crate::node::Node;
use crate::words::Reply;
use bytes::Bytes;

const TEXTS: [(&str, &str); 16] = [
    ("acl", include_str!("help/acl.txt")),
    ("client", include_str!("help/client.txt")),
    ("cluster", include_str!("help/cluster.txt")),
    ("command", include_str!("help/command.txt")),
    ("config", include_str!("help/config.txt")),
    ("debug", include_str!("help/debug.txt")),
    ("function", include_str!("help/function.txt")),
    ("latency", include_str!("help/latency.txt")),
    ("memory", include_str!("help/memory.txt")),
    ("module", include_str!("help/module.txt")),
    ("object", include_str!("help/object.txt")),
    ("pubsub", include_str!("help/pubsub.txt")),
    ("script", include_str!("help/script.txt")),
    ("slowlog", include_str!("help/slowlog.txt")),
    ("xgroup", include_str!("help/xgroup.txt")),
    ("xinfo", include_str!("help/xinfo.txt")),
];

/// The row of `<container>|help`.
pub(super) const fn row(name: &'static str) -> Command {
    node(name, 2, Flags::LOADING.or(Flags::STALE), Keys::None, help)
}

fn help(_: &mut Node, call: &mut Call<'_>) -> Outcome {
    text(call).into()
}

/// The lines about the command that is called.
pub(super) fn text(call: &Call<'_>) -> Reply {
    let container = call.command.name.split('|').next();
    let text = TEXTS.iter().find(|(name, _)| Some(*name) == container).map_or("", |(_, text)| text);
    let line = |line: &str| Reply::Simple(Bytes::copy_from_slice(line.as_bytes()));
    Reply::Array(text.lines().map(line).collect())
}

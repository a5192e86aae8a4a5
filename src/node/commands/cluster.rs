//! CLUSTER: its subcommands, and what they have in common.
//!
//! Reports are in `cluster_read`, changes of the map in `cluster_slots`, changes of who is who in
//! `cluster_nodes`. Here are their rows, the check that this is a cluster node, and HELP. In Redis:
//! `clusterCommand`. Spec: commands 1 to 3.

use super::help;
use super::table::{Flags, Keys, node};
use super::words::{int, text};
use super::{
    Answer, Call, Command, Outcome, Refused, cluster_nodes as nodes, cluster_read as read,
    cluster_slots as slots,
};
use crate::node::Node;
use crate::node::cluster::PeerIx;
use crate::words::{NodeId, Slot};

const ADMIN: Flags = Flags::ADMIN.or(Flags::STALE).or(Flags::NO_ASYNC_LOADING);
/// Those of [`ADMIN`] that may run while a dataset is swapped in.
const ALSO_SWAPPING: Flags = Flags::ADMIN.or(Flags::STALE);
const ASK: Flags = Flags::STALE;

pub(super) const COMMANDS: &[Command] = &[super::table::group("cluster", -2, SUBCOMMANDS)];

const SUBCOMMANDS: &[Command] = &[
    row("cluster|addslots", -3, ADMIN, |node, call| on(node, call, slots::addslots)),
    row("cluster|addslotsrange", -4, ADMIN, |node, call| on(node, call, slots::addslotsrange)),
    row("cluster|bumpepoch", 2, ADMIN, |node, call| on(node, call, nodes::bumpepoch)),
    row("cluster|count-failure-reports", 3, ALSO_SWAPPING, |node, call| {
        on(node, call, read::reports)
    }),
    row("cluster|countkeysinslot", 3, ASK, |node, call| on(node, call, read::countkeysinslot)),
    row("cluster|delslots", -3, ADMIN, |node, call| on(node, call, slots::delslots)),
    row("cluster|delslotsrange", -4, ADMIN, |node, call| on(node, call, slots::delslotsrange)),
    row("cluster|failover", -2, ADMIN, |node, call| on(node, call, nodes::failover)),
    row("cluster|flushslots", 2, ADMIN, |node, call| on(node, call, slots::flushslots)),
    row("cluster|forget", 3, ADMIN, |node, call| on(node, call, nodes::forget)),
    row("cluster|getkeysinslot", 4, ASK, |node, call| on(node, call, read::getkeysinslot)),
    row("cluster|help", 2, ASK.or(Flags::LOADING), |node, call| {
        on(node, call, |_, call| Ok(help::text(call)))
    }),
    row("cluster|info", 2, ASK, |node, call| on(node, call, read::info)),
    row("cluster|keyslot", 3, ASK, |node, call| on(node, call, read::keyslot)),
    row("cluster|links", 2, ASK, |node, call| on(node, call, read::links)),
    row("cluster|meet", -4, ADMIN, |node, call| on(node, call, nodes::meet)),
    row("cluster|myid", 2, ASK, |node, call| on(node, call, read::myid)),
    row("cluster|nodes", 2, ASK, |node, call| on(node, call, read::nodes)),
    row("cluster|replicas", 3, ALSO_SWAPPING, |node, call| on(node, call, read::replicas)),
    row("cluster|replicate", 3, ADMIN, |node, call| on(node, call, nodes::replicate)),
    row("cluster|reset", -2, ALSO_SWAPPING.or(Flags::NOSCRIPT), |node, call| {
        on(node, call, nodes::reset)
    }),
    row("cluster|saveconfig", 2, ADMIN, |node, call| on(node, call, nodes::saveconfig)),
    row("cluster|set-config-epoch", 3, ADMIN, |node, call| on(node, call, nodes::set_epoch)),
    row("cluster|setslot", -4, ADMIN, |node, call| on(node, call, slots::setslot)),
    row("cluster|shards", 2, ASK, |node, call| on(node, call, read::shards)),
    row("cluster|slaves", 3, ALSO_SWAPPING, |node, call| on(node, call, read::replicas)),
    row("cluster|slots", 2, ASK, |node, call| on(node, call, read::slots)),
];

const fn row(
    name: &'static str,
    arity: i32,
    flags: Flags,
    handler: fn(&mut Node, &mut Call<'_>) -> Outcome,
) -> Command {
    node(name, arity, flags, Keys::None, handler)
}

/// Runs a subcommand on a cluster node.
fn on(
    node: &mut Node,
    call: &mut Call<'_>,
    act: fn(&mut Node, &mut Call<'_>) -> Answer,
) -> Outcome {
    if !node.config.cluster_enabled {
        return Refused::ClusterOff.into();
    }
    act(node, call).into()
}

/// A slot, as ADDSLOTS and SETSLOT read it.
pub(super) fn slot(word: &[u8]) -> Result<Slot, Refused> {
    let number = int(word).ok().and_then(|number| u16::try_from(number).ok());
    number.and_then(Slot::new).ok_or_else(|| Refused::text("ERR Invalid or out of range slot"))
}

/// The node with the id that a word says.
pub(super) fn find(node: &Node, word: &[u8]) -> Option<PeerIx> {
    NodeId::from_hex(word).and_then(|id| node.cluster.find(&id))
}

/// The same, or the error that most subcommands give.
pub(super) fn known(node: &Node, word: &[u8]) -> Result<PeerIx, Refused> {
    find(node, word).ok_or_else(|| Refused::text(format!("ERR Unknown node {}", text(word))))
}

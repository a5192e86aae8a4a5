//! Moving one slot: both ends open it, the keys go over, all masters learn of the new owner.
//!
//! The target is told first: if it died after the others were told, nobody would own the slot. When the
//! program is interrupted on the way the slot stays open, for `fix` to close.
//!
//! In Redis: `clusterManagerMoveSlot`, `clusterManagerSetSlot`.

use crate::cli::tape::Flow;
use crate::manager::cluster::Cluster;
use crate::manager::migrate::migrate_keys;
use crate::manager::node::ManagedNode;
use crate::manager::shell::{Failure, Shell};
use crate::words::Slot;
use std::sync::Arc;

/// What the source says that has just given its last slot away and is a replica now.
const ONLY_WITH_MASTERS: &str = "ERR Please use SETSLOT only with masters.";

/// A slot, and where it goes; nodes by their places in the cluster.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Move {
    /// Which slot.
    pub slot: Slot,
    /// Who has it.
    pub source: usize,
    /// Who gets it.
    pub target: usize,
}

/// How a slot is moved, and what is shown of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct How {
    /// The line `Moving slot ...` and its end.
    pub line: bool,
    /// A dot for each key.
    pub dots: bool,
    /// Only the keys: the slot is not opened, nobody is told of an owner.
    pub cold: bool,
    /// Errors of SETSLOT are told at once; otherwise they are the caller's.
    pub tell_errors: bool,
}

impl How {
    /// As `reshard` does.
    pub const RESHARD: How = How { line: true, dots: true, cold: false, tell_errors: false };
    /// As `rebalance` does.
    pub const REBALANCE: How = How { line: false, dots: false, cold: false, tell_errors: false };
    /// As `fix` does with a slot that was on its way.
    pub const FIX: How = How { line: true, dots: true, cold: false, tell_errors: true };
    /// As `fix` does with keys that are in the wrong place.
    pub const COLD: How = How { line: true, dots: true, cold: true, tell_errors: true };
}

/// Moves a slot; the error is that of the step that did not work, if it had one.
pub fn move_slot(
    shell: &mut Shell,
    cluster: &Cluster,
    what: Move,
    how: How,
) -> Flow<Result<(), Failure>> {
    shell.once(|shell| {
        let (source, target) = (&cluster.nodes[what.source], &cluster.nodes[what.target]);
        let slot = what.slot;
        if how.line {
            let (from, to) = (source.address(), target.address());
            shell.plain(format!("Moving slot {slot} from {from} to {to}: "));
        }
        if !how.cold {
            let states = [(target, "importing", source), (source, "migrating", target)];
            for (node, state, other) in states {
                if let Err(failure) = set_slot(shell, node, slot, state, other, how)? {
                    return Ok(Err(failure));
                }
            }
        }
        let migrated = migrate_keys(shell, cluster, what, how.dots)?;
        if how.line {
            shell.plain("\n");
        }
        match migrated {
            Ok(()) if !how.cold => hand_over(shell, cluster, what, how),
            done => Ok(done),
        }
    })
}

/// Tells the target, the source, and then all other masters who has the slot now.
fn hand_over(
    shell: &mut Shell,
    cluster: &Cluster,
    what: Move,
    how: How,
) -> Flow<Result<(), Failure>> {
    let target = &cluster.nodes[what.target];
    if let Err(failure) = set_slot(shell, target, what.slot, "node", target, how)? {
        return Ok(Err(failure));
    }
    let source = &cluster.nodes[what.source];
    match set_slot(shell, source, what.slot, "node", target, how)? {
        Ok(()) => {}
        Err(_) if how.tell_errors => {}
        Err(Some(error)) if error.starts_with(ONLY_WITH_MASTERS) => {}
        Err(failure) => return Ok(Err(failure)),
    }
    for other in cluster.masters().filter(|node| ![what.source, what.target].contains(node)) {
        let told = set_slot(shell, &cluster.nodes[other], what.slot, "node", target, how)?;
        if let Err(failure) = told {
            return Ok(Err(failure));
        }
    }
    Ok(Ok(()))
}

fn set_slot(
    shell: &mut Shell,
    node: &ManagedNode,
    slot: Slot,
    state: &str,
    other: &ManagedNode,
    how: How,
) -> Flow<Result<(), Failure>> {
    let command = format!("CLUSTER SETSLOT {slot} {state} {}", other.id);
    match shell.call(node, command.as_str())? {
        Ok(_) => Ok(Ok(())),
        Err(failure) if how.tell_errors => {
            shell.report(node, failure);
            Ok(Err(None))
        }
        Err(failure) => {
            Ok(Err(Some(failure.unwrap_or_else(|| "CLUSTER SETSLOT failed to run".to_owned()))))
        }
    }
}

impl Cluster {
    /// Writes down that a slot has moved. The numbers of slots stay what they were when they were read.
    pub fn moved(&mut self, what: Move) {
        Arc::make_mut(&mut self.nodes[what.source].slots).remove(what.slot);
        Arc::make_mut(&mut self.nodes[what.target].slots).insert(what.slot);
    }
}

//! Slots with more than one owner, looked for (and with `fix` settled) if the command line asks.
//!
//! A master with keys of a slot counts as an owner. In Redis: the last part of
//! `clusterManagerCheckCluster`, `clusterManagerFixMultipleSlotOwners`.

use crate::cli::tape::Flow;
use crate::manager::attempt::{Attempt, Halt, outcome};
use crate::manager::check::{Findings, Fix};
use crate::manager::cluster::Cluster;
use crate::manager::move_slot::{How, Move, move_slot};
use crate::manager::shell::Shell;
use crate::words::Slot;

/// Looks for slots with several owners, up to one that cannot be settled.
pub fn search(shell: &mut Shell, cluster: &Cluster, fix: Fix, findings: &mut Findings) -> Flow<()> {
    shell.info(">>> Check for multiple slot owners...\n");
    let slots: Vec<Slot> = Slot::all().collect();
    let found = shell.each(&slots, |shell, slot| search_slot(shell, cluster, *slot, fix))?;
    let mut unsettled = slots.len() - found.len();
    for found in found.iter().filter(|found| **found != Found::Single) {
        findings.in_order = *found == Found::Settled;
        unsettled += usize::from(*found == Found::Several);
    }
    match unsettled {
        0 => shell.ok("[OK] No multiple owners found.\n"),
        _ => findings.in_order = false,
    }
    Ok(())
}

/// What was found of a slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Found {
    /// One owner at most.
    Single,
    /// Several.
    Several,
    /// Several, of which one was made the owner.
    Settled,
}

fn search_slot(shell: &mut Shell, cluster: &Cluster, slot: Slot, fix: Fix) -> Flow<Option<Found>> {
    let mut owners = Vec::new();
    for at in cluster.masters() {
        let node = &cluster.nodes[at];
        // One that does not tell has no keys.
        let owns = node.slots.contains(slot)
            || outcome(shell.count_keys(node, slot))?.is_some_and(|keys| keys > 0);
        owners.extend(owns.then_some(at));
    }
    if owners.len() < 2 {
        return Ok(Some(Found::Single));
    }
    shell.error(format!("[WARNING] Slot {slot} has {} owners:\n", owners.len()));
    for &owner in &owners {
        shell.error(format!("    {}\n", cluster.nodes[owner].address()));
    }
    if fix == Fix::No {
        return Ok(Some(Found::Several));
    }
    let settled = outcome(settle(shell, cluster, slot, &owners))?;
    if settled.is_none() {
        shell.error(format!("Failed to fix multiple owners for slot {slot}\n"));
    }
    Ok(settled.map(|()| Found::Settled))
}

/// Makes the one with the most keys the owner and moves the keys of the others to it.
fn settle(shell: &mut Shell, cluster: &Cluster, slot: Slot, owners: &[usize]) -> Attempt<()> {
    shell.info(format!(">>> Fixing multiple owners for slot {slot}...\n"));
    let owner = shell.with_most_keys(cluster, owners, slot)?.unwrap_or(owners[0]);
    let address = cluster.nodes[owner].address();
    shell.info(format!(">>> Setting slot {slot} owner: {address}\n"));
    shell.set_owner(cluster, owner, slot, false)?;
    for at in cluster.masters().filter(|&at| at != owner) {
        let node = &cluster.nodes[at];
        let keys = shell.count_keys(node, slot)?;
        // That it has no such slot is as well.
        outcome(shell.delete_slot(cluster, node, slot))?;
        shell.set_slot(node, slot, "node", &cluster.nodes[owner])?;
        if keys > 0 {
            let what = Move { slot, source: at, target: owner };
            move_slot(shell, cluster, what, How::COLD)?.map_err(|_| Halt::Failed)?;
        }
    }
    Ok(())
}

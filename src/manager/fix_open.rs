//! Repairing open slots, whatever left them open.
//!
//! First it is settled who owns the slot, then one of four cases applies: it was on its way from one
//! node to another (it goes on), only importers are left (their keys go to the owner), several import
//! (the one that was meant gets it), only the migrating side is left (it is closed).
//!
//! In Redis: `clusterManagerFixOpenSlot`.

use crate::cli::tape::Flow;
use crate::manager::attempt::{Attempt, Halt, outcome};
use crate::manager::cluster::Cluster;
use crate::manager::move_slot::{How, Move, move_slot};
use crate::manager::shell::Shell;
use crate::words::{NodeId, Slot};
use std::sync::Arc;

/// Repairs the slots one by one, up to the first that cannot be; whether the last one could.
pub fn fix_all(shell: &mut Shell, cluster: &mut Cluster, slots: &[Slot]) -> Flow<bool> {
    for &slot in slots {
        let (fixed, now) = shell.once(|shell| {
            let mut now = cluster.clone();
            let fixed = outcome(fix_open_slot(shell, &mut now, slot))?.is_some();
            Ok((fixed, now))
        })?;
        *cluster = now;
        if !fixed {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Refuses to repair what unreachable masters may still have, unless the command line insists.
pub fn refuse_if_unreachable(shell: &mut Shell, cluster: &Cluster, what: &str) -> Flow<()> {
    let count = cluster.unreachable_masters;
    if count == 0 || shell.job.options.cluster_options.fix_with_unreachable_masters {
        return Ok(());
    }
    shell.warn(format!(
        "*** Fixing {what} with {count} unreachable masters is dangerous: redis-cli will assume that \
         slots about masters that are not reachable are not covered, and will try to reassign them \
         to the reachable nodes. This can cause data loss and is rarely what you want to do. If you \
         really want to proceed use the --cluster-fix-with-unreachable-masters option.\n"
    ));
    shell.exit(1)
}

/// An open slot: who claims it and in which state; nodes by their places in the cluster.
#[derive(Debug, Default)]
struct Open {
    /// Nodes that own it or have keys of it.
    owners: Vec<usize>,
    migrating: Vec<usize>,
    importing: Vec<usize>,
    /// Both lists as they were found: addresses.
    migrating_text: String,
    importing_text: String,
}

fn fix_open_slot(shell: &mut Shell, cluster: &mut Cluster, slot: Slot) -> Attempt<()> {
    refuse_if_unreachable(shell, cluster, "open slots")?;
    shell.info(format!(">>> Fixing open slot {slot}\n"));
    let owners = find_owners(shell, cluster, slot)?;
    let owner = if let [owner] = owners[..] { Some(owner) } else { None };
    let mut open = find_states(shell, cluster, slot, owner)?;
    open.owners = owners;
    let owner = match owner {
        Some(owner) => owner,
        None => choose_owner(shell, cluster, slot, &mut open)?,
    };
    depose_others(shell, cluster, slot, owner, &mut open)?;
    match (&open.migrating[..], &open.importing[..]) {
        ([source], [target]) => {
            go_on(shell, cluster, Move { slot, source: *source, target: *target })
        }
        ([], [_, ..]) => send_home(shell, cluster, slot, owner, &open.importing),
        ([source], [_, _, ..]) => choose_target(shell, cluster, slot, owner, *source, &open),
        ([node], []) => close(shell, cluster, slot, owner, *node, &open),
        _ => give_up(shell, cluster, slot, owner, &open),
    }
}

/// The masters that own the slot or have keys of it.
fn find_owners(shell: &mut Shell, cluster: &Cluster, slot: Slot) -> Attempt<Vec<usize>> {
    let mut owners = Vec::new();
    for at in cluster.masters() {
        let node = &cluster.nodes[at];
        if node.slots.contains(slot) {
            owners.push(at);
        } else if shell.count_keys(node, slot)? > 0 {
            let address = node.address();
            shell.warn(format!("*** Found keys about slot {slot} in non-owner node {address}!\n"));
            owners.push(at);
        }
    }
    Ok(owners)
}

/// The masters that have the slot open; one that has not, but has keys and is not the owner, counts as
/// importing.
fn find_states(
    shell: &mut Shell,
    cluster: &Cluster,
    slot: Slot,
    owner: Option<usize>,
) -> Attempt<Open> {
    let mut open = Open::default();
    let has = |slots: &[(Slot, NodeId)]| slots.iter().any(|(open, _)| *open == slot);
    for at in cluster.masters() {
        let node = &cluster.nodes[at];
        if has(&node.migrating) {
            open.migrating.push(at);
        } else if has(&node.importing) {
            open.importing.push(at);
        } else if owner != Some(at) && shell.count_keys(node, slot)? > 0 {
            let address = node.address();
            shell.warn(format!("*** Found keys about slot {slot} in node {address}!\n"));
            open.importing.push(at);
        }
    }
    open.migrating_text = cluster.addresses(&open.migrating);
    open.importing_text = cluster.addresses(&open.importing);
    let states = [("migrating", &open.migrating_text), ("importing", &open.importing_text)];
    for (state, nodes) in states.into_iter().filter(|(_, nodes)| !nodes.is_empty()) {
        shell.plain(format!("Set as {state} in: {nodes}\n"));
    }
    Ok(open)
}

/// Makes the master with the most keys the owner, since there is none or there are several.
fn choose_owner(
    shell: &mut Shell,
    cluster: &mut Cluster,
    slot: Slot,
    open: &mut Open,
) -> Attempt<usize> {
    shell.info(">>> No single clear owner for the slot, selecting an owner by # of keys...\n");
    let all: Vec<usize> = (0..cluster.nodes.len()).collect();
    let Some(owner) = shell.with_most_keys(cluster, &all, slot)? else {
        shell.error("[ERR] Can't select a slot owner. Impossible to fix.\n");
        return Err(Halt::Failed);
    };
    let address = cluster.nodes[owner].address();
    shell.warn(format!("*** Configuring {address} as the slot owner\n"));
    shell.set_stable(&cluster.nodes[owner], slot)?;
    shell.set_owner(cluster, owner, slot, false)?;
    Arc::make_mut(&mut cluster.nodes[owner].slots).insert(slot);
    open.migrating.retain(|&node| node != owner);
    open.importing.retain(|&node| node != owner);
    Ok(owner)
}

/// Of several owners all but the one become importers.
fn depose_others(
    shell: &mut Shell,
    cluster: &mut Cluster,
    slot: Slot,
    owner: usize,
    open: &mut Open,
) -> Attempt<()> {
    if open.owners.len() < 2 {
        return Ok(());
    }
    for at in std::mem::take(&mut open.owners).into_iter().filter(|&at| at != owner) {
        shell.delete_slot(cluster, &cluster.nodes[at], slot)?;
        Arc::make_mut(&mut cluster.nodes[at].slots).remove(slot);
        for state in ["node", "importing"] {
            shell.set_slot(&cluster.nodes[at], slot, state, &cluster.nodes[owner])?;
        }
        open.importing.retain(|&node| node != at);
        open.importing.push(at);
        open.migrating.retain(|&node| node != at);
    }
    Ok(())
}

/// Case 1: it was on its way from one node to one other.
fn go_on(shell: &mut Shell, cluster: &mut Cluster, what: Move) -> Attempt<()> {
    let (slot, source, target) = (what.slot, what.source, what.target);
    let (from, to) = (cluster.nodes[source].address(), cluster.nodes[target].address());
    shell.info(format!(">>> Case 1: Moving slot {slot} from {from} to {to}\n"));
    carry_out(shell, cluster, what, How::FIX)?;
    cluster.moved(what);
    Ok(())
}

/// Case 2: nobody migrates it; the keys of those that import it go to the owner.
fn send_home(
    shell: &mut Shell,
    cluster: &Cluster,
    slot: Slot,
    owner: usize,
    importing: &[usize],
) -> Attempt<()> {
    let to = &cluster.nodes[owner];
    let address = to.address();
    shell.info(format!(">>> Case 2: Moving all the {slot} slot keys to its owner {address}\n"));
    for &at in importing.iter().filter(|&&at| at != owner) {
        carry_out(shell, cluster, Move { slot, source: at, target: owner }, How::COLD)?;
        let address = cluster.nodes[at].address();
        shell.info(format!(">>> Setting {slot} as STABLE in {address}\n"));
        shell.set_stable(&cluster.nodes[at], slot)?;
    }
    // Nobody was told of the owner by a cold move.
    for at in cluster.masters().filter(|&at| at != owner) {
        shell.set_slot(&cluster.nodes[at], slot, "NODE", to)?;
    }
    Ok(())
}

/// Case 3: one migrates it, several import it and have no keys; the one that was meant gets it, or it is
/// closed everywhere.
fn choose_target(
    shell: &mut Shell,
    cluster: &Cluster,
    slot: Slot,
    owner: usize,
    source: usize,
    open: &Open,
) -> Attempt<()> {
    let from = &cluster.nodes[source];
    let meant = from.migrating.iter().find(|(open, _)| *open == slot).map(|(_, id)| *id);
    let mut target = None;
    for &at in &open.importing {
        // One that does not tell counts as empty.
        if outcome(shell.count_keys(&cluster.nodes[at], slot))?.is_some_and(|keys| keys > 0) {
            return give_up(shell, cluster, slot, owner, open);
        }
        target = if meant == Some(cluster.nodes[at].id) { Some(at) } else { target };
    }
    if let Some(target) = target {
        let (from, to) = (from.address(), cluster.nodes[target].address());
        shell.info(format!(
            ">>> Case 3: Moving slot {slot} from {from} to {to} and closing it on all the other \
             importing nodes.\n"
        ));
        carry_out(shell, cluster, Move { slot, source, target }, How::FIX)?;
    } else {
        shell.info(format!(
            ">>> Case 3: Closing slot {slot} on both migrating and importing nodes.\n"
        ));
        shell.set_stable(from, slot)?;
    }
    for &at in open.importing.iter().filter(|&&at| target != Some(at)) {
        shell.set_stable(&cluster.nodes[at], slot)?;
    }
    Ok(())
}

/// Case 4: nobody imports it, and who migrates it owns it or has no keys: a reshard that was
/// interrupted.
fn close(
    shell: &mut Shell,
    cluster: &Cluster,
    slot: Slot,
    owner: usize,
    at: usize,
    open: &Open,
) -> Attempt<()> {
    let node = &cluster.nodes[at];
    let command = format!("CLUSTER GETKEYSINSLOT {slot} 10");
    if at != owner && shell.order(node, command.as_str())? != crate::words::Reply::Array(Vec::new())
    {
        return give_up(shell, cluster, slot, owner, open);
    }
    shell.info(format!(">>> Case 4: Closing slot {slot} on {}\n", node.address()));
    shell.set_stable(node, slot)
}

fn give_up(
    shell: &mut Shell,
    cluster: &Cluster,
    _slot: Slot,
    owner: usize,
    open: &Open,
) -> Attempt<()> {
    shell.error(format!(
        "[ERR] Sorry, redis-cli can't fix this slot yet (work in progress). Slot is set as migrating \
         in {}, as importing in {}, owner is {}\n",
        open.migrating_text,
        open.importing_text,
        cluster.nodes[owner].address()
    ));
    Err(Halt::Failed)
}

/// Moves a slot or its keys; that it fails has been told.
pub fn carry_out(shell: &mut Shell, cluster: &Cluster, what: Move, how: How) -> Attempt<()> {
    move_slot(shell, cluster, what, how)?.map_err(|_| Halt::Failed)
}

//! Whether a cluster is in order: agreement, open slots, coverage, and single owners if asked.
//!
//! In Redis: `clusterManagerCheckCluster`. Absent: repairing what is found (`--cluster fix`).

use crate::cli::tape::Flow;
use crate::manager::join::Poll;
use crate::manager::node::ManagedNode;
use crate::manager::phase::{Goal, Phase};
use crate::manager::shell::Shell;
use crate::manager::siphash_dict::order_after_replacing;
use crate::words::{NodeId, Slot, SlotSet};

/// What the check has found so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Verdict {
    goal: Goal,
    in_order: bool,
}

impl Verdict {
    fn exit_code(self) -> i32 {
        match self.goal {
            Goal::FinishCreate | Goal::Info => 0,
            Goal::Check => i32::from(!self.in_order),
        }
    }
}

/// Shows the nodes and asks them whether they agree.
pub fn begin(shell: &mut Shell, nodes: &[ManagedNode], goal: Goal) -> Flow<Phase> {
    shell.info(format!(">>> Performing Cluster Check (using node {})\n", nodes[0].address()));
    shell.show_nodes(nodes);
    Ok(Phase::Agree { nodes: nodes.to_vec(), poll: Poll::check(goal) })
}

/// The rest of the check, once it is known whether all agree.
pub fn after_poll(
    shell: &mut Shell,
    nodes: Vec<ManagedNode>,
    goal: Goal,
    agreed: bool,
) -> Flow<Phase> {
    match agreed {
        true => shell.ok("[OK] All nodes agree about slots configuration.\n"),
        false => shell.error("[ERR] Nodes don't agree about configuration!\n"),
    }
    let closed = report_open_slots(shell, &nodes);
    let covered = report_coverage(shell, &nodes);
    let verdict = Verdict { goal, in_order: agreed && closed && covered };
    if !shell.job.options.cluster_options.search_multiple_owners {
        return shell.exit(verdict.exit_code());
    }
    shell.info(">>> Check for multiple slot owners...\n");
    Ok(Phase::Owners { nodes, slot: 0, found: 0, verdict })
}

/// Whether no slot is open.
fn report_open_slots(shell: &mut Shell, nodes: &[ManagedNode]) -> bool {
    shell.info(">>> Check for open slots...\n");
    let mut open: Vec<String> = Vec::new();
    for node in nodes {
        for (state, slots) in [("migrating", &node.migrating), ("importing", &node.importing)] {
            if slots.is_empty() {
                continue;
            }
            let slots: Vec<String> = slots.iter().map(slot_text).collect();
            shell.error(format!(
                "[WARNING] Node {} has slots in {state} state {}.\n",
                node.address(),
                slots.join(",")
            ));
            open.extend(slots);
        }
    }
    if !open.is_empty() {
        let all = order_after_replacing(open.iter().map(String::as_str)).join(",");
        shell.error(format!("[WARNING] The following slots are open: {all}.\n"));
    }
    open.is_empty()
}

fn slot_text((slot, _): &(Slot, NodeId)) -> String {
    slot.to_string()
}

/// Whether every slot is some node's, as each says of itself.
fn report_coverage(shell: &mut Shell, nodes: &[ManagedNode]) -> bool {
    shell.info(">>> Check slots coverage...\n");
    let covered: SlotSet = nodes.iter().flat_map(|node| node.slots.iter()).collect();
    let all = covered.len() == Slot::COUNT;
    match all {
        true => shell.ok("[OK] All 16384 slots covered.\n"),
        // One newline is the message's, one is the log's.
        false => shell.error("[ERR] Not all 16384 slots are covered by nodes.\n\n"),
    }
    all
}

/// Looks who owns `slot`; a master with keys of it counts as an owner.
pub fn find_owners(
    shell: &mut Shell,
    nodes: &[ManagedNode],
    slot: u16,
    found: usize,
    verdict: Verdict,
) -> Flow<Phase> {
    let Some(slot) = Slot::new(slot) else {
        if found == 0 {
            shell.ok("[OK] No multiple owners found.\n");
        }
        let verdict = Verdict { in_order: verdict.in_order && found == 0, ..verdict };
        return shell.exit(verdict.exit_code());
    };
    let mut owners = Vec::new();
    for node in nodes.iter().filter(|node| !node.is_slave) {
        if node.slots.contains(slot) || keys_in(shell, node, slot)? > 0 {
            owners.push(node.address());
        }
    }
    if owners.len() > 1 {
        shell.error(format!("[WARNING] Slot {slot} has {} owners:\n", owners.len()));
        owners.iter().for_each(|owner| shell.error(format!("    {owner}\n")));
    }
    let found = found + usize::from(owners.len() > 1);
    Ok(Phase::Owners { nodes: nodes.to_vec(), slot: slot.number() + 1, found, verdict })
}

fn keys_in(shell: &mut Shell, node: &ManagedNode, slot: Slot) -> Flow<i64> {
    match shell.call(node, format!("CLUSTER COUNTKEYSINSLOT {slot}").as_str())? {
        Ok(crate::words::Reply::Int(count)) => Ok(count),
        Ok(_) => Ok(0),
        Err(failure) => {
            shell.report(node, failure);
            Ok(0)
        }
    }
}

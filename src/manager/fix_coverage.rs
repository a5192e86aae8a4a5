//! Repairing uncovered slots: each gets an owner, by where its keys are.
//!
//! Each of three kinds of slots (keys nowhere, in one master, in several) is a question of its own, which
//! `--cluster-yes` does not answer. Slots come in the order of a hash table.
//!
//! In Redis: `clusterManagerFixSlotsCoverage`, `clusterManagerNodeMasterRandom`.

use crate::cli::tape::Flow;
use crate::manager::attempt::{Attempt, Halt, outcome};
use crate::manager::cluster::Cluster;
use crate::manager::fix_open::{carry_out, refuse_if_unreachable};
use crate::manager::glibc_rand::GlibcRand;
use crate::manager::move_slot::{How, Move};
use crate::manager::node::bracketed;
use crate::manager::prompt::confirm;
use crate::manager::shell::Shell;
use crate::manager::siphash_dict::order_after_replacing;
use crate::words::{Reply, Slot, SlotSet};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where the keys of an uncovered slot are; masters by their places in the cluster.
type Holders = BTreeMap<Slot, Vec<usize>>;

/// A kind of uncovered slots: what is said of it, what is asked, and how one is covered.
struct Kind {
    title: &'static str,
    question: &'static str,
    is: fn(&[usize]) -> bool,
    cover: fn(&mut Shell, &Cluster, Slot, &[usize]) -> Attempt<()>,
}

const KINDS: [Kind; 3] = [
    Kind {
        title: "The following uncovered slots have no keys across the cluster:\n",
        question: "Fix these slots by covering with a random node?",
        is: |holders| holders.is_empty(),
        cover: cover_with_any,
    },
    Kind {
        title: "The following uncovered slots have keys in just one node:\n",
        question: "Fix these slots by covering with those nodes?",
        is: |holders| holders.len() == 1,
        cover: cover_with_holder,
    },
    Kind {
        title: "The following uncovered slots have keys in multiple nodes:\n",
        question: "Fix these slots by moving keys into a single node?",
        is: |holders| holders.len() > 1,
        cover: cover_with_fullest,
    },
];

/// Covers slots; whether any was, and none could not be.
pub fn fix(shell: &mut Shell, cluster: &Cluster) -> Flow<bool> {
    refuse_if_unreachable(shell, cluster, "slots coverage")?;
    shell.info(">>> Fixing slots coverage...\n");
    let slots = cluster.uncovered();
    let found = shell.each(&slots, |shell, slot| outcome(find_holders(shell, cluster, *slot)))?;
    if found.len() < slots.len() {
        return Ok(false);
    }
    let holders: Holders = slots.into_iter().zip(found).collect();
    let order = shell.once(|_| Ok(hash_table_order(&holders)))?;
    let mut fixed = 0;
    for kind in KINDS {
        let slots: Vec<Slot> =
            order.iter().copied().filter(|slot| (kind.is)(&holders[slot])).collect();
        if slots.is_empty() || !wanted(shell, &kind, &slots)? {
            continue;
        }
        let covered = shell.each(&slots, |shell, slot| {
            outcome((kind.cover)(shell, cluster, *slot, &holders[slot]))
        })?;
        if covered.len() < slots.len() {
            return Ok(false);
        }
        fixed += covered.len();
    }
    Ok(fixed > 0)
}

/// The masters with keys of the slot.
fn find_holders(shell: &mut Shell, cluster: &Cluster, slot: Slot) -> Attempt<Vec<usize>> {
    let mut holders = Vec::new();
    for at in cluster.masters() {
        let command = format!("CLUSTER GETKEYSINSLOT {slot} 1");
        if shell.order(&cluster.nodes[at], command.as_str())? != Reply::Array(Vec::new()) {
            holders.push(at);
        }
    }
    Ok(holders)
}

fn hash_table_order(holders: &Holders) -> Arc<[Slot]> {
    let texts: Vec<String> = holders.keys().map(Slot::to_string).collect();
    let order = order_after_replacing(texts.iter().map(String::as_str));
    order.iter().filter_map(|slot| Slot::new(slot.parse().ok()?)).collect()
}

fn wanted(shell: &mut Shell, kind: &Kind, slots: &[Slot]) -> Flow<bool> {
    shell.plain(kind.title);
    let all: SlotSet = slots.iter().copied().collect();
    shell.plain(format!("{}\n", bracketed(&all)));
    confirm(shell, kind.question)
}

/// A random master: the same one for all slots of a second, since the generator is seeded anew for each
/// with the time.
fn cover_with_any(
    shell: &mut Shell,
    cluster: &Cluster,
    slot: Slot,
    _holders: &[usize],
) -> Attempt<()> {
    let masters: Vec<usize> = cluster.masters().collect();
    let mut rand = GlibcRand::new(shell.tape.now().unix_s() as u32);
    cover(shell, cluster, slot, masters[rand.index(masters.len())])
}

fn cover_with_holder(
    shell: &mut Shell,
    cluster: &Cluster,
    slot: Slot,
    holders: &[usize],
) -> Attempt<()> {
    cover(shell, cluster, slot, holders[0])
}

fn cover(shell: &mut Shell, cluster: &Cluster, slot: Slot, owner: usize) -> Attempt<()> {
    let address = cluster.nodes[owner].address();
    shell.info(format!(">>> Covering slot {slot} with {address}\n"));
    shell.set_owner(cluster, owner, slot, false)
}

/// The one with the most keys gets it, and the keys of the others.
fn cover_with_fullest(
    shell: &mut Shell,
    cluster: &Cluster,
    slot: Slot,
    holders: &[usize],
) -> Attempt<()> {
    let owner = shell.with_most_keys(cluster, holders, slot)?.ok_or(Halt::Failed)?;
    let address = cluster.nodes[owner].address();
    shell.info(format!(">>> Covering slot {slot} moving keys to {address}\n"));
    shell.set_owner(cluster, owner, slot, true)?;
    for &at in holders.iter().filter(|&&at| at != owner) {
        // As an importer it is not redirected when its keys go.
        for state in ["NODE", "IMPORTING"] {
            shell.set_slot(&cluster.nodes[at], slot, state, &cluster.nodes[owner])?;
        }
        carry_out(shell, cluster, Move { slot, source: at, target: owner }, How::COLD)?;
        shell.set_stable(&cluster.nodes[at], slot)?;
    }
    Ok(())
}

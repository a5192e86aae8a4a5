//! Who owns which slot, as an operator says it: ADDSLOTS, DELSLOTS, FLUSHSLOTS, SETSLOT.
//!
//! Everything is checked before anything is done. In Redis: `clusterCommand`. Spec: commands 3.

use super::cluster::{find, known, slot};
use super::words::{lower, text};
use super::{Answer, Call, Refused};
use crate::node::Node;
use crate::node::cluster::PeerIx;
use crate::words::{Reply, Slot, SlotSet};
use bytes::Bytes;

/// Whether slots are given or taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Add,
    Delete,
}

/// The slots of ranges, if all of them may be given or taken.
fn checked(node: &Node, ranges: &[(Slot, Slot)], way: Way) -> Result<SlotSet, Refused> {
    let mut set = SlotSet::EMPTY;
    for &(first, last) in ranges {
        for slot in Slot::all().skip(first.index()).take(last.index() + 1 - first.index()) {
            let owned = node.cluster.owner(slot).is_some();
            let problem = match way {
                Way::Add if owned => Some("is already busy"),
                Way::Delete if !owned => Some("is already unassigned"),
                Way::Add | Way::Delete if !set.insert(slot) => Some("specified multiple times"),
                Way::Add | Way::Delete => None,
            };
            if let Some(problem) = problem {
                return Err(Refused::text(format!("ERR Slot {slot} {problem}")));
            }
        }
    }
    Ok(set)
}

fn single(words: &[Bytes]) -> Result<Vec<(Slot, Slot)>, Refused> {
    words.iter().map(|word| slot(word).map(|slot| (slot, slot))).collect()
}

fn ranges(name: &str, words: &[Bytes]) -> Result<Vec<(Slot, Slot)>, Refused> {
    if !words.len().is_multiple_of(2) {
        return Err(Refused::WrongArity(name.into()));
    }
    let range = |pair: &[Bytes]| {
        let (first, last) = (slot(&pair[0])?, slot(&pair[1])?);
        if last < first {
            return Err(Refused::text(format!(
                "ERR start slot number {first} is greater than end slot number {last}"
            )));
        }
        Ok((first, last))
    };
    words.chunks_exact(2).map(range).collect()
}

pub(super) fn addslots(node: &mut Node, call: &mut Call<'_>) -> Answer {
    let slots = checked(node, &single(&call.argv[2..])?, Way::Add)?;
    node.cluster_add_slots(&slots);
    Ok(Reply::OK)
}

pub(super) fn addslotsrange(node: &mut Node, call: &mut Call<'_>) -> Answer {
    let slots = checked(node, &ranges(call.command.name, &call.argv[2..])?, Way::Add)?;
    node.cluster_add_slots(&slots);
    Ok(Reply::OK)
}

pub(super) fn delslots(node: &mut Node, call: &mut Call<'_>) -> Answer {
    let slots = checked(node, &single(&call.argv[2..])?, Way::Delete)?;
    node.cluster_del_slots(&slots);
    Ok(Reply::OK)
}

pub(super) fn delslotsrange(node: &mut Node, call: &mut Call<'_>) -> Answer {
    let slots = checked(node, &ranges(call.command.name, &call.argv[2..])?, Way::Delete)?;
    node.cluster_del_slots(&slots);
    Ok(Reply::OK)
}

pub(super) fn flushslots(node: &mut Node, _: &mut Call<'_>) -> Answer {
    if !node.keyspace.is_empty() {
        return Err(Refused::text("ERR DB must be empty to perform CLUSTER FLUSHSLOTS."));
    }
    node.cluster_flush_slots();
    Ok(Reply::OK)
}

pub(super) fn setslot(node: &mut Node, call: &mut Call<'_>) -> Answer {
    if node.cluster.is_replica() {
        return Err(Refused::text("ERR Please use SETSLOT only with masters."));
    }
    let slot = slot(&call.argv[2])?;
    let action = lower(&call.argv[3]);
    match (action.as_str(), &call.argv[4..]) {
        ("migrating", [id]) => {
            if node.cluster.owner(slot) != Some(PeerIx::MYSELF) {
                let text = format!("ERR I'm not the owner of hash slot {slot}");
                return Err(Refused::text(text));
            }
            let to = other_master(node, id)?;
            node.cluster_set_migrating(slot, to);
        }
        ("importing", [id]) => {
            if node.cluster.owner(slot) == Some(PeerIx::MYSELF) {
                let text = format!("ERR I'm already the owner of hash slot {slot}");
                return Err(Refused::text(text));
            }
            let from = other_master(node, id)?;
            node.cluster_set_importing(slot, from);
        }
        ("stable", []) => node.cluster_set_stable(slot),
        ("node", [id]) => {
            let to = new_owner(node, slot, &id.clone())?;
            node.cluster_set_slot_owner(call.now, slot, to, call.out);
        }
        _ => {
            return Err(Refused::text(
                "ERR Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP",
            ));
        }
    }
    Ok(Reply::OK)
}

fn other_master(node: &Node, id: &[u8]) -> Result<PeerIx, Refused> {
    let unknown = || Refused::text(format!("ERR I don't know about node {}", text(id)));
    must_be_master(node, find(node, id).ok_or_else(unknown)?)
}

fn must_be_master(node: &Node, ix: PeerIx) -> Result<PeerIx, Refused> {
    match node.cluster.peer(ix).is_replica() {
        true => Err(Refused::text("ERR Target node is not a master")),
        false => Ok(ix),
    }
}

fn new_owner(node: &Node, slot: Slot, id: &[u8]) -> Result<PeerIx, Refused> {
    let to = must_be_master(node, known(node, id)?)?;
    let mine = node.cluster.owner(slot) == Some(PeerIx::MYSELF);
    if mine && to != PeerIx::MYSELF && node.keyspace.has_keys_in(slot) {
        return Err(Refused::text(format!(
            "ERR Can't assign hashslot {slot} to a different node while I still hold keys for this \
             hash slot."
        )));
    }
    Ok(to)
}

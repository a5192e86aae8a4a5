//! The cluster as the manager has loaded it: its nodes, the one that was asked first.
//!
//! Who owns a slot is what each node says of itself. In Redis: `cluster_manager`,
//! `clusterManagerNodeByName`, `clusterManagerNodeWithLeastReplicas`.

use crate::cli::io::LinkId;
use crate::manager::node::ManagedNode;
use crate::words::{Slot, SlotSet};

/// All nodes that could be asked.
#[derive(Clone, PartialEq, Debug)]
pub struct Cluster {
    /// The entry node, then the others in the order in which it named them.
    pub nodes: Vec<ManagedNode>,
    /// Nodes that were named, but could not be asked or are gone, and are no replicas.
    pub unreachable_masters: usize,
    /// A number for the next connection.
    pub free_link: LinkId,
}

impl Cluster {
    /// The place of the node with this id, whatever the case of its digits.
    pub fn find(&self, id: &str) -> Option<usize> {
        let id = id.to_ascii_lowercase();
        self.nodes.iter().position(|node| node.id.to_string() == id)
    }
    /// The places of the masters.
    pub fn masters(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.nodes.len()).filter(|&node| !self.nodes[node].is_slave)
    }
    /// The first of the masters with the fewest replicas.
    pub fn with_fewest_replicas(&self) -> Option<usize> {
        self.masters().min_by_key(|&node| self.nodes[node].replica_count)
    }
    /// The slots that somebody has.
    pub fn covered(&self) -> SlotSet {
        self.nodes.iter().flat_map(|node| node.slots.iter()).collect()
    }
    /// The slots that nobody has, ascending.
    pub fn uncovered(&self) -> Vec<Slot> {
        let covered = self.covered();
        Slot::all().filter(|slot| !covered.contains(*slot)).collect()
    }
    /// The addresses of some nodes, as `a:1,b:2`.
    pub fn addresses(&self, nodes: &[usize]) -> String {
        nodes.iter().map(|&node| self.nodes[node].address()).collect::<Vec<_>>().join(",")
    }
}

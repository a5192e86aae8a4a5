//! The anti-affinity optimiser: keeps replicas off the host of their master, if it can.
//!
//! It swaps the masters of two replicas at random and takes a swap back only if it made things
//! worse. With nothing to gain (all nodes on one host) it therefore shuffles the replicas to the end
//! of its budget: which is why the plan of a tutorial differs from its own `Adding replica` lines.
//! The luck is the C library's, seeded with the second of the run, and the order of the offenders is
//! that of a hash table of ids, so the result is a function of ids and second.
//!
//! In Redis: `clusterManagerOptimizeAntiAffinity`, `clusterManagerGetAntiAffinityScore`.

use crate::manager::allocate::group_by_host;
use crate::manager::glibc_rand::GlibcRand;
use crate::manager::siphash_dict::{Dict, siphash_1_2};
use crate::words::NodeId;

/// What a group with its master and one replica on the same host costs.
pub const SAME_HOST_AS_MASTER: u64 = 10_000;
/// Swaps tried, for each node.
const SWAPS_PER_NODE: usize = 500;

/// Nodes with their hosts, ids and masters; all by their places among the arguments.
#[derive(Clone, Debug)]
pub struct Placement {
    hosts: Vec<Vec<usize>>,
    ids: Vec<NodeId>,
    /// The number of a node's id: the place of the first node with it. Nodes given twice share it.
    id_of: Vec<usize>,
    hash_of: Vec<u64>,
    /// The number of the id it replicates.
    replicates: Vec<Option<usize>>,
}

impl Placement {
    /// Nodes at `hosts` with `ids`; `masters[n]` is the id of the node that `n` replicates.
    pub fn new(hosts: &[&str], ids: &[NodeId], masters: &[Option<NodeId>]) -> Placement {
        let number = |id: &NodeId| ids.iter().position(|other| other == id);
        let id_of = ids.iter().filter_map(number).collect();
        let replicates = masters.iter().map(|master| master.as_ref().and_then(number)).collect();
        let hash_of = ids.iter().map(|id| siphash_1_2(id.to_string().as_bytes())).collect();
        Placement { hosts: group_by_host(hosts), ids: ids.to_vec(), id_of, hash_of, replicates }
    }
    /// The id of the node that each node replicates.
    pub fn masters(&self) -> impl Iterator<Item = Option<NodeId>> + '_ {
        self.replicates.iter().map(|master| master.map(|number| self.ids[number]))
    }

    /// How bad it is: 10,000 for each node beyond the first that shares a host with its master, 1
    /// for each replica that shares a host with another of the same master only.
    pub fn score(&self) -> u64 {
        let mut tally = vec![Group::default(); self.id_of.len()];
        let mut score = 0;
        for host in &self.hosts {
            for &node in host {
                tally[self.group_of(node)].add(self.replicates[node].is_none());
            }
            for &node in host {
                score += std::mem::take(&mut tally[self.group_of(node)]).score();
            }
        }
        score
    }
    /// The first replica of each group of two or more on a host, in the order of the host's hash
    /// table.
    fn offenders(&self) -> Vec<usize> {
        let mut offenders = Vec::new();
        let mut tally = vec![Members::default(); self.id_of.len()];
        for nodes in &self.hosts {
            let mut groups = Dict::new();
            for &node in nodes {
                let group = self.group_of(node);
                let replica = self.replicates[node].map(|_| node);
                tally[group].count += 1;
                tally[group].first_replica = tally[group].first_replica.or(replica);
                groups.find(group, self.hash_of[group]);
                groups.replace(group, self.hash_of[group]);
            }
            let members = groups.keys().map(|group| std::mem::take(&mut tally[group]));
            offenders.extend(members.filter(|m| m.count >= 2).filter_map(|m| m.first_replica));
        }
        offenders
    }
    /// The id by which a node is grouped: its master's, or its own.
    fn group_of(&self, node: usize) -> usize {
        self.replicates[node].unwrap_or(self.id_of[node])
    }
}

/// Those of a group that are on one host.
#[derive(Clone, Copy, Default)]
struct Members {
    count: usize,
    first_replica: Option<usize>,
}

/// The nodes of one master on one host, as they are scored.
#[derive(Clone, Copy, Default)]
struct Group {
    size: u64,
    with_master: bool,
}

impl Group {
    fn add(&mut self, is_master: bool) {
        self.size += 1;
        self.with_master |= is_master;
    }
    fn score(self) -> u64 {
        match (self.size, self.with_master) {
            (0 | 1, _) => 0,
            (size, true) => SAME_HOST_AS_MASTER * (size - 1),
            (size, false) => size,
        }
    }
}

/// Swaps masters until the score is 0 or the budget is used up; the score at the end.
///
/// `second` is Unix time, the seed of `srand`.
pub fn optimise(placement: &mut Placement, second: u64) -> u64 {
    let mut rand = GlibcRand::new(second as u32);
    let mut score = placement.score();
    for _ in 0..SWAPS_PER_NODE * placement.id_of.len() {
        let offenders = placement.offenders();
        if score == 0 || offenders.is_empty() {
            break;
        }
        let first = offenders[rand.index(offenders.len())];
        let others = placement.replicates.iter().enumerate();
        let others: Vec<usize> = others
            .filter(|(node, m)| *node != first && m.is_some())
            .map(|(node, _)| node)
            .collect();
        if others.is_empty() {
            break;
        }
        let second = others[rand.index(others.len())];
        placement.replicates.swap(first, second);
        let swapped = placement.score();
        // Kept when nothing is gained either: the best plan may need several swaps together.
        if swapped > score {
            placement.replicates.swap(first, second);
        } else {
            score = swapped;
        }
    }
    score
}

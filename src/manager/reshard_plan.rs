//! Which slots leave which sources: in proportion to what they have, the lowest first.
//!
//! The shares are C floats, the first (largest) source's rounded up and the others' down, so a plan may
//! have a few slots less than were asked for. In Redis: `clusterManagerComputeReshardTable`.

use crate::manager::cluster::Cluster;
use crate::words::Slot;

/// Slots and the places of the nodes that they leave, in the order of the moves.
pub fn plan(cluster: &Cluster, sources: &[usize], wanted: i32) -> Vec<(Slot, usize)> {
    let count = |node: usize| cluster.nodes[node].slot_count;
    let total: u32 = sources.iter().map(|&source| count(source)).sum();
    let mut sorted = sources.to_vec();
    sorted.sort_by_key(|&source| std::cmp::Reverse(count(source)));
    let most = usize::try_from(wanted).unwrap_or(0);
    let mut moves = Vec::new();
    for (place, &source) in sorted.iter().enumerate() {
        let share = share(wanted, total, count(source), place == 0).min(most - moves.len());
        let slots = cluster.nodes[source].slots.iter().take(share);
        moves.extend(slots.map(|slot| (slot, source)));
    }
    moves
}

fn share(wanted: i32, total: u32, count: u32, first: bool) -> usize {
    let share = wanted as f32 / total as f32 * count as f32;
    // Nothing of nothing is no number in C, which becomes a negative one.
    (if first { share.ceil() } else { share.floor() }) as usize
}

#[cfg(test)]
mod tests {
    use super::share;

    /// Three masters of a new cluster, as `reshard` sorts them.
    fn check(wanted: i32, shares: [usize; 3]) {
        let counts = [5462, 5461, 5461];
        let ours = [0, 1, 2].map(|place| share(wanted, 16_384, counts[place], place == 0));
        assert_eq!(ours, shares, "{wanted}");
    }

    #[test]
    fn the_largest_source_rounds_up_and_the_others_down() {
        check(10, [4, 3, 3]);
        check(1, [1, 0, 0]);
        check(100, [34, 33, 33]);
        check(16_384, [5462, 5461, 5461]);
    }

    #[test]
    fn sources_without_slots_give_nothing() {
        assert_eq!(share(10, 0, 0, true), 0);
    }
}

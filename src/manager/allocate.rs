//! Which nodes become masters, and which slots each gets.
//!
//! Nodes are taken in turns from each host, so that masters spread over the hosts; the slots are cut
//! with the rounding of C's `float`, so that the pieces are those of `redis-cli` to the slot.
//!
//! In Redis: the first half of `clusterManagerCommandCreate`.

use crate::words::Slot;

/// The nodes of each host, by their place among the arguments: hosts in order of first appearance.
///
/// Hosts are compared as texts: `localhost` and `127.0.0.1` are two.
pub fn group_by_host(hosts: &[&str]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (node, host) in hosts.iter().enumerate() {
        match groups.iter_mut().find(|group| hosts[group[0]] == *host) {
            Some(group) => group.push(node),
            None => groups.push(vec![node]),
        }
    }
    groups
}

/// One node of each host, then the second of each, and so on.
pub fn interleave(groups: &[Vec<usize>]) -> Vec<usize> {
    let rounds = groups.iter().map(Vec::len).max().unwrap_or(0);
    (0..rounds)
        .flat_map(|round| groups.iter().filter_map(move |group| group.get(round)))
        .copied()
        .collect()
}

/// The slots of each of `masters` masters: first and last.
///
/// Floats decide here because they do in `redis-cli`. A master without room left gets the slot
/// after the last one, as there (with more masters than slots).
pub fn slot_ranges(masters: usize) -> Vec<(u32, u32)> {
    let count = f32::from(Slot::COUNT);
    let per_master = count / masters as f32;
    let mut cursor = 0_f32;
    let mut first = 0;
    (0..masters)
        .map(|i| {
            // C's lround: half away from zero, as `round` does.
            let mut last = (cursor + per_master - 1.0).round() as u32;
            if last > u32::from(Slot::COUNT) || i == masters - 1 {
                last = u32::from(Slot::COUNT) - 1;
            }
            let range = (first, last.max(first));
            first = range.1 + 1;
            cursor += per_master;
            range
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{group_by_host, interleave, slot_ranges};

    #[test]
    fn masters_come_from_each_host_in_turn() {
        let groups = group_by_host(&["a", "a", "a", "b", "c", "b"]);
        assert_eq!(interleave(&groups), [0, 3, 4, 1, 5, 2]);
    }

    fn check(masters: usize, expected: &str) {
        let text = slot_ranges(masters).iter().map(|(a, b)| format!("{a}-{b}")).collect::<Vec<_>>();
        assert_eq!(text.join(" "), expected);
    }

    #[test]
    fn slots_are_cut_where_c_floats_cut_them() {
        check(3, "0-5460 5461-10922 10923-16383");
        check(7, "0-2340 2341-4680 4681-7021 7022-9361 9362-11702 11703-14042 14043-16383");
        check(
            12,
            "0-1364 1365-2730 2731-4095 4096-5460 5461-6826 6827-8191 8192-9556 9557-10922 \
             10923-12287 12288-13652 13653-15018 15019-16383",
        );
    }
}

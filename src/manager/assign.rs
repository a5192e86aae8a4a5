//! The first draft of who replicates whom: for each master the next free nodes of other hosts.
//!
//! In Redis: the second half of `clusterManagerCommandCreate`, before the optimiser.

/// A replica and its master, by their places among the arguments, in the order of assignment.
pub type Pair = (usize, usize);

/// The draft.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    /// `replicas` for each master, as far as the nodes go.
    pub pairs: Vec<Pair>,
    /// One more for each master, of the nodes left over; `None` if none were.
    pub extra: Option<Vec<Pair>>,
}

/// Gives each of `masters` its replicas out of `rest`; `hosts` are those of all nodes.
pub fn assign(hosts: &[&str], masters: &[usize], rest: &[usize], replicas: usize) -> Draft {
    let mut free: Vec<Option<usize>> = rest.iter().copied().map(Some).collect();
    // A rotation that makes it likelier that a master's replica is on the next host.
    if !free.is_empty() {
        free.rotate_left(1);
    }
    let mut pool = Pool { hosts, free, available: rest.len() };
    let pairs = pool.deal(masters, replicas);
    // With more spares than masters the last ones stay masters without slots.
    let extra = (pool.available > 0).then(|| pool.deal(masters, replicas.min(1)));
    Draft { pairs, extra }
}

/// The nodes that replicate nobody yet.
struct Pool<'a> {
    hosts: &'a [&'a str],
    free: Vec<Option<usize>>,
    /// How many are left; taking one by its place also drops those passed over.
    available: usize,
}

impl Pool<'_> {
    fn deal(&mut self, masters: &[usize], each: usize) -> Vec<Pair> {
        let mut pairs = Vec::new();
        for &master in masters {
            for _ in 0..each {
                if self.available == 0 {
                    break;
                }
                let Some(replica) = self.take_for(master) else { break };
                self.available -= 1;
                pairs.push((replica, master));
            }
        }
        pairs
    }
    /// The first free node of another host, else the first free node.
    fn take_for(&mut self, master: usize) -> Option<usize> {
        let elsewhere =
            |node: &Option<usize>| node.is_some_and(|node| self.hosts[node] != self.hosts[master]);
        if let Some(at) = self.free.iter().position(elsewhere) {
            return self.free[at].take();
        }
        let at = self.free.iter().position(Option::is_some)?;
        let node = self.free[at];
        self.free.drain(..=at);
        node
    }
}

#[cfg(test)]
mod tests {
    use super::assign;

    #[test]
    fn on_one_host_the_rotation_shows() {
        let draft = assign(&["h"; 7], &[0, 1, 2], &[3, 4, 5, 6], 1);
        assert_eq!(draft.pairs, [(4, 0), (5, 1), (6, 2)]);
        assert_eq!(draft.extra, Some(vec![(3, 0)]));
    }

    #[test]
    fn replicas_go_to_other_hosts_first() {
        let hosts = ["a", "a", "b", "b", "c", "c"];
        let draft = assign(&hosts, &[0, 2, 4], &[1, 3, 5], 1);
        assert_eq!(draft.pairs, [(3, 0), (5, 2), (1, 4)]);
        assert_eq!(draft.extra, None);
    }

    #[test]
    fn more_spares_than_masters_leave_empty_masters() {
        let draft = assign(&["h"; 23], &[0, 1, 2], &(3..23).collect::<Vec<_>>(), 5);
        assert_eq!(draft.extra.map(|pairs| pairs.len()), Some(3));
    }
}

//! The real `redis-cli --cluster` at work on a real cluster, beside ours on the same one.
//!
//! Both clusters get the same ids, slots, keys and commands. Before each command the order in which the
//! real entry node names the others (a hash table's) is read and given to ours, so that nothing but the
//! dots of a join is put aside: what is printed, in which order slots move, and the exit code.
//! Skipped with a line on standard error where redis-server or redis-cli is missing, except in CI.

#[path = "live/pair.rs"]
mod pair;
#[path = "live/server.rs"]
mod server;
mod support;

use pair::Pair;
use server::{both_are_there, say};
use slotlab::words::{Rng, Seed};

/// What an operator does in a day: nodes by their places, `{0}` an address and `<0>` an id; `#` is a
/// random number of slots. 0 to 2 are masters, 3 to 5 their replicas, 6 and 7 are spare (who has
/// been forgotten cannot come back for a minute).
const A_DAY: &[&str] = &[
    "--cluster check {0}",
    "--cluster info {4}",
    "--cluster call {1} DBSIZE",
    "--cluster reshard {0} --cluster-from <1> --cluster-to <2> --cluster-slots # --cluster-yes",
    "--cluster reshard {3} --cluster-from all --cluster-to <0> --cluster-slots # --cluster-yes",
    "--cluster rebalance {1} --cluster-threshold 0.1 --cluster-pipeline 2",
    "--cluster rebalance {1}",
    "--cluster add-node {6} {0}",
    "--cluster rebalance {0} --cluster-simulate --cluster-use-empty-masters --verbose",
    "--cluster rebalance {0} --cluster-simulate --cluster-weight <0>=0 <1>=2.5",
    "--cluster reshard {6} --cluster-from <0>,<2> --cluster-to <6> --cluster-slots # --cluster-yes",
    "{1} CLUSTER SETSLOT 8000 MIGRATING <0>",
    "{0} CLUSTER SETSLOT 8000 IMPORTING <1>",
    "--cluster check {2}",
    "--cluster reshard {0} --cluster-from <0> --cluster-to <1> --cluster-slots 1 --cluster-yes",
    "--cluster fix {2}",
    "{2} CLUSTER SETSLOT 7 IMPORTING <0>",
    "{6} CLUSTER SETSLOT 7 IMPORTING <0>",
    "--cluster fix {0}",
    "{1} CLUSTER SETSLOT 9000 MIGRATING <2>",
    "--cluster fix {0}",
    "--cluster del-node {0} <6>",
    "--cluster reshard {0} --cluster-from <6> --cluster-to <1> --cluster-slots 100 --cluster-yes",
    "--cluster del-node {0} <6>",
    "--cluster add-node {7} {0} --cluster-slave --cluster-master-id <2>",
    "--cluster del-node {3} <7>",
    "--cluster set-timeout {0} 3000",
    "--cluster check {0}",
];
/// How many slots are moved at once, at most.
const MOST_SLOTS: u64 = 40;
/// Keys in the cluster: enough for several in some slots.
const KEYS: usize = 3000;

#[test]
fn a_day_of_the_real_redis_cli_is_a_day_of_ours() {
    if !both_are_there() {
        return;
    }
    let seed = std::env::var("SLOTLAB_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(7);
    let mut rng = Rng::new(Seed(seed), 0);
    let mut pair = Pair::of_clusters(3, 8, KEYS);
    for line in A_DAY {
        let line = line.replace('#', &(1 + rng.below(MOST_SLOTS)).to_string());
        let outcome = pair.play(&line);
        let said = if outcome.is_ok() { "the same" } else { "different" };
        say(&format!("live: {line}: {said}"));
        outcome.unwrap_or_else(|why| panic!("seed {seed}, {line}: {why}"));
    }
}

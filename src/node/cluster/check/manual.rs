//! An operator moves a shard's master.

use super::Ring;
use crate::shapes::Fact;
use crate::shapes::fact::ManualMode;

fn fail_over(ring: &mut Ring, ix: usize, mode: ManualMode) {
    ring.tell(ix, |node, now, out| node.cluster_failover(now, mode, out));
}

#[test]
fn a_manual_failover_swaps_master_and_replica_at_once() {
    let mut ring = Ring::cluster(3, 3, 21, 5000);
    fail_over(&mut ring, 3, ManualMode::Default);
    let took = ring.run_until(|ring| ring.view(0).is_replica() && ring.view(3).me().is_master());
    assert!(took < 10, "it takes some round trips, not {took} ms");
    assert_eq!(ring.who(|fact| matches!(fact, Fact::ManualPaused { .. })), [0]);
    assert!(!ring.node(0).writes_paused(ring.now), "nobody waits any more");
    assert!(ring.who(|fact| matches!(fact, Fact::StateFail { .. })).is_empty());
}

#[test]
fn a_forced_failover_leaves_the_master_out_of_it() {
    let mut ring = Ring::cluster(3, 3, 22, 5000);
    ring.freeze(0);
    fail_over(&mut ring, 3, ManualMode::Force);
    ring.run_until(|ring| ring.view(3).me().is_master());
    assert!(ring.who(|fact| matches!(fact, Fact::ManualPaused { .. })).is_empty());
}

#[test]
fn a_takeover_needs_nobody() {
    let mut ring = Ring::cluster(3, 3, 23, 2000);
    ring.kill(0);
    ring.kill(1);
    ring.run(4000);
    fail_over(&mut ring, 3, ManualMode::Takeover);
    assert!(ring.view(3).me().is_master());
    fail_over(&mut ring, 4, ManualMode::Takeover);
    let took = ring.run_until(|ring| ring.all(super::Cluster::state_ok));
    assert!((1500..4000).contains(&took), "masters wait after a minority, but not {took} ms");
}

#[test]
fn a_frozen_master_lets_a_manual_failover_time_out() {
    let mut ring = Ring::cluster(3, 3, 24, 15_000);
    ring.freeze(0);
    fail_over(&mut ring, 3, ManualMode::Default);
    ring.run(5200);
    assert_eq!(ring.who(|fact| matches!(fact, Fact::ManualTimedOut)), [3]);
    assert!(ring.view(3).is_replica());
}

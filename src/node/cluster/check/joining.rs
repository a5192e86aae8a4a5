//! Nodes meet, agree on slots and follow one another.

use super::Ring;
use crate::shapes::Fact;
use crate::shapes::message::{Flags, Kind};

#[test]
fn six_nodes_that_met_through_one_know_each_other_by_name() {
    let mut ring = Ring::new(6, 1, 5000);
    for ix in 1..6 {
        ring.meet(ix, 0);
    }
    let took = ring.run_until(|ring| {
        ring.all(|view| view.known() == 6 && view.peers().all(|(_, peer)| !peer.in_handshake()))
    });
    assert!(took < 4000, "gossip spreads names within some seconds, not {took} ms");
    assert!(ring.all(|view| view.me().ip().is_some()), "everybody has learnt its own address");
    assert_eq!(ring.view(0).counters().received(Kind::Meet), 5);
}

#[test]
fn a_cluster_of_three_masters_and_three_replicas_agrees() {
    let ring = Ring::cluster(3, 3, 2, 5000);
    let first = ring.view(0).topology();
    for ix in 0..6 {
        let view = ring.view(ix);
        assert_eq!((view.known(), view.size(), view.assigned()), (6, 3, 16384));
        for line in view.topology().nodes {
            let told = first.node(line.id).expect("it is the same cluster");
            assert_eq!((&line.slots, line.master), (&told.slots, told.master));
        }
    }
    assert!(ring.view(3).is_replica());
    assert_eq!(ring.view(3).my_master(), Some(ring.id(0)));
}

#[test]
fn a_handshake_without_answer_is_given_up() {
    let mut ring = Ring::new(2, 3, 2000);
    ring.kill(1);
    ring.meet(0, 1);
    ring.run(1500);
    assert_eq!(ring.view(0).known(), 2);
    ring.run(1000);
    assert_eq!(ring.view(0).known(), 1);
    assert_eq!(ring.who(|fact| matches!(fact, Fact::HandshakeExpired { .. })), [0]);
}

#[test]
fn two_fresh_masters_with_one_epoch_are_told_apart() {
    let mut ring = Ring::new(2, 4, 2000);
    ring.meet(0, 1);
    ring.run(3000);
    let epochs = [0, 1].map(|ix| ring.view(ix).me().config_epoch());
    assert_ne!(epochs[0], epochs[1]);
    let smaller = usize::from(ring.id(1) < ring.id(0));
    assert_eq!(ring.who(|fact| matches!(fact, Fact::EpochCollision { .. })), [smaller]);
}

#[test]
fn a_forgotten_node_stays_forgotten_for_a_minute() {
    let mut ring = Ring::cluster(3, 0, 5, 2000);
    let gone = ring.id(2);
    let place = ring.place(0, gone);
    ring.tell(0, |node, now, out| node.cluster_forget(now, place, out));
    ring.run(55_000);
    assert_eq!(ring.view(0).known(), 2);
    ring.run(10_000);
    let back = ring.view(0).peer(ring.place(0, gone));
    assert!(back.flags().has(Flags::MASTER) && !back.slots().is_empty());
}

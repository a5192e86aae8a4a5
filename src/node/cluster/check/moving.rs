//! Slots move by command, and replicas move to masters that have none.

use super::Ring;
use crate::shapes::{Epoch, Fact};
use crate::words::Slot;

#[test]
fn who_finishes_an_import_takes_a_new_epoch_and_all_believe_it() {
    let mut ring = Ring::cluster(3, 3, 31, 2000);
    let slot = Slot::new(100).expect("it exists");
    let (from, to) = (ring.id(0), ring.id(1));
    let (at_source, at_target) = (ring.place(0, to), ring.place(1, from));
    let itself = ring.place(1, to);
    ring.tell(1, |node, _, _| node.cluster_set_importing(slot, at_target));
    ring.tell(0, |node, _, _| node.cluster_set_migrating(slot, at_source));
    ring.tell(1, |node, now, out| node.cluster_set_slot_owner(now, slot, itself, out));
    ring.run(1);
    assert_eq!(ring.view(1).me().config_epoch(), Epoch(7));
    assert!(ring.all(|view| view.owner(slot).is_some_and(|ix| view.peer(ix).id() == to)));
    ring.run(5000);
    assert_eq!(ring.view(0).me().slots().len(), 5461);
}

#[test]
fn a_replica_to_spare_goes_to_an_orphaned_master() {
    let mut ring = Ring::cluster(3, 4, 32, 2000);
    let orphan = ring.id(1);
    ring.kill(4);
    let movers = |ring: &Ring| ring.who(|fact| matches!(fact, Fact::Migrating { .. }));
    let took = ring.run_until(|ring| !movers(ring).is_empty());
    assert!((7000..9500).contains(&took), "real replicas leave after 7.4 to 8.3 s, not {took} ms");
    let [mover] = movers(&ring)[..] else { panic!("one goes") };
    assert_eq!(ring.view(mover).my_master(), Some(orphan));
}

#[test]
fn a_master_without_slots_left_follows_the_taker() {
    let mut ring = Ring::cluster(3, 3, 33, 2000);
    let taker = ring.id(1);
    let slots: Vec<Slot> = ring.view(0).me().slots().iter().collect();
    let (itself, at_source) = (ring.place(1, taker), ring.place(0, taker));
    let source = ring.place(1, ring.id(0));
    for slot in slots {
        ring.tell(1, |node, now, out| {
            node.cluster_set_importing(slot, source);
            node.cluster_set_slot_owner(now, slot, itself, out);
        });
        ring.tell(0, |node, now, out| {
            if node.cluster().me().is_master() {
                node.cluster_set_slot_owner(now, slot, at_source, out);
            }
        });
    }
    ring.run(5000);
    assert_eq!(ring.view(0).my_master(), Some(taker));
    assert_eq!(ring.view(3).my_master(), Some(taker), "and so does its replica");
}

//! `nodes.conf` outlives the process.

use super::Ring;
use crate::shapes::Epoch;

#[test]
fn a_restarted_node_knows_what_it_knew() {
    let mut ring = Ring::cluster(3, 3, 41, 15_000);
    let before = ring.view(4).topology();
    ring.kill(4);
    ring.start(4, 7);
    let after = ring.view(4).topology();
    assert_eq!(after.nodes.len(), 6);
    for line in &before.nodes {
        let told = after.node(line.id).expect("it is in the file");
        assert_eq!(
            (&line.slots, &line.address, line.master),
            (&told.slots, &told.address, told.master)
        );
        assert_eq!((line.flags, line.config_epoch), (told.flags, told.config_epoch));
    }
    assert_eq!(ring.view(4).current_epoch(), Epoch(6));
    assert!(!ring.view(4).state_ok(), "it has to hear from the others first");
    ring.run(2000);
    assert!(ring.view(4).state_ok());
}

#[test]
fn a_first_file_does_not_know_its_ports() {
    let ring = Ring::new(1, 42, 2000);
    let text = ring.node(0).disk().nodes_conf.expect("it is saved at once");
    let id = ring.id(0);
    let line = format!("{id} :0@0 myself,master - 0 0 0 connected\n");
    assert_eq!(*text, *format!("{line}vars currentEpoch 0 lastVoteEpoch 0\n"));
}

#[test]
fn a_master_that_restarts_serves_after_two_seconds() {
    let mut ring = Ring::cluster(3, 0, 43, 5000);
    ring.kill(0);
    ring.start(0, 8);
    let took = ring.run_until(|ring| ring.view(0).state_ok());
    assert!((2000..2300).contains(&took), "{took} ms");
}

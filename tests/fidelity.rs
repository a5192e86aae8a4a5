//! The world keeps within its distance of real servers: the reports' bounds, on fewer seeds.
//!
//! `cargo xtask fidelity` writes the whole reports; here they are only held to what they promise.
#![expect(dead_code, reason = "writing reports is the example's part")]

#[path = "../examples/fidelity/bus.rs"]
mod bus;
#[path = "../examples/fidelity/causes.rs"]
mod causes;
#[path = "../examples/fidelity/failover.rs"]
mod failover;
#[path = "../examples/fidelity/lab.rs"]
mod lab;
#[path = "../examples/fidelity/measures.rs"]
mod measures;
#[path = "../examples/fidelity/numbers.rs"]
mod numbers;
#[path = "../examples/fidelity/recorded.rs"]
mod recorded;
#[path = "../examples/fidelity/stories.rs"]
mod stories;

#[test]
fn steady_clusters_send_as_much_as_real_ones() {
    for (scenario, seconds) in bus::STEADY {
        let (real, ours) = (bus::real(scenario), bus::ours(scenario, seconds / 2, 2));
        for (what, real, ours) in [
            ("pings", real.pings, ours.pings),
            ("pongs", real.pongs, ours.pongs),
            ("gossip entries", real.entries, ours.entries),
        ] {
            let ratio = ours / real;
            assert!((0.95..=1.05).contains(&ratio), "{scenario}: {what} {ours:.2}, real {real:.2}");
        }
    }
}

/// Who notices first is luck, and one order hangs on it; but each must occur, most of them always.
#[test]
fn things_happen_on_the_bus_in_the_real_order() {
    let mut usual = 0;
    for scenario in causes::EVENTS {
        let real = causes::real(scenario);
        let runs = (0..10).map(|seed| causes::ours(scenario, seed));
        let same = runs.filter(|ours| causes::same_order(&real, ours)).count();
        assert!(1 <= same, "{scenario}: never the order of {real:?}");
        usual += usize::from(8 <= same);
    }
    assert!(
        9 <= usual,
        "only {usual} of {} scenarios usually go as they really do",
        causes::EVENTS.len()
    );
}

#[test]
fn failures_end_as_they_really_did() {
    let all = recorded::failovers();
    for (name, script) in stories::STORIES {
        let experiment = all.iter().find(|e| e["experiment"] == *name).expect("it was recorded");
        let (ours, _) = stories::play(experiment, script, 1);
        assert!(stories::may_be(experiment, &ours), "{name}: {ours:?}");
    }
}

#[test]
fn a_failover_takes_as_long_as_a_real_one() {
    const TOLD: [&str; 6] = [
        "pfail_first",
        "fail_quorum",
        "election_started",
        "won",
        "state_ok_first_after_fail",
        "promotion_seen_by_all",
    ];
    let all = recorded::failovers();
    for (name, script) in &stories::STORIES[..5] {
        let experiment = all.iter().find(|e| e["experiment"] == *name).expect("it was recorded");
        let rows = failover::compare(experiment, script, 60).rows;
        for row in rows.iter().filter(|row| TOLD.contains(&row.quantity)) {
            let ratio = row.ratio();
            assert!(
                (0.85..=1.15).contains(&ratio),
                "{name}: {} is {ratio:.2} times the real one",
                row.quantity
            );
        }
    }
}

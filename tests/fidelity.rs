//! The world keeps within its distance of real servers: the reports' bounds, on fewer seeds.
//!
//! `cargo xtask fidelity` writes the whole reports; here they are only held to what they promise.
#![expect(dead_code, reason = "writing reports is the example's part")]

#[path = "../examples/fidelity/bus.rs"]
mod bus;
#[path = "../examples/fidelity/causes.rs"]
mod causes;
#[path = "../examples/fidelity/exact.rs"]
mod exact;
#[path = "../examples/fidelity/failover.rs"]
mod failover;
#[path = "../examples/fidelity/lab.rs"]
mod lab;
#[path = "../examples/fidelity/logs.rs"]
mod logs;
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
    for (scenario, seeds) in bus::STEADY.into_iter().zip([12, 12, 4]) {
        let (real, ours) = (bus::real(scenario), bus::ours(scenario, seeds));
        for (what, pick) in bus::RATES {
            let (real, ours) = (pick(&real), bus::mean(&ours, pick));
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

/// Plays some experiments and looks at some of their rows.
fn look(names: &[&str], quantities: &[&str], seeds: u64, check: impl Fn(&str, &failover::Row)) {
    let (all, runs) = (recorded::failovers(), recorded::runs());
    for (name, script) in stories::STORIES.iter().filter(|(name, _)| names.contains(&&name[..3])) {
        let experiment = all.iter().find(|e| e["experiment"] == *name).expect("it was recorded");
        let rows = failover::compare(experiment, &runs, script, seeds).rows;
        let told = rows.iter().filter(|row| quantities.contains(&row.quantity));
        assert!(told.map(|row| check(name, row)).count() != 0, "{name} has none of {quantities:?}");
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
    look(&["f01", "f02", "f03", "f04", "f05"], &TOLD, 60, |name, row| {
        let ratio = row.ratio.unwrap_or(f64::NAN);
        let quantity = row.quantity;
        assert!(
            (0.85..=1.15).contains(&ratio),
            "{name}: {quantity} is {ratio:.2} times the real one"
        );
    });
}

/// Where enough runs were made and not all came out alike: who wins, whether a thawed master denies its
/// vote, whether a candidate notes that it still waits.
#[test]
fn outcomes_are_as_frequent_as_in_real_runs() {
    const TOLD: [&str; 6] = [
        "winner",
        "keys_of_A_at_end",
        "votes_granted_count",
        "votes_denied_count",
        "cant_failover_count",
        "elections_started_count",
    ];
    look(&["f05", "f07", "f08", "f09", "f19", "f20", "f38"], &TOLD, 60, |name, row| {
        let failover::Row { quantity, real, ours, p, .. } = row;
        assert!(0.01 <= *p, "{name}: {quantity} is {ours}, really {real}; p = {p}");
    });
}

#[test]
fn servers_log_what_real_ones_logged() {
    let differences = logs::differences(&recorded::logs(), |_| {});
    let known = recorded::log_differences();
    let explains = |(what, _): &(String, String), said: &String| said.contains(what.as_str());
    let unknown: Vec<&String> =
        differences.iter().filter(|said| !known.iter().any(|row| explains(row, said))).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
    let sure = known.iter().filter(|(_, why)| !why.starts_with("by luck"));
    let over: Vec<&(String, String)> =
        sure.filter(|row| !differences.iter().any(|said| explains(row, said))).collect();
    assert!(over.is_empty(), "these do not differ any more: {over:#?}");
}

//! What holds whatever happens: random faults from a seed, and rules that no run may break.
//!
//! A run that breaks one prints itself as directives, which paste as a transcript.
//! `PROPERTY_SEEDS=100000` looks further than the usual thousand; `PROPERTY_FIND="asks for votes"` finds
//! a run in which a line of the log has these words.

mod properties {
    pub(crate) mod chaos;
    pub(crate) mod rules;
    pub(crate) mod travel;
    pub(crate) mod workload;
}

use properties::workload::Blows;
use properties::{chaos, travel, workload};
use std::env;

fn seeds(usual: u64) -> u64 {
    env::var("PROPERTY_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn no_fault_breaks_the_rules_and_whatever_heals_converges() {
    let threads = std::thread::available_parallelism().map_or(2, usize::from) as u64;
    let broken: Vec<String> = std::thread::scope(|scope| {
        let share =
            |n: u64| move || (n..seeds(1200)).step_by(threads as usize).find_map(chaos::run);
        let workers: Vec<_> = (0..threads).map(|n| scope.spawn(share(n))).collect();
        workers.into_iter().filter_map(|w| w.join().expect("no run panics")).collect()
    });
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn wherever_the_cursor_wanders_a_moment_looks_as_if_reached_directly() {
    for seed in 0..seeds(40).min(400) {
        travel::run(seed);
    }
}

#[test]
fn no_acknowledged_write_is_lost_by_manual_failovers_or_by_reshards() {
    let broken: Vec<String> =
        (0..seeds(60)).filter_map(|n| workload::run(n, Blows::Orders)).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn no_acknowledged_write_is_lost_by_kills_that_replicas_were_ready_for() {
    let broken: Vec<String> =
        (0..seeds(60)).filter_map(|n| workload::run(n, Blows::Kills)).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

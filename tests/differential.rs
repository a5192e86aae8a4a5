//! Random clients of a real cluster and of ours: the answers are the same, byte for byte.
//!
//! Three masters and a replica with the same ids, two connections to each; open slots, transactions,
//! redirections and wrong words in any order. `SLOTLAB_COMMANDS=100000 SLOTLAB_SEED=1 cargo test --test
//! differential` plays more. A difference is shrunk and told as a transcript; with `SLOTLAB_ALL=1` all are
//! told as they are, and what follows may follow from them; `SLOTLAB_SKIP=41000` leaves so many out.
//! Skipped with a line on standard error where redis-server is missing, except in CI.

#[path = "differential/clients.rs"]
mod clients;
#[path = "differential/every.rs"]
mod every;
#[path = "differential/fields.rs"]
mod fields;
#[path = "differential/grammar.rs"]
mod grammar;
#[path = "differential/luck.rs"]
mod luck;
#[path = "differential/mask.rs"]
mod mask;
#[path = "differential/moments.rs"]
mod moments;
#[path = "differential/order.rs"]
mod order;
#[path = "differential/ours.rs"]
mod ours;
#[path = "differential/owed.rs"]
mod owed;
#[path = "differential/pair.rs"]
mod pair;
#[path = "differential/patterns.rs"]
mod patterns;
#[path = "differential/real.rs"]
mod real;
#[path = "differential/said.rs"]
mod said;
#[path = "differential/shrink.rs"]
mod shrink;
#[path = "differential/socket.rs"]
mod socket;
#[path = "live/talk.rs"]
#[allow(dead_code, reason = "another test uses the rest")]
mod talk;
#[path = "differential/traffic.rs"]
mod traffic;
#[path = "differential/value.rs"]
mod value;

use grammar::Places;
use pair::Pair;
use slotlab::words::{Rng, Seed};

/// How many commands unless somebody says otherwise.
const COMMANDS: u64 = 5000;
/// A sequence starts anew after so many, so that what fails is short to begin with.
const SEQUENCE: u64 = 1000;

/// A busy machine may hold up a real server at any moment: one in so many commands may be answered
/// otherwise, as long as it is not when the same sequence is played again.
const RARELY: u64 = 2500;

#[test]
fn random_clients_of_a_cluster_get_the_answers_of_a_real_one() {
    let Some(mut pair) = Pair::start() else {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "CI must have redis-server");
        eprintln!("differential: skipped, redis-server is not on the PATH");
        return;
    };
    let (seed, commands) = (number("SLOTLAB_SEED", 7), number("SLOTLAB_COMMANDS", COMMANDS));
    let mut rng = Rng::new(Seed(seed), 0);
    let everything = std::env::var("SLOTLAB_ALL").is_ok();
    let skipped = number("SLOTLAB_SKIP", 0);
    let (mut played, mut different, mut once) = (0, 0, 0);
    while played < commands {
        let length = SEQUENCE.min(commands - played);
        let places = Places { ids: &pair.ids, first_port: pair.first_port, node: 0 };
        let ops = grammar::ops(&mut rng, places, length as usize);
        if played < skipped {
            played += length;
            continue;
        }
        if everything {
            different += pair.tell_all(&ops, played);
        } else if let Some(first) = pair.play(&ops) {
            let Some((ops, difference)) = shrink::shrink(&mut pair, ops) else {
                eprintln!("differential: this did not differ again: {first:#?}");
                once += 1;
                played += length;
                continue;
            };
            let told = shrink::transcript(&pair, &ops, &difference);
            panic!("seed {seed}, after {played} commands or more:\n\n{told}");
        }
        played += length;
    }
    assert_eq!(different, 0, "seed {seed}");
    assert!(once <= played / RARELY, "seed {seed}: {once} sequences differed once");
    let paid = pair.owed.paid();
    assert!(paid.is_empty(), "these answers are the same by now; take their rows out: {paid:?}");
    eprintln!("differential: {played} commands, seed {seed}: the same");
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

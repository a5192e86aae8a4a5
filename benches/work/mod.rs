//! The work that is measured, and how its figure reads.

mod page;

use crate::{memory_mib, seconds};
use slotlab::shapes::Config;
use slotlab::sim::{Action, World};
use slotlab::timeline::Timeline;
use slotlab::words::{Millis, Rng, Seed, Slot, Time};
use std::hint::black_box;

/// A name, and the work that gives its figure.
pub(crate) type Work = (&'static str, fn() -> String);

pub(crate) const ALL: &[Work] = &[
    ("slot of a 16-byte key", hashing),
    ("6 nodes, node timeout 2 s", || steady(3, 3, 2000, 300, 5)),
    ("6 nodes, node timeout 15 s", || steady(3, 3, 15_000, 600, 5)),
    ("100 nodes, node timeout 2 s", || steady(50, 50, 2000, 10, 3)),
    ("1000 nodes, node timeout 15 s", || steady(500, 500, 15_000, 5, 1)),
    ("a kill to its full outcome, 6 nodes, node timeout 2 s", kill),
    ("random seek in 10 minutes of 6 nodes", seek),
    ("a refresh of the page after an hour of 6 nodes", page::refresh),
];

const START: Time = Time::from_unix_s(1_726_896_968);

fn config(node_timeout: u64) -> Config {
    Config {
        cluster_enabled: true,
        cluster_node_timeout: Millis(node_timeout),
        ..Config::default()
    }
}

/// The best of `runs`, in seconds.
fn best(runs: usize, mut work: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..runs {
        let start = seconds();
        work();
        best = best.min(seconds() - start);
    }
    best
}

fn hashing() -> String {
    const KEYS: usize = 1 << 12;
    const ROUNDS: usize = 500;
    let mut rng = Rng::new(Seed(1), 0);
    let letter = |rng: &mut Rng| b'a' + rng.below(26) as u8;
    let keys: Vec<[u8; 16]> =
        (0..KEYS).map(|_| std::array::from_fn(|_| letter(&mut rng))).collect();
    let per_key = |work: &dyn Fn(&[u8; 16]) -> u16| {
        let took = best(5, || {
            for _ in 0..ROUNDS {
                for key in &keys {
                    black_box(work(black_box(key)));
                }
            }
        });
        took * 1e9 / (KEYS * ROUNDS) as f64
    };
    let ours = per_key(&|key| Slot::of(key).number());
    let bare = per_key(&|key| crc16::State::<crc16::XMODEM>::calculate(key) % Slot::COUNT);
    format!("{ours:.1} ns (the bare crc16 crate: {bare:.1} ns)")
}

/// A cluster that is settled.
fn settled(masters: u16, replicas: u16, node_timeout: u64) -> World {
    let mut world = World::ready(START, masters, replicas, &config(node_timeout), Seed(7));
    world.run_until(START + Millis(12_000 + node_timeout), &mut ());
    assert!(world.nodes().all(|(_, node)| node.cluster().state_ok()), "it is settled");
    world
}

fn steady(masters: u16, replicas: u16, node_timeout: u64, span_s: u64, runs: usize) -> String {
    let before = memory_mib();
    let start = seconds();
    let world = settled(masters, replicas, node_timeout);
    let opening = seconds() - start;
    let after = memory_mib();
    let mut packets = 0;
    let took = best(runs, || {
        let mut world = world.clone();
        let sent = world.packets_sent();
        world.run_until(world.now() + Millis::from_s(span_s), &mut ());
        packets = world.packets_sent() - sent;
    });
    let speed = span_s as f64 / took;
    let rate = packets / span_s;
    let memory = match (before, after) {
        (Some(before), Some(after)) => format!(", {:.0} MiB", after - before),
        _ => String::new(),
    };
    let digits = usize::from(speed < 100.0);
    format!(
        "{speed:.digits$} simulated seconds a second ({rate} packets a simulated second{memory}; all connected in {opening:.2} s)"
    )
}

fn kill() -> String {
    let world = settled(3, 3, 2000);
    let victim = world.find("7001").expect("it is there");
    let mut outcome = Millis(0);
    let took = best(10, || {
        let mut world = world.clone();
        let start = world.now();
        world.apply(&Action::Kill(victim), &mut ()).expect("it runs");
        let whole = |world: &World| {
            let mut nodes = world.nodes().map(|(_, node)| node.cluster());
            nodes.all(|cluster| cluster.state_ok() && cluster.current_epoch().0 > 3)
        };
        while !whole(&world) {
            world.run_until(world.now() + Millis(10), &mut ());
        }
        outcome = world.now().since(start);
    });
    format!("{:.2} ms for {outcome} of simulated time", took * 1e3)
}

fn seek() -> String {
    const SEEKS: u64 = 200;
    let mut timeline = Timeline::new(World::ready(START, 3, 3, &config(2000), Seed(7)));
    timeline.seek(START + Millis::from_s(600));
    let mut rng = Rng::new(Seed(3), 0);
    let mut worst: f64 = 0.0;
    let whole = seconds();
    for _ in 0..SEEKS {
        let to = START.plus_micros(rng.below(600_000_000));
        let start = seconds();
        timeline.seek(to);
        worst = worst.max(seconds() - start);
    }
    let mean = (seconds() - whole) * 1e3 / SEEKS as f64;
    let (snapshots, _) = timeline.snapshots();
    format!("{mean:.2} ms on average, {:.1} ms at worst ({snapshots} snapshots)", worst * 1e3)
}

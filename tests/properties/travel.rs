//! Time travel is exact.

use slotlab::script::fingerprint;
use slotlab::shapes::{Config, ContainerIx};
use slotlab::sim::{Action, ContainerState, Place, World};
use slotlab::timeline::Timeline;
use slotlab::words::{Millis, Rng, Seed, Time};

const START: Time = Time::from_unix_s(1_726_896_960);

fn origin(seed: u64) -> World {
    let mut config = Config { cluster_enabled: true, ..Config::default() };
    config.cluster_node_timeout = Millis(1000);
    World::ready(START, 3, 2, &config, Seed(seed))
}

/// The moment `to`, reached without looking left or right.
fn direct(actions: &[(Time, Action)], to: Time, seed: u64) -> u64 {
    let mut world = origin(seed);
    let mut log = Vec::new();
    for (at, action) in actions {
        world.run_until(*at, &mut log);
        world.apply(action, &mut log).expect("it was possible");
    }
    world.run_until(to, &mut log);
    fingerprint(&world, &log)
}

/// Wanders about, acts now and then, and compares every moment.
pub(crate) fn run(seed: u64) {
    let mut luck = Rng::new(Seed(seed), 99);
    let mut timeline = Timeline::new(origin(seed));
    for _ in 0..25 {
        let to = START.plus_micros(luck.below(12_000_000));
        match luck.below(8) {
            0 => drop(timeline.next_event(|_| true)),
            1 => drop(timeline.previous_event(|_| true)),
            2 => {
                let lanes = timeline.lanes().count() as u64;
                timeline.switch(slotlab::timeline::LaneId(luck.below(lanes) as usize));
            }
            3 | 4 => act(&mut timeline, &mut luck),
            _ => timeline.seek(to),
        }
        let here = fingerprint(timeline.world(), timeline.log());
        let straight = direct(timeline.actions_played(), timeline.now(), seed);
        assert_eq!(here, straight, "seed {seed} at {:?}", timeline.now());
    }
}

fn act(timeline: &mut Timeline, luck: &mut Rng) {
    let ix = ContainerIx(luck.below(5) as u16);
    let key = format!("key:{}", luck.below(9));
    let action = match (luck.below(3), timeline.world().state(ix)) {
        (0, ContainerState::Running) => Action::Kill(ix),
        (1, ContainerState::Running) => Action::Pause(ix),
        (_, ContainerState::Paused) => Action::Resume(ix),
        (_, ContainerState::Exited(_)) => Action::Start(ix),
        _ => {
            let argv = ["-p", "7001", "-c", "SET", &key, "x"].map(str::to_owned).into();
            Action::RunJob { at: Place::Host, argv, stdin: None }
        }
    };
    timeline.act(action).expect("it is possible");
}

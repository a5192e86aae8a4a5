//! Random commands for a real redis-server and for ours: the answers are the same.
//!
//! One node with all slots, keys of one slot, one connection. Answers in the order of a hash table are
//! compared sorted. `SLOTLAB_COMMANDS=20000 SLOTLAB_SEED=1` plays more, and others.
//! Skipped with a line on standard error where redis-server is missing, except in CI.

#[path = "live/real.rs"]
mod real;
#[path = "live/talk.rs"]
mod talk;
#[path = "live/wire.rs"]
mod wire;

use real::Real;
use slotlab::shapes::config::Config;
use slotlab::shapes::spec::{ContainerIx, Spec};
use slotlab::sim::{ClientId, World};
use slotlab::words::{Argv, Millis, Rng, Seed, Time};
use std::net::Ipv4Addr;

const COMMANDS: usize = 6000;
/// How many differences are shown.
const SHOWN: usize = 40;

/// Our node, and a connection to it.
struct Ours {
    world: World,
    client: ClientId,
}

impl Ours {
    fn start() -> Ours {
        let config = Config { cluster_enabled: true, save: Vec::new(), ..Config::default() };
        let start = Time::from_unix_s(1_700_000_000);
        let spec = Spec::loopback(start, &config, &[(Ipv4Addr::LOCALHOST, 7000)]);
        let mut world = World::new(&spec, Seed(3));
        world.run_until(start + Millis(100), &mut ());
        let client = world.open(ContainerIx(0));
        world.call(client, "CLUSTER ADDSLOTSRANGE 0 16383");
        let serving = world.now() + Millis(4000);
        world.run_until(serving, &mut ());
        Ours { world, client }
    }
    fn ask(&mut self, argv: &Argv) -> Vec<u8> {
        self.world.send(self.client, argv.clone());
        let deadline = self.world.now() + Millis(5000);
        loop {
            if let Some((reply, protocol)) = self.world.receive_reply(self.client) {
                return reply.encode(protocol);
            }
            if !self.world.step_event(deadline, &mut ()) {
                return Vec::new();
            }
        }
    }
}

fn start_real() -> Option<Real> {
    let real = Real::start();
    if real.is_none() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "CI must have redis-server");
        eprintln!("live_commands: skipped, redis-server is not on the PATH");
    }
    real
}

#[test]
fn every_command_has_the_arity_flags_and_keys_of_a_real_server() {
    let Some(mut theirs) = start_real() else { return };
    let mut ours = Ours::start();
    let mut different = Vec::new();
    let families = slotlab::node::commands::COMMANDS.iter().flat_map(|family| family.iter());
    for command in families.flat_map(|row| std::iter::once(row).chain(row.subcommands)) {
        let argv = Argv::from(format!("COMMAND INFO {}", command.name).as_str());
        let (real, simulated) = (talk::row(&theirs.ask(&argv)), talk::row(&ours.ask(&argv)));
        if real != simulated {
            different.push(format!("{}\n    real {real:?}\n    ours {simulated:?}", command.name));
        }
    }
    assert!(different.is_empty(), "{} rows differ:\n{}", different.len(), different.join("\n"));
}

#[test]
fn every_help_is_that_of_a_real_server() {
    let Some(mut theirs) = start_real() else { return };
    let mut ours = Ours::start();
    let families = slotlab::node::commands::COMMANDS.iter().flat_map(|family| family.iter());
    for command in families.filter(|row| !row.subcommands.is_empty()) {
        for line in ["HELP", "HELP me", "NOSUCH", ""] {
            let argv = Argv::from(format!("{} {line}", command.name).as_str());
            let (real, simulated) = (theirs.ask(&argv), ours.ask(&argv));
            let (real, simulated) =
                (talk::canonical(&argv, &real), talk::canonical(&argv, &simulated));
            assert!(command.name == "command" && line.is_empty() || real == simulated, "{argv:?}");
        }
    }
}

#[test]
fn random_commands_get_the_answers_of_a_real_server() {
    compare_answers(&Argv::from("HELLO 2"));
}

#[test]
fn random_commands_get_the_answers_of_a_real_server_in_resp3() {
    compare_answers(&Argv::from("HELLO 3"));
}

#[test]
fn random_commands_on_streams_get_the_answers_of_a_real_server() {
    let Some(mut theirs) = start_real() else { return };
    let mut rng = Rng::new(Seed(seed()), 0);
    let mut ours = Ours::start();
    for nth in 0..commands() {
        let argv = talk::stream_command(&mut rng);
        let told = || argv.iter().map(|w| w.escape_ascii().to_string()).collect::<Vec<_>>();
        let (real, simulated) = (theirs.ask(&argv), ours.ask(&argv));
        let same = talk::canonical(&argv, &real) == talk::canonical(&argv, &simulated);
        let (real, simulated) = (real.escape_ascii(), simulated.escape_ascii());
        assert!(same, "seed {}, {nth}: {:?}\n real {real}\n ours {simulated}", seed(), told());
        if nth % 20 == 0 {
            check_payload(&mut theirs, &mut ours);
        }
    }
}

/// What one of them dumps, the other reads and dumps again byte for byte: groups with all moments too.
fn check_payload(theirs: &mut Real, ours: &mut Ours) {
    let key = "{t}stream";
    let dump = Argv::new(["DUMP", key]);
    let (real, simulated) = (payload(theirs.ask(&dump)), payload(ours.ask(&dump)));
    let (Some(real), Some(simulated)) = (real, simulated) else { return };
    let restore = |payload: &[u8]| {
        let words: [&[u8]; 5] = [b"RESTORE", b"{t}again", b"0", payload, b"REPLACE"];
        Argv::new(words.map(bytes::Bytes::copy_from_slice))
    };
    let again = Argv::new(["DUMP", "{t}again"]);
    assert_eq!(ours.ask(&restore(&real)), b"+OK\r\n");
    assert_eq!(
        payload(ours.ask(&again)).map(|p| p.escape_ascii().to_string()),
        Some(real.escape_ascii().to_string())
    );
    assert_eq!(theirs.ask(&restore(&simulated)), b"+OK\r\n");
    assert_eq!(
        payload(theirs.ask(&again)).map(|p| p.escape_ascii().to_string()),
        Some(simulated.escape_ascii().to_string())
    );
    let delete = Argv::new(["DEL", "{t}again"]);
    assert_eq!(theirs.ask(&delete), ours.ask(&delete));
}

/// The bytes of a bulk string.
fn payload(reply: Vec<u8>) -> Option<Vec<u8>> {
    let begin = reply.windows(2).position(|end| end == b"\r\n")? + 2;
    reply.get(begin..reply.len() - 2).map(<[u8]>::to_vec)
}

fn seed() -> u64 {
    number("SLOTLAB_SEED").unwrap_or(7)
}

fn commands() -> usize {
    number("SLOTLAB_COMMANDS").map_or(COMMANDS, |commands| commands as usize)
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

fn compare_answers(hello: &Argv) {
    let Some(mut theirs) = start_real() else { return };
    let seed = seed();
    let mut rng = Rng::new(Seed(seed), 0);
    let mut ours = Ours::start();
    assert_eq!(theirs.ask(hello).first(), ours.ask(hello).first());
    let mut different = Vec::new();
    for _ in 0..commands() {
        let argv = talk::command(&mut rng);
        let (real, simulated) = (theirs.ask(&argv), ours.ask(&argv));
        if talk::canonical(&argv, &real) != talk::canonical(&argv, &simulated) {
            let words: Vec<String> = argv.iter().map(|w| w.escape_ascii().to_string()).collect();
            let (real, simulated) = (real.escape_ascii(), simulated.escape_ascii());
            different.push(format!("{words:?}\n    real {real}\n    ours {simulated}"));
        }
    }
    let shown = &different[..different.len().min(SHOWN)];
    assert!(
        different.is_empty(),
        "seed {seed}: {} of {} differ:\n{}",
        different.len(),
        commands(),
        shown.join("\n")
    );
}

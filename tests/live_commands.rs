//! Random commands for a real redis-server and for ours: the answers are the same.
//!
//! One node with all slots, keys of one slot, one connection. Answers in the order of a hash table are
//! compared sorted. `SLOTLAB_COMMANDS=20000 SLOTLAB_SEED=1` plays more, and others.
//! Skipped with a line on standard error where redis-server is missing, except in CI.

#[path = "live/facts.rs"]
mod facts;
#[path = "live/real.rs"]
mod real;
#[path = "live/talk.rs"]
mod talk;
#[path = "live/value.rs"]
mod value;
#[path = "live/wire.rs"]
mod wire;

use real::Real;
use slotlab::shapes::config::Config;
use slotlab::shapes::spec::{ContainerIx, Spec};
use slotlab::sim::{ClientId, World};
use slotlab::words::{Argv, Millis, Rng, Seed, Time};
use std::net::Ipv4Addr;
use value::Value;

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
fn the_facts_about_commands_are_those_of_a_real_server() {
    const FILE: &str = "src/node/commands/facts.txt";
    let Some(mut theirs) = start_real() else { return };
    let recorded = facts::recorded(&mut theirs);
    if std::env::var_os("REWRITE").is_some() {
        std::fs::write(FILE, &recorded).expect("it can be written");
    }
    let kept = std::fs::read_to_string(FILE).expect("it is in the repository");
    assert!(kept == recorded, "{FILE} differs; REWRITE=1 records it, git diff shows it");
}

/// Whether a real server's answer is ours, whatever the order of commands in a hash table.
fn same_but_for_order(theirs: &[u8], ours: &[u8]) -> bool {
    fn sorted(value: Value) -> Value {
        match value {
            Value::Text(..) => value,
            Value::List(mark, items) => {
                let mut items: Vec<Value> = items.into_iter().map(sorted).collect();
                let are_commands = items.iter().all(|item| matches!(item, Value::List(..)));
                if are_commands || mark == '~' {
                    items.sort();
                }
                Value::List(mark, items)
            }
            Value::Map(mut pairs) => {
                pairs.iter_mut().for_each(|(_, value)| *value = sorted(value.clone()));
                if pairs.iter().all(|(key, _)| key.text().contains('|')) {
                    pairs.sort();
                }
                Value::Map(pairs)
            }
        }
    }
    theirs == ours || sorted(Value::read(theirs)) == sorted(Value::read(ours))
}

#[test]
fn every_command_is_described_and_documented_as_by_a_real_server() {
    let Some(mut theirs) = start_real() else { return };
    let mut ours = Ours::start();
    let families = slotlab::node::commands::COMMANDS.iter().flat_map(|family| family.iter());
    let rows: Vec<_> =
        families.flat_map(|row| std::iter::once(row).chain(row.subcommands)).collect();
    let mut different = Vec::new();
    for protocol in ["HELLO 2", "HELLO 3"] {
        theirs.ask(&Argv::from(protocol));
        ours.ask(&Argv::from(protocol));
        for (command, sub) in rows.iter().flat_map(|row| [(row, "INFO"), (row, "DOCS")]) {
            let argv = Argv::from(format!("COMMAND {sub} {}", command.name).as_str());
            let (real, simulated) = (theirs.ask(&argv), ours.ask(&argv));
            // A flat array of RESP2 keeps the order of a hash table inside; RESP3 tells.
            let is_flat = protocol == "HELLO 2" && !command.subcommands.is_empty();
            if !(is_flat && real.len() == simulated.len() || same_but_for_order(&real, &simulated))
            {
                let (real, simulated) = (real.escape_ascii(), simulated.escape_ascii());
                different.push(format!("{argv:?}\n    real {real}\n    ours {simulated}"));
            }
        }
    }
    let shown = &different[..different.len().min(SHOWN)];
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), shown.join("\n"));
}

#[test]
fn a_client_that_asks_for_all_commands_gets_those_of_a_real_server() {
    let Some(mut theirs) = start_real() else { return };
    let mut ours = Ours::start();
    theirs.ask(&Argv::from("HELLO 3"));
    ours.ask(&Argv::from("HELLO 3"));
    for line in ["COMMAND", "COMMAND INFO", "COMMAND LIST", "COMMAND COUNT", "COMMAND DOCS"] {
        let argv = Argv::from(line);
        let names = |reply: &[u8]| {
            let mut names: Vec<String> = match Value::read(reply) {
                Value::List(_, rows) => rows
                    .iter()
                    .map(
                        |row| {
                            if let Value::List(_, row) = row { row[0].text() } else { row.text() }
                        },
                    )
                    .map(str::to_owned)
                    .collect(),
                Value::Map(pages) => pages.iter().map(|(name, _)| name.text().to_owned()).collect(),
                Value::Text(_, text) => vec![text],
            };
            names.sort();
            names
        };
        let (real, simulated) = (theirs.ask(&argv), ours.ask(&argv));
        assert_eq!((real[0], names(&real)), (simulated[0], names(&simulated)), "{line}");
        assert_eq!(real.len(), simulated.len(), "{line}");
    }
}

#[test]
fn what_clients_ask_of_commands_is_answered_as_by_a_real_server() {
    let Some(mut theirs) = start_real() else { return };
    let mut ours = Ours::start();
    let ways = ["HELLO 2", "HELLO 3"].into_iter();
    let mut different = Vec::new();
    for line in
        ways.flat_map(|hello| std::iter::once(hello).chain(include_str!("live/asked.txt").lines()))
    {
        let argv = Argv::from(line);
        let (mut real, mut simulated) = (theirs.ask(&argv), ours.ask(&argv));
        if line.starts_with("COMMAND LIST") || line.starts_with("ACL CAT") {
            real = sorted_lines(&real);
            simulated = sorted_lines(&simulated);
        }
        if !line.starts_with("HELLO") && real != simulated {
            let (real, simulated) = (real.escape_ascii(), simulated.escape_ascii());
            different.push(format!("{line}\n    real {real}\n    ours {simulated}"));
        }
    }
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
}

fn sorted_lines(reply: &[u8]) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = reply.split(|&byte| byte == b'\n').collect();
    lines.sort_unstable();
    lines.join(&b'\n')
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

/// Commands that MONITOR shows in a way of its own, or not.
const MONITORED: &str = include_str!("live/monitored.txt");

/// A line of MONITOR without its time and address.
fn bare(line: &[u8]) -> String {
    let line = line.escape_ascii().to_string();
    line.split_once("] ").map_or(line.clone(), |(_, command)| command.to_owned())
}

#[test]
fn a_monitor_sees_what_one_of_a_real_server_sees() {
    let Some(mut theirs) = start_real() else { return };
    let mut ours = Ours::start();
    let mut monitor = theirs.another();
    assert_eq!(monitor.ask(&Argv::from("MONITOR")), b"+OK\r\n");
    let watcher = ours.world.open(ContainerIx(0));
    ours.world.call(watcher, "MONITOR");
    let mut rng = Rng::new(Seed(11), 0);
    let mut commands: Vec<Argv> = (0..COMMANDS / 2).map(|_| talk::command(&mut rng)).collect();
    commands.extend(MONITORED.lines().chain(["PING the-end"]).map(Argv::from));
    for argv in &commands {
        theirs.ask(argv);
        ours.ask(argv);
    }
    let mut real = vec![bare(&monitor.next())];
    while real.last().is_some_and(|line| !line.contains("the-end")) {
        real.push(bare(&monitor.next()));
    }
    ours.world.run_until(ours.world.now() + Millis(100), &mut ());
    let mut simulated = Vec::new();
    while let Some((line, protocol)) = ours.world.receive_reply(watcher) {
        simulated.push(bare(&line.encode(protocol)));
    }
    let place = real.iter().zip(&simulated).position(|(real, simulated)| real != simulated);
    let near = |lines: &[String]| {
        lines.iter().skip(place.unwrap_or(0)).take(3).cloned().collect::<Vec<_>>()
    };
    assert_eq!(near(&real), near(&simulated));
    assert_eq!(real.len(), simulated.len());
}

//! What `redis-cli` prints: in a pipe and on a terminal, with redirections, errors and dead nodes.
//!
//! The rows of `commands/redis_cli_output.json` are played in order, on one cluster of the engine.
//! What was done to the real cluster between them is not recorded; it is told from the rows: an ASK
//! means that a slot was being moved, a refused connection to a node that it had been killed.

use crate::Case;
use crate::before::Before;
use crate::recording::{arguments, ids, strings, text};
use crate::support::drive::drive;
use crate::support::engine::Engine;
use crate::support::transcript::{compare, unescape};
use serde_json::Value;
use slotlab::cli::Env;
use slotlab::words::{Millis, NodeId, Slot, Time};
use std::collections::BTreeMap;

/// The recordings begin at about this second.
const AT: Time = Time::from_unix_s(1_795_385_611);
/// What lies between two rows, as the recorder needed it.
const BETWEEN_ROWS: Millis = Millis(40);
/// Meeting, and then synchronising replicas.
const JOINING: Millis = Millis::from_s(3);
/// Longer than a failover takes.
const FAILOVER: Millis = Millis::from_s(12);

/// Every row of the recording.
pub(crate) fn replay(recording: &Value) -> Vec<Case> {
    let ids = ids(&recording["ids"]);
    let rows: Vec<&Value> = recording["rows"].as_array().into_iter().flatten().collect();
    let mut engine = cluster(recording, &ids);
    let mut stage = Stage { migrating: None, killed: None };
    let mut cases = Vec::new();
    for row in &rows {
        stage.prepare(&mut engine, row, &rows, &ids);
        engine.wait(BETWEEN_ROWS);
        let outcome = same_output(row, &ids, &mut engine);
        cases.push(Case::new(format!("commands/redis_cli/{}", text(row, "case")), outcome));
    }
    cases
}

/// Masters with equal shares of the slots and epochs from 1, then replicas, all met by the first.
fn cluster(recording: &Value, ids: &BTreeMap<String, NodeId>) -> Engine {
    let (masters, replicas) = (strings(&recording["masters"]), strings(&recording["replicas"]));
    let mut engine = Before::fresh(ids).engine(AT);
    let shares = slotlab::manager::allocate::slot_ranges(masters.len());
    for (master, (first, last)) in masters.iter().zip(shares) {
        engine.tell(master, &format!("CLUSTER ADDSLOTSRANGE {first} {last}"));
    }
    let all = || masters.iter().chain(&replicas);
    for (node, epoch) in all().zip(1..) {
        engine.tell(node, &format!("CLUSTER SET-CONFIG-EPOCH {epoch}"));
    }
    for node in all().skip(1) {
        engine.tell(node, &format!("CLUSTER MEET {}", masters[0].replace(':', " ")));
    }
    engine.wait(JOINING);
    for (replica, master) in replicas.iter().zip(masters.iter().cycle()) {
        engine.tell(replica, &format!("CLUSTER REPLICATE {}", ids[master]));
    }
    engine.wait(JOINING);
    engine
}

/// What was done to the cluster so far.
struct Stage {
    migrating: Option<Slot>,
    killed: Option<String>,
}

impl Stage {
    fn prepare(
        &mut self,
        engine: &mut Engine,
        row: &Value,
        rows: &[&Value],
        ids: &BTreeMap<String, NodeId>,
    ) {
        let said = format!("{}{}{}", text(row, "stdout"), text(row, "stderr"), text(row, "output"));
        if let (None, Some((slot, target))) = (self.migrating, asked(&said)) {
            let source = connected_to(row);
            keys_that_stayed(rows)
                .for_each(|key| _ = engine.tell(&source, &format!("SET {key} 1")));
            let (from, to) = (ids[&source], ids[&target]);
            engine.tell(&target, &format!("CLUSTER SETSLOT {slot} IMPORTING {from}"));
            engine.tell(&source, &format!("CLUSTER SETSLOT {slot} MIGRATING {to}"));
            self.migrating = Some(slot);
        }
        let dead = ids.keys().find(|address| {
            said.contains(&format!("Could not connect to Redis at {address}: Connection refused"))
        });
        if let (None, Some(dead)) = (&self.killed, dead) {
            engine.kill(dead);
            self.killed = Some(dead.clone());
        }
        if text(row, "case").starts_with("after_failover") {
            engine.wait(FAILOVER);
        }
    }
}

/// Slot and target of an `ASK` in this text.
fn asked(said: &str) -> Option<(Slot, String)> {
    let (_, rest) = said.split_once("ASK ")?;
    let mut words = rest.split([' ', '\\']);
    let slot = Slot::new(words.next()?.parse().ok()?)?;
    Some((slot, words.next()?.to_owned()))
}

/// The keys that a TRYAGAIN row found at the source: all but the first that it asks for.
fn keys_that_stayed<'a>(rows: &[&'a Value]) -> impl Iterator<Item = String> + 'a {
    let row = rows.iter().find(|row| text(row, "stdout").starts_with("TRYAGAIN")).copied();
    let argv = row.map(arguments).unwrap_or_default();
    let command = argv.iter().position(|word| word == "MGET").unwrap_or(argv.len());
    argv.into_iter().skip(command + 2)
}

fn connected_to(row: &Value) -> String {
    let argv = arguments(row);
    let after = |option: &str| argv.iter().rposition(|word| word == option).map(|at| &argv[at + 1]);
    let port = after("-p").map_or("6379", String::as_str);
    format!("{}:{port}", after("-h").map_or("127.0.0.1", String::as_str))
}

fn same_output(
    row: &Value,
    ids: &BTreeMap<String, NodeId>,
    engine: &mut Engine,
) -> Result<(), String> {
    let tty = text(row, "mode") != "pipe";
    let env = Env { stdin_tty: tty, stdout_tty: tty, ..Env::default() };
    let typed = strings(&row["typed"]).iter().map(|line| format!("{line}\n")).collect::<String>();
    let stdin = if tty { typed.into_bytes() } else { unescape(text(row, "stdin")) };
    let argv: Vec<String> = arguments(row).iter().map(|word| with_ids(word, ids)).collect();
    let ours = drive(&argv, env, engine, &stdin);
    let recorded = |field: &str| {
        let bytes = unescape(text(row, field));
        with_ids(&String::from_utf8_lossy(&bytes), ids)
    };
    if row["rc"].as_i64() != Some(i64::from(ours.code)) {
        return Err(format!("rc is {}, ours {}", row["rc"], ours.code));
    }
    if tty {
        let screen = recorded("output").replace("\r\n", "\n");
        return compare("the screen", &screen, &ours.screen);
    }
    let steady = |text: &str| if varies(row) { shape(text) } else { text.to_owned() };
    compare("stdout", &steady(&recorded("stdout")), &steady(&ours.stdout))?;
    compare("stderr", &recorded("stderr"), &ours.stderr)
}

/// The recordings have `<id:127.0.0.1:7001>` in place of ids.
fn with_ids(text: &str, ids: &BTreeMap<String, NodeId>) -> String {
    ids.iter().fold(text.to_owned(), |text, (address, id)| {
        text.replace(&format!("<id:{address}>"), &id.to_string())
    })
}

/// Whether times, counters, offsets or the order of a hash table are in a row's output.
fn varies(row: &Value) -> bool {
    let line = arguments(row).join(" ");
    let varying = ["NODES", "INFO", "SLOTS", "SHARDS", "REPLICAS", "ROLE"];
    varying.iter().any(|word| line.contains(&format!("CLUSTER {word}"))) || line.ends_with("ROLE")
}

/// The lines in order, times, counters and offsets masked.
fn shape(text: &str) -> String {
    let masked = |line: &str| {
        let words = line.split_inclusive([' ', ':']);
        let mask = |word: &str| match word.trim_end().parse::<u64>() {
            Ok(number) if !(1024..=20_000).contains(&number) => "#".to_owned(),
            _ => word.to_owned(),
        };
        words.map(mask).collect::<String>()
    };
    let mut lines: Vec<String> = text.lines().map(masked).collect();
    lines.sort();
    lines.join("\n")
}

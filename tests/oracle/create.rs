//! Family create: `redis-cli --cluster create`, its plans for 1,829 seconds, its transcripts, its
//! errors.

use crate::Case;
use crate::drive::{Transcript, drive};
use crate::folder::Folder;
use crate::scripted::{Kind, Scripted};
use crate::transcript::{canonical, compare, unescape};
use serde_json::Value;
use slotlab::cli::io::Env;
use slotlab::shapes::Topology;
use slotlab::words::{NodeId, Rng, Seed, SlotSet, Time};
use std::collections::BTreeMap;

/// Every plan, full run and error case of the folder.
pub(crate) fn replay(folder: &Folder) -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, recording) in folder.recordings() {
        match &recording {
            Value::Array(errors) if name == "errors" => {
                cases.extend(errors.iter().map(|error| {
                    Case::new(format!("create/errors/{}", text(error, "case")), special(error))
                }));
            }
            Value::Object(_) if recording.get("nodes").is_some() => {
                cases.extend(plans(&name, &recording));
                cases.extend(full_runs(&name, &recording));
            }
            _ => {}
        }
    }
    cases
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or("")
}

fn strings(value: &Value) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(|item| Some(item.as_str()?.to_owned())).collect()
}

/// The words after `redis-cli`.
fn arguments(recording: &Value) -> Vec<String> {
    strings(&recording["argv"]).into_iter().skip(1).collect()
}

fn ids(value: &Value) -> BTreeMap<String, NodeId> {
    let rows = value.as_object().into_iter().flatten();
    rows.filter_map(|(address, id)| Some((address.clone(), id.as_str()?.parse().ok()?))).collect()
}

fn fresh_nodes(ids: &BTreeMap<String, NodeId>) -> Scripted {
    let mut cluster = Scripted::default();
    for (address, id) in ids {
        cluster.add(address, *id);
    }
    cluster
}

// Plans: the answer to the question is no.

fn plans(name: &str, recording: &Value) -> Vec<Case> {
    let runs = &recording["plan_runs"];
    let nodes = fresh_nodes(&ids(&runs["ids"]));
    let mut argv = vec!["--cluster".to_owned(), "create".to_owned()];
    argv.extend(strings(&recording["nodes"]));
    argv.extend(["--cluster-replicas".to_owned(), recording["replicas"].to_string()]);
    let seeded = runs["seeded"].as_array().into_iter().flatten();
    let plan = |seeded: &Value| {
        let second = seeded["time"].as_u64().unwrap_or(0);
        let mut nodes = nodes.at(Time::from_unix_s(second));
        let ours = drive(&argv, Env::default(), &mut nodes, b"no\n");
        Case::new(format!("create/{name}/plan/{second}"), same_plan(seeded, runs, &ours))
    };
    seeded.map(plan).collect()
}

fn same_plan(seeded: &Value, runs: &Value, ours: &Transcript) -> Result<(), String> {
    let ids: BTreeMap<String, String> =
        ids(&runs["ids"]).into_iter().map(|(address, id)| (id.to_string(), address)).collect();
    let assign: Value = replicas(&ours.stdout, &ids).into_iter().collect();
    let adding: Value = lines_after(&ours.stdout, "Adding replica ")
        .map(|line| Value::from_iter(line.split(" to ")))
        .collect();
    let optimizer: Value = optimizer_lines(&ours.stdout).collect();
    same("assign", &seeded["assign"], &assign)?;
    same("optimizer_lines", &seeded["optimizer_lines"], &optimizer)?;
    same("adding", &runs["adding"], &adding)?;
    same("rc", &seeded["rc"], &Value::from(ours.code))
}

fn same(what: &str, theirs: &Value, ours: &Value) -> Result<(), String> {
    match theirs == ours {
        true => Ok(()),
        false => Err(format!("{what} is {theirs}, ours {ours}")),
    }
}

fn lines_after<'a>(text: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    text.lines().filter_map(move |line| line.strip_prefix(prefix))
}

fn optimizer_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut lines = text.lines().skip_while(|line| !line.starts_with(">>> Trying to optimize"));
    [lines.next(), lines.next()].into_iter().flatten()
}

/// Replica and master addresses of the `S:` blocks.
fn replicas(text: &str, ids: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let pair = |pair: &[&str]| {
        let replica = pair[0].strip_prefix("S: ")?.split(' ').nth(1)?;
        let master = pair[1].trim_start().strip_prefix("replicates ")?;
        Some((replica.to_owned(), ids.get(master)?.clone()))
    };
    lines.windows(2).filter_map(pair).collect()
}

// Full runs: --cluster-yes, to the final check.

fn full_runs(name: &str, recording: &Value) -> Vec<Case> {
    let runs = recording["full_runs"].as_array().into_iter().flatten().enumerate();
    runs.map(|(i, run)| Case::new(format!("create/{name}/run/{i}"), full_run(run))).collect()
}

fn full_run(recording: &Value) -> Result<(), String> {
    let nodes = fresh_nodes(&ids(&recording["ids"]));
    let started = recording["started_unix"].as_u64().unwrap_or(0);
    // The second may have turned between the start and the plan.
    one_of(started..=started + 1, |second| {
        let mut nodes = nodes.at(Time::from_unix_s(second));
        let ours = drive(&arguments(recording), environment(recording), &mut nodes, b"");
        same_transcript(recording, &ours)
    })
}

/// Succeeds if one of these seconds does; else the first one's difference.
fn one_of(
    seconds: impl IntoIterator<Item = u64>,
    check: impl Fn(u64) -> Result<(), String>,
) -> Result<(), String> {
    let mut first = Err("no second was tried".to_owned());
    for (i, second) in seconds.into_iter().enumerate() {
        match check(second) {
            Ok(()) => return Ok(()),
            difference if i == 0 => first = difference,
            Err(_) => {}
        }
    }
    first
}

fn environment(recording: &Value) -> Env {
    let variable = |name: &str| recording["env"][name].as_str().unwrap_or("");
    let tty = recording["tty"].as_bool().unwrap_or(false);
    Env {
        term_xterm: variable("TERM").contains("xterm"),
        yes_env: variable("REDISCLI_CLUSTER_YES") == "1",
        stdin_tty: tty,
        stdout_tty: tty,
    }
}

fn same_transcript(recording: &Value, ours: &Transcript) -> Result<(), String> {
    same("rc", &recording["rc"], &Value::from(ours.code))?;
    if recording["tty"].as_bool().unwrap_or(false) {
        let screen = String::from_utf8_lossy(&unescape(text(recording, "tty_output_esc")))
            .replace("\r\n", "\n");
        return compare("the screen", &canonical(&screen), &canonical(&ours.screen));
    }
    compare("stdout", &canonical(text(recording, "stdout")), &canonical(&ours.stdout))?;
    compare("stderr", text(recording, "stderr"), &ours.stderr)
}

// Errors and specials: what was there before is partly recorded, partly told by the error itself.

fn special(recording: &Value) -> Result<(), String> {
    let nodes = recorded_nodes(recording);
    let stdin = answer(recording);
    one_of(seconds(recording), |second| {
        let mut nodes = nodes.at(Time::from_unix_s(second));
        let (argv, env) = (arguments(recording), environment(recording));
        same_transcript(recording, &drive(&argv, env, &mut nodes, stdin.as_bytes()))
    })
}

/// What was typed or piped.
fn answer(recording: &Value) -> String {
    let screen = text(recording, "tty_output_esc");
    let typed = screen.split_once("to accept): ").and_then(|(_, rest)| rest.split_once("\\r\\n"));
    typed.map_or_else(|| text(recording, "stdin").to_owned(), |(answer, _)| format!("{answer}\n"))
}

/// The seconds in which the plan may have been made, the likeliest first.
fn seconds(recording: &Value) -> Vec<u64> {
    let end = latest_pong(&recording["cluster_nodes_after"]).unwrap_or(0) / 1000;
    let took = recording["secs"].as_f64().unwrap_or(3.0).ceil() as u64;
    (0..=took + 3).map(|back| (end + 1).saturating_sub(back)).collect()
}

fn latest_pong(views: &Value) -> Option<u64> {
    let views = views.as_object()?.values().filter_map(Value::as_str);
    views.flat_map(str::lines).filter_map(|line| line.split(' ').nth(5)?.parse().ok()).max()
}

fn recorded_nodes(recording: &Value) -> Scripted {
    let said = format!(
        "{}{}{}",
        text(recording, "stdout"),
        text(recording, "stderr"),
        String::from_utf8_lossy(&unescape(text(recording, "tty_output_esc")))
    );
    let known = ids_said(&said);
    let mut rng = Rng::new(Seed(7), 0);
    let mut cluster = Scripted::default();
    let views = recording["cluster_nodes_before"].as_object().cloned().unwrap_or_default();
    let named = arguments(recording).into_iter().filter(|word| word.contains(':'));
    for address in named.map(|word| plain_address(&word)).chain(views.keys().cloned()) {
        if said.contains(&format!("Could not connect to Redis at {address}: ")) {
            continue;
        }
        let id = known.get(&address).copied().unwrap_or_else(|| NodeId::random(&mut rng));
        cluster.add(&address, id);
    }
    for (address, server) in &mut cluster.servers {
        let view = views.get(address).and_then(Value::as_str).unwrap_or("");
        let error = |words: &str| said.contains(&format!("[ERR] Node {address} {words}"));
        if error("is not configured as a cluster node") {
            server.kind = Kind::Standalone;
        }
        if error("NOAUTH") {
            server.kind = Kind::Locked;
        }
        // Whether it knows others is recorded; otherwise it must have had a key.
        server.has_key = error("is not empty") && view.lines().count() <= 1;
        server.strangers = view.lines().count().saturating_sub(1);
        (server.slots, server.epoch) = own_state(view);
    }
    cluster
}

/// `host:port` of `host:port@bus port`, with the name that the recordings use resolved.
fn plain_address(word: &str) -> String {
    let address = word.split('@').next().unwrap_or(word);
    address.replace("localhost", "127.0.0.1")
}

/// The ids in the blocks of a transcript, by address.
fn ids_said(said: &str) -> BTreeMap<String, NodeId> {
    let block = |line: &str| {
        let line = line.strip_prefix("\x1b[0m").unwrap_or(line).trim_end();
        let (id, address) =
            line.strip_prefix("M: ").or(line.strip_prefix("S: "))?.split_once(' ')?;
        Some((plain_address(address), id.parse().ok()?))
    };
    said.lines().filter_map(block).collect()
}

/// Slots and config epoch of a node's own (normalised) line.
fn own_state(view: &str) -> (SlotSet, u64) {
    let Some(own) = view.lines().find(|line| line.contains("myself")) else {
        return (SlotSet::EMPTY, 0);
    };
    let (_, rest) = own.split_once(' ').unwrap_or(("", own));
    let line = format!("{} {rest}", NodeId::ZERO);
    let topology: Topology = line.parse().expect("a recorded CLUSTER NODES line");
    (topology.nodes[0].slots.clone(), topology.nodes[0].config_epoch.0)
}

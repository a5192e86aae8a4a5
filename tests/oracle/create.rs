//! Family create: `redis-cli --cluster create`, its plans for 1,829 seconds, its transcripts, its
//! errors.

use crate::Case;
use crate::before::Before;
use crate::folder::Folder;
use crate::recording::{ids, same, strings};
use crate::runs::{full_runs, special};
use crate::support::drive::{Transcript, drive};
use serde_json::Value;
use slotlab::cli::Env;
use slotlab::words::Time;
use std::collections::BTreeMap;

/// Every plan, full run and error case of the folder.
pub(crate) fn replay(folder: &Folder) -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, recording) in folder.recordings() {
        match &recording {
            Value::Array(errors) if name == "errors" => cases.extend(errors.iter().map(special)),
            Value::Object(_) if recording.get("nodes").is_some() => {
                cases.extend(plans(&name, &recording));
                cases.extend(full_runs(&name, &recording));
            }
            _ => {}
        }
    }
    cases
}

/// The plans of a topology: the answer to the question was no.
fn plans(name: &str, recording: &Value) -> Vec<Case> {
    let runs = &recording["plan_runs"];
    let nodes = Before::fresh(&ids(&runs["ids"])).paper();
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

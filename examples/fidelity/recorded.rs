//! The recordings' summaries and what was measured in each run, read from `tests/oracle`.

use super::numbers::Sample;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::path::PathBuf;

/// Who is in a cluster: masters first, then replicas, each by name.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// `A`, `A1` ...
    pub(crate) name: String,
    /// Its address.
    pub(crate) ip: Ipv4Addr,
    /// Its client port.
    pub(crate) port: u16,
    /// Whose replica it is.
    pub(crate) master: Option<String>,
}

fn text(path: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/oracle").join(path);
    std::fs::read_to_string(&path).expect("the recording is in the repository")
}

fn read(path: &str) -> Value {
    serde_json::from_str(&text(path)).expect("the summary is JSON")
}

/// A recording of the bus, its pings left out.
pub(crate) fn bus(scenario: &str) -> Value {
    read(&format!("bus/{scenario}.json"))
}

/// Messages a second of larger clusters.
pub(crate) fn scale() -> Value {
    read("bus/scale.json")
}

/// Half masters, half replicas, on six addresses.
pub(crate) fn halves(servers: usize) -> Vec<Member> {
    let masters = servers / 2;
    let member = |n: usize| Member {
        name: if n < masters { format!("M{n}") } else { format!("R{}", n - masters) },
        ip: Ipv4Addr::new(127, 0, 0, 11 + (n % 6) as u8),
        port: 7001 + n as u16,
        master: (masters <= n).then(|| format!("M{}", n - masters)),
    };
    (0..servers).map(member).collect()
}

/// What servers logged in the failure experiments, its numbers masked (`failover/logs.txt`).
pub(crate) struct Logs {
    /// Each experiment: how often it was made, and of each node the lines with the number of runs in
    /// which it wrote them.
    pub(crate) experiments: BTreeMap<String, (u32, Vec<Logged>)>,
    /// Which line followed which at once.
    pub(crate) pairs: BTreeSet<(String, String)>,
}

/// A line of a node, in so many runs.
pub(crate) struct Logged {
    /// Who wrote it.
    pub(crate) node: String,
    /// In how many runs.
    pub(crate) runs: u32,
    /// Letter, mark and text.
    pub(crate) line: String,
}

/// Reads them.
pub(crate) fn logs() -> Logs {
    let text = text("failover/logs.txt");
    let (lines, rest) = text.split_once("experiments\n").expect("experiments follow the lines");
    let (experiments, pairs) = rest.split_once("pairs\n").expect("pairs follow the experiments");
    let lines: BTreeMap<&str, &str> =
        lines.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once(' ')).collect();
    let line = |number: &str| lines[number].to_owned();
    let mut logs = Logs { experiments: BTreeMap::new(), pairs: BTreeSet::new() };
    let mut current = String::new();
    for row in experiments.lines() {
        let words: Vec<&str> = row.split(' ').collect();
        let number = |word: &str| word.parse().expect("a number of runs");
        match words[..] {
            [name, runs] => {
                current = name.into();
                logs.experiments.insert(name.into(), (number(runs), Vec::new()));
            }
            [node, runs, text] => {
                let own = logs.experiments.get_mut(&current).expect("it has begun");
                own.1.push(Logged { node: node.into(), runs: number(runs), line: line(text) });
            }
            _ => panic!("{row:?} is no row of the logs"),
        }
    }
    for row in pairs.lines() {
        let words: Vec<&str> = row.split(' ').collect();
        logs.pairs.insert((line(words[0]), line(words[1])));
    }
    logs
}

/// What differs in them for a reason that is given (`failover/log_differences.txt`).
pub(crate) fn log_differences() -> Vec<(String, String)> {
    let text = text("failover/log_differences.txt");
    let rows = text.lines().filter(|row| !row.starts_with('#'));
    let parts = rows.map(|row| row.split_once('|').expect("a reason follows"));
    parts.map(|(what, why)| (what.to_owned(), why.to_owned())).collect()
}

/// All failure experiments.
pub(crate) fn failovers() -> Vec<Value> {
    match read("failover/summary.json") {
        Value::Array(all) => all,
        _ => panic!("the summary is a list of experiments"),
    }
}

/// What was measured in every run of every experiment: quantities, and when servers came up.
pub(crate) fn runs() -> Value {
    read("failover/runs.json")
}

/// The values of a quantity in the runs of an experiment that had it.
pub(crate) fn sample(runs: &Value, quantity: &str) -> Sample {
    Sample(numbers(&runs["values"][quantity]))
}

/// How long after the recorder's command each of the servers it restarted wrote its first line, run by
/// run, in milliseconds: in runs that restarted so many.
pub(crate) fn starts(experiments: &Value, servers: usize) -> Vec<Vec<f64>> {
    let experiments = experiments.as_object().into_iter().flatten();
    let rows = experiments.filter_map(|(_, runs)| runs["starts"].as_array()).flatten();
    rows.map(numbers).filter(|row| row.len() == servers).collect()
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

/// `{"A": {"addr": ..., "replica_of": null}, ...}` or, without addresses, `{"A": null, "A1": "A"}`.
pub(crate) fn members(nodes: &Value) -> Vec<Member> {
    let nodes = nodes.as_object().expect("nodes by name");
    let mut members: Vec<Member> = nodes
        .iter()
        .map(|(name, value)| {
            let master = value.as_str().or_else(|| value["replica_of"].as_str());
            let addr = value["addr"].as_str().and_then(|text| text.parse().ok());
            let addr = addr.unwrap_or(std::net::SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0));
            Member {
                name: name.clone(),
                ip: *addr.ip(),
                port: addr.port(),
                master: master.map(str::to_owned),
            }
        })
        .collect();
    members.sort_by_key(|m| (m.master.is_some(), m.name.len(), m.name.clone()));
    for (n, member) in members.iter_mut().enumerate() {
        if member.port == 0 {
            member.ip = Ipv4Addr::new(127, 0, 0, 11 + n as u8);
            member.port = 7001 + n as u16;
        }
    }
    members
}

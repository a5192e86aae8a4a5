//! The other failure experiments: who wins, in which epoch, and whether the data is still there.
//!
//! Each is a few lines of script; what came of it stands beside what was recorded.

use super::lab::{self, Lab};
use super::measures::{self, Measures};
use super::recorded::{self, Member};
use serde_json::Value;
use slotlab::node::Node;
use slotlab::node::io::Port;
use slotlab::shapes::spec::ContainerIx;
use slotlab::shapes::{Config, Fact};
use slotlab::sim::{Action, Group, Rule, Verdict};
use slotlab::words::{Reply, Slot, Time};
use std::collections::BTreeMap;

/// Scripts by experiment. `;` separates steps; times are the recorded ones, in ms.
pub(crate) const STORIES: &[(&str, &str)] = &[
    ("f01_kill_master_nt2000", "kill A; promoted; wait 1500"),
    ("f02_kill_master_nt1000", "kill A; promoted; wait 1500"),
    ("f03_kill_master_nt5000", "kill A; promoted; wait 1500"),
    ("f04_kill_master_nt15000", "kill A; promoted; wait 1500"),
    ("f05_sigstop_then_cont", "pause A; promoted; wait 1050; resume A; wait 1500"),
    ("f06_sigstop_shorter_than_timeout", "pause A; wait 1200; resume A; wait 6000"),
    ("f07_sigstop_around_timeout", "pause A; wait 2600; resume A; wait 6000"),
    ("f08_debug_sleep", "do A DEBUG SLEEP 5; promoted; wait 4000"),
    ("f09_two_replicas_equal", "kill A; promoted; wait 2000"),
    (
        "f10_two_replicas_one_behind",
        "before: link A A1; wait 500; do A SET {key} xxxxx; wait 1500; now: kill A; promoted; wait 2500; heal; wait 1500",
    ),
    ("f11_replica_migration", "kill B1; wait 12000"),
    ("f12_replica_migration_by_failover", "kill B; promoted; wait 9000"),
    ("f13_replica_migration_disabled", "kill B1; wait 12000"),
    ("f14_master_and_replica_die", "kill A; kill A1; wait 5000; start A; wait 5000"),
    ("f15_majority_lost", "kill A; kill B; wait 12000; start B; wait 6000"),
    ("f16_minority_partition", "isolate A; promoted; wait 2000; heal; wait 3000"),
    ("f17_minority_partition_with_replica", "isolate A A1; wait 9000; heal; wait 5000"),
    ("f18_pair_partition", "cut A B; wait 10000; heal; wait 3000"),
    ("f19_manual_failover", "do A1 CLUSTER FAILOVER; wait 3000"),
    ("f20_manual_force_master_alive", "do A1 CLUSTER FAILOVER FORCE; wait 3000"),
    ("f21_manual_force_master_dead", "kill A; wait 303; do A1 CLUSTER FAILOVER FORCE; wait 3000"),
    (
        "f22_manual_default_master_dead",
        "kill A; wait 303; do A1 CLUSTER FAILOVER; promoted; wait 1000",
    ),
    ("f23_manual_takeover_alive", "do A1 CLUSTER FAILOVER TAKEOVER; wait 3000"),
    (
        "f24_takeover_majority_lost",
        "kill A; kill B; wait 6004; do A1 CLUSTER FAILOVER TAKEOVER; wait 303; do B1 CLUSTER FAILOVER TAKEOVER; wait 4000",
    ),
    (
        "f25_force_majority_lost",
        "kill A; kill B; wait 5005; do A1 CLUSTER FAILOVER FORCE; wait 6000",
    ),
    (
        "f26_validity_factor_refuses",
        "before: link A A1; wait 14000; now: kill A; wait 9000; heal; wait 20; start A; wait 4000",
    ),
    ("f27_validity_factor_zero", "before: link A A1; wait 14000; now: kill A; promoted; wait 2000"),
    ("f28_replica_no_failover", "kill A; wait 10000; start A; wait 5000"),
    ("f29_fast_restart_no_aof", "kill A; wait 300; start A; wait 9000"),
    ("f30_fast_restart_aof", "kill A; wait 300; start A; wait 9000"),
    ("f31_restart_after_failover_no_aof", "kill A; promoted; wait 1050; start A; wait 3000"),
    ("f32_restart_after_failover_aof", "kill A; promoted; wait 1050; start A; wait 3000"),
    (
        "f33_full_restart_no_aof",
        "kill A; kill B; kill C; kill A1; kill B1; kill C1; wait 500; start A B C A1 B1 C1; wait 6000",
    ),
    (
        "f34_full_restart_aof",
        "kill A; kill B; kill C; kill A1; kill B1; kill C1; wait 500; start A B C A1 B1 C1; wait 6000",
    ),
    ("f35_no_replica_master_dies", "kill A; wait 5540; start A; wait 5000"),
    ("f36_no_full_coverage", "kill A; wait 7000; start A; wait 5000"),
    ("f37_no_replica_sigstop", "pause A; wait 6000; resume A; wait 6000"),
    ("f38_two_masters_die_5m", "kill A; kill B; wait 15000"),
    ("f39_replica_dies_and_returns", "kill A1; wait 4000; start A1; wait 3000"),
    (
        "f40_failover_and_failback",
        "kill A; promoted; wait 560; start A; wait 2100; do A CLUSTER FAILOVER; wait 3000",
    ),
    ("f41_cascade", "kill A; promoted; wait 2530; kill winner; promoted; wait 3000"),
    (
        "f42_epoch_collision",
        "do B CLUSTER MEET 127.0.0.11 7001; do C CLUSTER MEET 127.0.0.11 7001; wait 5000",
    ),
    (
        "f43_graceful_shutdown",
        "before: do A SET {key} v1; now: do A SHUTDOWN NOSAVE; promoted; wait 1000",
    ),
    ("f44_replication_link_cut_only", "link A A1; wait 8000; heal; wait 3000"),
    ("f45_partition_2_of_5", "isolate A B C1; promoted; promoted; wait 2000; heal; wait 4000"),
    ("f46_partition_reject", "reject A; promoted; wait 2000; heal; wait 3000"),
    (
        "f47_meet_timeline",
        "do B CLUSTER MEET 127.0.0.11 7001; do C CLUSTER MEET 127.0.0.11 7001; wait 5000",
    ),
    (
        "f48_manual_default_master_frozen",
        "pause A; wait 300; do A1 CLUSTER FAILOVER; wait 8000; resume A; wait 12000",
    ),
];

/// What came of one run.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Outcome {
    /// Who won the first election.
    pub(crate) winner: String,
    /// What the owner of A's slots has under the key.
    pub(crate) key: String,
}

/// Plays an experiment once.
pub(crate) fn play(experiment: &Value, script: &str, seed: u64) -> (Outcome, Measures) {
    let (mut lab, start) = run(experiment, script, seed);
    let measures = measures::of(&mut lab, start);
    (outcome(&mut lab, start, &key_of_a()), measures)
}

/// Plays it and hands out the cluster afterwards, with the moment from which times count.
pub(crate) fn run(experiment: &Value, script: &str, seed: u64) -> (Lab, Time) {
    let key = key_of_a();
    let mut lab = stage(experiment, &key, seed);
    let mut start = lab.world.now();
    for step in script.split(';').map(str::trim) {
        let step = match step.split_once(": ") {
            Some(("now", step)) => {
                start = lab.world.now();
                step
            }
            Some((_, step)) => step,
            None => step,
        };
        perform(&mut lab, &step.replace("{key}", &key), start);
    }
    (lab, start)
}

/// The cluster of an experiment at a random phase of its timers, `v1` under a key of A. In two
/// experiments the servers have not met yet; in one of these all claim their slots by one epoch.
fn stage(experiment: &Value, key: &str, seed: u64) -> Lab {
    let members = recorded::members(&experiment["nodes"]);
    let config = config(&experiment["config"]);
    let mut lab = match experiment["experiment"].as_str() {
        Some("f42_epoch_collision") => Lab::strangers(&members, &config, lab::WAKE_UP, seed, |_| 5),
        Some("f47_meet_timeline") => {
            Lab::strangers(&members, &config, lab::WAKE_UP, seed, |n| n + 1)
        }
        _ => Lab::build(&members, &config, lab::WAKE_UP, seed),
    };
    lab.run_about(2000, config.cluster_node_timeout.0.max(2000));
    lab.command("A", &format!("SET {key} v1"));
    write_to_the_others(&mut lab);
    lab.run(1500);
    lab
}

/// A key of each other master, as the recorder's client wrote them.
fn write_to_the_others(lab: &mut Lab) {
    let masters: Vec<Member> =
        lab.members.iter().filter(|member| member.master.is_none()).cloned().collect();
    for (n, member) in masters.iter().enumerate().skip(1) {
        let middle = (16384 * (2 * n + 1) / (2 * masters.len())) as u16;
        let near = |key: &String| Slot::of(key.as_bytes()).number().abs_diff(middle) < 500;
        let key = (0..).map(|n| format!("key:{n}")).find(near).expect("a key in every range");
        lab.command(&member.name, &format!("SET {key} v1"));
    }
}

fn key_of_a() -> String {
    let in_a = |key: &String| Slot::of(key.as_bytes()).number() < 3000;
    (0..).map(|n| format!("key:{n}")).find(in_a).expect("a key in every range")
}

fn config(options: &Value) -> Config {
    let node_timeout = options["node_timeout_ms"].as_u64().expect("a node timeout");
    let option = |name: &str| options["opts"][name].as_str();
    let number = |name: &str| options["opts"][name].as_u64().map(|n| n as u32);
    Config {
        appendonly: option("appendonly") == Some("yes"),
        allow_replica_migration: option("cluster_allow_replica_migration") != Some("no"),
        require_full_coverage: option("cluster_require_full_coverage") != Some("no"),
        replica_no_failover: option("cluster_replica_no_failover") == Some("yes"),
        replica_validity_factor: number("cluster_replica_validity_factor").unwrap_or(10),
        enable_debug_command: true,
        ..lab::config(node_timeout)
    }
}

fn perform(lab: &mut Lab, step: &str, start: Time) {
    let (verb, rest) = step.split_once(' ').unwrap_or((step, ""));
    let places: Vec<ContainerIx> = match verb {
        "do" | "wait" | "promoted" | "heal" => Vec::new(),
        _ if rest == "winner" => vec![winner(lab, start).expect("somebody was promoted")],
        _ => rest.split(' ').map(|name| lab.ix(name)).collect(),
    };
    let rule = |port, verdict| Rule {
        from: Group::of(places[..1].to_vec()),
        to: Group::of(places[1..].to_vec()),
        port,
        verdict,
        both_ways: true,
    };
    let action = match verb {
        "do" => {
            let (who, command) = rest.split_once(' ').expect("a command");
            return lab.send_and_wait(who, command);
        }
        "wait" => return lab.run(rest.parse().expect("milliseconds")),
        "promoted" => return wait_for_promotion(lab),
        "heal" => Action::Heal,
        "kill" => Action::Kill(places[0]),
        "start" => return start_servers(lab, &places),
        "pause" => Action::Pause(places[0]),
        "resume" => Action::Resume(places[0]),
        "isolate" => {
            Action::partition(Group::of(places.clone()), Group::all_but(places.clone()), true)
        }
        "reject" => {
            Action::Rule(Rule { to: Group::all_but(places.clone()), ..rule(None, Verdict::Reject) })
        }
        "cut" => Action::Rule(rule(None, Verdict::Drop)),
        "link" => Action::Rule(rule(Some(Port::Client), Verdict::Drop)),
        _ => panic!("no such step: {step}"),
    };
    lab.act(&action);
}

/// Starts servers as the recorder did: one after the other, on two cores that had other work. How long
/// after its command each wrote its first line is drawn from the recordings; ours writes its own 1 ms
/// after it is started, as one does that has the machine to itself.
fn start_servers(lab: &mut Lab, places: &[ContainerIx]) {
    let rows = recorded::starts(&recorded::runs(), places.len());
    let row = &rows[lab.luck.below(rows.len() as u64) as usize];
    let mut due: Vec<(f64, ContainerIx)> =
        row.iter().copied().zip(places.iter().copied()).collect();
    due.sort_by(|one, other| one.0.total_cmp(&other.0));
    let start = lab.world.now();
    for (ms, place) in due {
        lab.run_to(start, ms - 1.0);
        lab.act(&Action::Start(place));
    }
}

fn wait_for_promotion(lab: &mut Lab) {
    let now = lab.world.now();
    lab.waits_for(90_000, |lab| winner(lab, now).is_some());
}

fn winner(lab: &Lab, since: Time) -> Option<ContainerIx> {
    let promoted = lab.watch.facts.iter().rev();
    let mut promoted =
        promoted.filter(|(at, _, fact)| since <= *at && matches!(fact, Fact::Promoted { .. }));
    promoted.next().map(|&(_, ix, _)| ix)
}

fn outcome(lab: &mut Lab, start: Time, key: &str) -> Outcome {
    let since = |(at, _, _): &&(Time, ContainerIx, Fact)| start <= *at;
    let facts = || lab.watch.facts.iter().filter(since);
    let won = facts().find_map(|(_, ix, fact)| match fact {
        Fact::ElectionWon { .. } => Some(lab.name(*ix).to_owned()),
        _ => None,
    });
    let value = owner(lab, Slot::of(key.as_bytes()))
        .and_then(|owner| lab.command(&owner, &format!("GET {key}")));
    Outcome {
        winner: won.unwrap_or("None".to_owned()),
        key: match value {
            Some(Reply::Bulk(value)) => String::from_utf8_lossy(&value).into_owned(),
            Some(Reply::Nil) => "gone".to_owned(),
            Some(Reply::Error(text)) => String::from_utf8_lossy(&text).into_owned(),
            _ => "no answer".to_owned(),
        },
    }
}

/// Who claims a slot with the greatest epoch.
fn owner(lab: &Lab, slot: Slot) -> Option<String> {
    let claims = |&(_, node): &(ContainerIx, &Node)| node.cluster().me().slots().contains(slot);
    let claims = lab.world.nodes().filter(claims);
    let last = claims.max_by_key(|(_, node)| node.cluster().me().config_epoch());
    last.map(|(ix, _)| lab.name(ix).to_owned())
}

/// Who really won, or what was really under the key, and how often.
pub(crate) fn recorded_outcomes(experiment: &Value, what: &str) -> BTreeMap<String, usize> {
    let counts = experiment["counts"][what].as_object().into_iter().flatten();
    counts.map(|(kind, n)| (kind.clone(), n.as_u64().unwrap_or(0) as usize)).collect()
}

/// Whether an outcome is one that was recorded: the same winner, and the key as it was found.
pub(crate) fn may_be(experiment: &Value, ours: &Outcome) -> bool {
    let winners = recorded_outcomes(experiment, "winner");
    let keys = recorded_outcomes(experiment, "keys_of_A_at_end");
    let winner_seen = match winners.is_empty() {
        false => winners.contains_key(&ours.winner),
        true => ours.winner == "None",
    };
    let key_seen = match keys.is_empty() {
        false => keys.contains_key(&ours.key),
        true => ["gone", "no answer"].contains(&ours.key.as_str()),
    };
    winner_seen && key_seen
}

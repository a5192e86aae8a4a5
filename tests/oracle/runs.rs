//! Whole runs of `redis-cli --cluster create`, errors and special cases among them, against the
//! engine.
//!
//! The second of a run is only bracketed by its recording. A run on paper, which costs nothing,
//! finds the second whose plan is the recorded one; the engine then runs in that second.

use crate::Case;
use crate::before::Before;
use crate::recording::{arguments, environment, ids, same, text};
use crate::support::drive::{Transcript, drive};
use crate::support::transcript::{canonical, compare, unescape};
use serde_json::Value;
use slotlab::words::{Millis, Time};

/// So long after the turn of the second a run begins: the plan is made in the same second.
const INTO_THE_SECOND: Millis = Millis(50);

const ANY_SECOND: u64 = 1_795_384_940;

/// The runs of a topology, with `--cluster-yes`, to the final check.
pub(crate) fn full_runs(name: &str, recording: &Value) -> Vec<Case> {
    let runs = recording["full_runs"].as_array().into_iter().flatten().enumerate();
    let play = |(i, run): (usize, &Value)| {
        let started = run["started_unix"].as_u64().unwrap_or(0);
        let outcome = play(run, &Before::fresh(&ids(&run["ids"])), &[started, started + 1]);
        Case::new(format!("create/{name}/run/{i}"), outcome)
    };
    runs.map(play).collect()
}

/// An error or a special case.
pub(crate) fn special(recording: &Value) -> Case {
    let outcome = play(recording, &Before::of(recording), &seconds(recording));
    Case::new(format!("create/errors/{}", text(recording, "case")), outcome)
}

fn play(recording: &Value, before: &Before, seconds: &[u64]) -> Result<(), String> {
    let (argv, env, stdin) = (arguments(recording), environment(recording), input(recording));
    let paper = before.paper();
    let fits = |second: &&u64| {
        let mut cluster = paper.at(Time::from_unix_s(**second));
        same_transcript(recording, &drive(&argv, env, &mut cluster, stdin.as_bytes())).is_ok()
    };
    let second = seconds.iter().find(fits).or(seconds.first()).ok_or("no second is recorded")?;
    let mut engine = before.engine(Time::from_unix_s(*second) + INTO_THE_SECOND);
    same_transcript(recording, &drive(&argv, env, &mut engine, stdin.as_bytes()))
}

/// What was typed or piped.
fn input(recording: &Value) -> String {
    let screen = text(recording, "tty_output_esc");
    let typed = screen.split_once("to accept): ").and_then(|(_, rest)| rest.split_once("\\r\\n"));
    typed.map_or_else(|| text(recording, "stdin").to_owned(), |(answer, _)| format!("{answer}\n"))
}

/// The seconds in which the plan may have been made, the likeliest first.
fn seconds(recording: &Value) -> Vec<u64> {
    // Nodes that never met anybody have no times; then any second will do.
    let end = latest_pong(&recording["cluster_nodes_after"]).filter(|pong| *pong > 0);
    let end = end.map_or(ANY_SECOND, |pong| pong / 1000);
    let took = recording["secs"].as_f64().unwrap_or(3.0).ceil() as u64;
    (0..=took + 3).map(|back| (end + 1).saturating_sub(back)).collect()
}

fn latest_pong(views: &Value) -> Option<u64> {
    let views = views.as_object()?.values().filter_map(Value::as_str);
    views.flat_map(str::lines).filter_map(|line| line.split(' ').nth(5)?.parse().ok()).max()
}

fn same_transcript(recording: &Value, ours: &Transcript) -> Result<(), String> {
    same("rc", &recording["rc"], &Value::from(ours.code))?;
    if recording["tty"].as_bool().unwrap_or(false) {
        let screen = unescape(text(recording, "tty_output_esc"));
        let screen = String::from_utf8_lossy(&screen).replace("\r\n", "\n");
        return compare("the screen", &canonical(&screen), &canonical(&ours.screen));
    }
    compare("stdout", &canonical(text(recording, "stdout")), &canonical(&ours.stdout))?;
    compare("stderr", text(recording, "stderr"), &ours.stderr)
}

//! The family `manager`: all other commands of `redis-cli --cluster`, word for word.
//!
//! What each printed, its exit code, and who has which slots and how many keys afterwards. Put aside are
//! the dots of a join and the sizes of RDB files; covering slots with a random node is played in a second
//! that has the recorded luck, and where several seconds were needed, the node is left out.

use crate::Case;
use crate::folder::Folder;
use crate::house::{House, slots_in};
use crate::recording::{arguments, environment, same, strings, text};
use crate::support::drive::{Transcript, drive_until};
use crate::support::transcript::{compare, unescape, without_dots};
use serde_json::Value;
use slotlab::manager::glibc_rand::GlibcRand;
use slotlab::words::{Millis, SlotSet, Time};

/// So long after the turn of the second a command begins.
const INTO_THE_SECOND: Millis = Millis(50);
/// In how many seconds a recorded luck must come.
const SECONDS: u64 = 60;

/// Every command of the folder.
pub(crate) fn replay(folder: &Folder) -> Vec<Case> {
    let mut cases = Vec::new();
    for (_, recording) in folder.recordings() {
        match &recording {
            // Several in a file; the index of all has no servers.
            Value::Array(all) => {
                cases.extend(all.iter().filter(|one| one["ids"].is_object()).map(case))
            }
            one => cases.push(case(one)),
        }
    }
    cases
}

fn case(recording: &Value) -> Case {
    Case::new(format!("manager/{}", text(recording, "case")), play(recording))
}

fn play(recording: &Value) -> Result<(), String> {
    let at = Time::from_unix_s(last_seen(recording));
    let mut house = House::of(recording, at);
    if let Some(second) = lucky_second(recording, at.unix_s() + 1) {
        house.wait_until(Time::from_unix_s(second) + INTO_THE_SECOND);
    }
    let most = recording["cut_at_cap"].as_bool().unwrap_or(false);
    let most = most.then(|| text(recording, "stdout").len());
    let (argv, env) = (arguments(recording), environment_of(recording));
    let ours = drive_until(&argv, env, &mut house.ordered(), &typed(recording), most);
    same_transcript(recording, &ours)?;
    house.settle();
    same_slots(recording, &mut house)?;
    same_sizes(recording, &mut house)?;
    same_settings(recording, &mut house)
}

/// The terminals of these recordings had colours.
fn environment_of(recording: &Value) -> slotlab::cli::Env {
    let mut env = environment(recording);
    env.term_xterm = text(recording, "tty_output_esc").contains("\\x1b[");
    env
}

/// The second in which a node was last heard of, before the command.
fn last_seen(recording: &Value) -> u64 {
    let views = recording["views_before"].as_object().into_iter().flatten();
    let lines = views.filter_map(|(_, view)| view.as_str()).flat_map(str::lines);
    let pongs = lines.filter_map(|line| line.split(' ').nth(5)?.parse::<u64>().ok());
    pongs.max().unwrap_or(0) / 1000
}

/// What was typed line by line, or piped at once.
fn typed(recording: &Value) -> Vec<Vec<u8>> {
    let piped = with_ids(recording, text(recording, "stdin_norm"));
    let chunk = |row: &Value| with_ids(recording, row[1].as_str().unwrap_or("")).into_bytes();
    match recording["typed"].as_array() {
        Some(rows) => rows.iter().map(chunk).filter(|chunk| !chunk.is_empty()).collect(),
        None if piped.is_empty() => on_screen(text(recording, "tty_output_esc")),
        None => vec![piped.into_bytes()],
    }
}

/// The answers on a terminal's screen, each behind its question.
fn on_screen(screen: &str) -> Vec<Vec<u8>> {
    let answer = |line: &str| {
        let ends = ["16384)? ", "node ID? ", "(yes/no)? "];
        let question = ends.iter().find_map(|end| line.split_once(end));
        let source = || line.strip_prefix("Source node #")?.split_once(": ");
        Some(format!("{}\n", question.or_else(source)?.1).into_bytes())
    };
    screen.split("\\r\\n").filter_map(answer).collect()
}

fn with_ids(recording: &Value, text: &str) -> String {
    let rows = recording["ids"].as_object().into_iter().flatten();
    rows.fold(text.to_owned(), |text, (address, id)| {
        text.replace(&format!("<id:{address}>"), id.as_str().unwrap_or(""))
    })
}

/// The first second from `since` in which a random master is the recorded one.
fn lucky_second(recording: &Value, since: u64) -> Option<u64> {
    let said = text(recording, "stdout");
    let at = said.find("with a random node?")?;
    let (_, covered) = said[at..].split_once(" with 127.0.0.1:")?;
    let chosen = format!("127.0.0.1:{}", covered.lines().next()?);
    // Masters in the order of the first list.
    let blocks = said.lines().filter_map(|line| line.strip_prefix("M: ")?.split(' ').nth(1));
    let masters: Vec<&str> = blocks.collect();
    (since..since + SECONDS).find(|second| {
        let luck = GlibcRand::new(*second as u32).index(masters.len());
        masters[luck] == chosen
    })
}

fn same_transcript(recording: &Value, ours: &Transcript) -> Result<(), String> {
    same("rc", &recording["rc"], &Value::from(ours.code))?;
    if recording["tty"].as_bool().unwrap_or(false) {
        let screen = unescape(text(recording, "tty_output_esc"));
        let screen = String::from_utf8_lossy(&screen).replace("\r\n", "\n");
        return compare("the screen", &screen, &ours.screen);
    }
    let steady = |said: &str| match takes_seconds(recording) {
        true => without_luck(said),
        false => without_dots(said),
    };
    compare("stdout", &steady(text(recording, "stdout")), &steady(&ours.stdout))?;
    compare("stderr", &without_sizes(text(recording, "stderr")), &without_sizes(&ours.stderr))
}

/// Whether slots were covered in more than one second.
fn takes_seconds(recording: &Value) -> bool {
    let lines = text(recording, "stdout").lines();
    let covered = lines.filter_map(|line| line.split_once(">>> Covering slot "));
    let nodes = covered.filter_map(|(_, rest)| rest.split(' ').nth(2));
    let mut nodes: Vec<&str> = nodes.collect();
    nodes.dedup();
    nodes.len() > 1
}

fn without_luck(said: &str) -> String {
    // The first stands behind the question.
    let line = |line: &str| match line.split_once(">>> Covering slot ") {
        Some((before, rest)) => format!("{before}{}\n", rest.split(' ').next().unwrap_or("")),
        None => format!("{line}\n"),
    };
    said.lines().map(line).collect()
}

/// `writing 390 bytes` depends on the replication offset.
fn without_sizes(said: &str) -> String {
    let line = |line: &str| match line.split_once(", writing ").zip(line.split_once(" bytes to ")) {
        Some(((before, _), (_, after))) => format!("{before}, writing bytes to {after}\n"),
        None => format!("{line}\n"),
    };
    said.lines().map(line).collect()
}

/// Who has which slots in the view of the entry node, once the cluster has settled.
fn same_slots(recording: &Value, house: &mut House) -> Result<(), String> {
    let theirs = recording["slots_after"].as_object().into_iter().flatten();
    if takes_seconds(recording) || recording["cut_at_cap"].as_bool().unwrap_or(false) {
        return Ok(());
    }
    let entry = strings(&recording["masters"]).swap_remove(0);
    let view = house.view(&entry);
    for (address, slots) in theirs {
        let line = view.nodes.iter().find(|line| house.address(line.id) == Some(address));
        let ours = line.map_or(SlotSet::EMPTY, |line| line.slots.clone());
        if slots_in(slots) != ours {
            return Err(format!("{address} has {slots}, ours {:?}", ours.ranges()));
        }
        let open = strings(slots).iter().filter(|range| range.starts_with('[')).count();
        let open_here = line.map_or(0, |line| line.open.len());
        if open != open_here {
            return Err(format!("{address} has {open} open slots, ours {open_here}"));
        }
    }
    Ok(())
}

fn same_sizes(recording: &Value, house: &mut House) -> Result<(), String> {
    for (address, keys) in recording["dbsize_after"].as_object().into_iter().flatten() {
        let Some(keys) = keys.as_u64() else { continue };
        let ours = house.ask(address, "DBSIZE");
        compare(&format!("DBSIZE of {address}"), &keys.to_string(), &ours)?;
    }
    Ok(())
}

/// The timeouts, and what is left at the source of an import.
fn same_settings(recording: &Value, house: &mut House) -> Result<(), String> {
    for (name, value) in recording["post"].as_object().into_iter().flatten() {
        if let (Some(timeout), true) = (value.as_str(), name.contains(':')) {
            let ours = house.ask(name, "CONFIG GET cluster-node-timeout");
            compare(&format!("the timeout of {name}"), timeout, &ours)?;
        } else if name == "source_dbsize" {
            let ours = house.ask("127.0.0.1:7020", "DBSIZE");
            compare("DBSIZE of the source", &value.to_string(), &ours)?;
        }
    }
    Ok(())
}

//! The family `commands`: scenes of requests and answers on one small cluster, played in order.
//!
//! `exact` rows are compared byte for byte after the ids are normalised; `unordered` ones as sets of
//! elements or lines, without the moments in them; `volatile` ones by their type and length.

use crate::Case;
use crate::folder::Folder;
use crate::resp::{Shape, parse};
use crate::stage::Stage;
use crate::support::transcript::unescape;
use bytes::Bytes;
use serde_json::Value;
use slotlab::words::{Argv, Millis};

/// Plays every scene.
pub(crate) fn replay(folder: &Folder) -> Vec<Case> {
    let scenes = folder.recordings();
    let scenes = scenes.iter().filter(|(_, scene)| scene["layout"]["ALONE"].is_string());
    scenes.flat_map(|(name, scene)| play(name, scene)).collect()
}

fn play(name: &str, scene: &Value) -> Vec<Case> {
    let mut stage = Stage::build(scene);
    let mut cases = Vec::new();
    for row in scene["rows"].as_array().into_iter().flatten() {
        if let Some(seconds) = row["sleep_s"].as_f64() {
            stage.sleep(Millis((seconds * 1000.0) as u64));
        } else if let Some(event) = row["event"].as_str() {
            act(&mut stage, event);
        } else {
            let number = row["n"].as_u64().unwrap_or(0);
            let id = format!("commands/{name}/{number:03}");
            cases.push(Case::new(id, ask(&mut stage, row)));
        }
    }
    cases
}

fn act(stage: &mut Stage, event: &str) {
    let victims = event.strip_prefix("SIGKILL of ").expect("the only event there is");
    for name in victims.split([' ', '(']).filter(|word| word.len() == 2 && *word != "of") {
        stage.kill(name);
    }
}

fn ask(stage: &mut Stage, row: &Value) -> Result<(), String> {
    let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
    let (node, conn) = (text("node"), text("conn"));
    let heard = match row["cmd"].as_array() {
        None => stage.hear(&node, &conn),
        Some(words) => {
            let words: Vec<Bytes> = words
                .iter()
                .map(|word| stage.localise(word.as_str().unwrap_or_default()))
                .map(|word| Bytes::from(unescape(&word)))
                .collect();
            stage.call(&node, &conn, Argv::new(words))
        }
    };
    let ours = match heard {
        Some((reply, protocol)) => stage.normalise(&reply.encode(protocol)),
        None => Vec::new(),
    };
    let theirs = unescape(&text("reply"));
    let equal = match text("compare").as_str() {
        "exact" => theirs == ours,
        "unordered" => parse(&theirs).unordered() == parse(&ours).unordered(),
        _ => Shape::of(&parse(&theirs)) == Shape::of(&parse(&ours)),
    };
    if equal {
        return Ok(());
    }
    let command = row["cmd"].to_string();
    let show = |bytes: &[u8]| bytes.escape_ascii().to_string();
    Err(format!(
        "{} {node} {command}\n      {}\n      {}",
        text("compare"),
        show(&theirs),
        show(&ours)
    ))
}

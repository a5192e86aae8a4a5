//! What happened, so that it can happen again: spec, seed, and every action with its moment.

use slotlab::script::{fingerprint, line};
use slotlab::shapes::Spec;
use slotlab::sim::{Action, Done, Entry, Log, Refusal, World};
use slotlab::timeline::Recording;
use slotlab::words::{Seed, Time};
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// A recording that goes on.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    recording: Recording,
    start: Time,
}

impl Record {
    /// Nothing has happened yet.
    pub(crate) fn new(spec: &Spec, seed: Seed) -> Record {
        let recording = Recording { spec: spec.clone(), seed, actions: Vec::new(), at: 0 };
        Record { recording, start: spec.start }
    }

    /// Does an action, with all that follows at this moment, as a replay will. A refused one is not
    /// recorded: it changed nothing.
    pub(crate) fn act(
        &mut self,
        world: &mut World,
        action: &Action,
        log: &mut dyn Log,
    ) -> Result<Done, Refusal> {
        let now = world.now();
        world.run_until(now, log);
        let done = world.apply(action, log)?;
        self.recording.actions.push((now.micros_since(self.start), action.clone()));
        world.run_until(now, log);
        Ok(done)
    }

    /// The last moment.
    pub(crate) fn end(&mut self, now: Time) {
        self.recording.at = now.micros_since(self.start);
    }

    /// As a file has it.
    pub(crate) fn to_json(&self, now: Time) -> String {
        let mut recording = self.recording.clone();
        recording.at = now.micros_since(self.start);
        serde_json::to_string(&recording).unwrap_or_default()
    }

    /// Writes it, and says what it wrote.
    pub(crate) fn save(&self, path: &Path) -> Result<String, String> {
        let at = self.start.plus_micros(self.recording.at);
        fs::write(path, self.to_json(at))
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let actions = self.recording.actions.len();
        Ok(format!("{}: {actions} actions", path.display()))
    }
}

/// Plays a recorded file again: its log, and the fingerprint of its last moment.
pub(crate) fn replay(path: &Path) -> Result<String, String> {
    let named = |why: String| format!("{}: {why}", path.display());
    let text = fs::read_to_string(path).map_err(|error| named(error.to_string()))?;
    let recording: Recording = serde_json::from_str(&text).map_err(|why| named(why.to_string()))?;
    let (world, log) = play(&recording).map_err(|why| named(why.to_string()))?;
    let mut said = String::new();
    for entry in &log {
        // Writing to a string cannot fail.
        _ = writeln!(said, "{}", line(&world, entry));
    }
    _ = writeln!(said, "{}", mark(&world));
    Ok(said)
}

/// Tells whether a replay came to the same moment.
pub(crate) fn mark(world: &World) -> String {
    format!("fingerprint {:016x}", fingerprint(world, &[]))
}

fn play(recording: &Recording) -> Result<(World, Vec<Entry>), Refusal> {
    let mut world = World::new(&recording.spec, recording.seed);
    let start = recording.spec.start;
    let mut log = Vec::new();
    for (since, action) in &recording.actions {
        let at = start.plus_micros(*since).max(world.now());
        world.run_until(at, &mut log);
        world.apply(action, &mut log)?;
        world.run_until(at, &mut log);
    }
    world.run_until(start.plus_micros(recording.at), &mut log);
    Ok((world, log))
}

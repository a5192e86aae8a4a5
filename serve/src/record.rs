//! What happened, so that it can happen again: spec, seed, and every action with its moment.

use slotlab::say::Lang;
use slotlab::script::{fingerprint, flaw, line};
use slotlab::shapes::Spec;
use slotlab::sim::{Action, Done, Entry, Log, Refusal, World};
use slotlab::timeline::link::{LONGEST_LINK, MARK};
use slotlab::timeline::{Flaw, Recording};
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
        let (start, spec, actions) = (spec.start, spec.clone(), Vec::new());
        let recording = Recording { spec, seed, actions, at: 0, fingerprint: None };
        Record { recording, start }
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

    /// The run until now: where all that is due at this moment is done.
    pub(crate) fn until(&self, world: &World) -> Recording {
        Recording {
            at: world.now().micros_since(self.start),
            fingerprint: Some(fingerprint(world, &[])),
            ..self.recording.clone()
        }
    }

    /// Writes the run until now, and says what it wrote.
    pub(crate) fn save(&self, world: &World, path: &Path) -> Result<String, String> {
        let recording = self.until(world);
        fs::write(path, recording.to_json())
            .map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(format!("{}: {} actions", path.display(), recording.actions.len()))
    }
}

/// The page that `cargo xtask serve` opens.
pub(crate) const PAGE: &str = "http://127.0.0.1:8080/";

/// The address that opens a recording in a page. An error is a sentence.
pub(crate) fn link(recording: &Recording, page: &str) -> Result<String, String> {
    let link = recording.to_link();
    if LONGEST_LINK < link.len() {
        return Err(format!(
            "the link would have {} characters, and mail and chats cut off what is longer than \
             {LONGEST_LINK}; the page opens the recording as a file, too: drop it there",
            link.len()
        ));
    }
    // What the page refuses is better known here.
    recording.check().map_err(|why| told(&why))?;
    Ok(format!("{}{link}", page.split('#').next().unwrap_or_default()))
}

/// `slotlab link`: the link to a recorded file, on a line.
pub(crate) fn link_to(path: &Path, page: &str) -> Result<String, String> {
    let named = |why: String| format!("{}: {why}", path.display());
    let text = fs::read_to_string(path).map_err(|error| named(error.to_string()))?;
    let recording = Recording::read(&text).map_err(|why| named(told(&why)))?;
    Ok(link(&recording, page).map_err(named)? + "\n")
}

fn told(why: &Flaw) -> String {
    let (says, mend) = flaw(Lang::En, why);
    format!("{says} {mend}")
}

/// Plays a recorded file or a link again: its log, and the fingerprint of its last moment.
pub(crate) fn replay(path: &Path) -> Result<String, String> {
    let named = |why: String| format!("{}: {why}", path.display());
    let recording = read(path).map_err(named)?;
    let (world, log) = play(&recording).map_err(|why| named(why.to_string()))?;
    let mut said = String::new();
    for entry in &log {
        // Writing to a string cannot fail.
        _ = writeln!(said, "{}", line(&world, entry));
    }
    _ = writeln!(said, "{}", mark(&world));
    Ok(said)
}

/// A file of any length, or a link.
fn read(path: &Path) -> Result<Recording, String> {
    let link = path.to_str().filter(|text| text.contains(MARK));
    if let Some(link) = link {
        return Recording::read(link).map_err(|why| told(&why));
    }
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|why| why.to_string())
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

//! What repeats a moment: spec, seed and actions, as text for a report.

use crate::session::Session;
use serde::Serialize;

#[derive(Serialize)]
struct Report<'a> {
    seed: u64,
    actions: Vec<(u64, &'a crate::sim::Action)>,
    spec: &'a crate::shapes::Spec,
}

impl Session {
    /// The run so far, as JSON; empty if nothing runs. Times are microseconds since the Unix epoch.
    pub fn report(&self) -> String {
        let Some(run) = &self.run else { return String::new() };
        let played = run.timeline().actions_played();
        let report = Report {
            seed: self.seed.0,
            actions: played.iter().map(|(at, action)| (at.0, action)).collect(),
            spec: run.world().spec(),
        };
        serde_json::to_string(&report).unwrap_or_default()
    }
}

//! A moment as it can be told to others: spec, seed, and actions.
//!
//! A shared link, a bug report and a student's submission are all the same thing.

use crate::shapes::Spec;
use crate::sim::{Action, Refusal, World};
use crate::timeline::Timeline;
use crate::words::{Seed, Time};
use serde::{Deserialize, Serialize};

/// Everything a moment depends on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Recording {
    /// What was built.
    pub spec: Spec,
    /// The luck of the run.
    pub seed: Seed,
    /// What was done, and when: microseconds since the start.
    pub actions: Vec<(u64, Action)>,
    /// The moment itself: microseconds since the start.
    pub at: u64,
}

impl Timeline {
    /// This moment, to be told to others.
    pub fn recording(&self) -> Recording {
        let since = |at: Time| at.micros_since(self.origin());
        let told = |(at, action): &(Time, Action)| (since(*at), action.clone());
        Recording {
            spec: self.world().spec().clone(),
            seed: self.world().seed(),
            actions: self.actions_played().iter().map(told).collect(),
            at: since(self.now()),
        }
    }
}

impl Recording {
    /// The history that leads to the moment, with the cursor on it. A recording that somebody
    /// changed by hand may ask for what is not possible.
    pub fn replay(&self) -> Result<Timeline, Refusal> {
        let mut timeline = Timeline::new(World::new(&self.spec, self.seed));
        let origin = timeline.origin();
        for (since, action) in &self.actions {
            timeline.seek(origin.plus_micros(*since).max(timeline.now()));
            timeline.act(action.clone())?;
        }
        timeline.seek(origin.plus_micros(self.at));
        Ok(timeline)
    }
}

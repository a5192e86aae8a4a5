//! A moment as it can be told to others: spec, seed, and actions.
//!
//! A shared link, a bug report and a student's submission are all the same thing. How it becomes text is
//! `link`'s business, and what one from elsewhere must keep to `check`'s.

use crate::shapes::Spec;
use crate::sim::Action;
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
    /// What the moment looked like to whoever recorded it: another Slotlab may come to another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<u64>,
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
            fingerprint: None,
        }
    }
}

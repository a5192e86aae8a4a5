//! What a recording that came from elsewhere must keep to, so that playing it ends and fits.
//!
//! Limits are named here; [`crate::timeline::link`] has those of the text. What cannot be known
//! beforehand (an action that the world refuses, memory) comes out when it is played.

use crate::shapes::spec::Latency;
use crate::sim::{Action, Verdict};
use crate::timeline::Recording;
use crate::timeline::flaw::Flaw;
use crate::words::Millis;

/// The most containers: a hundred nodes are played at about fifty virtual seconds a second, and what a
/// world takes grows with the square of their number.
pub const MOST_CONTAINERS: usize = 200;
/// The most actions: as many commands as `redis-benchmark` sends in its usual two tests.
pub const MOST_ACTIONS: usize = 200_000;
/// The longest run.
pub const LONGEST_DAYS: u64 = 7;
const LONGEST_US: u64 = LONGEST_DAYS * 24 * 60 * 60 * 1_000_000;
/// The longest of all durations in actions.
const LONGEST_MS: u64 = LONGEST_US / 1000;

impl Recording {
    /// Whether it can be played, as far as can be seen without playing it.
    pub fn check(&self) -> Result<(), Flaw> {
        let count = self.spec.containers.len();
        if MOST_CONTAINERS < count {
            return Err(Flaw::TooManyContainers { count, most: MOST_CONTAINERS });
        }
        if MOST_ACTIONS < self.actions.len() {
            return Err(Flaw::TooManyActions { most: MOST_ACTIONS });
        }
        if LONGEST_US < self.at {
            return Err(Flaw::TooLong { days: LONGEST_DAYS });
        }
        if self.spec.servers().next().is_none() {
            return Err(Flaw::NoServers);
        }
        self.spec.check().map_err(Flaw::Impossible)?;
        self.check_order()?;
        match self.actions.iter().position(|(_, action)| !is_bounded(action)) {
            Some(at) => Err(Flaw::Impossible(format!("actions[{at}]"))),
            None => Ok(()),
        }
    }

    fn check_order(&self) -> Result<(), Flaw> {
        let mut before = 0;
        for (nth, (at, _)) in self.actions.iter().enumerate() {
            if *at < before || self.at < *at {
                return Err(Flaw::OutOfOrder { nth: nth + 1 });
            }
            before = *at;
        }
        Ok(())
    }
}

/// Whether its durations are such that a sum of moments stays one.
fn is_bounded(action: &Action) -> bool {
    match action {
        Action::Rule(rule) => match rule.verdict {
            Verdict::Slow(more) => more <= LONGEST_US,
            Verdict::Drop
            | Verdict::Reject
            | Verdict::Reset
            | Verdict::Lossy(_)
            | Verdict::Pass => true,
        },
        Action::Latency(Latency { base_us, jitter_us }) => {
            *base_us <= LONGEST_US && *jitter_us <= LONGEST_US
        }
        Action::DelayPacket(_, Millis(span)) => *span <= LONGEST_MS,
        Action::StartLoad { load, .. } => load.every.0 <= LONGEST_MS,
        Action::Kill(_)
        | Action::Crash(_)
        | Action::KillProcess(_)
        | Action::Terminate(_)
        | Action::Stop(_)
        | Action::Start(_)
        | Action::Restart(_)
        | Action::Pause(_)
        | Action::Resume(_)
        | Action::LoseDisk(_)
        | Action::Heal
        | Action::DropPacket(_)
        | Action::DeliverNow(_)
        | Action::OpenClient { .. }
        | Action::Type { .. }
        | Action::Interrupt(_)
        | Action::CloseClient(_)
        | Action::Command { .. }
        | Action::RunJob { .. }
        | Action::Dial { .. }
        | Action::Bytes { .. }
        | Action::Took { .. } => true,
    }
}

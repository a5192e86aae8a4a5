//! Layer 7, history: what was done, and snapshots that only make looking back fast.
//!
//! A [`Timeline`] is a cursor on one of several lanes. Acting where a lane already goes on makes a
//! new lane; the old one stays and can be returned to.
//!
//! Invariant: a moment depends on the origin and on the actions before it, on nothing else.
//! Snapshots and logs are derived; dropping them changes how long a seek takes, never its result.
//! Absent: what actions do (`sim`) and how history is shown (`view`).

pub mod check;
pub mod flaw;
mod heard;
mod lane;
pub mod link;
mod recording;

pub use flaw::Flaw;
pub use heard::Answered;
pub use recording::Recording;

use crate::sim::{Action, Done, Entry, Refusal, World};
use crate::words::{Millis, Time};
use heard::Heard;
use lane::{Lane, Moment};

/// A lane's place in [`Timeline::lanes`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LaneId(pub usize);

/// One line of history, as one sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LaneView {
    /// Which.
    pub id: LaneId,
    /// From which lane it parted, and when; None for the first.
    pub parted: Option<(LaneId, Time)>,
    /// How far it was seen.
    pub horizon: Time,
    /// How many actions it has.
    pub actions: usize,
}

/// History with a cursor on it.
#[derive(Clone, Debug)]
pub struct Timeline {
    lanes: Vec<Lane>,
    current: LaneId,
    present: Moment,
}

/// How far to look for the next event before giving up.
const LOOK_AHEAD: Millis = Millis(60_000);

impl Timeline {
    /// A history that starts at `origin`.
    pub fn new(origin: World) -> Timeline {
        let present = Moment { world: origin, played: 0 };
        Timeline { lanes: vec![Lane::new(&present)], current: LaneId(0), present }
    }

    /// The world at the cursor.
    pub fn world(&self) -> &World {
        &self.present.world
    }
    /// The cursor.
    pub fn now(&self) -> Time {
        self.present.world.now()
    }
    /// When history begins.
    pub fn origin(&self) -> Time {
        self.present.world.spec().start
    }
    /// How far the cursor's lane was seen.
    pub fn horizon(&self) -> Time {
        self.lane().horizon
    }
    /// What has become true up to the cursor.
    pub fn log(&self) -> &[Entry] {
        self.lane().log_until(self.now())
    }
    /// What has become true up to the horizon: the cursor's future is in it.
    pub fn whole_log(&self) -> &[Entry] {
        &self.lane().log
    }
    /// What programs outside were answered last, up to the cursor.
    pub fn answers(&self) -> &[Answered] {
        self.lane().answers_until(self.now())
    }
    /// What has become true in a lane, up to its horizon; nothing if there is no such lane.
    pub fn log_of(&self, lane: LaneId) -> &[Entry] {
        self.lanes.get(lane.0).map_or(&[], |lane| &lane.log)
    }
    /// Until when two lanes share their past; None if they are one.
    pub fn parting(&self, a: LaneId, b: LaneId) -> Option<Time> {
        let (mut a, mut b, mut parting) = (a, b, None::<Time>);
        while a != b {
            // A lane is younger than the one it parted from.
            let younger = if a < b { &mut b } else { &mut a };
            let (from, at) = self.lanes.get(younger.0)?.parted?;
            *younger = from;
            parting = Some(parting.map_or(at, |known| known.min(at)));
        }
        parting
    }
    /// The actions of the cursor's lane, those of its future too.
    pub fn actions(&self) -> &[(Time, Action)] {
        &self.lane().actions
    }
    /// The actions before the cursor: with the spec and the seed they are this moment.
    pub fn actions_played(&self) -> &[(Time, Action)] {
        &self.lane().actions[..self.present.played]
    }
    /// The lane of the cursor.
    pub fn current_lane(&self) -> LaneId {
        self.current
    }
    /// All lanes, in the order they were made.
    pub fn lanes(&self) -> impl Iterator<Item = LaneView> {
        self.lanes.iter().enumerate().map(|(ix, lane)| LaneView {
            id: LaneId(ix),
            parted: lane.parted,
            horizon: lane.horizon,
            actions: lane.actions.len(),
        })
    }
    /// How many snapshots are kept, and how many events a replay between two handles at most.
    pub fn snapshots(&self) -> (usize, u64) {
        (self.lanes.iter().map(|lane| lane.snapshots.len()).sum(), self.lane().spacing)
    }

    /// Does `action` at the cursor. Where the lane already goes on, a new lane begins.
    pub fn act(&mut self, action: Action) -> Result<Done, Refusal> {
        let now = self.now();
        let mut fresh = Heard::default();
        let world = &mut self.present.world;
        // One that is refused changes nothing.
        let done = world.apply(&action, &mut fresh)?;
        world.run_until(now, &mut fresh);
        if now < self.lane().horizon || self.present.played < self.lane().actions.len() {
            let lane = self.lane().part(self.current, now, self.present.played);
            self.lanes.push(lane);
            self.current = LaneId(self.lanes.len() - 1);
        }
        self.present.played += 1;
        let lane = &mut self.lanes[self.current.0];
        lane.actions.push((now, action));
        lane.remember(fresh);
        Ok(done)
    }

    /// Moves the cursor to `to`, forwards or backwards; to the origin if `to` is before it.
    pub fn seek(&mut self, to: Time) {
        let to = to.max(self.origin());
        let lane = &mut self.lanes[self.current.0];
        lane.bring(&mut self.present, to);
    }

    /// Moves the cursor on to `to`, which is beyond the horizon, handling at most so many events; true
    /// when it is there. Until then not all that is due at the cursor may be done, and nobody may act.
    pub fn approach(&mut self, to: Time, events: &mut u64) -> bool {
        let lane = &mut self.lanes[self.current.0];
        lane.run_within(&mut self.present, to, events)
    }

    /// Moves the cursor to the next entry that `matters`; false if a minute brings none.
    pub fn next_event(&mut self, matters: impl Fn(&Entry) -> bool) -> bool {
        let start = self.now();
        let known = self.whole_log().iter().find(|entry| start < entry.at && matters(entry));
        if let Some(at) = known.map(|entry| entry.at) {
            self.seek(at);
            return true;
        }
        self.seek(start.max(self.lane().horizon));
        let limit = self.now() + LOOK_AHEAD;
        while let Some(at) = self.present.world.next_event_time().filter(|&at| at <= limit) {
            let seen = self.whole_log().len();
            self.seek(at);
            if self.whole_log()[seen..].iter().any(&matters) {
                return true;
            }
        }
        self.seek(limit);
        false
    }

    /// Moves the cursor to the entry before it that `matters`; false if there is none.
    pub fn previous_event(&mut self, matters: impl Fn(&Entry) -> bool) -> bool {
        let now = self.now();
        let before = self.log().iter().rev().find(|entry| entry.at < now && matters(entry));
        let Some(at) = before.map(|entry| entry.at) else { return false };
        self.seek(at);
        true
    }

    /// Moves the cursor to another lane, at the same time or at that lane's horizon.
    pub fn switch(&mut self, to: LaneId) -> bool {
        let Some(lane) = self.lanes.get(to.0) else { return false };
        let at = self.now().min(lane.horizon);
        self.present = lane.origin().clone();
        self.current = to;
        self.seek(at);
        true
    }

    fn lane(&self) -> &Lane {
        &self.lanes[self.current.0]
    }
}

//! One line of history: its actions, its log, and its snapshots.
//!
//! Snapshots are spaced by what a replay costs, counted in events, so that a quiet hour needs few
//! and a busy second many. When there are too many, every second one goes and the spacing doubles:
//! memory is bounded, and a seek grows only with the length of history.

use crate::sim::{Action, Entry, World};
use crate::timeline::LaneId;
use crate::timeline::heard::{Answered, Heard};
use crate::words::Time;

/// A world, and how many of its lane's actions it has seen.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    pub(super) world: World,
    pub(super) played: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub(super) parted: Option<(LaneId, Time)>,
    pub(super) actions: Vec<(Time, Action)>,
    /// In order of time; the first is the origin.
    pub(super) snapshots: Vec<Moment>,
    /// What became true up to the horizon.
    pub(super) log: Vec<Entry>,
    /// What programs outside were answered last, up to the horizon.
    pub(super) answers: Vec<Answered>,
    pub(super) horizon: Time,
    /// How many events lie between two snapshots.
    pub(super) spacing: u64,
}

/// The spacing that small worlds begin with: a few milliseconds of replay.
const FIRST_SPACING: u64 = 2500;
/// What all snapshots of a lane may take together, in units of [`World::weight`].
const BUDGET: u64 = 2_000_000;
/// Never fewer than this.
const FEWEST: u64 = 8;
/// Never more than this.
const MOST: u64 = 128;
/// So many answers to programs outside are kept, the last ones.
const MOST_ANSWERS: usize = 2_000;

impl Lane {
    pub(super) fn new(origin: &Moment) -> Lane {
        Lane {
            parted: None,
            actions: Vec::new(),
            snapshots: vec![origin.clone()],
            log: Vec::new(),
            answers: Vec::new(),
            horizon: origin.world.now(),
            spacing: FIRST_SPACING,
        }
    }

    /// A lane that shares this one's past up to `now`.
    pub(super) fn part(&self, from: LaneId, now: Time, played: usize) -> Lane {
        let past = |moment: &&Moment| moment.played <= played && moment.world.now() <= now;
        Lane {
            parted: Some((from, now)),
            actions: self.actions[..played].to_vec(),
            snapshots: self.snapshots.iter().filter(past).cloned().collect(),
            log: self.log_until(now).to_vec(),
            answers: self.answers_until(now).to_vec(),
            horizon: now,
            spacing: self.spacing,
        }
    }

    pub(super) fn origin(&self) -> &Moment {
        &self.snapshots[0]
    }

    pub(super) fn log_until(&self, now: Time) -> &[Entry] {
        &self.log[..self.log.partition_point(|entry| entry.at <= now)]
    }

    pub(super) fn answers_until(&self, now: Time) -> &[Answered] {
        &self.answers[..self.answers.partition_point(|answer| answer.at <= now)]
    }

    /// Adds what is not known yet; a replay brings known things again.
    pub(super) fn remember(&mut self, fresh: Heard) {
        let last = self.log.last().map(|entry| entry.id);
        self.log.extend(fresh.entries.into_iter().filter(|entry| last < Some(entry.id)));
        let last = self.answers.last().map(|answer| answer.nth);
        self.answers.extend(fresh.answers.into_iter().filter(|answer| last < Some(answer.nth)));
        if 2 * MOST_ANSWERS < self.answers.len() {
            self.answers.drain(..self.answers.len() - MOST_ANSWERS);
        }
    }

    /// Brings `moment`, which is on this lane, to `to`.
    pub(super) fn bring(&mut self, moment: &mut Moment, to: Time) {
        let now = moment.world.now();
        let nearest = self.snapshots.partition_point(|s| s.world.now() <= to).saturating_sub(1);
        let nearest = &self.snapshots[nearest];
        if to < now || now < nearest.world.now() {
            *moment = nearest.clone();
        }
        while let Some((at, action)) = self.actions.get(moment.played).filter(|(at, _)| *at <= to) {
            let (at, action) = (*at, action.clone());
            self.run(moment, at);
            let mut fresh = Heard::default();
            let again = moment.world.apply(&action, &mut fresh);
            assert!(again.is_ok(), "an action that was possible once is possible in every replay");
            moment.world.run_until(at, &mut fresh);
            moment.played += 1;
            self.remember(fresh);
        }
        self.run(moment, to);
    }

    /// Runs to `to` without actions, leaving snapshots on the way.
    fn run(&mut self, moment: &mut Moment, to: Time) {
        let mut enough = u64::MAX;
        self.run_within(moment, to, &mut enough);
    }

    /// As `run`, handling at most so many events; true when it is there.
    pub(super) fn run_within(&mut self, moment: &mut Moment, to: Time, events: &mut u64) -> bool {
        let mut fresh = Heard::default();
        loop {
            let next = self.next_snapshot(moment);
            // A snapshot lies between moments: all that is due at its own is done.
            let amid = |world: &World| world.next_event_time().is_some_and(|at| at <= world.now());
            while moment.world.events_handled() < next || amid(&moment.world) {
                if *events == 0 {
                    self.remember(fresh);
                    return false;
                }
                *events -= 1;
                if !moment.world.step_event(to, &mut fresh) {
                    moment.world.run_until(to, &mut fresh);
                    self.horizon = self.horizon.max(to);
                    self.remember(fresh);
                    return true;
                }
            }
            if self.snapshots.last().is_some_and(|s| s.world.now() < moment.world.now()) {
                self.snapshots.push(moment.clone());
                self.thin_out(&moment.world);
            }
        }
    }

    /// At how many handled events the next snapshot is due.
    fn next_snapshot(&self, moment: &Moment) -> u64 {
        let here = moment.world.events_handled();
        let last = self.snapshots.last().map_or(0, |s| s.world.events_handled());
        let spacing = self.spacing.max(moment.world.weight() / 8);
        (last + spacing).max(here + 1)
    }

    fn thin_out(&mut self, world: &World) {
        let most = (BUDGET / world.weight().max(1)).clamp(FEWEST, MOST);
        if (self.snapshots.len() as u64) < most {
            return;
        }
        let mut nth = 0;
        self.snapshots.retain(|_| {
            nth += 1;
            nth % 2 == 1
        });
        self.spacing *= 2;
    }
}

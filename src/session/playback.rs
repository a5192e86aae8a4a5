//! Time: playing, stepping, skimming, scrubbing.

use crate::session::Session;
use crate::session::run::Run;
use crate::session::speed::LADDER;
use crate::session::weight::Weight;
use crate::words::{Millis, Time};

/// A frame longer than this (a hidden tab) counts as this, in wall microseconds.
const LONGEST_FRAME_US: u64 = 100_000;
/// A frame that took longer makes the next one do less; in wall microseconds.
const SLOW_FRAME_US: u64 = 40_000;
/// Bounds of the events that one frame may handle.
const BUDGET: std::ops::RangeInclusive<u64> = 200..=40_000;
/// A seek goes so far beyond what was seen and no farther.
const HORIZON: Millis = Millis::from_s(120);

/// Whether and how fast time runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Playback {
    /// Whether it runs.
    pub playing: bool,
    /// The rung of the speed ladder.
    pub rung: usize,
    /// Wall time since the page was opened, in microseconds.
    pub wall: u64,
    carry: u64,
    budget: u64,
}

impl Playback {
    pub(super) fn new(rung: usize) -> Playback {
        Playback { playing: true, rung, wall: 0, carry: 0, budget: *BUDGET.end() }
    }
    pub(super) fn set_rung(&mut self, rung: usize) {
        self.rung = rung.min(LADDER.len() - 1);
        self.carry = 0;
    }
}

impl Session {
    /// A frame of the screen: virtual time advances, but never for so long that the page freezes.
    /// While a recording is opened only that goes on.
    pub(super) fn frame(&mut self, elapsed: u64) {
        if self.opening.is_some() {
            return self.play_on();
        }
        let playback = &mut self.playback;
        let elapsed = elapsed.min(LONGEST_FRAME_US);
        playback.wall += elapsed;
        playback.budget = match elapsed {
            SLOW_FRAME_US.. => playback.budget / 2,
            _ => playback.budget + playback.budget / 8,
        }
        .clamp(*BUDGET.start(), *BUDGET.end());
        let Some(run) = &mut self.run else { return };
        run.fade(playback.wall);
        if !playback.playing {
            return;
        }
        let (step, carry) = LADDER[playback.rung].advance(elapsed, playback.carry);
        playback.carry = carry;
        let target = run.world().now().plus_micros(step);
        advance_within(run, target, playback.wall, playback.budget);
    }

    /// To the next entry of at least this weight; a minute on if there is none.
    pub(super) fn next(&mut self, least: Weight) {
        self.playback.playing = false;
        let wall = self.playback.wall;
        if let Some(run) = &mut self.run {
            run.next_event(wall, least);
        }
    }

    /// To the entry before this moment; to the start if there is none.
    pub(super) fn back(&mut self, least: Weight) {
        self.playback.playing = false;
        if let Some(run) = &mut self.run {
            run.previous_event(least);
        }
    }

    pub(super) fn seek(&mut self, to: Time) {
        if let Some(run) = &mut self.run {
            let latest = run.world().now().max(run.timeline().horizon());
            run.seek(to.min(latest + HORIZON));
        }
    }

    pub(super) fn nudge(&mut self, micros: i64) {
        self.playback.playing = false;
        let wall = self.playback.wall;
        let Some(run) = &mut self.run else { return };
        let now = run.world().now();
        match u64::try_from(micros) {
            Ok(forward) => run.advance(now.plus_micros(forward), wall),
            Err(_) => run.seek(Time(now.0.saturating_sub(micros.unsigned_abs()))),
        }
    }
}

/// Runs towards `target` in slices until it is reached or so many events were handled.
fn advance_within(run: &mut Run, target: Time, wall: u64, budget: u64) {
    const SLICE_US: u64 = 20_000;
    let handled = run.world().events_handled();
    while run.world().now() < target && run.world().events_handled() < handled + budget {
        let stop = run.world().now().plus_micros(SLICE_US).min(target);
        run.advance(stop, wall);
    }
}

//! The timeline: the whole run from left to right, its marks, and when slots were not served.

use super::lanes::{self, Label, OtherLane};
use super::sentence;
use crate::session::Session;
use crate::session::index::Index;
use crate::session::milestone::{Milestone, Outage};
use crate::session::run::Run;
use crate::sim::Entry;
use crate::words::Time;

/// The track.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TimelineView {
    /// Pixels.
    pub width: f64,
    /// When the run began.
    pub start: Time,
    /// How long the track is, in virtual microseconds.
    pub span: u64,
    /// Ticks of the axis: x and text.
    pub ticks: Vec<(f64, String)>,
    /// Where what was seen ends, in pixels.
    pub seen: f64,
    /// When the cluster was down: from, to, in pixels.
    pub windows: Vec<Window>,
    /// What happened.
    pub marks: Vec<Mark>,
    /// Other lanes of history.
    pub lanes: Vec<OtherLane>,
    /// What stands beside the track.
    pub label: Label,
}

/// A time in which slots were not served.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Window {
    /// Pixels.
    pub from: f64,
    /// Pixels.
    pub to: f64,
}

/// A mark.
#[derive(Clone, PartialEq, Debug)]
pub struct Mark {
    /// Pixels.
    pub x: f64,
    /// When.
    pub at: Time,
    /// Its kind, which is its shape.
    pub kind: Milestone,
    /// The sentence.
    pub text: String,
}

impl TimelineView {
    /// The moment under a place of the track.
    pub fn time_at(&self, x: f64) -> Time {
        let share = (x / self.width.max(1.0)).clamp(0.0, 1.0);
        self.start.plus_micros((share * self.span as f64) as u64)
    }
    /// Where a moment is on the track.
    pub fn x(&self, at: Time) -> f64 {
        let share = at.micros_since(self.start) as f64 / self.span.max(1) as f64;
        (share * self.width).min(self.width)
    }
}

/// The shortest track, in virtual microseconds.
const SHORTEST: u64 = 10_000_000;
/// Marks closer than this are one, in pixels.
const CROWDED: f64 = 7.0;

/// The timeline of a session.
pub fn draw(session: &Session) -> TimelineView {
    let Some(run) = &session.run else { return TimelineView::default() };
    let mut view = TimelineView {
        width: session.page.track,
        start: run.start(),
        span: span(run),
        label: lanes::label(session, run),
        ..TimelineView::default()
    };
    view.ticks = ticks(&view);
    view.seen = view.x(run.timeline().horizon());
    view.windows = windows(&view, run.index(), view.seen);
    view.marks = marks(&view, session, run, run.timeline().whole_log(), run.index());
    view.lanes = lanes::draw(&view, session, run);
    view
}

fn span(run: &Run) -> u64 {
    let drawn = lanes::drawn(run).into_iter().map(|lane| lane.horizon);
    let last = drawn.fold(run.timeline().horizon(), Time::max);
    let seen = last.micros_since(run.start());
    // Grows in steps, so that the axis stands still most of the time.
    let mut span = SHORTEST;
    while span * 9 / 10 < seen {
        span = span * 3 / 2;
    }
    span
}

fn ticks(view: &TimelineView) -> Vec<(f64, String)> {
    const STEPS: [u64; 10] = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600];
    let seconds = view.span / 1_000_000;
    let most = (view.width / 56.0).max(2.0) as u64;
    let step = STEPS.into_iter().find(|step| seconds / step <= most).unwrap_or(3600);
    (0..=seconds / step)
        .map(|n| n * step)
        .map(|second| {
            let x = view.x(view.start.plus_micros(second * 1_000_000));
            let unit = if second == 0 { " s" } else { "" };
            (x, format!("{second}{unit}"))
        })
        .filter(|(x, _)| *x < view.width - 12.0)
        .collect()
}

/// When the cluster was down.
pub(super) fn windows(view: &TimelineView, index: &Index, seen: f64) -> Vec<Window> {
    let window = |outage: &Outage| Window {
        from: view.x(outage.from),
        to: outage.to.map_or(seen, |to| view.x(to)),
    };
    index.outages().iter().map(window).collect()
}

/// Marks of one kind that would lie on each other are one: the first.
pub(super) fn marks(
    view: &TimelineView,
    session: &Session,
    run: &Run,
    log: &[Entry],
    index: &Index,
) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    for kind in Milestone::ALL {
        let mut rest = index.marks(kind);
        while let Some(&place) = rest.first() {
            let (at, x) = (log[place].at, view.x(log[place].at));
            let text = sentence::of(session.page.lang, run, &log[place]).unwrap_or_default();
            marks.push(Mark { x, at, kind, text });
            rest = &rest[rest.partition_point(|&next| view.x(log[next].at) - x < CROWDED)..];
        }
    }
    // In order of time, for whoever goes from one to the next by keyboard.
    marks.sort_by_key(|mark| (mark.at, mark.kind));
    marks
}

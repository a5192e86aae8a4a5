//! The timeline: the whole run from left to right, its marks, and when slots were not served.

use super::sentence;
use crate::session::Session;
use crate::session::run::Run;
use crate::session::weight::{Weight, weight};
use crate::shapes::Fact;
use crate::sim::{Action, Entry, What, Who};
use crate::words::Time;
use std::collections::BTreeSet;

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
}

/// A time in which slots were not served.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Window {
    /// Pixels.
    pub from: f64,
    /// Pixels.
    pub to: f64,
    /// A majority knew it: the cluster was down.
    pub dense: bool,
}

/// The shape of a mark: that of the state or packet it stands for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Shape {
    /// A fault: filled red circle with a cross.
    Fault,
    /// A repair: circle with an arrow.
    Repair,
    /// A command: a box.
    Command,
    /// PFAIL: amber dashed ring.
    Suspect,
    /// FAIL: red octagon.
    Fail,
    /// An election: diamond.
    Election,
    /// A promotion: filled square with a tick.
    Promotion,
    /// The cluster is ok: circle with a tick.
    Ok,
    /// Something else that matters.
    Other,
}

/// A mark.
#[derive(Clone, PartialEq, Debug)]
pub struct Mark {
    /// Pixels.
    pub x: f64,
    /// When.
    pub at: Time,
    /// Its shape.
    pub shape: Shape,
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
        ..TimelineView::default()
    };
    view.ticks = ticks(&view);
    view.seen = view.x(run.timeline().horizon());
    view.windows = windows(&view, run);
    view.marks = marks(&view, session, run);
    view
}

fn span(run: &Run) -> u64 {
    let seen = run.timeline().horizon().micros_since(run.start());
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

/// When some node that answered saw the cluster as down, after it had been ok once.
fn windows(view: &TimelineView, run: &Run) -> Vec<Window> {
    let mut windows = Vec::new();
    let (mut down, mut since) = (BTreeSet::new(), None::<Time>);
    let mut was_ok = false;
    for entry in run.timeline().whole_log() {
        match (&entry.what, entry.who) {
            (What::Fact(Fact::StateFail { .. }), who) if was_ok => {
                down.insert(who);
            }
            (What::Fact(Fact::StateOk), who) => {
                was_ok = true;
                down.remove(&who);
            }
            (What::Life(crate::sim::Life::Exited(_)), who) => {
                down.remove(&who);
            }
            _ => continue,
        }
        match (since, down.is_empty()) {
            (None, false) => since = Some(entry.at),
            (Some(from), true) => {
                windows.push(Window { from: view.x(from), to: view.x(entry.at), dense: true });
                since = None;
            }
            _ => {}
        }
    }
    if let Some(from) = since {
        windows.push(Window { from: view.x(from), to: view.seen, dense: true });
    }
    windows
}

fn marks(view: &TimelineView, session: &Session, run: &Run) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let mut was_ok = false;
    for entry in run.timeline().whole_log() {
        let Some(shape) = shape(entry, &mut was_ok) else { continue };
        let x = view.x(entry.at);
        let near = |mark: &Mark| mark.shape == shape && x - mark.x < CROWDED;
        if marks.last().is_some_and(near) {
            continue;
        }
        if let Some(text) = sentence::of(session.page.lang, run, entry) {
            marks.push(Mark { x, at: entry.at, shape, text });
        }
    }
    marks
}

fn shape(entry: &Entry, was_ok: &mut bool) -> Option<Shape> {
    if weight(entry) < Weight::Plain {
        return None;
    }
    let shape = match &entry.what {
        What::Action(action) => of_action(action)?,
        What::Fact(Fact::Pfail { .. }) => Shape::Suspect,
        What::Fact(Fact::Fail { .. }) => Shape::Fail,
        What::Fact(Fact::ElectionStarted { .. } | Fact::ManualRequested { .. }) => Shape::Election,
        What::Fact(Fact::Promoted { .. }) => Shape::Promotion,
        What::Fact(Fact::StateOk) => {
            *was_ok = true;
            Shape::Ok
        }
        // Before the cluster was made every node says so: that is no story.
        What::Fact(Fact::StateFail { .. }) if *was_ok => Shape::Fail,
        What::Fact(Fact::WriteLost { .. } | Fact::Refused { .. }) => Shape::Other,
        _ => return None,
    };
    // What a client did is told by its line; nothing else of it is a mark.
    matches!(entry.who, Who::Person | Who::Container(_)).then_some(shape)
}

fn of_action(action: &Action) -> Option<Shape> {
    match action {
        Action::Kill(_)
        | Action::Crash(_)
        | Action::KillProcess(_)
        | Action::Terminate(_)
        | Action::Stop(_)
        | Action::Pause(_)
        | Action::LoseDisk(_)
        | Action::Rule(_)
        | Action::DropPacket(_)
        | Action::DelayPacket(..) => Some(Shape::Fault),
        Action::Start(_) | Action::Restart(_) | Action::Resume(_) | Action::Heal => {
            Some(Shape::Repair)
        }
        Action::Latency(_) | Action::DeliverNow(_) => Some(Shape::Other),
        Action::Type { .. } | Action::Command { .. } | Action::RunJob { .. } => {
            Some(Shape::Command)
        }
        Action::OpenClient { .. }
        | Action::Interrupt(_)
        | Action::CloseClient(_)
        | Action::Dial { .. }
        | Action::Bytes { .. } => None,
    }
}

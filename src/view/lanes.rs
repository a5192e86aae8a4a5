//! Other lanes of history: what would have been, or was, beside this run.
//!
//! Each is a thin line that grows out of this run where the two part, with marks of its own. The last
//! ones made are drawn; the others can be gone to one after the other. Lanes are numbered in the order
//! they were made, whichever the cursor is on.

use super::clock::seconds;
use super::sentence;
use super::timeline::{self, Mark, TimelineView, Window};
use crate::say::{Arg, text, word};
use crate::session::Session;
use crate::session::run::Run;
use crate::sim::What;
use crate::timeline::{LaneId, LaneView};
use crate::words::Time;

/// What the page says of lanes beside the track.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Label {
    /// `This run`, or `Run 2 of 3`.
    pub text: String,
    /// Where a press leads: the next lane, around; None if there is one only.
    pub next: Option<LaneId>,
    /// What a press does.
    pub title: String,
}

/// Another lane.
#[derive(Clone, PartialEq, Debug)]
pub struct OtherLane {
    /// Which.
    pub id: LaneId,
    /// Where its line lies, in pixels from the top of the track.
    pub y: f64,
    /// From this run down to its own line and along it.
    pub path: String,
    /// Where it parts and where it ends, in pixels.
    pub ends: (f64, f64),
    /// When its cluster was down.
    pub windows: Vec<Window>,
    /// What happened in it.
    pub marks: Vec<Mark>,
    /// From where to where it can be pressed, in pixels.
    pub reach: (f64, f64),
    /// `Run 2`, and with what it began, as far as there is room.
    pub name: String,
    /// Where the name stands, in pixels.
    pub name_at: f64,
    /// Which end of it stands there: empty, or `end`.
    pub anchor: &'static str,
    /// The same for a screen reader, with what a press does.
    pub spoken: String,
}

/// Where the line of this run lies, in pixels from the top of the track.
pub const THIS_RUN: f64 = 56.0;
/// From one line to the next, in pixels.
const APART: f64 = 26.0;
/// At most so many are drawn.
pub const MOST: usize = 3;
/// The turn of a lane where it parts, in pixels.
const TURN: f64 = 12.0;

/// The other lanes that are drawn: the last ones made, in the order they were made.
pub fn drawn(run: &Run) -> Vec<LaneView> {
    let here = run.timeline().current_lane();
    let mut others: Vec<LaneView> = run.timeline().lanes().filter(|lane| lane.id != here).collect();
    others.drain(..others.len().saturating_sub(MOST));
    others
}

/// What stands beside the track.
pub fn label(session: &Session, run: &Run) -> Label {
    let lang = session.page.lang;
    let (here, count) = (run.timeline().current_lane(), run.timeline().lanes().count());
    if count < 2 {
        return Label { text: word(lang, "this-run"), ..Label::default() };
    }
    let args = [("number", Arg::from(here.0 as u64 + 1)), ("count", (count as u64).into())];
    Label {
        text: text(lang, "run-of", &args),
        next: Some(LaneId((here.0 + 1) % count)),
        title: word(lang, "run-next"),
    }
}

/// The other lanes on a track.
pub fn draw(view: &TimelineView, session: &Session, run: &Run) -> Vec<OtherLane> {
    let lanes = drawn(run).into_iter().enumerate();
    lanes.filter_map(|(row, lane)| other(view, session, run, row, &lane)).collect()
}

fn other(
    view: &TimelineView,
    session: &Session,
    run: &Run,
    row: usize,
    lane: &LaneView,
) -> Option<OtherLane> {
    let parted = run.timeline().parting(run.timeline().current_lane(), lane.id)?;
    let (log, index) = (run.timeline().log_of(lane.id), run.index_of(lane.id)?);
    let y = THIS_RUN + APART * (row + 1) as f64;
    let ends = (view.x(parted), view.x(lane.horizon).max(view.x(parted) + TURN));
    let own = |at: Time| parted <= at;
    let mut marks = timeline::marks(view, session, run, log, index);
    marks.retain(|mark| own(mark.at));
    let mut windows = timeline::windows(view, index, ends.1);
    windows.retain_mut(|window| {
        window.from = window.from.max(ends.0);
        window.from < window.to
    });
    let name = name(session, run, lane, parted);
    let args = [("name", Arg::from(name.as_str())), ("at", seconds(run.start(), parted).into())];
    let spoken = text(session.page.lang, "run-spoken", &args);
    let path = path(ends, y);
    let Beside { name, at: name_at, anchor, reach } = beside(name, ends, &marks, view.width);
    Some(OtherLane {
        id: lane.id,
        y,
        path,
        ends,
        windows,
        marks,
        reach,
        name,
        name_at,
        anchor,
        spoken,
    })
}

/// A lane's name on the track.
struct Beside {
    name: String,
    at: f64,
    anchor: &'static str,
    reach: (f64, f64),
}

/// What stays free around a name and around a mark, in pixels.
const GAP: f64 = 12.0;

/// The name stands behind the lane's end, before its beginning, or on it between two marks: in the first
/// of these places that holds it, or in the widest. What does not fit is cut.
fn beside(name: String, (from, to): (f64, f64), marks: &[Mark], width: f64) -> Beside {
    let behind = (to + GAP, width - GAP);
    let before = (GAP, from - GAP);
    let edges: Vec<f64> =
        [from + TURN].into_iter().chain(marks.iter().map(|m| m.x)).chain([to]).collect();
    let between = edges.windows(2).map(|pair| (pair[0] + GAP, pair[1] - GAP));
    let places: Vec<(f64, f64)> = [behind, before].into_iter().chain(between).collect();
    let room = |place: &(f64, f64)| place.1 - place.0;
    let wanted = width_of(&name);
    let widest = places.iter().max_by(|a, b| room(a).total_cmp(&room(b)));
    let place = places.iter().find(|place| wanted <= room(place)).or(widest).unwrap_or(&behind);
    let (name, wide) = fit(name, room(place));
    let reach = (from.min(place.0), to.max(place.0 + wide));
    match *place == before {
        true => Beside { name, at: place.1, anchor: "end", reach: (place.1 - wide, to) },
        false => Beside { name, at: place.0, anchor: "", reach },
    }
}

/// How wide a text is, in pixels, at the size of the stage's labels.
fn width_of(text: &str) -> f64 {
    text.chars().map(|c| if c.is_ascii() { 6.6 } else { 12.0 }).sum()
}

/// As much of `text` as fits, and how wide that is, in pixels.
fn fit(text: String, room: f64) -> (String, f64) {
    let wide = width_of(&text);
    if wide <= room {
        return (text, wide);
    }
    let mut cut = String::new();
    for c in text.chars() {
        if room < width_of(&cut) + 24.0 {
            break;
        }
        cut.push(c);
    }
    let cut = format!("{}…", cut.trim_end());
    let wide = width_of(&cut);
    (cut, wide)
}

fn path((from, to): (f64, f64), y: f64) -> String {
    let x = from + TURN;
    format!("M{from:.1} {THIS_RUN}V{:.1}Q{from:.1} {y} {x:.1} {y}H{to:.1}", y - TURN)
}

/// `Run 2: You kill the process of 7001`: with what it went its own way.
fn name(session: &Session, run: &Run, lane: &LaneView, parted: Time) -> String {
    let (lang, log) = (session.page.lang, run.timeline().log_of(lane.id));
    let here = run.timeline().whole_log();
    let mut place = log.partition_point(|entry| entry.at < parted);
    while place < log.len() && log.get(place) == here.get(place) {
        place += 1;
    }
    let mut after = log[place..].iter().filter(|entry| matches!(entry.what, What::Action(_)));
    let began = after.find_map(|entry| sentence::of(lang, run, entry));
    let number = Arg::from(lane.id.0 as u64 + 1);
    match began {
        Some(began) => text(lang, "run-began", &[("number", number), ("text", began.into())]),
        None => text(lang, "run-number", &[("number", number)]),
    }
}

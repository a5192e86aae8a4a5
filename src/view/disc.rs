//! A node on the stage: its drawing follows its role and state, its place never does.

use super::curve::{self, Point};
use super::member::{Member, Opinions, State};
use super::owners::{self, Run};
use super::place::Ring;
use super::stage::Scene;
use crate::say::{Arg, text, word};
use crate::shapes::message::Flags;
use crate::shapes::spec::ContainerIx;

/// A node.
#[derive(Clone, PartialEq, Debug)]
pub struct Disc {
    /// Its container.
    pub ix: ContainerIx,
    /// Its middle.
    pub at: Point,
    /// Its radius in pixels.
    pub radius: f64,
    /// `node master sh-a fail`
    pub class: String,
    /// Its name.
    pub name: String,
    /// Where the name stands, from the middle; below the disc if it has no room in it.
    pub name_y: f64,
    /// Whether it is selected: corner brackets.
    pub selected: bool,
    /// What is drawn on it.
    pub marks: Vec<Mark>,
    /// A tag beside it.
    pub tag: Option<Tag>,
    /// Two lines beside it.
    pub note: Option<(String, String)>,
    /// Where tag and note stand, from the middle.
    pub beside: Point,
    /// `start` or `end`: to which side they grow.
    pub anchor: &'static str,
    /// Its name and state for a screen reader, and for a tip.
    pub spoken: String,
    /// Where the upper edge of its tip has its middle, in pixels of the stage.
    pub tip_at: (f64, f64),
}

/// What is drawn on a disc.
#[derive(Clone, PartialEq, Debug)]
pub enum Mark {
    /// Agreed to have failed: hatch in its hue, diagonal cross, plate.
    Fail {
        /** The pattern. */
        hatch: String,
    },
    /// Suspected: amber dashed ring.
    Pfail,
    /// Frozen: two bars.
    Bars,
    /// Cut off: a wall on both sides.
    Walls,
    /// Reading: part of a ring.
    Part(String),
    /// A shard beyond the eighth: a second ring.
    Second,
    /// A vote needed: its segment and whether it is counted.
    Vote(String, bool),
}

/// A tag beside a disc.
#[derive(Clone, PartialEq, Debug)]
pub struct Tag {
    /// Its words.
    pub text: String,
    /// Its width in pixels.
    pub width: f64,
    /// `fail`, `warn`, `plain`.
    pub tone: &'static str,
}

/// All nodes, in the order of their homes along the ring.
pub fn draw(
    scene: &Scene<'_>,
    ring: &Ring,
    points: &[(Point, f64)],
    shards: &[Option<usize>],
    runs: &[Run],
) -> Vec<Disc> {
    let mut discs: Vec<(f64, Disc)> = Vec::new();
    for (place, member) in scene.members.0.iter().enumerate() {
        let Some(&(at, radius)) = points.get(place) else { continue };
        let subject = Subject::new(scene, member, place, shards[place], runs);
        let along = (at.x - ring.center.x).atan2(ring.center.y - at.y);
        discs.push((along.rem_euclid(std::f64::consts::TAU), subject.draw(ring, at, radius)));
    }
    discs.sort_by(|a, b| a.0.total_cmp(&b.0));
    discs.into_iter().map(|(_, disc)| disc).collect()
}

/// How wide a name is, in pixels.
fn name_width(name: &str) -> f64 {
    name.chars().count() as f64 * 7.9
}

/// Below the disc, or above it where there is no room below; never over the edge.
fn tip_at(scene: &Scene<'_>, at: Point, radius: f64) -> (f64, f64) {
    /// Half of the widest tip, and its height, in pixels.
    const HALF: f64 = 140.0;
    const TALL: f64 = 64.0;
    let below = at.y + radius + 12.0;
    let y = if below + TALL <= scene.height { below } else { at.y - radius - 12.0 - TALL };
    (at.x.min(scene.width - HALF).max(HALF), y)
}

/// One member and all that its drawing depends on.
struct Subject<'a> {
    scene: &'a Scene<'a>,
    member: &'a Member,
    shard: Option<usize>,
    opinions: Opinions,
    /// Held to have failed by at least half of those who have an opinion.
    failed: bool,
    /// How many suspect it, or 1 if the selected observer does.
    suspected: u32,
    master: bool,
    slots: u32,
}

impl<'a> Subject<'a> {
    fn new(
        scene: &'a Scene<'a>,
        member: &'a Member,
        place: usize,
        shard: Option<usize>,
        runs: &[Run],
    ) -> Subject<'a> {
        let opinions = scene.members.opinions(member);
        let line = scene.members.line(member);
        Subject {
            scene,
            member,
            shard,
            opinions,
            failed: opinions.fail > 0 && opinions.of <= opinions.fail * 2,
            suspected: opinions.pfail,
            master: line.is_some_and(|line| line.flags.has(Flags::MASTER)),
            slots: runs.iter().filter(|run| run.owner == Some(place)).map(Run::len).sum(),
        }
    }

    fn draw(&self, ring: &Ring, at: Point, radius: f64) -> Disc {
        let outside = radius <= 20.0 || name_width(&self.member.name) > 2.0 * radius - 6.0;
        let right = at.x >= ring.center.x - ring.radius * 0.4;
        let offset = radius + if self.marks_ring() { 22.0 } else { 12.0 };
        Disc {
            ix: self.member.ix,
            at,
            radius,
            class: self.class(),
            name: self.member.name.clone(),
            name_y: if outside { radius + 17.0 } else { 4.5 },
            selected: self.scene.selected == Some(self.member.ix),
            marks: self.marks(radius),
            tag: self.tag(),
            note: self.note(),
            beside: Point { x: if right { offset } else { -offset }, y: -8.0 },
            anchor: if right { "start" } else { "end" },
            spoken: self.spoken(),
            tip_at: tip_at(self.scene, at, radius),
        }
    }

    fn marks_ring(&self) -> bool {
        self.member.candidate.is_some()
    }

    fn class(&self) -> String {
        let role = match (self.member.state, self.master, self.slots) {
            (State::Off, _, 0) if self.member.id.is_none() => "none",
            (_, true, 0) => "none",
            (_, true, _) => "master",
            (_, false, _) => "replica",
        };
        let state = match (self.failed, self.member.state) {
            (true, _) => " fail",
            (_, State::Off) => " off",
            (_, State::Paused) => " paused",
            (_, State::Up | State::Loading) => "",
        };
        format!("node {role} {}{state}", owners::hue(self.shard))
    }

    fn marks(&self, radius: f64) -> Vec<Mark> {
        let mut marks = Vec::new();
        if self.failed {
            marks.push(Mark::Fail { hatch: format!("url(#hatch-{})", owners::hue(self.shard)) });
        }
        if !self.failed && self.suspected > 0 {
            marks.push(Mark::Pfail);
        }
        if self.member.state == State::Paused && !self.failed {
            marks.push(Mark::Bars);
        }
        if self.member.isolated {
            marks.push(Mark::Walls);
        }
        if self.member.state == State::Loading {
            marks.push(Mark::Part(curve::arc(Point::default(), radius + 6.0, 0.0, 250.0)));
        }
        if self.shard.is_some_and(|shard| shard >= 8) {
            marks.push(Mark::Second);
        }
        if let Some(candidate) = self.member.candidate {
            let needed = candidate.needed.clamp(1, 60);
            let each = 360.0 / f64::from(needed);
            for vote in 0..needed {
                let from = -90.0 + f64::from(vote) * each + 4.0;
                let path = curve::arc(Point::default(), radius + 8.0, from, from + each - 8.0);
                marks.push(Mark::Vote(path, vote < candidate.votes));
            }
        }
        marks
    }

    fn tag(&self) -> Option<Tag> {
        let lang = self.scene.lang;
        let (text, tone) = match (self.failed, self.suspected, self.member.state) {
            (true, _, _) => (word(lang, "tag-fail"), "fail"),
            (_, 0, State::Off) if self.member.id.is_some() => (word(lang, "tag-off"), "plain"),
            (_, 0, State::Paused) => (word(lang, "tag-paused"), "plain"),
            (_, 0, State::Loading) => (word(lang, "tag-loading"), "plain"),
            (_, 0, State::Up) if self.member.isolated => (word(lang, "tag-isolated"), "plain"),
            (_, 0, State::Up | State::Off) => return None,
            (_, count, _) => {
                let of = u64::from(self.opinions.of);
                let count = Arg::from(u64::from(count));
                (text(lang, "tag-pfail", &[("count", count), ("of", of.into())]), "warn")
            }
        };
        let width = 18.0 + text.chars().map(wide).sum::<f64>();
        Some(Tag { text, width, tone })
    }

    fn note(&self) -> Option<(String, String)> {
        let candidate = self.member.candidate?;
        let args = [
            ("epoch", Arg::from(candidate.epoch)),
            ("votes", u64::from(candidate.votes).into()),
            ("needed", u64::from(candidate.needed).into()),
        ];
        Some((word(self.scene.lang, "candidate"), text(self.scene.lang, "candidate-votes", &args)))
    }

    fn spoken(&self) -> String {
        let lang = self.scene.lang;
        let role = if self.master { "spoken-master" } else { "spoken-replica" };
        let master = self.scene.members.master_of(self.member);
        let of = master.map(|place| self.scene.members.0[place].name.clone()).unwrap_or_default();
        let args = [
            ("name", Arg::from(self.member.name.as_str())),
            ("slots", u64::from(self.slots).into()),
            ("of", of.into()),
        ];
        let mut parts = vec![text(lang, role, &args)];
        let opinions = [
            ("fail", Arg::from(u64::from(self.opinions.fail))),
            ("pfail", u64::from(self.opinions.pfail).into()),
            ("of", u64::from(self.opinions.of).into()),
        ];
        if self.opinions.fail > 0 {
            parts.push(text(lang, "spoken-fail", &opinions));
        } else if self.opinions.pfail > 0 {
            parts.push(text(lang, "spoken-pfail", &opinions));
        }
        match self.member.state {
            State::Off => parts.push(word(lang, "tag-off")),
            State::Paused => parts.push(word(lang, "tag-paused")),
            State::Loading => parts.push(word(lang, "tag-loading")),
            State::Up => {}
        }
        if self.scene.selected == Some(self.member.ix) {
            parts.push(word(lang, "spoken-selected"));
        }
        parts.join(", ")
    }
}

/// About how wide a letter of 12 px is, in pixels.
fn wide(letter: char) -> f64 {
    if letter.is_ascii() { 7.0 } else { 12.0 }
}

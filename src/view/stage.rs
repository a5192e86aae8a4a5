//! The ring: everything on the stage that does not move with every frame.

use super::curve::{self, Point};
use super::disc::{self, Disc};
use super::member::{Members, State};
use super::owners::{self, Run};
use super::place::{Home, Ring, angle_of};
use crate::say::{Arg, Lang, text, word};
use crate::shapes::spec::ContainerIx;

/// What the stage is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The servers.
    pub members: &'a Members,
    /// A home for each of them.
    pub homes: &'a [Home],
    /// Pixels.
    pub width: f64,
    /// Pixels.
    pub height: f64,
    /// Whose opinion PFAIL is, and what is marked.
    pub selected: Option<ContainerIx>,
    /// The names of keys pinned to the ring.
    pub keys: &'a [(String, u16)],
    /// The name of the network that all share, and what the host publishes of it.
    pub network: &'a str,
    /// In which language.
    pub lang: Lang,
}

/// The drawing.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Stage {
    /// Pixels.
    pub width: f64,
    /// Pixels.
    pub height: f64,
    /// The soft line around all nodes.
    pub hull: String,
    /// The network's name, below the ring.
    pub network: Option<Curved>,
    /// The whole ring under the arcs.
    pub band: String,
    /// The band's width in pixels.
    pub band_width: f64,
    /// The arcs.
    pub arcs: Vec<Arc>,
    /// Where arcs meet.
    pub bounds: Vec<Bound>,
    /// Keys.
    pub keys: Vec<KeyTick>,
    /// Replication links.
    pub rails: Vec<Rail>,
    /// The nodes, along the ring.
    pub discs: Vec<Disc>,
    /// The whole ring in a sentence.
    pub spoken: String,
}

/// A run of slots.
#[derive(Clone, PartialEq, Debug)]
pub struct Arc {
    /// `sh-a`, ...
    pub hue: &'static str,
    /// Nobody serves it.
    pub down: bool,
    /// Nobody owns it.
    pub unassigned: bool,
    /// Its path.
    pub path: String,
    /// Its inner and outer edge, drawn when it is down.
    pub edges: [String; 2],
    /// Its slots.
    pub label: Option<Curved>,
}

/// Text along a curve.
#[derive(Clone, PartialEq, Debug)]
pub struct Curved {
    /// For the reference.
    pub id: String,
    /// The curve.
    pub path: String,
    /// The text.
    pub text: String,
    /// Its class.
    pub class: &'static str,
}

/// Where a run begins.
#[derive(Clone, PartialEq, Debug)]
pub struct Bound {
    /// The tick.
    pub path: String,
    /// Where its number stands.
    pub at: Point,
    /// The slot.
    pub text: String,
}

/// A key on the ring.
#[derive(Clone, PartialEq, Debug)]
pub struct KeyTick {
    /// The tick through the band.
    pub path: String,
    /// Where its name stands.
    pub at: Point,
    /// Which end of its name stands there.
    pub anchor: &'static str,
    /// Its name.
    pub text: String,
}

/// A replication link: a double rail.
#[derive(Clone, PartialEq, Debug)]
pub struct Rail {
    /// The two lines.
    pub paths: [String; 2],
    /// Where the cross of a cut link is.
    pub cut: Option<Point>,
}

/// Draws the ring.
pub fn draw(scene: &Scene<'_>) -> Stage {
    let ring = Ring::new(scene.width, scene.height, scene.members.0.len());
    let runs = owners::runs(scene.members);
    let mut shards = owners::shards(scene.members, &runs);
    keep_hues(scene, &runs, &mut shards);
    let points: Vec<(Point, f64)> =
        scene.homes.iter().map(|&home| (ring.point(home), radius(&ring, home))).collect();
    Stage {
        width: scene.width,
        height: scene.height,
        hull: hull(&ring, &points),
        network: network_label(scene, &ring),
        band: curve::arc(ring.center, ring.radius, 0.0, 360.0),
        band_width: ring.band,
        arcs: runs.iter().map(|run| arc(scene, &ring, run, &shards)).collect(),
        bounds: bounds(&ring, &runs),
        keys: scene.keys.iter().take(8).map(|(name, slot)| key(&ring, name, *slot)).collect(),
        rails: rails(scene.members, &points),
        discs: disc::draw(scene, &ring, &points, &shards, &runs),
        spoken: spoken(scene, &runs),
    }
}

/// A node that has lost its slots keeps the hue of the arc on which it sits.
fn keep_hues(scene: &Scene<'_>, runs: &[Run], shards: &mut [Option<usize>]) {
    for (place, home) in scene.homes.iter().enumerate() {
        let Home::Master { angle } = home else { continue };
        let seat = runs.iter().find(|run| *angle <= angle_of(run.last + 1));
        let owner = seat.and_then(|run| run.owner).and_then(|owner| shards[owner]);
        shards[place] = shards[place].or(owner);
    }
}

/// Where an arc that nobody owns has room for words: after one master's seat and before the next
/// one's replicas, in degrees.
fn widest_gap(homes: &[Home], from: f64, to: f64) -> (f64, f64) {
    const BEHIND: f64 = 12.0;
    const BEFORE: f64 = 34.0;
    let seat = |home: &Home| match home {
        Home::Master { angle } => Some(*angle),
        Home::Replica { .. } => None,
    };
    let mut seats: Vec<f64> = homes.iter().filter_map(seat).collect();
    seats.retain(|angle| (from..to).contains(angle));
    seats.sort_by(f64::total_cmp);
    let starts = std::iter::once(from).chain(seats.iter().map(|seat| seat + BEHIND));
    let ends = seats.iter().map(|seat| seat - BEFORE).chain([to]);
    let gaps = starts.zip(ends);
    // Of equal ones the first, away from the network's name.
    let wider = |a: &(f64, f64), b: &(f64, f64)| (a.1 - a.0).total_cmp(&(b.1 - b.0));
    gaps.max_by(|a, b| wider(a, b).then(b.0.total_cmp(&a.0))).unwrap_or((from, to))
}

/// Around exactly the nodes and the ring.
fn hull(ring: &Ring, points: &[(Point, f64)]) -> String {
    let mut discs = points.to_vec();
    let around = ring.band + 12.0;
    discs.extend((0..36).map(|n| (ring.center.polar(f64::from(n) * 10.0, ring.radius), around)));
    curve::hull(&discs, 20.0)
}

fn radius(ring: &Ring, home: Home) -> f64 {
    match home {
        Home::Master { .. } => ring.master,
        Home::Replica { .. } => ring.replica,
    }
}

/// A hair of stage between two arcs, in degrees.
const GAP: f64 = 0.5;

fn arc(scene: &Scene<'_>, ring: &Ring, run: &Run, shards: &[Option<usize>]) -> Arc {
    let (from, to) = (angle_of(run.first) + GAP, angle_of(run.last + 1) - GAP);
    let to = to.max(from + 0.2);
    let half = ring.band / 2.0;
    let edge = |radius: f64| curve::arc(ring.center, radius, from, to);
    Arc {
        hue: owners::hue(run.owner.and_then(|place| shards[place])),
        down: run.owner.is_some() && !run.served,
        unassigned: run.owner.is_none(),
        path: edge(ring.radius),
        edges: [edge(ring.radius - half), edge(ring.radius + half)],
        label: arc_label(scene, ring, run, from, to),
    }
}

/// Shorter arcs than this have no room for their slots, in degrees.
const LABELLED: f64 = 40.0;

fn arc_label(scene: &Scene<'_>, ring: &Ring, run: &Run, from: f64, to: f64) -> Option<Curved> {
    if to - from < LABELLED || ring.band < 18.0 {
        return None;
    }
    let range = [("first", Arg::from(u64::from(run.first))), ("last", u64::from(run.last).into())];
    let (id, class) = match (run.owner, run.served) {
        (None, _) => ("arc-unassigned", "mono mut mid"),
        (Some(_), true) => ("arc-served", "mono sec mid"),
        (Some(_), false) => ("arc-no-master", "mono bad mid"),
    };
    let (start, end) = match run.owner {
        None => widest_gap(scene.homes, from, to),
        // The half of the arc behind the seat, where no disc and no rail is in the way.
        Some(_) => (from + (to - from) * 0.56, to - 2.0),
    };
    let middle = (start + end) / 2.0;
    let upper = !(90.0..270.0).contains(&middle);
    let outside = ring.radius + ring.band / 2.0;
    Some(Curved {
        id: format!("arc-label-{}", run.first),
        path: match upper {
            true => curve::arc(ring.center, outside + 7.0, start, end),
            false => curve::arc_back(ring.center, outside + 16.0, start, end),
        },
        text: text(scene.lang, id, &range),
        class,
    })
}

fn bounds(ring: &Ring, runs: &[Run]) -> Vec<Bound> {
    let bound = |run: &Run| {
        let angle = angle_of(run.first);
        let half = ring.band / 2.0 + 5.0;
        let at = ring.center.polar(angle, ring.radius - ring.band / 2.0 - 20.0);
        Bound {
            path: format!(
                "M{}L{}",
                ring.center.polar(angle, ring.radius - half).svg(),
                ring.center.polar(angle, ring.radius + half).svg()
            ),
            at: Point { x: at.x, y: at.y + 4.0 },
            text: run.first.to_string(),
        }
    };
    let many = runs.len() > 16;
    runs.iter().filter(|run| !many || run.len() > 500).map(bound).collect()
}

fn key(ring: &Ring, name: &str, slot: u16) -> KeyTick {
    let angle = angle_of(slot);
    let (inner, outer) = (ring.radius - 13.0, ring.radius + ring.band / 2.0 + 8.0);
    let at = ring.center.polar(angle, outer + 8.0);
    KeyTick {
        path: format!(
            "M{}L{}",
            ring.center.polar(angle, inner).svg(),
            ring.center.polar(angle, outer).svg()
        ),
        at: Point { x: at.x, y: at.y + 4.0 },
        anchor: if at.x < ring.center.x { "end" } else { "start" },
        text: shortened(name),
    }
}

fn shortened(name: &str) -> String {
    match name.chars().count() {
        0..=12 => name.to_owned(),
        _ => name.chars().take(11).chain(['…']).collect(),
    }
}

fn rails(members: &Members, points: &[(Point, f64)]) -> Vec<Rail> {
    let rail = |(place, member): (usize, &super::member::Member)| {
        let master = members.master_of(member)?;
        let ((a, ra), (b, rb)) = (*points.get(place)?, *points.get(master)?);
        let (a, b) = (a.step_to(b, ra + 5.0), b.step_to(a, rb + 7.0));
        let side = Point { x: (b.y - a.y), y: (a.x - b.x) };
        let length = a.distance(b).max(1.0);
        let shifted = |by: f64| {
            let move_by =
                |p: Point| Point { x: p.x + side.x / length * by, y: p.y + side.y / length * by };
            format!("M{}L{}", move_by(a).svg(), move_by(b).svg())
        };
        let up = |at: usize| members.0[at].state == State::Up;
        let cut = !up(place) || !up(master) || member.isolated || members.0[master].isolated;
        Some(Rail { paths: [shifted(2.2), shifted(-2.2)], cut: cut.then(|| a.toward(b, 0.5)) })
    };
    members.0.iter().enumerate().filter_map(rail).collect()
}

fn network_label(scene: &Scene<'_>, ring: &Ring) -> Option<Curved> {
    if scene.network.is_empty() || scene.width < 560.0 {
        return None;
    }
    Some(Curved {
        id: "network-label".into(),
        path: curve::arc_back(ring.center, ring.radius + 68.0, 195.0, 262.0),
        text: scene.network.to_owned(),
        class: "mut mid",
    })
}

fn spoken(scene: &Scene<'_>, runs: &[Run]) -> String {
    let lost: u32 = runs.iter().filter(|run| !run.served).map(Run::len).sum();
    match lost {
        0 => word(scene.lang, "ring-whole"),
        _ => text(scene.lang, "ring-holes", &[("count", u64::from(lost).into())]),
    }
}

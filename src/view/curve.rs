//! Points, arcs and chords: the little geometry of the ring.
//!
//! Angles are in degrees, 0 at the top, clockwise, as slots run. Coordinates are pixels; the drawing
//! is never scaled.

use std::fmt::Write;

/// A place on the stage, in pixels.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

impl Point {
    /// The point `distance` from `self` in the direction of `angle`.
    #[must_use]
    pub fn polar(self, angle: f64, distance: f64) -> Point {
        let radians = angle.to_radians();
        Point { x: self.x + distance * radians.sin(), y: self.y - distance * radians.cos() }
    }
    /// The point `share` of the way from `self` to `other`.
    #[must_use]
    pub fn toward(self, other: Point, share: f64) -> Point {
        Point { x: self.x + (other.x - self.x) * share, y: self.y + (other.y - self.y) * share }
    }
    /// How far `other` is, in pixels.
    pub fn distance(self, other: Point) -> f64 {
        (other.x - self.x).hypot(other.y - self.y)
    }
    /// The point `pixels` of the way from `self` to `other`.
    #[must_use]
    pub fn step_to(self, other: Point, pixels: f64) -> Point {
        let distance = self.distance(other);
        if distance == 0.0 { self } else { self.toward(other, pixels / distance) }
    }
    /// `x y`, as paths write it.
    pub fn svg(self) -> String {
        format!("{:.1} {:.1}", self.x, self.y)
    }
    /// `translate(x y)`.
    pub fn translate(self) -> String {
        format!("translate({:.1} {:.1})", self.x, self.y)
    }
}

/// An arc around `center` from one angle clockwise to another (a whole circle takes two).
pub fn arc(center: Point, radius: f64, from: f64, to: f64) -> String {
    if to - from >= 359.9 {
        let (a, b) = (center.polar(from, radius), center.polar(from + 180.0, radius));
        return format!(
            "M{0}A{r:.1} {r:.1} 0 0 1 {1}A{r:.1} {r:.1} 0 0 1 {0}",
            a.svg(),
            b.svg(),
            r = radius
        );
    }
    let large = u8::from(to - from > 180.0);
    let (start, end) = (center.polar(from, radius), center.polar(to, radius));
    format!("M{}A{radius:.1} {radius:.1} 0 {large} 1 {}", start.svg(), end.svg())
}

/// The same arc drawn the other way round: text along it stands on its feet in the lower half.
pub fn arc_back(center: Point, radius: f64, from: f64, to: f64) -> String {
    let large = u8::from(to - from > 180.0);
    let (start, end) = (center.polar(to, radius), center.polar(from, radius));
    format!("M{}A{radius:.1} {radius:.1} 0 {large} 0 {}", start.svg(), end.svg())
}

/// A bent line between two nodes, along which packets travel.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Chord {
    from: Point,
    bend: Point,
    to: Point,
}

impl Chord {
    /// Bent to its own right, so that the two directions between a pair are two lines, and a little
    /// towards `center`, so that lines between neighbours leave the ring.
    pub fn new(from: Point, to: Point, center: Point) -> Chord {
        let middle = from.toward(to, 0.5).toward(center, 0.18);
        let side = Point { x: from.y - to.y, y: to.x - from.x };
        let bend = Point { x: middle.x + side.x * 0.08, y: middle.y + side.y * 0.08 };
        Chord { from, bend, to }
    }
    /// Without the part under the discs at its ends.
    #[must_use]
    pub fn trimmed(self, at_start: f64, at_end: f64) -> Chord {
        let from = self.from.step_to(self.bend, at_start);
        let to = self.to.step_to(self.bend, at_end);
        Chord { from, bend: self.bend, to }
    }
    /// Where a packet is that has done this share of the way.
    pub fn at(&self, share: f64) -> Point {
        let (a, b) = (self.from.toward(self.bend, share), self.bend.toward(self.to, share));
        a.toward(b, share)
    }
    /// Which way a packet goes there, in degrees clockwise from the right.
    pub fn turn(&self, share: f64) -> f64 {
        let (a, b) = (self.from.toward(self.bend, share), self.bend.toward(self.to, share));
        (b.y - a.y).atan2(b.x - a.x).to_degrees()
    }
    /// The whole line.
    pub fn path(&self) -> String {
        format!("M{}Q{} {}", self.from.svg(), self.bend.svg(), self.to.svg())
    }
    /// The part behind a packet and the part ahead of it.
    pub fn split(&self, share: f64) -> (String, String) {
        let bend_behind = self.from.toward(self.bend, share);
        let bend_ahead = self.bend.toward(self.to, share);
        let here = self.at(share);
        let part = |a: Point, b: Point, c: Point| format!("M{}Q{} {}", a.svg(), b.svg(), c.svg());
        (part(self.from, bend_behind, here), part(here, bend_ahead, self.to))
    }
}

/// A soft line around discs: their convex hull, widened by `margin`, with round corners.
pub fn hull(discs: &[(Point, f64)], margin: f64) -> String {
    let corners = convex(discs);
    let n = corners.len();
    if n == 0 {
        return String::new();
    }
    if n == 1 {
        let (center, radius) = corners[0];
        return arc(center, radius + margin, 0.0, 360.0) + "Z";
    }
    let mut path = String::new();
    for i in 0..n {
        let (before, (here, radius), after) =
            (corners[(i + n - 1) % n].0, corners[i], corners[(i + 1) % n].0);
        let radius = radius + margin;
        let (start, end) = (outward(before, here, radius), outward(here, after, radius));
        let command = if i == 0 { 'M' } else { 'L' };
        let _ = write!(
            path,
            "{command}{}A{radius:.1} {radius:.1} 0 0 1 {}",
            (Point { x: here.x + start.x, y: here.y + start.y }).svg(),
            (Point { x: here.x + end.x, y: here.y + end.y }).svg()
        );
    }
    path + "Z"
}

/// The offset to the left of the way from `a` to `b` on screen: outwards, clockwise round a hull.
fn outward(a: Point, b: Point, distance: f64) -> Point {
    let length = a.distance(b).max(f64::MIN_POSITIVE);
    Point { x: (b.y - a.y) / length * distance, y: (a.x - b.x) / length * distance }
}

/// The corners of the convex hull of the discs' middles, clockwise on screen.
fn convex(discs: &[(Point, f64)]) -> Vec<(Point, f64)> {
    let mut sorted = discs.to_vec();
    sorted.sort_by(|a, b| a.0.x.total_cmp(&b.0.x).then(a.0.y.total_cmp(&b.0.y)));
    sorted.dedup_by(|a, b| a.0 == b.0);
    if sorted.len() < 3 {
        return sorted;
    }
    let half = |points: &mut dyn Iterator<Item = &(Point, f64)>| {
        let mut chain: Vec<(Point, f64)> = Vec::new();
        for &point in points {
            while let [.., a, b] = chain[..]
                && cross(a.0, b.0, point.0) <= 0.0
            {
                chain.pop();
            }
            chain.push(point);
        }
        chain.pop();
        chain
    };
    let mut corners = half(&mut sorted.iter());
    corners.extend(half(&mut sorted.iter().rev()));
    corners
}

fn cross(a: Point, b: Point, c: Point) -> f64 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slot_zero_is_at_the_top_and_slots_run_clockwise() {
        let center = Point { x: 100.0, y: 100.0 };
        assert_eq!(center.polar(0.0, 50.0).svg(), "100.0 50.0");
        assert_eq!(center.polar(90.0, 50.0).svg(), "150.0 100.0");
        assert_eq!(center.polar(180.0, 50.0).svg(), "100.0 150.0");
    }

    #[test]
    fn the_two_directions_between_a_pair_are_two_lines() {
        let (a, b) = (Point { x: 0.0, y: 0.0 }, Point { x: 100.0, y: 0.0 });
        let center = Point { x: 50.0, y: 0.0 };
        let there = Chord::new(a, b, center).at(0.5);
        let back = Chord::new(b, a, center).at(0.5);
        assert!(there.distance(back) > 5.0, "{there:?} {back:?}");
    }

    #[test]
    fn a_hull_leaves_out_what_lies_inside() {
        let disc = |x, y| (Point { x, y }, 10.0);
        let square = [disc(0.0, 0.0), disc(100.0, 0.0), disc(100.0, 100.0), disc(0.0, 100.0)];
        let mut with_inner = square.to_vec();
        with_inner.push(disc(50.0, 50.0));
        assert_eq!(hull(&square, 5.0), hull(&with_inner, 5.0));
        assert_eq!(hull(&square, 5.0).matches('A').count(), 4);
    }
}

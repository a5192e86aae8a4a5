//! Where things stand on the stage.
//!
//! Places are chosen once for a run, from what the cluster will be when it has formed, and nothing
//! moves afterwards: when a role changes, only the drawing changes.

use super::curve::Point;
use crate::session::forecast::Part;
use crate::words::Slot;

/// The ring's measures for a stage of this size.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Ring {
    /// Its middle.
    pub center: Point,
    /// To the middle of the band, in pixels.
    pub radius: f64,
    /// The band's width, in pixels.
    pub band: f64,
    /// A master's disc, in pixels.
    pub master: f64,
    /// A replica's disc, in pixels.
    pub replica: f64,
    /// How far outside the ring replicas stand, in pixels.
    pub out: f64,
}

/// Stages narrower than this are a phone's.
const NARROW: f64 = 560.0;

impl Ring {
    /// For a stage of `width` by `height` pixels with so many nodes.
    pub fn new(width: f64, height: f64, nodes: usize) -> Ring {
        let narrow = width < NARROW;
        let room = if narrow {
            (width - 170.0).min(height - 150.0)
        } else {
            (width - 436.0).min(height - 264.0)
        };
        let radius = (room / 2.0).max(if narrow { 78.0 } else { 98.0 });
        let center = match narrow {
            true => Point { x: width / 2.0, y: height / 2.0 - 6.0 },
            false => Point { x: width / 2.0 - 44.0, y: height / 2.0 + 18.0 },
        };
        let crowded = nodes > 12;
        let (master, replica) = match (crowded, narrow) {
            (true, _) => (20.0, 17.0),
            (false, true) => (26.0, 22.0),
            (false, false) => (30.0, 24.0),
        };
        let (band, out) = if narrow { (14.0, 50.0) } else { (18.0, 84.0) };
        Ring { center, radius, band, master, replica, out }
    }
    /// Where a node with this home stands.
    pub fn point(&self, home: Home) -> Point {
        match home {
            Home::Master { angle } => self.center.polar(angle, self.radius),
            Home::Replica { angle } => self.center.polar(angle, self.radius + self.out),
        }
    }
}

/// A slot's angle: the left edge of its part of the ring.
pub fn angle_of(slot: u16) -> f64 {
    f64::from(slot) * 360.0 / f64::from(Slot::COUNT)
}

/// Where a node stands, in degrees.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Home {
    /// Seated on the ring.
    Master {
        /// The middle of its largest range.
        angle: f64,
    },
    /// Outside the ring.
    Replica {
        /// A little before its master, so that votes never cross the dead master.
        angle: f64,
    },
}

/// Replicas stand this far before their master, and from each other.
const REPLICA_STEP: f64 = 24.0;

/// A home for each node, in the order of the list.
pub fn homes(parts: &[Part]) -> Vec<Home> {
    let alone = parts.iter().filter(|part| matches!(part, Part::Alone)).count();
    let seated = parts.iter().any(|part| matches!(part, Part::Master { .. }));
    let mut replicas_of = vec![0u32; parts.len()];
    let mut alone_before = 0;
    let mut homes = Vec::with_capacity(parts.len());
    for part in parts {
        homes.push(match *part {
            Part::Master { first, last } => Home::Master { angle: middle(first, last) },
            Part::ReplicaOf(master) => {
                let seat = match parts.get(master) {
                    Some(&Part::Master { first, last }) => middle(first, last),
                    _ => 0.0,
                };
                let before = replicas_of.get(master).copied().unwrap_or_default();
                if let Some(count) = replicas_of.get_mut(master) {
                    *count += 1;
                }
                Home::Replica { angle: seat + fan(before) }
            }
            Part::Alone => {
                let angle = 30.0 + 360.0 * f64::from(alone_before) / alone as f64;
                alone_before += 1;
                if seated { Home::Replica { angle } } else { Home::Master { angle } }
            }
        });
    }
    homes
}

/// -24, +24, -48, +48, ... degrees.
fn fan(before: u32) -> f64 {
    let step = f64::from(before / 2 + 1) * REPLICA_STEP;
    if before.is_multiple_of(2) { -step } else { step }
}

fn middle(first: u16, last: u16) -> f64 {
    (angle_of(first) + angle_of(last) + angle_of(1)) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replica_stands_24_degrees_before_its_master() {
        let parts = [Part::Master { first: 0, last: 5460 }, Part::ReplicaOf(0)];
        let [Home::Master { angle: master }, Home::Replica { angle: replica }] = homes(&parts)[..]
        else {
            panic!("a master and its replica");
        };
        assert!((master - 60.0).abs() < 0.1, "{master}");
        assert!((replica - 36.0).abs() < 0.1, "{replica}");
    }

    #[test]
    fn nodes_of_a_cluster_that_never_forms_stand_evenly_on_the_ring() {
        let homes = homes(&[Part::Alone; 4]);
        assert_eq!(homes[1], Home::Master { angle: 120.0 });
    }

    #[test]
    fn the_desk_ring_has_the_measures_of_the_design() {
        let ring = Ring::new(768.0, 596.0, 6);
        assert_eq!((ring.radius, ring.center.x, ring.center.y), (166.0, 340.0, 316.0));
    }
}

//! Places on Earth as numbers of 52 bits, and distances between them.
//!
//! Latitude and longitude are halved 26 times, and their bits interleaved, so that one range of numbers is
//! one cell of a grid. In Redis: geohash.c, geohash_helper.c, which compute in C's `double`, as here.

/// A place, in degrees.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Place {
    /// East is positive.
    pub longitude: f64,
    /// North is positive.
    pub latitude: f64,
}

/// The greatest longitude.
pub const LONGITUDE: f64 = 180.0;
/// The greatest latitude that the Mercator projection shows.
pub const LATITUDE: f64 = 85.05112878;
/// How often each side is halved at most.
pub const STEPS: u32 = 26;

const EARTH_RADIUS_M: f64 = 6_372_797.560856;
/// Half of what the Mercator projection is wide, in metres.
const MERCATOR_M: f64 = 20_037_726.37;

/// A cell of the grid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cell {
    /// How often each side was halved.
    pub steps: u32,
    /// Which column, from the west.
    pub x: u32,
    /// Which row, from the south.
    pub y: u32,
}

/// Edges in degrees.
#[derive(Clone, Copy, PartialEq, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Edges {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

impl Place {
    /// The cell that it lies in.
    pub fn cell(self, steps: u32) -> Cell {
        self.cell_within(LATITUDE, steps)
    }

    fn cell_within(self, latitude: f64, steps: u32) -> Cell {
        let cells = f64::from(1u32 << steps);
        let x = (self.longitude + LONGITUDE) / (2.0 * LONGITUDE) * cells;
        let y = (self.latitude + latitude) / (2.0 * latitude) * cells;
        Cell { steps, x: x as u32, y: y as u32 }
    }

    /// The score of a member at this place.
    pub fn score(self) -> u64 {
        self.cell(STEPS).bits()
    }

    /// The place that a score stands for: the middle of its cell.
    pub fn of_score(score: f64) -> Place {
        let edges = Cell::of_bits(score as u64).edges();
        let middle = |low: f64, high: f64, most: f64| ((low + high) / 2.0).clamp(-most, most);
        Place {
            longitude: middle(edges.west, edges.east, LONGITUDE),
            latitude: middle(edges.south, edges.north, LATITUDE),
        }
    }

    /// The way between two places over the Earth, in metres.
    pub fn distance(self, other: Place) -> f64 {
        let (from, to) = (self.latitude.to_radians(), other.latitude.to_radians());
        let v = ((other.longitude.to_radians() - self.longitude.to_radians()) / 2.0).sin();
        if v == 0.0 {
            // Along a meridian: the last digits differ from what the formula below gives.
            return EARTH_RADIUS_M * (to - from).abs();
        }
        let u = ((to - from) / 2.0).sin();
        2.0 * EARTH_RADIUS_M * (u * u + from.cos() * to.cos() * v * v).sqrt().asin()
    }

    /// As other programs write it: eleven letters, over all latitudes.
    pub fn letters(self) -> String {
        const ALPHABET: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";
        let bits = self.cell_within(90.0, STEPS).bits();
        let letter = |at: u32| if at == 10 { 0 } else { bits >> (52 - (at + 1) * 5) & 31 };
        (0..11).map(|at| char::from(ALPHABET[letter(at) as usize])).collect()
    }

    /// The edges of a box around it, `width` and `height` metres to each side.
    fn around(self, width: f64, height: f64) -> Edges {
        let up = (height / EARTH_RADIUS_M).to_degrees();
        let across =
            |latitude: f64| (width / EARTH_RADIUS_M / latitude.to_radians().cos()).to_degrees();
        let wide =
            across(if self.latitude < 0.0 { self.latitude - up } else { self.latitude + up });
        Edges {
            west: self.longitude - wide,
            south: self.latitude - up,
            east: self.longitude + wide,
            north: self.latitude + up,
        }
    }

    /// The cells that hold whatever is within `radius` metres, of a shape that reaches so far: the
    /// middle one and those around it, in the order in which Redis looks at them.
    pub fn cells(self, radius: f64, width: f64, height: f64) -> Vec<Cell> {
        let edges = self.around(width, height);
        let mut steps = self.steps_for(radius);
        let middle = self.cell(steps);
        let short = middle.by(0, 1).edges().north < edges.north
            || middle.by(0, -1).edges().south > edges.south
            || middle.by(1, 0).edges().east < edges.east
            || middle.by(-1, 0).edges().west > edges.west;
        if 1 < steps && short {
            steps -= 1;
        }
        let middle = self.cell(steps);
        let own = middle.edges();
        const AROUND: [(i32, i32); 8] =
            [(0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1)];
        let useful = |&(x, y): &(i32, i32)| {
            steps < 2
                || !(y < 0 && own.south < edges.south
                    || 0 < y && own.north > edges.north
                    || x < 0 && own.west < edges.west
                    || 0 < x && own.east > edges.east)
        };
        let others = AROUND.iter().filter(|side| useful(side)).map(|&(x, y)| middle.by(x, y));
        let mut cells = vec![middle];
        for cell in others {
            if cells.last() != Some(&cell) {
                cells.push(cell);
            }
        }
        cells
    }

    fn steps_for(self, mut radius: f64) -> u32 {
        if radius == 0.0 {
            return STEPS;
        }
        let mut steps = 1;
        while radius < MERCATOR_M {
            radius *= 2.0;
            steps += 1;
        }
        // Cells are narrower towards the poles.
        let towards_poles =
            i32::from(66.0 < self.latitude.abs()) + i32::from(80.0 < self.latitude.abs());
        (steps - 2 - towards_poles).clamp(1, STEPS as i32) as u32
    }
}

impl Cell {
    fn bits(self) -> u64 {
        let bit = |at: u32| u64::from(self.y >> at & 1) | u64::from(self.x >> at & 1) << 1;
        (0..self.steps).map(|at| bit(at) << (2 * at)).sum()
    }

    fn of_bits(bits: u64) -> Cell {
        let every_second =
            |bits: u64| (0..STEPS).map(|at| (bits >> (2 * at) & 1) << at).sum::<u64>() as u32;
        Cell { steps: STEPS, x: every_second(bits >> 1), y: every_second(bits) }
    }

    /// The scores in it: from the first to below the second.
    pub fn scores(self) -> (u64, u64) {
        let align = |bits: u64| bits << (52 - 2 * self.steps);
        (align(self.bits()), align(self.bits() + 1))
    }

    /// The cell so many columns and rows away; round the Earth, if need be.
    fn by(self, x: i32, y: i32) -> Cell {
        let mask = (1 << self.steps) - 1;
        let moved = |at: u32, by: i32| at.wrapping_add_signed(by) & mask;
        Cell { x: moved(self.x, x), y: moved(self.y, y), ..self }
    }

    fn edges(self) -> Edges {
        let cells = f64::from(1u32 << self.steps);
        let edge = |at: u32, most: f64| -most + f64::from(at) / cells * (2.0 * most);
        Edges {
            west: edge(self.x, LONGITUDE),
            south: edge(self.y, LATITUDE),
            east: edge(self.x + 1, LONGITUDE),
            north: edge(self.y + 1, LATITUDE),
        }
    }
}

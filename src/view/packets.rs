//! Packets on the stage: in flight between two nodes, or a ghost where they arrived.
//!
//! Invariant: a packet is in flight or a ghost, never both: one moment decides. Places are a function
//! of virtual time alone, never eased.

use super::curve::{Chord, Point};
use crate::sim::Place;

/// The drawing of a packet: its shape says its kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Glyph {
    /// A hollow dot.
    Ping,
    /// A filled dot.
    Pong,
    /// A dot with a plus.
    Meet,
    /// A red octagon with a cross.
    Fail,
    /// A diamond with a question mark.
    AuthRequest,
    /// A filled square with a tick.
    AuthAck,
    /// A triangle with an arrow.
    Update,
    /// A square with two bars: pause for a manual failover.
    MfStart,
    /// A small square: a message for subscribers.
    Publish,
    /// A short bar: the replication stream.
    Stream,
    /// An arrowhead: a command.
    Request,
    /// A hollow arrowhead: a reply.
    Reply,
    /// A small slash: a connection opens or closes.
    Knock,
}

impl Glyph {
    /// Whether it is drawn quietly: gossip and housekeeping.
    pub const fn quiet(self) -> bool {
        match self {
            Glyph::Ping | Glyph::Pong | Glyph::Meet | Glyph::Stream | Glyph::Knock => true,
            Glyph::Fail
            | Glyph::AuthRequest
            | Glyph::AuthAck
            | Glyph::Update
            | Glyph::MfStart
            | Glyph::Publish
            | Glyph::Request
            | Glyph::Reply => false,
        }
    }
    /// Whether it stays to be seen for longer: what elections and failures are made of.
    pub const fn loud(self) -> bool {
        self.rank() < 2
    }
    /// Whether its shape points the way it goes.
    const fn points(self) -> bool {
        matches!(self, Glyph::Request | Glyph::Reply | Glyph::Stream | Glyph::Knock)
    }
    /// The protocol's word beside it; none for the quiet ones and for what the client card says.
    pub const fn label(self) -> &'static str {
        match self {
            Glyph::Fail => "FAIL",
            Glyph::AuthRequest => "AUTH_REQUEST",
            Glyph::AuthAck => "AUTH_ACK",
            Glyph::Update => "UPDATE",
            Glyph::MfStart => "MFSTART",
            Glyph::Ping
            | Glyph::Pong
            | Glyph::Meet
            | Glyph::Publish
            | Glyph::Stream
            | Glyph::Request
            | Glyph::Reply
            | Glyph::Knock => "",
        }
    }
    /// What it is called: the protocol's word, or the id of ours in the locale files.
    pub const fn name(self) -> Result<&'static str, &'static str> {
        match self {
            Glyph::Ping => Ok("PING"),
            Glyph::Pong => Ok("PONG"),
            Glyph::Meet => Ok("MEET"),
            Glyph::Publish => Ok("PUBLISH"),
            Glyph::Stream => Err("packet-stream"),
            Glyph::Request => Err("packet-request"),
            Glyph::Reply => Err("packet-reply"),
            Glyph::Knock => Err("packet-knock"),
            Glyph::Fail | Glyph::AuthRequest | Glyph::AuthAck | Glyph::Update | Glyph::MfStart => {
                Ok(self.label())
            }
        }
    }
    /// The lower, the more it matters when there is no room for all.
    const fn rank(self) -> u8 {
        match self {
            Glyph::AuthRequest | Glyph::AuthAck | Glyph::Fail => 0,
            Glyph::Update | Glyph::MfStart => 1,
            Glyph::Request | Glyph::Reply => 2,
            Glyph::Meet | Glyph::Publish => 3,
            Glyph::Ping | Glyph::Pong => 4,
            Glyph::Stream | Glyph::Knock => 5,
        }
    }
}

/// What is known of a packet that is to be drawn.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Sight {
    /// Its number.
    pub id: u64,
    /// Its shape.
    pub glyph: Glyph,
    /// Who sent it, and who gets it.
    pub ends: (Place, Place),
    /// Where it was sent, and the radius of the disc there.
    pub from: (Point, f64),
    /// Where it goes.
    pub to: (Point, f64),
    /// How much of its way is done, 0 to 1.
    pub done: f64,
    /// It carries an error.
    pub bad: bool,
    /// The network lost it: so far it came.
    pub held: bool,
    /// When its way ended, or will, in microseconds.
    pub ended: u64,
}

/// The layer above the ring.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Packets {
    /// In flight.
    pub flights: Vec<Flight>,
    /// Arrived a moment ago.
    pub ghosts: Vec<Ghost>,
    /// Time stands still: what is in flight can be reached by keyboard.
    pub resting: bool,
}

/// A packet in flight: a solid tail and a dotted path ahead.
#[derive(Clone, PartialEq, Debug)]
pub struct Flight {
    /// Its number.
    pub id: u64,
    /// Its shape.
    pub glyph: Glyph,
    /// Where it is.
    pub at: Point,
    /// `translate(x y)`, and `rotate(a)` for shapes that point somewhere.
    pub transform: String,
    /// The way behind it.
    pub behind: String,
    /// The way ahead of it.
    pub ahead: String,
    /// Where the point of an arrow is: its place and turn; only where nothing may move.
    pub tip: Option<String>,
    /// The protocol's word beside it.
    pub label: Option<Point>,
    /// What it is, from whom and to whom.
    pub title: String,
}

/// A packet that arrived: dotted, at its target, fading.
#[derive(Clone, PartialEq, Debug)]
pub struct Ghost {
    /// Its number, and when its way ended, in microseconds: a packet may be lost more than once.
    pub key: (u64, u64),
    /// Its shape.
    pub glyph: Glyph,
    /// Where it arrived, or died.
    pub at: Point,
    /// As of a packet in flight.
    pub transform: String,
    /// The way it came.
    pub trail: String,
    /// It died there: a red cross on it.
    pub held: bool,
    /// The class of its trail: `trail`, `trail loud`, `trail loud error`.
    pub trail_class: &'static str,
    /// The protocol's word beside it.
    pub label: Option<Point>,
    /// What it is, from whom and to whom.
    pub title: String,
}

/// At most so many packets in flight: above it a picture is noise.
const MOST: usize = 64;
/// At most so many ghosts: at high speeds gossip would cover the ring.
const MOST_GHOSTS: usize = 28;
/// At most so many words.
const MOST_LABELS: usize = 12;
/// Half of a letter's width, in px, at the size of the words.
const HALF_LETTER: f64 = 3.9;
/// The width of the longest word, in px.
const WIDEST: f64 = 94.0;
/// The height of a word, in px.
const LINE: f64 = 15.0;

/// Draws what is in flight and what arrived. `still`: nothing may move, so that what flies is an arrow
/// from the one to the other, with its shape halfway.
pub fn draw(
    mut flying: Vec<Sight>,
    mut arrived: Vec<Sight>,
    center: Point,
    still: bool,
    title: &dyn Fn(&Sight) -> String,
) -> Packets {
    for (sights, most) in [(&mut flying, MOST), (&mut arrived, MOST_GHOSTS)] {
        sights.sort_by_key(|sight| (sight.glyph.rank(), std::cmp::Reverse(sight.id)));
        sights.truncate(most);
    }
    let mut words = Words { left: MOST_LABELS, placed: Vec::new() };
    let mut flight = |sight: &Sight| {
        let drawn = if still { arrow } else { flight }(sight, center, &mut words);
        Flight { title: title(sight), ..drawn }
    };
    let flights = flying.iter().map(&mut flight).collect();
    let ghosts = arrived
        .iter()
        .map(|sight| Ghost { title: title(sight), ..ghost(sight, center, &mut words) })
        .collect();
    Packets { flights, ghosts, resting: false }
}

/// The words that are already on the stage.
struct Words {
    left: usize,
    placed: Vec<Point>,
}

impl Words {
    /// Room for the word of `sight`, drawn at `at`: below it or above it, on no disc and on no other
    /// word. A shape without its word is still a shape; words on words are nothing.
    fn place(&mut self, sight: &Sight, at: Point) -> Option<Point> {
        let word = sight.glyph.label();
        if word.is_empty() || self.left == 0 {
            return None;
        }
        let half = word.len() as f64 * HALF_LETTER;
        let free = |spot: &Point| {
            let apart = |other: &Point, x: f64, y: f64| {
                x < (spot.x - other.x).abs() || y < (spot.y - other.y).abs()
            };
            let discs = [sight.from, sight.to];
            self.placed.iter().all(|other| apart(other, half + WIDEST / 2.0, LINE))
                && discs
                    .iter()
                    .all(|(disc, radius)| apart(disc, half + radius, LINE / 2.0 + radius))
        };
        let spots = [26.0, -18.0, 44.0].map(|down| Point { x: at.x, y: at.y + down });
        let spot = spots.into_iter().find(free)?;
        self.left -= 1;
        self.placed.push(spot);
        Some(spot)
    }
}

fn chord(sight: &Sight, center: Point) -> Chord {
    let clear = if sight.glyph.quiet() { 5.0 } else { 12.0 };
    Chord::new(sight.from.0, sight.to.0, center).trimmed(sight.from.1 + clear, sight.to.1 + clear)
}

fn transform(glyph: Glyph, chord: &Chord, share: f64) -> String {
    let at = chord.at(share).translate();
    match glyph.points() {
        true => format!("{at} rotate({:.0})", chord.turn(share)),
        false => at,
    }
}

fn flight(sight: &Sight, center: Point, words: &mut Words) -> Flight {
    let chord = chord(sight, center);
    let at = chord.at(sight.done);
    let transform = transform(sight.glyph, &chord, sight.done);
    let (behind, ahead) = chord.split(sight.done);
    let label = words.place(sight, at);
    Flight {
        id: sight.id,
        glyph: sight.glyph,
        at,
        transform,
        behind,
        ahead,
        tip: None,
        label,
        title: String::new(),
    }
}

fn arrow(sight: &Sight, center: Point, words: &mut Words) -> Flight {
    let chord = chord(sight, center);
    let tip = format!("{} rotate({:.0})", chord.at(1.0).translate(), chord.turn(1.0));
    let at = chord.at(0.5);
    Flight {
        id: sight.id,
        glyph: sight.glyph,
        at,
        transform: transform(sight.glyph, &chord, 0.5),
        behind: chord.path(),
        ahead: String::new(),
        tip: Some(tip),
        label: words.place(sight, at),
        title: String::new(),
    }
}

fn ghost(sight: &Sight, center: Point, words: &mut Words) -> Ghost {
    let chord = chord(sight, center);
    let share = if sight.held { sight.done } else { 1.0 };
    let at = chord.at(share);
    Ghost {
        key: (sight.id, sight.ended),
        glyph: sight.glyph,
        at,
        transform: transform(sight.glyph, &chord, share),
        trail: if sight.held { chord.split(share).0 } else { chord.path() },
        held: sight.held,
        trail_class: match (sight.glyph.loud(), sight.bad) {
            (true, _) => "trail loud",
            (false, true) => "trail error",
            (false, false) => "trail",
        },
        label: words.place(sight, at),
        title: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: (Place, Place) = (Place::Host, Place::Host);

    fn nameless(_: &Sight) -> String {
        String::new()
    }

    #[test]
    fn votes_outrank_gossip_when_there_is_no_room() {
        let at = |x| (Point { x, y: 0.0 }, 10.0);
        let sight = |id, glyph| Sight {
            id,
            glyph,
            ends: HERE,
            from: at(0.0),
            to: at(100.0),
            done: 0.5,
            bad: false,
            held: false,
            ended: 0,
        };
        let mut flying: Vec<Sight> = (0..100).map(|id| sight(id, Glyph::Ping)).collect();
        flying.push(sight(100, Glyph::AuthAck));
        let drawn = draw(flying, Vec::new(), Point { x: 50.0, y: 50.0 }, false, &nameless);
        assert_eq!(drawn.flights.len(), MOST);
        assert_eq!(drawn.flights[0].glyph, Glyph::AuthAck);
    }

    #[test]
    fn where_nothing_may_move_a_packet_is_an_arrow_that_stands() {
        let at = |x| (Point { x, y: 0.0 }, 10.0);
        let sight = |done| Sight {
            id: 1,
            glyph: Glyph::AuthAck,
            ends: HERE,
            from: at(0.0),
            to: at(100.0),
            done,
            bad: false,
            held: false,
            ended: 0,
        };
        let center = Point { x: 50.0, y: 50.0 };
        let early = draw(vec![sight(0.1)], Vec::new(), center, true, &nameless);
        assert_eq!(early, draw(vec![sight(0.9)], Vec::new(), center, true, &nameless));
        assert!(early.flights[0].tip.is_some());
    }

    #[test]
    fn no_word_is_written_over_another() {
        let request = |id| Sight {
            id,
            glyph: Glyph::AuthRequest,
            ends: HERE,
            from: (Point { x: 0.0, y: 0.0 }, 24.0),
            to: (Point { x: 300.0, y: 0.0 }, 30.0),
            done: 1.0,
            bad: false,
            held: false,
            ended: 0,
        };
        let center = Point { x: 150.0, y: 300.0 };
        let drawn = draw(Vec::new(), (0..6).map(request).collect(), center, false, &nameless);
        let words: Vec<Point> = drawn.ghosts.iter().filter_map(|ghost| ghost.label).collect();
        assert!(!words.is_empty(), "there is room for one");
        for (i, a) in words.iter().enumerate() {
            for b in &words[i + 1..] {
                assert!(LINE <= (a.y - b.y).abs() || WIDEST <= (a.x - b.x).abs(), "{a:?} {b:?}");
            }
        }
    }
}

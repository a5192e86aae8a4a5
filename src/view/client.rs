//! The client's card: the last command of the terminal, and what came of it.

use super::curve::Point;

/// The card beside the ring.
#[derive(Clone, PartialEq, Debug)]
pub struct ClientCard {
    /// x, y, width, height in pixels.
    pub frame: [f64; 4],
    /// Its lines.
    pub lines: Vec<CardLine>,
    /// All of it in a sentence.
    pub spoken: String,
}

/// A line of the card.
#[derive(Clone, PartialEq, Debug)]
pub struct CardLine {
    /// Where it stands.
    pub at: Point,
    /// Its class.
    pub class: &'static str,
    /// The text, cut to fit; the console has all of it.
    pub text: String,
}

/// A desk's card, in pixels.
const DESK: [f64; 2] = [176.0, 92.0];
/// A phone's: only a sign that a client is there.
const PHONE: [f64; 2] = [80.0, 40.0];
/// Letters of 12 px mono that fit into the desk's card.
const FITS: usize = 20;

/// Where the card is on a stage of this size.
pub fn frame(width: f64, height: f64) -> [f64; 4] {
    if width < 560.0 {
        return [12.0, height - PHONE[1] - 8.0, PHONE[0], PHONE[1]];
    }
    [width - DESK[0] - 20.0, height - DESK[1] - 84.0, DESK[0], DESK[1]]
}

/// Where packets to and from clients start and end: the middle of the card's near side.
pub fn anchor(width: f64, height: f64) -> (Point, f64) {
    let [x, y, w, h] = frame(width, height);
    let near = if width < 560.0 { x + w } else { x };
    (Point { x: near, y: y + h / 2.0 }, 2.0)
}

/// What the card says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Said {
    /// The word for a client.
    pub title: String,
    /// The last command, as typed.
    pub command: String,
    /// Which slot, whom it asked.
    pub detail: String,
    /// The first word or line of the reply.
    pub verdict: String,
    /// The reply is an error.
    pub bad: bool,
}

/// The card for a stage of this size.
pub fn draw(width: f64, height: f64, said: &Said) -> ClientCard {
    let [x, y, w, h] = frame(width, height);
    let line = |dy: f64, class, text: &str| CardLine {
        at: Point { x: x + 12.0, y: y + dy },
        class,
        text: fit(text),
    };
    let verdict = if said.bad { "mono bad b" } else { "mono sec" };
    let lines = match width < 560.0 {
        true => vec![line(24.0, "mono sec", "redis-cli")].into_iter().map(squeezed).collect(),
        false => vec![
            line(24.0, "b", &said.title),
            line(46.0, "mono", &said.command),
            line(63.0, "mut", &said.detail),
            line(80.0, verdict, &said.verdict),
        ],
    };
    let spoken = [&said.title, &said.command, &said.detail, &said.verdict]
        .map(String::as_str)
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ");
    ClientCard { frame: [x, y, w, h], lines, spoken }
}

fn squeezed(mut line: CardLine) -> CardLine {
    line.at.x -= 5.0;
    line
}

fn fit(text: &str) -> String {
    match text.chars().count() {
        0..=FITS => text.to_owned(),
        _ => text.chars().take(FITS - 1).chain(['…']).collect(),
    }
}

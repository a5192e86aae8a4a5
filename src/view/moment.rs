//! What changes with every frame: the clock, the playhead, the packets.

use super::client;
use super::curve::Point;
use super::packets::{self, Glyph, Packets, Sight};
use super::place::{self, Home, Ring};
use super::timeline::TimelineView;
use super::top;
use crate::say::{Lang, text, word};
use crate::session::Session;
use crate::session::run::{GHOST_US, LOUD_GHOST_US, Run};
use crate::shapes::message::Kind;
use crate::sim::{PacketKind, PacketNote, Place};
use crate::words::Time;

/// A frame.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Moment {
    /// The clock.
    pub clock: String,
    /// The playhead, in pixels of the track.
    pub head: f64,
    /// The packets.
    pub packets: Packets,
}

/// This frame of a session.
pub fn draw(session: &Session, timeline: &TimelineView) -> Moment {
    let Some(run) = &session.run else { return Moment::default() };
    Moment {
        clock: top::clock(run, session.playback.rung),
        head: timeline.x(run.world().now()),
        packets: packets(session, run),
    }
}

/// Where everything stands that sends packets.
struct Map<'a> {
    run: &'a Run,
    ring: Ring,
    homes: Vec<Home>,
    client: (Point, f64),
}

impl Map<'_> {
    fn is_server(&self, place: Place) -> bool {
        matches!(place, Place::Container(ix) if self.run.servers().contains(&ix))
    }
    fn at(&self, place: Place) -> (Point, f64) {
        let seat = match place {
            Place::Host => None,
            Place::Container(ix) => self.run.servers().iter().position(|&server| server == ix),
        };
        match seat.and_then(|seat| self.homes.get(seat)) {
            Some(&home @ Home::Master { .. }) => (self.ring.point(home), self.ring.master),
            Some(&home @ Home::Replica { .. }) => (self.ring.point(home), self.ring.replica),
            None => self.client,
        }
    }
}

fn packets(session: &Session, run: &Run) -> Packets {
    let (width, height) = session.page.stage;
    let map = Map {
        run,
        ring: Ring::new(width, height, run.servers().len()),
        homes: place::homes(run.parts()),
        client: client::anchor(width, height),
    };
    let now = run.world().now();
    let (wall, center) = (session.playback.wall, map.ring.center);
    let flying = run.world().packets();
    let flying = flying.iter().filter_map(|(note, _)| sight(&map, note, now)).collect();
    let ghosts = run.arrived().rev().filter_map(|(arrived, note)| {
        let sight = sight(&map, note, now)?;
        let shown = if sight.glyph.loud() { LOUD_GHOST_US } else { GHOST_US };
        // Knocks on a dead node's door come ten a second: seen while they fly, they leave no
        // trace unless they were lost on the way.
        let stays = (sight.held || sight.glyph != Glyph::Knock) && wall < arrived + shown;
        (note.ended_at() <= now && stays).then_some(sight)
    });
    let title = |sight: &Sight| title(session.page.lang, run, sight);
    let drawn = packets::draw(flying, ghosts.collect(), center, session.page.still, &title);
    Packets { resting: !session.playback.playing, ..drawn }
}

fn sight(map: &Map<'_>, note: &PacketNote, now: Time) -> Option<Sight> {
    let (from, to) = (map.at(note.from), map.at(note.to));
    // A node that talks to itself, or a client to a client: nothing to draw.
    if from.0 == to.0 {
        return None;
    }
    let way = note.arrives_at.micros_since(note.sent_at).max(1) as f64;
    let until = note.lost_at.unwrap_or(now);
    let done = match (note.lost_at, until.micros_since(note.sent_at)) {
        // Swallowed as it was sent: somewhere between the two.
        (Some(_), 0) => 0.5,
        (_, gone) => (gone as f64 / way).min(1.0),
    };
    let glyph = glyph(note.kind, map.is_server(note.from) && map.is_server(note.to));
    Some(Sight {
        ends: (note.from, note.to),
        id: note.id.0,
        glyph,
        from,
        to,
        done,
        bad: false,
        held: note.lost_at.is_some(),
        ended: note.ended_at().0,
    })
}

/// `PING 7001 → 7003`
fn title(lang: Lang, run: &Run, sight: &Sight) -> String {
    let name = |place: Place| match place {
        Place::Host => word(lang, "client"),
        Place::Container(ix) => run.name_of(ix),
    };
    let what = sight.glyph.name().map_or_else(|id| word(lang, id), str::to_owned);
    let title = format!("{what} {} → {}", name(sight.ends.0), name(sight.ends.1));
    match sight.held {
        true => text(lang, "packet-lost", &[("packet", title.into())]),
        false => title,
    }
}

/// `inside`: between two servers, where commands and replies are housekeeping of replication.
fn glyph(kind: PacketKind, inside: bool) -> Glyph {
    match kind {
        PacketKind::Request | PacketKind::Reply if inside => Glyph::Stream,
        PacketKind::Syn | PacketKind::SynAck | PacketKind::Fin => Glyph::Knock,
        PacketKind::Request => Glyph::Request,
        PacketKind::Reply => Glyph::Reply,
        PacketKind::Stream => Glyph::Stream,
        PacketKind::Bus(kind) => match kind {
            Kind::Ping => Glyph::Ping,
            Kind::Pong => Glyph::Pong,
            Kind::Meet => Glyph::Meet,
            Kind::Fail => Glyph::Fail,
            Kind::AuthRequest => Glyph::AuthRequest,
            Kind::AuthAck => Glyph::AuthAck,
            Kind::Update => Glyph::Update,
            Kind::MfStart => Glyph::MfStart,
            Kind::Publish | Kind::PublishShard => Glyph::Publish,
        },
    }
}

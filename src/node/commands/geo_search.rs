//! Searching for places: GEOSEARCH, and GEORADIUS, its older form.
//!
//! Without an order, answers come as Redis finds them: cell by cell, lowest score first.
//! In Redis: `georadiusGeneric` (geo.c).

use super::geo::{coordinates, distance, metres, parse, place_at};
use super::table::{Flags, GROW, Keys, READ, data, key};
use super::words::{int, lower, text};
use super::{Answer, Command, Refused};
use crate::node::keyspace::geohash::Place;
use crate::node::keyspace::{Db, Score, Zset, number};
use crate::words::{Argv, Reply};
use bytes::Bytes;

const STORES: Flags = GROW.or(Flags::MOVABLE);
const TWO: Keys = Keys::Range { first: 1, last: 2, step: 1 };

pub(super) const COMMANDS: &[Command] = &[
    data("geosearch", -7, READ, key(1), |db, argv| run(db, argv, Form::Search)),
    data("geosearchstore", -8, GROW, TWO, |db, argv| run(db, argv, Form::SearchStore)),
    data("georadius", -6, STORES, Keys::Radius, |db, argv| run(db, argv, Form::Radius)),
    data("georadius_ro", -6, READ, key(1), |db, argv| run(db, argv, Form::RadiusRo)),
    data("georadiusbymember", -5, STORES, Keys::Radius, |db, argv| run(db, argv, Form::Member)),
    data("georadiusbymember_ro", -5, READ, key(1), |db, argv| run(db, argv, Form::MemberRo)),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Search,
    SearchStore,
    Radius,
    RadiusRo,
    Member,
    MemberRo,
}

impl Form {
    fn searches(self) -> bool {
        matches!(self, Form::Search | Form::SearchStore)
    }
}

/// What is searched, in the unit that is asked for.
#[derive(Clone, Copy)]
enum Shape {
    Circle { radius: f64 },
    Box { width: f64, height: f64 },
}

/// Where the middle is.
#[derive(Clone, Copy)]
enum Middle {
    At(Place),
    /// Of a member of a key that is not there.
    Nowhere,
}

/// What is asked for.
#[derive(Default)]
struct Asked {
    middle: Option<Middle>,
    shape: Option<Shape>,
    unit: f64,
    with_distance: bool,
    with_hash: bool,
    with_place: bool,
    descending: Option<bool>,
    count: Option<usize>,
    any: bool,
    target: Option<Bytes>,
    store_distance: bool,
}

/// A member that was found.
struct Found {
    member: Bytes,
    score: f64,
    metres: f64,
}

fn run(db: &mut Db<'_>, argv: &Argv, form: Form) -> Answer {
    let source = &argv[if form == Form::SearchStore { 2 } else { 1 }];
    let exists = db.get::<Zset>(source)?.is_some();
    db.has_looked_up();
    let mut asked = Asked { unit: 1.0, ..Asked::default() };
    let options = asked.fixed_words(db, argv, form, exists)?;
    let mut words = &argv[options..];
    while !words.is_empty() {
        words = asked.option(db, source, exists, words, form)?;
    }
    asked.check(argv, form)?;
    let found = match (asked.middle, asked.shape) {
        (Some(Middle::At(middle)), Some(shape)) if exists => {
            asked.find(db, source, middle, shape)?
        }
        _ => Vec::new(),
    };
    match asked.target.clone() {
        Some(target) => asked.store(db, &target, &found),
        None => Ok(Reply::Array(found.iter().map(|found| asked.reply(found)).collect())),
    }
}

fn need(word: &[u8], what: &str) -> Result<f64, Refused> {
    number::float(word).ok_or_else(|| Refused::text(format!("ERR need numeric {what}")))
}

fn radius(word: &[u8], unit: &[u8]) -> Result<(Shape, f64), Refused> {
    let radius = need(word, "radius")?;
    if radius < 0.0 {
        return Err(Refused::text("ERR radius cannot be negative"));
    }
    Ok((Shape::Circle { radius }, metres(unit)?))
}

impl Asked {
    /// What stands at fixed places; where the options begin.
    fn fixed_words(
        &mut self,
        db: &mut Db<'_>,
        argv: &Argv,
        form: Form,
        exists: bool,
    ) -> Result<usize, Refused> {
        let options = match form {
            Form::Search => return Ok(2),
            Form::SearchStore => {
                self.target = Some(argv[1].clone());
                return Ok(3);
            }
            Form::Radius | Form::RadiusRo => {
                self.middle = Some(Middle::At(parse(&argv[2], &argv[3])?));
                6
            }
            Form::Member | Form::MemberRo if !exists => return Ok(5),
            Form::Member | Form::MemberRo => {
                self.middle = Some(member(db, &argv[1], &argv[2])?);
                5
            }
        };
        let (shape, unit) = radius(&argv[options - 2], &argv[options - 1])?;
        (self.shape, self.unit) = (Some(shape), unit);
        Ok(options)
    }

    /// Takes one option; the words behind it.
    fn option<'a>(
        &mut self,
        db: &mut Db<'_>,
        source: &Bytes,
        exists: bool,
        words: &'a [Bytes],
        form: Form,
    ) -> Result<&'a [Bytes], Refused> {
        let (name, rest) = (lower(&words[0]), &words[1..]);
        let stores = matches!(form, Form::Radius | Form::Member);
        match (name.as_str(), rest) {
            ("withdist", _) => self.with_distance = true,
            ("withhash", _) => self.with_hash = true,
            ("withcoord", _) => self.with_place = true,
            ("any", _) => self.any = true,
            ("asc", _) => self.descending = Some(false),
            ("desc", _) => self.descending = Some(true),
            ("storedist", _) if form == Form::SearchStore => self.store_distance = true,
            ("count", [count, rest @ ..]) => {
                let count = usize::try_from(int(count)?).ok().filter(|&count| 0 < count);
                self.count = Some(count.ok_or_else(|| Refused::text("ERR COUNT must be > 0"))?);
                return Ok(rest);
            }
            ("store" | "storedist", [target, rest @ ..]) if stores => {
                self.target = Some(target.clone());
                self.store_distance = name == "storedist";
                return Ok(rest);
            }
            _ if form.searches() => return self.where_to_search(db, source, exists, words),
            _ => return Err(Refused::Syntax),
        }
        Ok(rest)
    }

    fn where_to_search<'a>(
        &mut self,
        db: &mut Db<'_>,
        source: &Bytes,
        exists: bool,
        words: &'a [Bytes],
    ) -> Result<&'a [Bytes], Refused> {
        let is_box = matches!(self.shape, Some(Shape::Box { .. }));
        let is_circle = matches!(self.shape, Some(Shape::Circle { .. }));
        match (lower(&words[0]).as_str(), &words[1..]) {
            ("frommember", [name, rest @ ..]) => {
                self.middle = Some(match exists {
                    true => member(db, source, name)?,
                    false => Middle::Nowhere,
                });
                Ok(rest)
            }
            ("fromlonlat", [longitude, latitude, rest @ ..]) => {
                self.middle = Some(Middle::At(parse(longitude, latitude)?));
                Ok(rest)
            }
            ("byradius", [word, unit, rest @ ..]) if !is_box => {
                let (shape, unit) = radius(word, unit)?;
                (self.shape, self.unit) = (Some(shape), unit);
                Ok(rest)
            }
            ("bybox", [width, height, unit, rest @ ..]) if !is_circle => {
                let (width, height) = (need(width, "width")?, need(height, "height")?);
                if width < 0.0 || height < 0.0 {
                    return Err(Refused::text("ERR height or width cannot be negative"));
                }
                (self.shape, self.unit) = (Some(Shape::Box { width, height }), metres(unit)?);
                Ok(rest)
            }
            _ => Err(Refused::Syntax),
        }
    }

    fn check(&mut self, argv: &Argv, form: Form) -> Result<(), Refused> {
        if self.target.is_some() && (self.with_distance || self.with_hash || self.with_place) {
            let what = match form {
                Form::SearchStore => "GEOSEARCHSTORE",
                _ => "STORE option in GEORADIUS",
            };
            return Err(Refused::text(format!(
                "ERR {what} is not compatible with WITHDIST, WITHHASH and WITHCOORD options"
            )));
        }
        let one_of = |what: &str| {
            let name = text(&argv[0]);
            Refused::text(format!("ERR exactly one of {what} can be specified for {name}"))
        };
        if form.searches() && self.middle.is_none() {
            return Err(one_of("FROMMEMBER or FROMLONLAT"));
        }
        if form.searches() && self.shape.is_none() {
            return Err(one_of("BYRADIUS and BYBOX"));
        }
        if self.any && self.count.is_none() {
            return Err(Refused::text("ERR the ANY argument requires COUNT argument"));
        }
        if self.count.is_some() && !self.any {
            self.descending.get_or_insert(false);
        }
        Ok(())
    }

    fn find(
        &self,
        db: &mut Db<'_>,
        source: &Bytes,
        middle: Place,
        shape: Shape,
    ) -> Result<Vec<Found>, Refused> {
        let (width, height, radius) = match shape {
            Shape::Circle { radius } => (radius, radius, radius),
            Shape::Box { width, height } => {
                let (width, height) = (width / 2.0, height / 2.0);
                (width, height, (width * width + height * height).sqrt())
            }
        };
        let zset = db.get::<Zset>(source)?.cloned().unwrap_or_default();
        let unit = self.unit;
        let enough = self.count.filter(|_| self.any).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        for cell in middle.cells(radius * unit, width * unit, height * unit) {
            let (first, end) = cell.scores();
            let inside = |score: f64| first as f64 <= score && score < end as f64;
            for (score, member) in zset.iter().filter(|(score, _)| inside(score.get())) {
                let place = Place::of_score(score.get());
                let reached = reaches(middle, place, shape, unit);
                if let Some(metres) = reached.filter(|_| found.len() < enough) {
                    found.push(Found { member: member.clone(), score: score.get(), metres });
                }
            }
        }
        if let Some(descending) = self.descending {
            // Places equally far stay as they were found, in both orders.
            found.sort_by(|a, b| match descending {
                true => b.metres.total_cmp(&a.metres),
                false => a.metres.total_cmp(&b.metres),
            });
        }
        found.truncate(self.count.unwrap_or(usize::MAX));
        Ok(found)
    }

    fn reply(&self, found: &Found) -> Reply {
        let name = Reply::Bulk(found.member.clone());
        if !(self.with_distance || self.with_hash || self.with_place) {
            return name;
        }
        let mut parts = vec![name];
        if self.with_distance {
            parts.push(distance(found.metres / self.unit));
        }
        if self.with_hash {
            parts.push(Reply::Int(found.score as i64));
        }
        if self.with_place {
            parts.push(coordinates(Place::of_score(found.score)));
        }
        Reply::Array(parts)
    }

    fn store(&self, db: &mut Db<'_>, target: &Bytes, found: &[Found]) -> Answer {
        let mut zset = Zset::default();
        for one in found {
            let score = if self.store_distance { one.metres / self.unit } else { one.score };
            if let Some(score) = Score::new(score) {
                zset.set(&one.member, score);
            }
        }
        let len = zset.len();
        match len {
            0 => db.clear(target),
            _ => db.set_all(target, zset, len),
        }
        Ok(Reply::Int(len as i64))
    }
}

fn member(db: &mut Db<'_>, source: &Bytes, name: &[u8]) -> Result<Middle, Refused> {
    let place = place_at(db, source, name)?;
    place.map(Middle::At).ok_or_else(|| Refused::text("ERR could not decode requested zset member"))
}

/// How far a place is, in metres, if the shape around the middle reaches it.
fn reaches(middle: Place, place: Place, shape: Shape, unit: f64) -> Option<f64> {
    let metres = middle.distance(place);
    let inside = match shape {
        Shape::Circle { radius } => metres <= radius * unit,
        Shape::Box { width, height } => {
            let across = place.distance(Place { latitude: place.latitude, ..middle });
            let up = place.distance(Place { longitude: place.longitude, ..middle });
            across <= width * unit / 2.0 && up <= height * unit / 2.0
        }
    };
    inside.then_some(metres)
}

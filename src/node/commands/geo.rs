//! Places: members of sorted sets whose scores are cells of a grid.
//!
//! In Redis: geo.c. GEOADD is propagated as the ZADD that it amounts to. Searching is in `geo_search`.

use super::table::{GROW, READ, data, key};
use super::words::{float, is, lower, number_word};
use super::zsets::zadd;
use super::{Answer, Command, Refused};
use crate::node::keyspace::geohash::{LATITUDE, LONGITUDE, Place};
use crate::node::keyspace::{Db, Zset};
use crate::words::{Argv, Reply};
use bytes::Bytes;

pub(super) const COMMANDS: &[Command] = &[
    data("geoadd", -5, GROW, key(1), geoadd),
    data("geodist", -4, READ, key(1), geodist),
    data("geohash", -2, READ, key(1), |db, argv| {
        each(db, argv, Reply::Nil, |place| Reply::bulk(place.letters()))
    }),
    data("geopos", -2, READ, key(1), |db, argv| each(db, argv, Reply::NilArray, coordinates)),
];

fn geoadd(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let is_option = |word: &&Bytes| is(word, "nx") || is(word, "xx") || is(word, "ch");
    let options = argv[2..].iter().take_while(is_option).count();
    let (options, places) = argv[2..].split_at(options);
    let has = |name: &str| options.iter().any(|word| is(word, name));
    if !places.len().is_multiple_of(3) || has("nx") && has("xx") {
        return Err(Refused::Syntax);
    }
    let mut words = vec![Bytes::from_static(b"zadd"), argv[1].clone()];
    words.extend(options.iter().cloned());
    for place in places.chunks_exact(3) {
        words.extend([number_word(parse(&place[0], &place[1])?.score()), place[2].clone()]);
    }
    let amounts_to = Argv::new(words);
    let answer = zadd(db, &amounts_to)?;
    db.rewrite(amounts_to);
    Ok(answer)
}

/// A longitude and a latitude.
pub(super) fn parse(longitude: &[u8], latitude: &[u8]) -> Result<Place, Refused> {
    let place = Place { longitude: float(longitude)?, latitude: float(latitude)? };
    let on_the_map =
        place.longitude.abs() <= LONGITUDE && (-LATITUDE..=LATITUDE).contains(&place.latitude);
    if on_the_map {
        return Ok(place);
    }
    let Place { longitude, latitude } = place;
    Err(Refused::text(format!("ERR invalid longitude,latitude pair {longitude:.6},{latitude:.6}")))
}

/// How many metres a unit has.
pub(super) fn metres(unit: &[u8]) -> Result<f64, Refused> {
    match lower(unit).as_str() {
        "m" => Ok(1.0),
        "km" => Ok(1000.0),
        "ft" => Ok(0.3048),
        "mi" => Ok(1609.34),
        _ => Err(Refused::text("ERR unsupported unit provided. please use M, KM, FT, MI")),
    }
}

/// A distance as replies show it.
pub(super) fn distance(number: f64) -> Reply {
    Reply::bulk(format!("{number:.4}"))
}

/// Longitude and latitude of a place.
pub(super) fn coordinates(place: Place) -> Reply {
    let shown = |degrees: f64| {
        let text = format!("{degrees:.17}");
        let short = text.trim_end_matches('0').trim_end_matches('.');
        Reply::Double(Bytes::copy_from_slice(short.as_bytes()))
    };
    Reply::Array(vec![shown(place.longitude), shown(place.latitude)])
}

fn place_of(zset: &Zset, member: &[u8]) -> Option<Place> {
    zset.score(member).map(|score| Place::of_score(score.get()))
}

/// Where a member is.
pub(super) fn place_at(
    db: &mut Db<'_>,
    key: &Bytes,
    member: &[u8],
) -> Result<Option<Place>, Refused> {
    Ok(db.get::<Zset>(key)?.and_then(|zset| place_of(zset, member)))
}

fn geodist(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let unit = match &argv[4..] {
        [] => 1.0,
        [unit] => metres(unit)?,
        _ => return Err(Refused::Syntax),
    };
    let one = place_at(db, &argv[1], &argv[2])?;
    db.has_looked_up();
    let other = place_at(db, &argv[1], &argv[3])?;
    Ok(match (one, other) {
        (Some(one), Some(other)) => distance(one.distance(other) / unit),
        _ => Reply::Nil,
    })
}

fn each(db: &mut Db<'_>, argv: &Argv, missing: Reply, shown: fn(Place) -> Reply) -> Answer {
    let zset = db.get::<Zset>(&argv[1])?;
    let place = |member: &Bytes| zset.and_then(|zset| place_of(zset, member));
    let reply = |member: &Bytes| place(member).map_or(missing.clone(), shown);
    Ok(Reply::Array(argv[2..].iter().map(reply).collect()))
}

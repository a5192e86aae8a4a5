//! Directives that are actions: faults of processes and of the network.

use crate::node::io::Port;
use crate::script::Trouble;
use crate::script::words::{Words, container};
use crate::shapes::spec::{ContainerIx, Latency};
use crate::sim::{Action, Group, Place, Rule, Verdict, World};

type Actions = Result<Vec<Action>, Trouble>;

fn each(world: &World, words: &mut Words, make: fn(ContainerIx) -> Action) -> Actions {
    let mut all = vec![words.container(world)?];
    for word in words.rest() {
        all.push(container(world, &word)?);
    }
    Ok(all.into_iter().map(make).collect())
}

pub(super) fn kill(world: &World, words: &mut Words) -> Actions {
    each(world, words, Action::Kill)
}
pub(super) fn crash(world: &World, words: &mut Words) -> Actions {
    each(world, words, Action::Crash)
}
pub(super) fn terminate(world: &World, words: &mut Words) -> Actions {
    each(world, words, Action::Terminate)
}
pub(super) fn stop(world: &World, words: &mut Words) -> Actions {
    each(world, words, Action::Stop)
}
pub(super) fn start(world: &World, words: &mut Words) -> Actions {
    each(world, words, Action::Start)
}
pub(super) fn restart(world: &World, words: &mut Words) -> Actions {
    each(world, words, Action::Restart)
}
pub(super) fn pause(world: &World, words: &mut Words) -> Actions {
    each(world, words, Action::Pause)
}
pub(super) fn resume(world: &World, words: &mut Words) -> Actions {
    each(world, words, Action::Resume)
}
pub(super) fn lose_disk(world: &World, words: &mut Words) -> Actions {
    each(world, words, Action::LoseDisk)
}

pub(super) fn partition(world: &World, words: &mut Words) -> Actions {
    rule(world, words, Verdict::Drop, true)
}
pub(super) fn one_way(world: &World, words: &mut Words) -> Actions {
    rule(world, words, Verdict::Drop, false)
}
pub(super) fn reject(world: &World, words: &mut Words) -> Actions {
    rule(world, words, Verdict::Reject, true)
}
pub(super) fn reset(world: &World, words: &mut Words) -> Actions {
    rule(world, words, Verdict::Reset, true)
}
pub(super) fn slow(world: &World, words: &mut Words) -> Actions {
    let more = words.span_us()?;
    rule(world, words, Verdict::Slow(more), true)
}
pub(super) fn lossy(world: &World, words: &mut Words) -> Actions {
    let chance = words.number()?;
    let chance = u16::try_from(chance).ok().filter(|chance| *chance <= 1000);
    let chance = chance.ok_or("more than a thousand of a thousand")?;
    rule(world, words, Verdict::Lossy(chance), true)
}

fn rule(world: &World, words: &mut Words, verdict: Verdict, both_ways: bool) -> Actions {
    let (from, to, port) = sides(world, words.rest())?;
    Ok(vec![Action::Rule(Rule { from, to, port, verdict, both_ways })])
}

pub(super) fn heal(_: &World, words: &mut Words) -> Actions {
    words.done()?;
    Ok(vec![Action::Heal])
}

pub(super) fn latency(_: &World, words: &mut Words) -> Actions {
    let (base_us, jitter_us) = (words.span_us()?, words.span_us()?);
    words.done()?;
    Ok(vec![Action::Latency(Latency { base_us, jitter_us })])
}

/// `a b | c d`, `a | rest`, with `bus` or `clients` at the end.
fn sides(world: &World, mut words: Vec<String>) -> Result<(Group, Group, Option<Port>), Trouble> {
    let port = match words.last().map(String::as_str) {
        Some("bus") => Some(Port::Bus),
        Some("clients") => Some(Port::Client),
        _ => None,
    };
    if port.is_some() {
        words.pop();
    }
    let mut halves = words.split(|word| word == "|");
    let (Some(left), Some(right), None) = (halves.next(), halves.next(), halves.next()) else {
        return Err(String::new());
    };
    let places = |names: &[String]| -> Result<Vec<Place>, Trouble> {
        names.iter().map(|name| place(world, name)).collect()
    };
    let rest = |names: &[String]| names.len() == 1 && names[0] == "rest";
    let group = |names: &[String], other: &[String]| match rest(names) {
        true => places(other).map(Group::AllBut),
        false => places(names).map(Group::These),
    };
    if left.is_empty() || right.is_empty() || (rest(left) && rest(right)) {
        return Err(String::new());
    }
    Ok((group(left, right)?, group(right, left)?, port))
}

fn place(world: &World, name: &str) -> Result<Place, Trouble> {
    match name {
        "host" => Ok(Place::Host),
        name => container(world, name).map(Place::Container),
    }
}

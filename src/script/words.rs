//! The words of a directive, and what they can mean: places, spans of time, numbers.

use crate::script::Trouble;
use crate::shapes::spec::ContainerIx;
use crate::sim::World;
use crate::words::quote;
use std::collections::VecDeque;

/// The words that are left, and the lines under the directive.
pub(super) struct Words {
    left: VecDeque<String>,
    /// The lines under the directive.
    pub(super) body: String,
    /// What follows the directive's name, as it stands.
    pub(super) line: String,
}

impl Words {
    pub(super) fn of(line: &str, body: &str) -> Result<Words, Trouble> {
        let words = quote::split(line.as_bytes()).ok_or("a quote is not closed")?;
        let text = |word: Vec<u8>| String::from_utf8_lossy(&word).into_owned();
        let raw = line.split_once(' ').map_or("", |(_, rest)| rest).to_owned();
        let left = words.into_iter().map(text).collect();
        Ok(Words { left, body: body.to_owned(), line: raw })
    }
    pub(super) fn next(&mut self) -> Option<String> {
        self.left.pop_front()
    }
    /// The next word; without one the directive shows its usage.
    pub(super) fn need(&mut self) -> Result<String, Trouble> {
        self.next().ok_or_else(String::new)
    }
    /// Takes the next word if it is this one.
    pub(super) fn eat(&mut self, word: &str) -> bool {
        let there = self.left.front().is_some_and(|next| next == word);
        if there {
            self.left.pop_front();
        }
        there
    }
    /// All words that are left.
    pub(super) fn rest(&mut self) -> Vec<String> {
        self.left.drain(..).collect()
    }
    /// Nothing may be left.
    pub(super) fn done(&self) -> Result<(), Trouble> {
        match self.left.front() {
            None => Ok(()),
            Some(word) => Err(format!("what is {word:?}?")),
        }
    }
    pub(super) fn number(&mut self) -> Result<u64, Trouble> {
        let word = self.need()?;
        word.parse().map_err(|_| format!("{word:?} is not a number"))
    }
    /// A span of time in microseconds: `2s`, `1.5s`, `100ms`, `30us`.
    pub(super) fn span_us(&mut self) -> Result<u64, Trouble> {
        span_us(&self.need()?)
    }
    pub(super) fn container(&mut self, world: &World) -> Result<ContainerIx, Trouble> {
        container(world, &self.need()?)
    }
}

/// `2s`, `1.5s`, `100ms`, `30us` in microseconds.
pub(super) fn span_us(text: &str) -> Result<u64, Trouble> {
    let bad = || format!("{text:?} is not a span of time such as 2s, 1.5s, 100ms or 30us");
    let (number, unit) = match text {
        _ if text.ends_with("us") => (&text[..text.len() - 2], 1),
        _ if text.ends_with("ms") => (&text[..text.len() - 2], 1000),
        _ if text.ends_with('s') => (&text[..text.len() - 1], 1_000_000),
        _ => return Err(bad()),
    };
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let whole: u64 = whole.parse().map_err(|_| bad())?;
    let mut fraction = 0;
    let mut place = unit;
    for digit in part.chars() {
        place /= 10;
        fraction += u64::from(digit.to_digit(10).ok_or_else(bad)?) * place;
    }
    let whole = whole.checked_mul(unit).filter(|us| *us < 1 << 50).ok_or_else(bad)?;
    Ok(whole + fraction)
}

/// The container with this name, service, port, or address.
pub(super) fn container(world: &World, word: &str) -> Result<ContainerIx, Trouble> {
    let by_port = || {
        let port: u16 = word.parse().ok()?;
        world.container_ixs().find(|&ix| world.server(ix).is_some_and(|s| s.config.port == port))
    };
    world.find(word).or_else(by_port).ok_or_else(|| {
        let names: Vec<&str> = world.container_ixs().map(|ix| world.name(ix)).collect();
        format!("there is no {word:?}; there are {}", names.join(", "))
    })
}

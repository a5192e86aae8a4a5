//! What may be written after a directive, and what the server says when it is not that.
//!
//! In Redis: the `set` functions of config.c. The words of a [`Complaint`] are Redis's: they appear in
//! `*** FATAL CONFIG FILE ERROR` and in the errors of CONFIG SET.

use super::limits::named_limits;
use std::fmt;
use std::net::IpAddr;

/// The kinds of values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// `yes` or `no`.
    Bool,
    /// A whole number in an inclusive range.
    Integer {
        /** Smallest. */
        min: i64,
        /** Greatest. */
        max: i64,
    },
    /// A number of bytes: `1mb` is 1048576, `1m` is 1000000.
    Memory,
    /// A number of bytes, and the least it may be.
    MemoryFrom(u64),
    /// Bytes, or a percentage of `maxmemory`.
    MemoryOrPercent,
    /// One of these words, in any case of letters.
    OneOf(&'static [&'static str]),
    /// Any text.
    Text,
    /// A host name, or nothing.
    Hostname,
    /// Addresses to listen on; `-` before one means that it may be missing; `*` is every one.
    Addresses,
    /// Pairs of seconds and changes.
    SavePoints,
    /// Classes of clients, each with two numbers of bytes and one of seconds.
    OutputLimits,
    /// Several words that nothing here looks into.
    List,
}

impl Shape {
    /// The value in the form in which CONFIG GET shows it.
    pub(super) fn check(self, args: &[&str]) -> Result<String, Complaint> {
        match self {
            Shape::Addresses => return addresses(args),
            Shape::SavePoints => return save_points(args),
            Shape::OutputLimits => {
                let text = args.join(" ");
                return named_limits(&text).map(|_| text);
            }
            Shape::List => return Ok(args.join(" ")),
            _ => {}
        }
        let [text] = args else { return Err(Complaint::WrongCount) };
        match self {
            Shape::Bool => one_of(text, &["yes", "no"]).ok_or(Complaint::NotBool),
            Shape::OneOf(words) => one_of(text, words).ok_or(Complaint::NotOneOf(words)),
            Shape::Integer { min, max } => integer(text, min, max),
            Shape::Memory => memory(text).map(|n| n.to_string()).ok_or(Complaint::NotMemory),
            Shape::MemoryFrom(least) => memory_from(text, least),
            Shape::MemoryOrPercent => memory_or_percent(text),
            Shape::Hostname => hostname(text),
            Shape::Text
            | Shape::Addresses
            | Shape::SavePoints
            | Shape::OutputLimits
            | Shape::List => Ok((*text).into()),
        }
    }
}

fn one_of(text: &str, words: &[&str]) -> Option<String> {
    words.iter().find(|word| word.eq_ignore_ascii_case(text)).map(|word| (*word).into())
}

/// A whole number as Redis reads numbers everywhere: no sign but `-`, no leading zeros, no spaces.
pub fn strict_integer(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let plain = match digits {
        [b'0'] => digits.len() == text.len(),
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if !plain {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn integer(text: &str, min: i64, max: i64) -> Result<String, Complaint> {
    let number = strict_integer(text.as_bytes()).ok_or(Complaint::NotInteger)?;
    if number < min || max < number {
        return Err(Complaint::OutOfRange { min, max });
    }
    Ok(number.to_string())
}

/// Bytes: a number and one of `b k kb m mb g gb`. In Redis: `memtoull` (util.c).
pub fn memory(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let scale: u64 = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" => 1000,
        "kb" => 1 << 10,
        "m" => 1000 * 1000,
        "mb" => 1 << 20,
        "g" => 1000 * 1000 * 1000,
        "gb" => 1 << 30,
        _ => return None,
    };
    let number = if number.is_empty() { 0 } else { number.parse::<u64>().ok()? };
    Some(number.wrapping_mul(scale))
}

fn memory_from(text: &str, least: u64) -> Result<String, Complaint> {
    let bytes = memory(text).ok_or(Complaint::NotMemory)?;
    match i64::try_from(bytes) {
        Ok(_) if least <= bytes => Ok(bytes.to_string()),
        Ok(_) | Err(_) => Err(Complaint::OutOfRange { min: least as i64, max: i64::MAX }),
    }
}

fn memory_or_percent(text: &str) -> Result<String, Complaint> {
    let percent = text.strip_suffix('%').and_then(|digits| strict_integer(digits.as_bytes()));
    match percent {
        Some(0..=100) => Ok(text.into()),
        Some(_) => Err(Complaint::NotMemoryOrPercent),
        None => memory(text).map(|n| n.to_string()).ok_or(Complaint::NotMemoryOrPercent),
    }
}

fn hostname(text: &str) -> Result<String, Complaint> {
    if 256 <= text.len() {
        return Err(Complaint::HostnameTooLong);
    }
    let plain = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'.';
    if text.bytes().all(plain) { Ok(text.into()) } else { Err(Complaint::NotHostname) }
}

fn addresses(args: &[&str]) -> Result<String, Complaint> {
    let words: Vec<&str> = args.iter().flat_map(|arg| arg.split_whitespace()).collect();
    let known = |word: &&str| {
        let bare = word.trim_start_matches('-');
        bare == "*" || bare == "::*" || bare.parse::<IpAddr>().is_ok()
    };
    if words.iter().all(known) { Ok(words.join(" ")) } else { Err(Complaint::CannotBind) }
}

fn save_points(args: &[&str]) -> Result<String, Complaint> {
    let words: Vec<&str> = args.iter().flat_map(|arg| arg.split_whitespace()).collect();
    let fits = |(i, word): (usize, &&str)| {
        let least = if i % 2 == 0 { 1 } else { 0 };
        word.parse::<i64>().is_ok_and(|n| least <= n)
    };
    match words.len().is_multiple_of(2) && words.iter().enumerate().all(fits) {
        true => Ok(words.join(" ")),
        false => Err(Complaint::SavePoints),
    }
}

/// Why a directive is refused. Its text is the server's.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the text says it")]
pub enum Complaint {
    Unknown,
    ModuleWithoutValue,
    WrongCount,
    NotBool,
    NotInteger,
    NotMemory,
    NotMemoryOrPercent,
    OutOfRange { min: i64, max: i64 },
    NotOneOf(&'static [&'static str]),
    NotHostname,
    HostnameTooLong,
    CannotBind,
    SavePoints,
    LimitWords,
    LimitClass,
    LimitNumbers,
    Immutable,
    Protected,
    ReplicaOfInCluster,
    PortTooHigh,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Complaint::Unknown => f.write_str("Bad directive or wrong number of arguments"),
            Complaint::ModuleWithoutValue => f.write_str("Module config specified without value"),
            Complaint::WrongCount => f.write_str("wrong number of arguments"),
            Complaint::NotBool => f.write_str("argument must be 'yes' or 'no'"),
            Complaint::NotInteger => f.write_str("argument couldn't be parsed into an integer"),
            Complaint::NotMemory => f.write_str("argument must be a memory value"),
            Complaint::NotMemoryOrPercent => {
                f.write_str("argument must be a memory or percent value")
            }
            Complaint::OutOfRange { min, max } => {
                write!(f, "argument must be between {min} and {max} inclusive")
            }
            Complaint::NotOneOf(words) => {
                write!(f, "argument(s) must be one of the following: {}", words.join(", "))
            }
            Complaint::NotHostname => {
                f.write_str("Hostnames may only contain alphanumeric characters, hyphens or dots")
            }
            Complaint::HostnameTooLong => f.write_str("Hostnames must be less than 256 characters"),
            Complaint::CannotBind => f.write_str("Failed to bind to specified addresses."),
            Complaint::SavePoints => f.write_str("Invalid save parameters"),
            Complaint::LimitWords => {
                f.write_str("Wrong number of arguments in buffer limit configuration.")
            }
            Complaint::LimitClass => {
                f.write_str("Invalid client class specified in buffer limit configuration.")
            }
            Complaint::LimitNumbers => f.write_str(
                "Error in hard, soft or soft_seconds setting in buffer limit configuration.",
            ),
            Complaint::Immutable => f.write_str("can't set immutable config"),
            Complaint::Protected => f.write_str("can't set protected config"),
            Complaint::ReplicaOfInCluster => {
                f.write_str("replicaof directive not allowed in cluster mode")
            }
            Complaint::PortTooHigh => f.write_str(
                "Redis port number too high. Cluster communication port is 10,000 port numbers \
                 higher than your Redis port. Your Redis port number must be 55535 or less.",
            ),
        }
    }
}

impl std::error::Error for Complaint {}

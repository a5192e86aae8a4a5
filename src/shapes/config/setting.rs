//! Where a directive's value lives: in a field that the engine acts on, or kept as text.
//!
//! A [`Setting`] is a field that can be read and written in the form of CONFIG GET; the text that is
//! written has passed its directive's shape, so that a mismatch is our own mistake.

use super::{AppendFsync, Config, EndpointType};
use crate::words::Millis;
use std::fmt;
use std::net::IpAddr;

/// Where a value lives.
pub(super) enum Place {
    /// In a field of [`Config`].
    Field(fn(&Config) -> &dyn Setting, fn(&mut Config) -> &mut dyn Setting),
    /// Among [`Config::others`]; this is its default.
    Kept(&'static str),
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Field(..) => f.write_str("Field"),
            Place::Kept(default) => write!(f, "Kept({default:?})"),
        }
    }
}

macro_rules! field {
    ($name:ident) => {
        $crate::shapes::config::setting::Place::Field(
            |config| &config.$name,
            |config| &mut config.$name,
        )
    };
}
pub(super) use field;

/// A field with a text form.
pub(super) trait Setting {
    fn read(&self) -> String;
    fn write(&mut self, text: &str);
}

impl Setting for bool {
    fn read(&self) -> String {
        (if *self { "yes" } else { "no" }).into()
    }
    fn write(&mut self, text: &str) {
        *self = text != "no";
    }
}

macro_rules! numbers {
    ($($number:ty)*) => { $(
        impl Setting for $number {
            fn read(&self) -> String {
                self.to_string()
            }
            fn write(&mut self, text: &str) {
                *self = text.parse().expect("the shape of the directive fits its field");
            }
        }
    )* };
}
numbers!(u16 u32 u64 i64);

impl Setting for Millis {
    fn read(&self) -> String {
        self.0.to_string()
    }
    fn write(&mut self, text: &str) {
        self.0.write(text);
    }
}

impl Setting for String {
    fn read(&self) -> String {
        self.clone()
    }
    fn write(&mut self, text: &str) {
        *self = text.into();
    }
}

impl Setting for Option<String> {
    fn read(&self) -> String {
        self.clone().unwrap_or_default()
    }
    fn write(&mut self, text: &str) {
        *self = if text.is_empty() { None } else { Some(text.into()) };
    }
}

impl Setting for Option<IpAddr> {
    fn read(&self) -> String {
        self.map(|ip| ip.to_string()).unwrap_or_default()
    }
    fn write(&mut self, text: &str) {
        *self = text.parse().ok();
    }
}

impl Setting for Vec<IpAddr> {
    fn read(&self) -> String {
        if self.is_empty() {
            return "* -::*".into();
        }
        self.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(" ")
    }
    fn write(&mut self, text: &str) {
        let words = || text.split(' ').map(|word| word.trim_start_matches('-'));
        let everything = |word: &str| word == "*" || word == "::*" || word == "0.0.0.0";
        *self = match words().any(everything) {
            true => Vec::new(),
            false => words().filter_map(|word| word.parse().ok()).collect(),
        };
    }
}

impl Setting for Vec<(u64, u64)> {
    fn read(&self) -> String {
        let point = |(seconds, changes): &(u64, u64)| format!("{seconds} {changes}");
        self.iter().map(point).collect::<Vec<_>>().join(" ")
    }
    fn write(&mut self, text: &str) {
        let numbers: Vec<u64> = text.split_whitespace().filter_map(|w| w.parse().ok()).collect();
        *self = numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    }
}

impl Setting for EndpointType {
    fn read(&self) -> String {
        match self {
            EndpointType::Ip => "ip",
            EndpointType::Hostname => "hostname",
            EndpointType::UnknownEndpoint => "unknown-endpoint",
        }
        .into()
    }
    fn write(&mut self, text: &str) {
        *self = match text {
            "hostname" => EndpointType::Hostname,
            "unknown-endpoint" => EndpointType::UnknownEndpoint,
            _ => EndpointType::Ip,
        };
    }
}

impl Setting for AppendFsync {
    fn read(&self) -> String {
        match self {
            AppendFsync::Always => "always",
            AppendFsync::EverySec => "everysec",
            AppendFsync::No => "no",
        }
        .into()
    }
    fn write(&mut self, text: &str) {
        *self = match text {
            "always" => AppendFsync::Always,
            "no" => AppendFsync::No,
            _ => AppendFsync::EverySec,
        };
    }
}

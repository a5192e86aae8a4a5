//! Names of 40 hexadecimal digits: node ids and replication ids.

use crate::words::Rng;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

macro_rules! forty_hex_digits {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub [u8; 20]);

        impl $name {
            /// All zeros.
            pub const ZERO: $name = $name([0; 20]);
            /// A random one.
            pub fn random(rng: &mut Rng) -> $name {
                $name(rng.bytes20())
            }
            /// The id written as `text`: exactly 40 digits `0-9a-f` (upper case is not an id).
            pub fn from_hex(text: &[u8]) -> Option<$name> {
                Some($name(unhex(text)?))
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(std::str::from_utf8(&hex(&self.0)).expect("hex digits are ASCII"))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<$name, NotAnId> {
                $name::from_hex(text.as_bytes()).ok_or(NotAnId)
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<$name, D::Error> {
                let text = String::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

forty_hex_digits! {
    /// A cluster node's id, as `CLUSTER MYID` prints it. Ordered as its text is.
    NodeId
}
forty_hex_digits! {
    /// A replication history's id (`master_replid`).
    ReplId
}

/// The text is not 40 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not 40 lower-case hexadecimal digits")
    }
}

impl std::error::Error for NotAnId {}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

fn hex(bytes: &[u8; 20]) -> [u8; 40] {
    std::array::from_fn(|i| DIGITS[usize::from(bytes[i / 2] >> (4 * (1 - i % 2)) & 15)])
}

fn unhex(text: &[u8]) -> Option<[u8; 20]> {
    if text.len() != 40 {
        return None;
    }
    let digit = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; 20];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

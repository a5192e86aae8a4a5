//! Why a command is refused: each reason with its words on the wire.

use std::fmt;

/// An error reply that a command gives. `Display` is its text on the wire, without the minus sign.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the text says it")]
pub enum Refused {
    WrongType,
    NotInteger,
    NotFloat,
    BadRangeFloat,
    Overflow,
    Syntax,
    NoSuchKey,
    NotInTime,
    IndexOutOfRange,
    OffsetOutOfRange,
    WrongArity(String),
    UnknownSubcommand {
        sub: String,
        of: &'static str,
    },
    UnknownOrArity {
        sub: String,
        of: &'static str,
    },
    InvalidExpire(String),
    ClusterOff,
    ReadOnlyReplica,
    BusyKey,
    /// Any other, whole.
    Text(String),
}

impl Refused {
    /// A reason that only one command has.
    pub fn text(text: impl Into<String>) -> Refused {
        Refused::Text(text.into())
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::WrongType => {
                f.write_str("WRONGTYPE Operation against a key holding the wrong kind of value")
            }
            Refused::NotInteger => f.write_str("ERR value is not an integer or out of range"),
            Refused::NotFloat => f.write_str("ERR value is not a valid float"),
            Refused::BadRangeFloat => f.write_str("ERR min or max is not a float"),
            Refused::Overflow => f.write_str("ERR increment or decrement would overflow"),
            Refused::Syntax => f.write_str("ERR syntax error"),
            Refused::NoSuchKey => f.write_str("ERR no such key"),
            Refused::NotInTime => f.write_str("ERR timeout is not a float or out of range"),
            Refused::IndexOutOfRange => f.write_str("ERR index out of range"),
            Refused::OffsetOutOfRange => f.write_str("ERR offset is out of range"),
            Refused::WrongArity(name) => {
                write!(f, "ERR wrong number of arguments for '{name}' command")
            }
            Refused::UnknownSubcommand { sub, of } => {
                write!(f, "ERR unknown subcommand '{sub}'. Try {of} HELP.")
            }
            Refused::UnknownOrArity { sub, of } => write!(
                f,
                "ERR unknown subcommand or wrong number of arguments for '{sub}'. Try {of} HELP."
            ),
            Refused::InvalidExpire(name) => {
                write!(f, "ERR invalid expire time in '{name}' command")
            }
            Refused::ClusterOff => f.write_str("ERR This instance has cluster support disabled"),
            Refused::ReadOnlyReplica => {
                f.write_str("READONLY You can't write against a read only replica.")
            }
            Refused::BusyKey => f.write_str("BUSYKEY Target key name already exists."),
            Refused::Text(text) => f.write_str(text),
        }
    }
}

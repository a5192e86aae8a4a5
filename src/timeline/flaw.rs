//! Why a recording that came from elsewhere is not played.
//!
//! Data, as a fact is; its sentence and what to do about it are in the locale files.

use crate::sim::Refusal;

/// What is wrong with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Flaw {
    /// It is no link to a run and no file of one.
    NotARun,
    /// Characters of the link are missing or were changed.
    Damaged,
    /// The link was made by another Slotlab, in a form that this one does not read.
    OtherForm {
        /// The mark of that form.
        form: String,
    },
    /// It is larger than is read, in bytes of JSON.
    TooLarge {
        /// The most that is read.
        most: usize,
    },
    /// It is no recording: what the reader of JSON says.
    NotARecording(String),
    /// Nothing in it is a `redis-server`.
    NoServers,
    /// It has too many containers.
    TooManyContainers {
        /// How many it has.
        count: usize,
        /// The most that are played.
        most: usize,
    },
    /// It has too many actions.
    TooManyActions {
        /// The most that are played.
        most: usize,
    },
    /// It lasts too long.
    TooLong {
        /// The most that is played, in days.
        days: u64,
    },
    /// What it is built from cannot be: the part that does not fit.
    Impossible(String),
    /// An action comes before the one that it follows, or after the end.
    OutOfOrder {
        /** Which, from 1. */
        nth: usize,
    },
    /// The world refuses an action.
    Refused {
        /** Which, from 1. */
        nth: usize,
        /// The container that it is done to.
        who: String,
        /// Why.
        refusal: Refusal,
    },
    /// Playing it takes more memory than the page has for it.
    TooMuch,
}

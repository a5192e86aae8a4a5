//! The ledger: what this project says of Redis, where each claim comes from, and what holds it.
//!
//! Nothing is written by hand twice. A transcript's comments are its claims, and its `Source:` lines say
//! of whom; a recording of the real thing is a claim that ours is the same; a row of the fidelity
//! reports is one with a figure; `differs.txt` and `absent.txt` have what is not so.

use super::sources;
use std::fmt;

/// One claim.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Claim {
    /// Which part of Redis it is about: the folder of its test, or the family of its recording.
    pub(crate) area: String,
    /// What is claimed, in a sentence.
    pub(crate) says: String,
    /// Function and version, section of the specification, or recording.
    pub(crate) source: String,
    /// What holds it; empty if nothing does.
    pub(crate) test: String,
    /// Whether it is so.
    pub(crate) state: State,
}

/// Whether ours does what Redis does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum State {
    /// It does, and a test says so.
    Matches,
    /// It does something else, and that is on purpose.
    Differs,
    /// It does not yet.
    Open,
    /// It does nothing of the kind.
    Absent,
}

impl State {
    /// All of them, in the order of the totals.
    pub(crate) const ALL: [State; 4] = [State::Matches, State::Differs, State::Open, State::Absent];
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            State::Matches => "matches",
            State::Differs => "differs on purpose",
            State::Open => "does not match yet",
            State::Absent => "not modelled",
        })
    }
}

/// All claims, sorted by area.
pub(crate) fn all() -> Vec<Claim> {
    let mut claims = sources::transcripts();
    claims.extend(sources::recordings());
    claims.extend(sources::experiments());
    claims.extend(sources::listed("tests/ledger/differs.txt", State::Differs));
    claims.extend(sources::listed("tests/ledger/absent.txt", State::Absent));
    claims.sort_by(|one, other| one.area.cmp(&other.area).then(one.state.cmp(&other.state)));
    claims
}

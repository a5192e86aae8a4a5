//! The top bar: the state of the cluster, the speed, the buttons of time.

use super::clock;
use super::member::{Members, State};
use super::owners;
use crate::say::{Arg, Lang, text, word};
use crate::session::Session;
use crate::session::run::Run;
use crate::session::speed::LADDER;

/// The top bar.
#[derive(Clone, PartialEq, Debug)]
pub struct Top {
    /// `pill`, `pill idle`, `pill down`, `pill warn`.
    pub tone: &'static str,
    /// `Cluster ok`
    pub state: String,
    /// `5461 slots`
    pub detail: String,
    /// The rung of the speed ladder, and how many there are.
    pub rung: (usize, usize),
    /// The speed as people write it.
    pub speed: String,
    /// Whether time runs.
    pub playing: bool,
}

/// The top bar of a session.
pub fn draw(session: &Session, members: &Members) -> Top {
    let lang = session.page.lang;
    let (tone, state, detail) = match &session.run {
        None => ("pill idle", word(lang, "state-nothing"), String::new()),
        Some(_) => state(lang, members),
    };
    Top {
        tone,
        state,
        detail,
        rung: (session.playback.rung, LADDER.len()),
        speed: LADDER[session.playback.rung].text(),
        playing: session.playback.playing,
    }
}

fn state(lang: Lang, members: &Members) -> (&'static str, String, String) {
    let runs = owners::runs(members);
    let count = |served: bool, owned: bool| -> u64 {
        let these = runs.iter().filter(|run| run.served == served && run.owner.is_some() == owned);
        these.map(|run| u64::from(run.len())).sum()
    };
    let (lost, unassigned) = (count(false, true), count(false, false));
    let up = members.0.iter().filter(|m| m.state == State::Up).count() as u64;
    let slots = |count: u64| text(lang, "state-slots", &[("count", count.into())]);
    let running = [("up", Arg::from(up)), ("all", members.0.len().into())];
    let nodes = || text(lang, "state-nodes", &running);
    if unassigned == 16384 {
        return ("pill idle", word(lang, "state-forming"), nodes());
    }
    let agrees_down = members.0.iter().any(|m| m.answers() && m.cluster_ok == Some(false));
    match (lost + unassigned, agrees_down) {
        (0, false) => ("pill", word(lang, "state-ok"), nodes()),
        (0, true) => ("pill warn", word(lang, "state-settling"), nodes()),
        (missing, true) => ("pill down", word(lang, "state-down"), slots(missing)),
        (missing, false) => ("pill warn", word(lang, "state-unserved"), slots(missing)),
    }
}

/// The clock; with microseconds at speeds at which packets can be seen.
pub fn clock(run: &Run, rung: usize) -> String {
    let fine = LADDER[rung].wall_part >= 100;
    clock::clock(run.start(), run.world().now(), fine)
}

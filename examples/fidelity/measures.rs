//! What the recordings measured of a failure, measured of ours: times, counts.
//!
//! The recordings took theirs from the servers' debug logs (1 ms), the promotion as others see it from
//! a poller that asked every node each 25 ms. A fact here is a line of the log there.
//! Absent: what the writers of the recordings suffered, and the recorder's own hiccups.

use super::lab::Lab;
use slotlab::shapes::Fact;
use slotlab::shapes::fact::Denial;
use slotlab::shapes::spec::ContainerIx;
use slotlab::words::{NodeId, Time};
use std::collections::BTreeMap;

/// Times in milliseconds after the first action, or between two of these.
pub(crate) const TIMES: [&str; 17] = [
    "pfail_first",
    "pfail_last",
    "fail_quorum",
    "fail_after_first_pfail",
    "fail_message_last",
    "election_scheduled",
    "election_delay_logged",
    "election_started",
    "election_wait_real",
    "won",
    "vote_round",
    "promotion_seen_by_all",
    "state_fail_first",
    "state_ok_first_after_fail",
    "state_ok_last",
    "clear_fail_first",
    "reconfigured_first",
];

/// Plain counts.
pub(crate) const COUNTS: [&str; 7] = [
    "nodes_that_logged_pfail",
    "elections_started_count",
    "votes_granted_count",
    "votes_denied_count",
    "cant_failover_count",
    "rank_updates",
    "epoch_new_master",
];

/// How often the recordings' poller asked, in milliseconds.
const POLL_MS: u64 = 25;

/// Any time before all others.
const SINCE: Time = Time::from_unix_s(1_700_000_000);

/// What was measured in one run.
pub(crate) type Measures = BTreeMap<&'static str, f64>;

/// What happened since, by what it is.
struct Story<'a> {
    start: Time,
    facts: Vec<&'a (Time, ContainerIx, Fact)>,
}

impl Story<'_> {
    /// As a log says it: it has whole milliseconds, the action had its fraction of one.
    fn ms(&self, at: Time) -> f64 {
        let logged = Time::from_unix_ms(at.unix_ms());
        logged.micros_since(SINCE) as f64 / 1000.0 - self.start.micros_since(SINCE) as f64 / 1000.0
    }
    fn all(&self, pick: impl Fn(&Fact) -> bool) -> impl Iterator<Item = (Time, ContainerIx)> {
        let hits = self.facts.iter().filter(move |(_, _, fact)| pick(fact));
        hits.map(|&&(at, ix, _)| (at, ix))
    }
    fn first(&self, pick: impl Fn(&Fact) -> bool) -> Option<f64> {
        self.all(pick).next().map(|(at, _)| self.ms(at))
    }
    fn last(&self, pick: impl Fn(&Fact) -> bool) -> Option<f64> {
        self.all(pick).last().map(|(at, _)| self.ms(at))
    }
    fn count(&self, pick: impl Fn(&Fact) -> bool) -> f64 {
        self.all(pick).count() as f64
    }
    /// When each node first noted it.
    fn by_node(&self, pick: impl Fn(&Fact) -> bool) -> Vec<f64> {
        let mut firsts = BTreeMap::new();
        for (at, ix) in self.all(pick) {
            firsts.entry(ix).or_insert(self.ms(at));
        }
        firsts.into_values().collect()
    }
}

/// Measures what happened since `start`.
pub(crate) fn of(lab: &mut Lab, start: Time) -> Measures {
    let since = |(at, _, _): &&(Time, ContainerIx, Fact)| start <= *at;
    let story = Story { start, facts: lab.watch.facts.iter().filter(since).collect() };
    let mut measures = Measures::new();
    let mut note = |name: &'static str, value: Option<f64>| {
        value.into_iter().for_each(|value| _ = measures.insert(name, value));
    };
    let greatest = |values: Vec<f64>| values.into_iter().max_by(f64::total_cmp);

    let suspected = story.by_node(|fact| matches!(fact, Fact::Pfail { .. }));
    let first_suspect = suspected.iter().copied().min_by(f64::total_cmp);
    let quorum = story.first(|fact| matches!(fact, Fact::Fail { .. }));
    note("nodes_that_logged_pfail", Some(suspected.len() as f64));
    note("pfail_first", first_suspect);
    note("pfail_last", greatest(suspected));
    note("fail_quorum", quorum);
    note("fail_after_first_pfail", quorum.zip(first_suspect).map(|(fail, pfail)| fail - pfail));
    note(
        "fail_message_last",
        greatest(story.by_node(|fact| matches!(fact, Fact::FailHeard { .. }))),
    );
    elections(&story, &mut note);
    let down = story.first(|fact| matches!(fact, Fact::StateFail { .. }));
    let mut ok = story.all(|fact| matches!(fact, Fact::StateOk)).map(|(at, _)| story.ms(at));
    note("state_fail_first", down);
    note("state_ok_first_after_fail", down.and_then(|down| ok.find(|&at| down <= at)));
    note("state_ok_last", story.last(|fact| matches!(fact, Fact::StateOk)));
    note("clear_fail_first", story.first(|fact| matches!(fact, Fact::FailCleared { .. })));
    note("reconfigured_first", story.first(|fact| matches!(fact, Fact::BecameReplica { .. })));
    let promoted = story.all(|fact| matches!(fact, Fact::Promoted { .. }));
    let heirs = promoted.map(|(at, heir)| (at, heir, lab.world.node_id(heir)));
    let seen: Vec<f64> = heirs.flat_map(|(at, heir, id)| seen_by(&story, at, heir, id)).collect();
    let mut polled = || lab.luck.below(POLL_MS * 1000) as f64 / 1000.0;
    let seen = seen.into_iter().map(|at| at + polled()).max_by(f64::total_cmp);
    seen.into_iter().for_each(|at| _ = measures.insert("promotion_seen_by_all", at));
    measures.values_mut().for_each(|value| *value = value.round() + 0.0);
    measures
}

fn elections(story: &Story<'_>, note: &mut impl FnMut(&'static str, Option<f64>)) {
    let scheduled = story.first(|fact| matches!(fact, Fact::ElectionScheduled { .. }));
    let started = story.first(|fact| matches!(fact, Fact::ElectionStarted { .. }));
    let won = story.first(|fact| matches!(fact, Fact::ElectionWon { .. }));
    let delay = story.facts.iter().find_map(|(_, _, fact)| match fact {
        Fact::ElectionScheduled { delay, .. } => Some(*delay as f64),
        _ => None,
    });
    let epoch = story.facts.iter().find_map(|(_, _, fact)| match fact {
        Fact::ElectionWon { epoch } => Some(epoch.0 as f64),
        _ => None,
    });
    note("election_scheduled", scheduled);
    note("election_delay_logged", delay);
    note("election_started", started);
    note("election_wait_real", started.zip(scheduled).map(|(started, planned)| started - planned));
    note("won", won);
    note("vote_round", won.zip(started).map(|(won, started)| won - started));
    note("epoch_new_master", epoch);
    let mut count = |name, pick: fn(&Fact) -> bool| note(name, Some(story.count(pick)));
    count("elections_started_count", |fact| matches!(fact, Fact::ElectionStarted { .. }));
    count("votes_granted_count", |fact| matches!(fact, Fact::Voted { .. }));
    count("votes_denied_count", is_logged_denial);
    count("cant_failover_count", |fact| matches!(fact, Fact::CannotFailOver { .. }));
    count("rank_updates", |fact| matches!(fact, Fact::RankUpdated { .. }));
}

/// A node that has no vote says nothing of its not voting.
fn is_logged_denial(fact: &Fact) -> bool {
    match fact {
        Fact::VoteDenied { why: Denial::IAmReplica | Denial::NoSlots, .. } => false,
        fact => matches!(fact, Fact::VoteDenied { .. }),
    }
}

/// When each node that ran all the time first saw the slots go to who was promoted then.
fn seen_by(story: &Story<'_>, promoted: Time, heir: ContainerIx, id: Option<NodeId>) -> Vec<f64> {
    let mut firsts = BTreeMap::new();
    let restarted =
        |node| story.all(|fact| matches!(fact, Fact::Started { .. })).any(|(_, ix)| ix == node);
    for (at, ix, fact) in &story.facts {
        let seen = *at >= promoted
            && !restarted(*ix)
            && match fact {
                Fact::SlotsMoved { to, .. } => Some(*to) == id,
                Fact::Promoted { .. } => *ix == heir,
                _ => false,
            };
        if seen {
            firsts.entry(*ix).or_insert(story.ms(*at));
        }
    }
    firsts.into_values().collect()
}

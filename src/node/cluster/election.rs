//! A replica's attempt to become master: when to begin, whether it may, what stands in its way.
//!
//! The attempt is kept as Redis keeps it: numbers that no end of an election resets. That is why a
//! winner that became a replica again can win once more with the old votes; real clusters do it too.
//!
//! In Redis: `clusterHandleSlaveFailover`, `clusterGetSlaveRank`. Spec: failover 1.

use super::Cluster;
use super::peer::PeerIx;
use super::stamp::Stamp;
use crate::node::Node;
use crate::node::io::Outbox;
use crate::node::log::Level;
use crate::shapes::fact::CannotWhy;
use crate::shapes::message::{Flags, Header};
use crate::shapes::{Epoch, Fact};
use crate::words::{Millis, Time};

/// Lets FAIL arrive everywhere first: a master that still believes in the old master refuses.
const FIXED_DELAY: u64 = 500;
/// Replicas of one master hardly ever begin in one moment: `0..500` ms more.
const RANDOM_DELAY: u64 = 500;
/// The replica with the most data goes first.
const DELAY_PER_RANK: u64 = 1000;
/// The shortest time in which votes are awaited.
const MIN_VOTING_TIME: u64 = 2000;
/// The same obstacle is not reported again for so long (`CLUSTER_CANT_FAILOVER_RELOG_PERIOD`).
const RELOG_PERIOD: u64 = 300_000;
/// Obstacles are not reported until the failure is a node timeout and this old.
const NO_LOG_BEFORE: u64 = 5000;

/// The numbers of the last attempt.
#[derive(Clone, Debug, Default)]
pub(super) struct Election {
    /// When it begins, or began.
    start: Stamp,
    /// Whether votes were asked for.
    sent: bool,
    votes: u32,
    rank: u32,
    epoch: Epoch,
    /// What was in the way when that was last reported.
    obstacle: Option<CannotWhy>,
    obstacle_reported: Stamp,
}

/// What the failover step does now.
enum Step {
    Blocked(CannotWhy),
    Schedule,
    AskForVotes,
    Promote,
}

impl Cluster {
    /// The failed (or willing) master whose place this replica may take.
    fn place_to_take(&self, no_failover: bool) -> Option<PeerIx> {
        let me = self.me();
        let master = me.master().filter(|_| me.is_replica())?;
        let manual = self.manual.can_start();
        let vacant = self.peer(master).has_failed() && !no_failover;
        ((manual || vacant) && !self.peer(master).slots().is_empty()).then_some(master)
    }

    /// How many other replicas of this master have more of its stream.
    fn rank(&self, offset: u64) -> u32 {
        let Some(master) = self.me().master() else { return 0 };
        let ahead = self.peer(master).replicas().filter(|&ix| {
            let peer = self.peer(ix);
            ix != PeerIx::MYSELF && !peer.flags().has(Flags::NOFAILOVER) && peer.offset() > offset
        });
        ahead.count() as u32
    }
}

impl Node {
    /// One look at the election: at every tick of a replica, and when a vote came.
    pub(super) fn failover_step(&mut self, now: Time, out: &mut Outbox) {
        let Some(master) = self.cluster.place_to_take(self.config.replica_no_failover) else {
            self.cluster.election.obstacle = None;
            return;
        };
        self.raise_rank(now, out);
        match self.next_step(now) {
            Step::Blocked(why) => self.note_obstacle(now, master, why, out),
            Step::Schedule => self.schedule_election(now, out),
            Step::AskForVotes => self.ask_for_votes(out),
            Step::Promote => self.win(now, out),
        }
    }

    /// In the order of Redis's checks.
    fn next_step(&self, now: Time) -> Step {
        let election = &self.cluster.election;
        let voting_time = (2 * self.config.cluster_node_timeout.0).max(MIN_VOTING_TIME);
        let now_ms = Stamp::from(now);
        let age = now_ms.since(election.start);
        if self.data_is_too_old(now) {
            Step::Blocked(CannotWhy::DataTooOld)
        } else if age > 2 * voting_time {
            Step::Schedule
        } else if now_ms < election.start {
            Step::Blocked(CannotWhy::WaitingDelay)
        } else if age > voting_time {
            Step::Blocked(CannotWhy::Expired)
        } else if !election.sent {
            Step::AskForVotes
        } else if election.votes >= self.cluster.quorum() {
            Step::Promote
        } else {
            Step::Blocked(CannotWhy::WaitingVotes)
        }
    }

    /// A replica whose data are much older than the failure had better not be master.
    fn data_is_too_old(&self, now: Time) -> bool {
        let (timeout, factor) =
            (self.config.cluster_node_timeout.0, u64::from(self.config.replica_validity_factor));
        let age = self.replication.data_age_ms(now);
        let age = if age > timeout { age - timeout } else { age };
        let limit = self.config.repl_ping_replica_period * 1000 + timeout * factor;
        factor != 0 && age > limit && !self.cluster.manual.can_start()
    }

    fn schedule_election(&mut self, now: Time, out: &mut Outbox) {
        let offset = self.replication.bus_offset();
        let manual = self.cluster.manual.is_pending();
        let luck = self.rng.below(RANDOM_DELAY);
        let rank = if manual { 0 } else { self.cluster.rank(offset) };
        let delay = match manual {
            true => 0,
            false => FIXED_DELAY + luck + DELAY_PER_RANK * u64::from(rank),
        };
        let election = &mut self.cluster.election;
        election.start = Stamp::from(now + Millis(delay));
        (election.votes, election.sent, election.rank) = (0, false, rank);
        self.cluster.todo.failover |= manual;
        out.note(Fact::ElectionScheduled { delay, rank, offset });
        self.broadcast_pong_to_ring(out);
    }

    /// Another replica turned out to have more data: this one waits longer. Never shorter.
    fn raise_rank(&mut self, now: Time, out: &mut Outbox) {
        let waiting = !self.cluster.election.sent && !self.cluster.manual.is_pending();
        if !waiting || matches!(self.next_step(now), Step::Schedule) || self.data_is_too_old(now) {
            return;
        }
        let rank = self.cluster.rank(self.replication.bus_offset());
        let election = &mut self.cluster.election;
        if rank > election.rank {
            let added = u64::from(rank - election.rank) * DELAY_PER_RANK;
            election.start = Stamp::new(election.start.ms() + added);
            election.rank = rank;
            out.note(Fact::RankUpdated { rank, added });
        }
    }

    fn ask_for_votes(&mut self, out: &mut Outbox) {
        self.cluster.current_epoch = self.cluster.current_epoch.next();
        let epoch = self.cluster.current_epoch;
        self.cluster.election.epoch = epoch;
        self.cluster.election.sent = true;
        out.note(Fact::ElectionStarted { epoch, needed: self.cluster.quorum() });
        self.broadcast_auth_request(self.cluster.manual.is_pending(), out);
        self.cluster.save_for_sure();
        self.cluster.save_and_update_state();
    }

    /// A vote, if it is a master's with slots and for this election.
    pub(super) fn on_auth_ack(&mut self, from: PeerIx, header: &Header, out: &mut Outbox) {
        let needed = self.cluster.quorum();
        let peer = self.cluster.peer(from);
        let counts = peer.is_master() && !peer.slots().is_empty();
        let id = peer.id();
        if counts && header.current_epoch >= self.cluster.election.epoch {
            self.cluster.election.votes += 1;
            self.cluster.todo.failover = true;
            out.note(Fact::VoteReceived { from: id, votes: self.cluster.election.votes, needed });
        }
    }

    fn win(&mut self, now: Time, out: &mut Outbox) {
        let epoch = self.cluster.election.epoch;
        out.note(Fact::ElectionWon { epoch });
        let standing = self.cluster.roster.standing_mut(PeerIx::MYSELF);
        if standing.config_epoch < epoch {
            standing.config_epoch = epoch;
            let text = format_args!("configEpoch set to {epoch} after successful failover");
            out.log.write(Level::Warning, text);
        }
        self.take_masters_place(now, out);
    }

    /// Says what is in the way, but not at every tick.
    fn note_obstacle(&mut self, now: Time, master: PeerIx, why: CannotWhy, out: &mut Outbox) {
        let now = Stamp::from(now);
        let failed_for = now.since(self.cluster.peer(master).fail_time());
        let quiet = self.config.cluster_node_timeout.0 + NO_LOG_BEFORE;
        let election = &mut self.cluster.election;
        let again =
            election.obstacle == Some(why) && now.since(election.obstacle_reported) < RELOG_PERIOD;
        if again {
            return;
        }
        election.obstacle = Some(why);
        if self.cluster.peer(master).has_failed() && failed_for < quiet {
            return;
        }
        self.cluster.election.obstacle_reported = now;
        out.note(Fact::CannotFailOver { why });
    }
}

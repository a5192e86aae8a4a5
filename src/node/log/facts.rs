//! The lines that tell of a fact. Some facts have none: what a vote adds up to, who joined.
//!
//! In Redis: the calls of `serverLog` in cluster.c and replication.c (7.0.15).

use super::Journal;
use super::Level::{self, Debug, Notice, Verbose, Warning};
use crate::shapes::Fact;
use crate::shapes::fact::{CannotWhy, ClearedWhy, Denial, ManualMode, ReplicaWhy};

impl Journal {
    /// Writes what Redis writes of a fact.
    pub(in crate::node) fn tell(&mut self, fact: &Fact) {
        let level = level(fact);
        if self.is_heard(level)
            && let Some(text) = of_cluster(fact).or_else(|| of_election(fact))
        {
            self.write(level, text);
        }
    }
}

/// How much its line matters, if it has one.
fn level(fact: &Fact) -> Level {
    match fact {
        Fact::Pfail { .. } => Debug,
        Fact::FailureReported { .. } | Fact::EpochCollision { .. } | Fact::StaleClaim { .. } => {
            Verbose
        }
        Fact::Fail { .. }
        | Fact::FailHeard { .. }
        | Fact::FailCleared { .. }
        | Fact::SyncDelayed { .. } => Notice,
        _ => Warning,
    }
}

fn of_cluster(fact: &Fact) -> Option<String> {
    Some(match fact {
        Fact::OwnAddress { ip } => format!("IP address for this node updated to {ip}"),
        Fact::AddressChanged { peer, ip, port } => {
            format!("Address updated for node {peer}, now {ip}:{port}")
        }
        Fact::LinkOverLimit { peer, outbound, bytes } => {
            let way = if *outbound { "to" } else { "from" };
            format!(
                "Freeing cluster link({way} node {peer}, used memory: {bytes}) due to exceeding send buffer memory limit."
            )
        }
        Fact::Pfail { peer } => format!("*** NODE {peer} possibly failing"),
        Fact::FailureReported { peer, by } => {
            format!("Node {by} reported node {peer} as not reachable.")
        }
        Fact::Fail { peer, .. } => format!("Marking node {peer} as failing (quorum reached)."),
        Fact::FailHeard { peer, from } => format!("FAIL message received from {from} about {peer}"),
        Fact::FailCleared { peer, why } => {
            format!("Clear FAIL state for node {peer}: {}", of_clearing(*why))
        }
        Fact::StateOk => "Cluster state changed: ok".into(),
        Fact::StateFail { .. } => "Cluster state changed: fail".into(),
        Fact::EpochBumped { epoch } => format!("New configEpoch set to {epoch}"),
        Fact::EpochCollision { peer, epoch } => {
            format!("WARNING: configEpoch collision with node {peer}. configEpoch set to {epoch}")
        }
        Fact::StaleClaim { peer, owner } => format!(
            "Node {peer} has old slots configuration, sending an UPDATE message about {owner}"
        ),
        Fact::SlotAdopted { slot } => {
            format!("I have keys for unassigned slot {slot}. Taking responsibility for it.")
        }
        Fact::SlotHeldForOther { slot, .. } => format!(
            "I have keys for slot {slot}, but the slot is assigned to another node. Setting it to importing state."
        ),
        Fact::BecameReplica { master, why } => match why {
            ReplicaWhy::LostItsSlots | ReplicaWhy::MasterLostItsSlots => format!(
                "Configuration change detected. Reconfiguring myself as a replica of {master}"
            ),
            ReplicaWhy::MasterIsReplica => format!(
                "I'm a sub-replica! Reconfiguring myself as a replica of grandmaster {master}"
            ),
            ReplicaWhy::Told | ReplicaWhy::Migrated => return None,
        },
        Fact::Migrating { to } => format!("Migrating to orphaned master {to}"),
        Fact::SyncDelayed { .. } => "Delay next BGSAVE for diskless SYNC".into(),
        Fact::ReplicaLost { replica } => format!("Connection with replica {replica} lost."),
        _ => return None,
    })
}

fn of_clearing(why: ClearedWhy) -> &'static str {
    match why {
        ClearedWhy::ReplicaReachable => "replica is reachable again.",
        ClearedWhy::MasterWithoutSlots => "master without slots is reachable again.",
        ClearedWhy::NobodyServesItsSlots => {
            "is reachable again and nobody is serving its slots after some time."
        }
    }
}

fn of_election(fact: &Fact) -> Option<String> {
    Some(match fact {
        Fact::ElectionScheduled { delay, rank, offset } => format!(
            "Start of election delayed for {delay} milliseconds (rank #{rank}, offset {offset})."
        ),
        Fact::RankUpdated { rank, added } => {
            format!("Replica rank updated to #{rank}, added {added} milliseconds of delay.")
        }
        Fact::ElectionStarted { epoch, .. } => {
            format!("Starting a failover election for epoch {epoch}.")
        }
        Fact::Voted { candidate, epoch } => {
            format!("Failover auth granted to {candidate} for epoch {epoch}")
        }
        Fact::VoteDenied { candidate, why } => {
            format!("Failover auth denied to {candidate}: {}", of_denial(*why)?)
        }
        Fact::ElectionWon { .. } => "Failover election won: I'm the new master.".into(),
        Fact::CannotFailOver { why } => {
            format!("Currently unable to failover: {}", of_obstacle(*why))
        }
        Fact::ManualRequested { mode } => match mode {
            ManualMode::Default => "Manual failover user request accepted.".into(),
            ManualMode::Force => "Forced failover user request accepted.".into(),
            ManualMode::Takeover => "Taking over the master (user request).".into(),
        },
        Fact::ManualPaused { replica } => {
            format!("Manual failover requested by replica {replica}.")
        }
        Fact::ManualOffset { offset } => {
            format!("Received replication offset for paused master manual failover: {offset}")
        }
        Fact::ManualCaughtUp => {
            "All master replication stream processed, manual failover can start.".into()
        }
        Fact::ManualTimedOut => "Manual failover timed out.".into(),
        _ => return None,
    })
}

/// Two refusals are silent.
fn of_denial(why: Denial) -> Option<String> {
    Some(match why {
        Denial::IAmReplica | Denial::NoSlots => return None,
        Denial::StaleEpoch { asked, current } => {
            format!("reqEpoch ({asked}) < curEpoch({current})")
        }
        Denial::AlreadyVoted { epoch } => format!("already voted for epoch {epoch}"),
        Denial::CandidateIsMaster => "it is a master node".into(),
        Denial::MasterUnknown => "I don't know its master".into(),
        Denial::MasterIsUp => "its master is up".into(),
        Denial::VotedRecently { wait } => {
            format!("can't vote about this master before {wait} milliseconds")
        }
        Denial::NewerClaim { slot, have, asked } => {
            format!("slot {slot} epoch ({have}) > reqEpoch ({asked})")
        }
    })
}

fn of_obstacle(why: CannotWhy) -> &'static str {
    match why {
        CannotWhy::DataTooOld => {
            "Disconnected from master for longer than allowed. Please check the 'cluster-replica-validity-factor' configuration option."
        }
        CannotWhy::WaitingDelay => "Waiting the delay before I can start a new failover.",
        CannotWhy::Expired => "Failover attempt expired.",
        CannotWhy::WaitingVotes => "Waiting for votes, but majority still not reached.",
    }
}

//! Failure detection: from silence to agreement, and back.
//!
//! A peer that does not answer within the node timeout is PFAIL: one node's opinion (`cron`). When a
//! majority of the masters say so at one time it is FAIL: a fact, and it is broadcast.
//!
//! Invariants: a node never suspects itself; FAIL had a quorum of reports, none too old.
//! In Redis: `markNodeAsFailingIfNeeded`, `clearNodeFailureIfNeeded`. Spec: bus 7 and 8.
//! Absent: links. Whether a packet arrives is the world's business; here there is only silence.

use super::Cluster;
use super::peer::{Peer, PeerIx, Report};
use super::stamp::Stamp;
use crate::node::Node;
use crate::node::io::Outbox;
use crate::shapes::Fact;
use crate::shapes::fact::ClearedWhy;
use crate::shapes::message::{Body, Flags};
use crate::words::{Millis, NodeId, Time};

/// A report is valid for so many node timeouts (`CLUSTER_FAIL_REPORT_VALIDITY_MULT`).
const REPORT_VALIDITY: u64 = 2;
/// A master that nobody replaced is taken back after so many node timeouts
/// (`CLUSTER_FAIL_UNDO_TIME_MULT`): longer than its replicas need to be elected.
const UNDO_AFTER: u64 = 2;

impl Cluster {
    /// Drops reports that are too old and counts the rest.
    pub(super) fn valid_reports(&mut self, now: Time, node: PeerIx, timeout: Millis) -> usize {
        let now = Stamp::from(now);
        let valid = |report: &Report| now.since(report.at) <= REPORT_VALIDITY * timeout.0;
        self.keep_reports(node, valid);
        self.reports_about(node).len()
    }
    /// Who reported a node as failing, the oldest first.
    pub(super) fn reports_about(&self, node: PeerIx) -> &[Report] {
        self.reports.get(&node).map_or(&[], Vec::as_slice)
    }
    /// Whether anybody did.
    #[inline]
    pub(super) fn is_reported(&self, node: PeerIx) -> bool {
        !self.reports.is_empty() && self.reports.contains_key(&node)
    }
    pub(super) fn keep_reports(&mut self, node: PeerIx, keep: impl Fn(&Report) -> bool) {
        if let Some(reports) = self.reports.get_mut(&node) {
            reports.retain(keep);
            if reports.is_empty() {
                self.reports.remove(&node);
            }
        }
    }

    /// Votes of masters with slots that a decision needs.
    pub(super) fn quorum(&self) -> u32 {
        self.state.size / 2 + 1
    }

    /// Flags a node FAIL.
    fn set_failed(&mut self, now: Time, node: PeerIx) {
        let pulse = self.roster.pulse_mut(node);
        pulse.remove(Flags::PFAIL);
        pulse.insert(Flags::FAIL);
        self.roster.set_fail_time(node, Stamp::from(now));
        self.save_and_update_state();
    }
}

impl Node {
    /// A master says that a node does not answer it.
    pub(super) fn hear_report(&mut self, now: Time, node: PeerIx, by: PeerIx, out: &mut Outbox) {
        let at = Stamp::from(now);
        let (peer_id, by_id) = (self.cluster.peer(node).id(), self.cluster.peer(by).id());
        let reports = self.cluster.reports.entry(node).or_default();
        match reports.iter_mut().find(|report| report.by == by) {
            Some(report) => report.at = at,
            None => {
                reports.push(Report { by, at });
                out.note(Fact::FailureReported { peer: peer_id, by: by_id });
            }
        }
        self.mark_failed_if_agreed(now, node, out);
    }

    /// A master says that a node answers.
    pub(super) fn drop_report(&mut self, now: Time, node: PeerIx, by: PeerIx) {
        if self.cluster.reports_about(node).iter().any(|report| report.by == by) {
            self.cluster.keep_reports(node, |report| report.by != by);
            self.cluster.valid_reports(now, node, self.config.cluster_node_timeout);
        }
    }

    /// The step from opinion to fact. A replica takes it too: it only counts the masters' reports.
    fn mark_failed_if_agreed(&mut self, now: Time, node: PeerIx, out: &mut Outbox) {
        if !self.cluster.peer(node).flags().has(Flags::PFAIL) {
            return;
        }
        let heard = self.cluster.valid_reports(now, node, self.config.cluster_node_timeout) as u32;
        let reports = heard + u32::from(self.cluster.me().is_master());
        let needed = self.cluster.quorum();
        if reports < needed {
            return;
        }
        self.cluster.set_failed(now, node);
        let peer = self.cluster.peer(node).id();
        out.note(Fact::Fail { peer, reports, needed });
        self.broadcast(Body::Fail(peer), out);
    }

    /// Somebody says that a majority agreed.
    pub(super) fn hear_fail(&mut self, now: Time, from: PeerIx, id: NodeId, out: &mut Outbox) {
        let Some(node) = self.cluster.find(&id) else { return };
        if self.cluster.peer(node).flags().has(Flags::FAIL.with(Flags::MYSELF)) {
            return;
        }
        self.cluster.set_failed(now, node);
        out.note(Fact::FailHeard { peer: id, from: self.cluster.peer(from).id() });
    }

    /// A node flagged as failing answered on this node's own link.
    pub(super) fn heard_alive(&mut self, now: Time, node: PeerIx, out: &mut Outbox) {
        let peer = self.cluster.peer(node);
        let id = peer.id();
        if peer.flags().has(Flags::PFAIL) {
            self.cluster.roster.pulse_mut(node).remove(Flags::PFAIL);
            out.note(Fact::PfailCleared { peer: id });
        } else if let Some(why) =
            may_be_cleared(peer, Stamp::from(now), self.config.cluster_node_timeout)
        {
            self.cluster.roster.pulse_mut(node).remove(Flags::FAIL);
            out.note(Fact::FailCleared { peer: id, why });
        } else {
            return;
        }
        self.cluster.save_and_update_state();
    }
}

/// Whether FAIL may be taken back from a node that answers, and why.
fn may_be_cleared(peer: Peer<'_>, now: Stamp, timeout: Millis) -> Option<ClearedWhy> {
    if peer.is_replica() {
        Some(ClearedWhy::ReplicaReachable)
    } else if !peer.owns_slots() {
        Some(ClearedWhy::MasterWithoutSlots)
    } else if now.since(peer.fail_time()) > UNDO_AFTER * timeout.0 {
        Some(ClearedWhy::NobodyServesItsSlots)
    } else {
        None
    }
}

//! Manual failover: an operator asks a replica to take its master's place.
//!
//! By default nothing is lost: the master pauses its writers and tells its offset, the replica waits
//! until it has processed everything up to there, and only then asks for votes. FORCE leaves the
//! master out of it, TAKEOVER leaves the voters out too.
//!
//! Invariant: writers are paused only while a manual failover is pending on this master.
//! In Redis: `clusterHandleManualFailover`, `manualFailoverCheckTimeout`, MFSTART. Spec: failover 6.

use super::peer::PeerIx;
use super::stamp::Stamp;
use crate::node::Node;
use crate::node::io::{ConnId, Outbox};
use crate::shapes::Fact;
use crate::shapes::fact::ManualMode;
use crate::shapes::message::{Body, Header};
use crate::words::{Millis, Time};

/// Both sides give up after so long (`CLUSTER_MF_TIMEOUT`).
const TIMEOUT: Millis = Millis(5000);
/// Writers are paused for that many timeouts at most (`CLUSTER_MF_PAUSE_MULT`).
const PAUSE: Millis = Millis(2 * TIMEOUT.0);

/// A manual failover under way; all of it is unset if there is none.
#[derive(Clone, Debug, Default)]
pub(super) struct Manual {
    /// When it is given up.
    end: Stamp,
    /// On the master: the replica that asked.
    replica: Option<PeerIx>,
    /// On the master: until when writers wait at the latest.
    paused_until: Stamp,
    /// On the replica: the master's offset when it had paused, in bytes.
    master_offset: Option<u64>,
    /// On the replica: the election may begin.
    can_start: bool,
}

impl Manual {
    pub(super) fn reset(&mut self) {
        *self = Manual::default();
    }
    /// A replica that is forgotten does not take over.
    pub(super) fn forget(&mut self, gone: PeerIx) {
        if self.replica == Some(gone) {
            self.replica = None;
        }
    }
    pub(super) fn is_pending(&self) -> bool {
        self.end.is_set()
    }
    pub(super) fn can_start(&self) -> bool {
        self.is_pending() && self.can_start
    }
    pub(super) fn writes_paused(&self, now: Time) -> bool {
        Stamp::from(now) < self.paused_until
    }
    /// The replica that this paused master pings at every tick.
    pub(super) fn waiting_replica(&self) -> Option<PeerIx> {
        self.replica.filter(|_| self.is_pending())
    }
}

impl Node {
    /// CLUSTER FAILOVER, after its checks.
    pub(in crate::node) fn cluster_failover(
        &mut self,
        now: Time,
        mode: ManualMode,
        out: &mut Outbox,
    ) {
        self.cluster.manual.reset();
        self.cluster.manual.end = Stamp::from(now + TIMEOUT);
        out.note(Fact::ManualRequested { mode });
        match mode {
            ManualMode::Default => {
                if let Some(master) = self.cluster.me().master() {
                    self.send_plain(master, Body::MfStart, out);
                }
            }
            ManualMode::Force => self.cluster.manual.can_start = true,
            ManualMode::Takeover => {
                self.bump_epoch(out);
                self.take_masters_place(now, out);
            }
        }
    }

    /// On the master: a replica wants its place.
    pub(super) fn on_mf_start(
        &mut self,
        now: Time,
        conn: ConnId,
        replica: PeerIx,
        out: &mut Outbox,
    ) {
        if self.cluster.peer(replica).master() != Some(PeerIx::MYSELF) {
            return;
        }
        self.cluster.manual.reset();
        self.cluster.manual.end = Stamp::from(now + TIMEOUT);
        self.cluster.manual.replica = Some(replica);
        self.cluster.manual.paused_until = Stamp::from(now + PAUSE);
        out.note(Fact::ManualPaused { replica: self.cluster.peer(replica).id() });
        let section = self.build_gossip(out);
        self.answer(conn, Body::Ping(section), out);
    }

    /// On the replica: the first packet of the paused master tells how far its stream goes.
    pub(super) fn capture_paused_offset(
        &mut self,
        sender: PeerIx,
        header: &Header,
        out: &mut Outbox,
    ) {
        let me = self.cluster.me();
        let from_master = me.is_replica() && me.master() == Some(sender);
        let manual = &mut self.cluster.manual;
        if from_master && manual.is_pending() && manual.master_offset.is_none() {
            manual.master_offset = Some(header.offset);
            self.cluster.todo.manual_failover = true;
            out.note(Fact::ManualOffset { offset: header.offset });
        }
    }

    /// On the replica: begins once all of the master's stream is processed.
    pub(super) fn manual_failover_step(&mut self, _now: Time, out: &mut Outbox) {
        let manual = &mut self.cluster.manual;
        let (true, false, Some(offset)) =
            (manual.is_pending(), manual.can_start, manual.master_offset)
        else {
            return;
        };
        if self.replication.bus_offset() == offset {
            manual.can_start = true;
            self.cluster.todo.failover = true;
            out.note(Fact::ManualCaughtUp);
        } else {
            self.cluster.todo.manual_failover = true;
        }
    }

    pub(super) fn manual_failover_timeout(&mut self, now: Time, out: &mut Outbox) {
        let manual = &mut self.cluster.manual;
        if manual.is_pending() && manual.end < Stamp::from(now) {
            manual.reset();
            out.note(Fact::ManualTimedOut);
        }
    }
}

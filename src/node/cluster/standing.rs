//! What a node knows of another beside its pulse: one row for each, read when that node itself speaks.

use super::peer::PeerIx;
use super::stamp::Stamp;
use crate::node::io::ConnId;
use crate::shapes::{Card, Epoch};
use crate::words::SlotSet;
use std::sync::Arc;

/// One end of a connection with a peer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Link {
    /// This node's end.
    pub conn: ConnId,
    /// Whether the connection is established; an outbound link exists while it is being made.
    pub up: bool,
    /// When it was created.
    pub created: Stamp,
}

/// What a node knows of another beside its pulse.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) card: Arc<Card>,
    /// The slots it owns in this node's view.
    pub(super) slots: Arc<SlotSet>,
    /// The epoch of its claim of slots; 0 for a replica.
    pub(super) config_epoch: Epoch,
    /// The replication offset it last told, in bytes.
    pub(super) offset: u64,
    /// When the ping was sent that it has not yet answered.
    pub(super) ping_sent: Stamp,
    /// When anything last came from it.
    pub(super) data_received: Stamp,
    /// When it became known.
    pub(super) created: Stamp,
    /// The connection this node opened to it.
    pub(super) link: Option<Link>,
    /// The connection it opened to this node.
    pub(super) inbound: Option<Link>,
    /// Its master, if it is a replica of a known one.
    pub(super) master: Option<PeerIx>,
    /// The first of its replicas.
    pub(super) first_replica: Option<PeerIx>,
    /// Who became a replica of the same master next.
    pub(super) next_replica: Option<PeerIx>,
    /// How often `nodes.conf` had been written when it became known.
    pub(super) added: u32,
}

/// Bytes a peer, and there are a million: what few have (hostnames) is elsewhere.
const _: () = assert!(size_of::<Standing>() <= 88);

impl Standing {
    pub(super) fn new(card: Arc<Card>, created: Stamp, nothing: Arc<SlotSet>) -> Standing {
        Standing {
            card,
            slots: nothing,
            config_epoch: Epoch(0),
            offset: 0,
            ping_sent: Stamp::NEVER,
            data_received: Stamp::NEVER,
            created,
            link: None,
            inbound: None,
            master: None,
            first_replica: None,
            next_replica: None,
            added: 0,
        }
    }
}

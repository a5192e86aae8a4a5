//! Persistence: what a disk keeps when the process is gone.
//!
//! A node is asked for its disk when it dies ([`Node::disk`]): with `appendonly yes` everything that
//! was acknowledged (`write(2)` happens before replies), else the last snapshot; `nodes.conf` as last
//! saved. Spec: replication 9, bus 13.

use crate::node::Node;
use crate::node::io::Outbox;
use crate::words::Time;
use std::sync::Arc;

/// The files of one data directory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Disk {
    /// `cluster-config-file`, as text.
    pub nodes_conf: Option<Arc<str>>,
}

impl Node {
    /// What its disk holds at this moment if the process is killed.
    pub fn disk(&self) -> Disk {
        Disk::default()
    }
    /// Reads the dataset at start.
    pub(in crate::node) fn load(&mut self, _now: Time, _disk: &Disk, _out: &mut Outbox) {}
    /// SIGTERM or SHUTDOWN: waits for replicas, then exits.
    pub(in crate::node) fn shutdown_requested(&mut self, _now: Time, _out: &mut Outbox) {}
}

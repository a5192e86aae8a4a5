//! What every packet says of its sender.
//!
//! A replica speaks for its master: it presents the master's slots and config epoch, with its own
//! flags and offset. In Redis: `clusterBuildMessageHdr`. Spec: bus 2.

use crate::node::Node;
use crate::shapes::message::Header;

impl Node {
    pub(super) fn header(&self) -> Header {
        let cluster = &self.cluster;
        let me = cluster.me();
        let master = me.master().filter(|_| me.is_replica()).map(|ix| cluster.peer(ix));
        let claim = master.unwrap_or(me);
        Header {
            sender: me.id(),
            current_epoch: cluster.current_epoch,
            config_epoch: claim.config_epoch(),
            offset: self.replication.bus_offset(),
            slots: claim.slots().clone(),
            master: master.map(|master| master.id()),
            announced_ip: self.announced_ip(),
            port: me.port(),
            bus_port: me.bus_port(),
            flags: me.flags(),
            state_ok: cluster.state.ok,
            paused: me.is_master() && cluster.manual.is_pending(),
            force_ack: false,
            hostname: me.hostname().cloned(),
        }
    }

    /// `cluster-announce-ip`, if it is an address.
    pub(super) fn announced_ip(&self) -> Option<std::net::IpAddr> {
        self.config.announce_ip.as_deref().and_then(|ip| ip.parse().ok())
    }
}

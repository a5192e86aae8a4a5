//! A container's network, as it starts: it makes its own, or joins that of another.
//!
//! Docker hands out addresses and ports of the host when a container starts, so that of two which want
//! the same one the first to start gets it, and the second stays down until somebody starts it again.
//! Absent: addresses that Docker draws; a spec names them all.

use crate::shapes::spec::{ContainerIx, Namespace, Publish};
use crate::sim::World;
use crate::sim::entry::Life;

impl World {
    /// Joins the network; or why that cannot be.
    pub(in crate::sim) fn join_network(&mut self, ix: ContainerIx) -> Result<(), Life> {
        let namespace = usize::from(self.spec.containers[usize::from(ix.0)].namespace.0);
        if self.namespace_owner(ix) == Some(ix) {
            self.check_free(namespace)?;
            self.network.namespaces[namespace].up = true;
        }
        let state = self.network.namespaces[namespace];
        self.runtime_mut(ix).generation = state.generation;
        if state.up { Ok(()) } else { Err(Life::NoNetworkToJoin) }
    }

    /// Whether nobody who is up has what this namespace needs.
    fn check_free(&self, namespace: usize) -> Result<(), Life> {
        let wanted = &self.spec.namespaces[namespace];
        let is_up = |ix: usize| ix != namespace && self.network.namespaces[ix].up;
        let others = self.spec.namespaces.iter().enumerate().filter(|(ix, _)| is_up(*ix));
        for (_, other) in others {
            if wanted.addresses.iter().any(|address| other.addresses.contains(address)) {
                return Err(Life::AddressInUse);
            }
            if let Some(port) = same_port(wanted, other) {
                return Err(Life::PortAllocated { port });
            }
        }
        Ok(())
    }
}

/// A port of the host that both publish.
fn same_port(one: &Namespace, other: &Namespace) -> Option<u16> {
    let clash = |a: &Publish, b: &Publish| {
        let any = a.host_ip.is_unspecified() || b.host_ip.is_unspecified();
        a.host_port == b.host_port && (any || a.host_ip == b.host_ip)
    };
    let taken = |a: &&Publish| other.published.iter().any(|b| clash(a, b));
    one.published.iter().find(taken).map(|publish| publish.host_port)
}

//! From an address to whoever has it, seen from where one stands.
//!
//! Pure: decides where a connection attempt goes, changes nothing. Docker's bridges as they are:
//! containers on one network reach each other, the host reaches them all, published ports are
//! forwarded and the peer then sees the gateway.

use crate::node::io::Port;
use crate::shapes::spec::{ContainerIx, Namespace, NamespaceIx, Network, NetworkIx};
use crate::sim::World;
use crate::sim::action::Place;
use std::net::Ipv4Addr;
use std::net::SocketAddrV4;

/// Where one stands: a namespace, and which generation of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::sim) struct Standpoint {
    pub(in crate::sim) namespace: NamespaceIx,
    pub(in crate::sim) generation: u32,
}

/// Where a connection attempt goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::sim) enum Route {
    /// To this namespace and address; the acceptor sees the opener as `seen`, which knows itself as
    /// `local`. `wired`: it leaves the namespace.
    To { there: Standpoint, at: SocketAddrV4, local: Ipv4Addr, seen: Ipv4Addr, wired: bool },
    /// The kernel knows no way: fails at once.
    Nowhere,
    /// Nobody answers for the address: fails after a while.
    Unreachable,
    /// It vanishes.
    Silence,
}

impl World {
    pub(in crate::sim) fn standpoint(&self, place: Place) -> Standpoint {
        match place {
            Place::Host => Standpoint { namespace: self.network.host, generation: 0 },
            Place::Container(ix) => {
                let namespace = self.spec.containers[usize::from(ix.0)].namespace;
                let generation = self.containers[usize::from(ix.0)].generation;
                Standpoint { namespace, generation }
            }
        }
    }

    /// The way to `to` from `here`; `source` is the address that the opener insists on.
    pub(in crate::sim) fn route(
        &self,
        here: Standpoint,
        source: Option<Ipv4Addr>,
        to: SocketAddrV4,
    ) -> Route {
        let mine = self.namespace(here.namespace);
        let inside = |own: Ipv4Addr| {
            let local = source.unwrap_or(own);
            Route::To { there: here, at: to, local, seen: local, wired: false }
        };
        if to.ip().is_loopback() || to.ip().is_unspecified() {
            return match self.published_on_host(here, to) {
                Some(forwarded) => forwarded,
                None => inside(Ipv4Addr::LOCALHOST),
            };
        }
        if self.spec.networks.is_empty() {
            return inside(*to.ip());
        }
        if !self.is_connected(here) {
            return Route::Nowhere;
        }
        if mine.is_some_and(|ns| ns.addresses.iter().any(|(_, ip)| ip == to.ip())) {
            return inside(*to.ip());
        }
        if here.namespace == self.network.host {
            self.out_of_the_host(to)
        } else {
            self.out_of_a_bridge(here, to)
        }
    }

    fn namespace(&self, ix: NamespaceIx) -> Option<&Namespace> {
        self.spec.namespaces.get(usize::from(ix.0))
    }

    /// Whether its cables are still there.
    pub(in crate::sim) fn is_connected(&self, here: Standpoint) -> bool {
        let state = self.network.namespace(here.namespace);
        state.up && state.generation == here.generation
    }

    fn out_of_the_host(&self, to: SocketAddrV4) -> Route {
        let host = Standpoint { namespace: self.network.host, generation: 0 };
        for network in &self.spec.networks {
            if network.gateway == *to.ip() {
                if let Some(forwarded) = self.published_on_host(host, to) {
                    return forwarded;
                }
                let local = network.gateway;
                return Route::To { there: host, at: to, local, seen: local, wired: false };
            }
        }
        match self.owner_of(*to.ip()) {
            Some((ix, gateway)) => self.reach(ix, to, gateway, gateway),
            None if self.in_any_subnet(*to.ip()) => Route::Unreachable,
            None => Route::Silence,
        }
    }

    fn out_of_a_bridge(&self, here: Standpoint, to: SocketAddrV4) -> Route {
        let mine = self.namespace(here.namespace).map(|ns| ns.addresses.as_slice()).unwrap_or(&[]);
        for &(net, own) in mine {
            let network = &self.spec.networks[usize::from(net.0)];
            if network.gateway == *to.ip() {
                return self.to_host(to, own);
            }
            if !has_address(network, *to.ip()) {
                continue;
            }
            return match self.holder(|at| at == (net, *to.ip())) {
                Some(holder) => self.reach(holder, to, own, own),
                None => Route::Unreachable,
            };
        }
        match self.spec.networks.iter().any(|network| network.gateway == *to.ip()) {
            true => mine.first().map_or(Route::Nowhere, |&(_, own)| self.to_host(to, own)),
            false => Route::Silence,
        }
    }

    /// From a container to the host's address: to a published port, or to what runs on the host.
    fn to_host(&self, to: SocketAddrV4, own: Ipv4Addr) -> Route {
        let host = Standpoint { namespace: self.network.host, generation: 0 };
        match self.published_on_host(host, to) {
            Some(Route::To { there, at, seen, .. }) => {
                Route::To { there, at, local: own, seen, wired: true }
            }
            _ => Route::To { there: host, at: to, local: own, seen: own, wired: true },
        }
    }

    fn reach(&self, ix: NamespaceIx, at: SocketAddrV4, local: Ipv4Addr, seen: Ipv4Addr) -> Route {
        let state = self.network.namespace(ix);
        let there = Standpoint { namespace: ix, generation: state.generation };
        if state.up {
            Route::To { there, at, local, seen, wired: true }
        } else {
            Route::Unreachable
        }
    }

    /// Forwarding of a published port: from the host itself, to an address of the host.
    fn published_on_host(&self, here: Standpoint, to: SocketAddrV4) -> Option<Route> {
        if here.namespace != self.network.host || self.listener(here, to).is_some() {
            return None;
        }
        for (ix, namespace) in self.spec.namespaces.iter().enumerate() {
            let forwards = |p: &&crate::shapes::spec::Publish| {
                p.host_port == to.port() && (p.host_ip.is_unspecified() || p.host_ip == *to.ip())
            };
            let Some(publish) = namespace.published.iter().find(forwards) else { continue };
            let Some(&(net, ip)) = namespace.addresses.first() else { continue };
            let gateway = self.spec.networks[usize::from(net.0)].gateway;
            let at = SocketAddrV4::new(ip, publish.container_port);
            if self.network.namespaces[ix].up {
                return Some(self.reach(NamespaceIx(ix as u16), at, gateway, gateway));
            }
        }
        None
    }

    fn owner_of(&self, ip: Ipv4Addr) -> Option<(NamespaceIx, Ipv4Addr)> {
        let holder = self.holder(|(_, own)| own == ip)?;
        let addresses = &self.spec.namespaces[usize::from(holder.0)].addresses;
        let &(net, _) = addresses.iter().find(|(_, own)| *own == ip)?;
        Some((holder, self.spec.networks[usize::from(net.0)].gateway))
    }

    /// The namespace with such an address. Of two that are given one address the one that is up has
    /// it.
    fn holder(&self, is: impl Fn((NetworkIx, Ipv4Addr)) -> bool) -> Option<NamespaceIx> {
        let namespaces = self.spec.namespaces.iter().enumerate();
        let holders =
            namespaces.filter(|(_, namespace)| namespace.addresses.iter().any(|&at| is(at)));
        let holder = holders.min_by_key(|(ix, _)| !self.network.namespaces[*ix].up);
        holder.map(|(ix, _)| NamespaceIx(ix as u16))
    }

    fn in_any_subnet(&self, ip: Ipv4Addr) -> bool {
        self.spec.networks.iter().any(|network| has_address(network, ip))
    }

    /// Who listens at an address of a namespace.
    pub(in crate::sim) fn listener(
        &self,
        there: Standpoint,
        at: SocketAddrV4,
    ) -> Option<(ContainerIx, Port)> {
        let socket = |ip| (there.namespace.0, there.generation, ip, at.port());
        let exact = self.network.listeners.get(&socket(*at.ip()));
        exact.or_else(|| self.network.listeners.get(&socket(Ipv4Addr::UNSPECIFIED))).copied()
    }

    /// The address behind a name, as a resolver in `place` answers.
    pub(in crate::sim) fn resolve(&self, place: Place, name: &str) -> Option<Ipv4Addr> {
        if let Ok(ip) = name.parse() {
            return Some(ip);
        }
        if name == "localhost" {
            return Some(Ipv4Addr::LOCALHOST);
        }
        let here = self.standpoint(place);
        let mine = self.namespace(here.namespace)?;
        if !self.is_connected(here) {
            return None;
        }
        if name == "host.docker.internal" {
            let (net, _) = mine.addresses.first()?;
            return Some(self.spec.networks[usize::from(net.0)].gateway);
        }
        self.spec.namespaces.iter().enumerate().find_map(|(ix, namespace)| {
            if !self.network.namespaces[ix].up || !namespace.names.iter().any(|n| n == name) {
                return None;
            }
            let shared = |(net, _): &&(_, _)| mine.addresses.iter().any(|(own, _)| own == net);
            namespace.addresses.iter().find(shared).map(|(_, ip)| *ip)
        })
    }
}

/// Whether an address belongs to a network.
fn has_address(network: &Network, ip: Ipv4Addr) -> bool {
    let mask = u32::MAX.checked_shl(32 - u32::from(network.prefix.min(32))).unwrap_or(0);
    (network.subnet.to_bits() ^ ip.to_bits()) & mask == 0
}

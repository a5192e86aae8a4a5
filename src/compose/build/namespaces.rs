//! Network namespaces: who shares whose network, and who has which address.

use super::Planned;
use super::network::Networks;
use super::order::{Order, shares_network_of};
use crate::compose::model::Service;
use crate::compose::remark::{Code, Remarks};
use crate::shapes::spec::{ContainerIx, Namespace, NamespaceIx};

/// The namespaces of a project.
pub(super) struct Spaces {
    pub(super) list: Vec<Namespace>,
    /// The namespace of each container.
    pub(super) of: Vec<NamespaceIx>,
}

/// Where a container's network comes from.
enum Origin {
    Own,
    Host,
    None,
    /// Another container's.
    Of(usize),
}

impl Spaces {
    /// Makes them in the order in which containers start.
    pub(super) fn new(
        services: &[&Service],
        order: &Order,
        planned: &[Planned],
        networks: &mut Networks,
        remarks: &mut Remarks,
    ) -> Spaces {
        for service in services {
            networks.reserve(service, remarks);
        }
        let mut spaces = Spaces { list: Vec::new(), of: vec![NamespaceIx(0); planned.len()] };
        let origins: Vec<Origin> =
            (0..planned.len()).map(|ix| origin(ix, planned, remarks)).collect();
        let mut host = None;
        for &service in &order.sequence {
            for (ix, it) in planned.iter().enumerate().filter(|(_, it)| it.of == service) {
                published_in_vain(it, &origins[ix], remarks);
                spaces.of[ix] = match origins[ix] {
                    Origin::Own => {
                        let addresses = networks.addresses(it.service, remarks);
                        let published = networks.published(it.service);
                        spaces.add(Namespace { addresses, published, ..own(ix, it) })
                    }
                    Origin::None => spaces.add(own(ix, it)),
                    Origin::Host => *host.get_or_insert_with(|| spaces.add(host_namespace())),
                    Origin::Of(_) => continue,
                };
            }
        }
        spaces.share(&origins, planned, remarks);
        spaces
    }

    /// Puts those who share a network where the one at the end of the chain is. A chain that ends
    /// nowhere gives its containers no network at all.
    fn share(&mut self, origins: &[Origin], planned: &[Planned], remarks: &mut Remarks) {
        for (ix, it) in planned.iter().enumerate() {
            if !matches!(origins[ix], Origin::Of(_)) {
                continue;
            }
            self.of[ix] = match end_of_chain(ix, origins) {
                Some(end) => self.of[end],
                None => {
                    let service = [("service", it.service.name.clone())];
                    remarks.add(&it.service.at, Code::DependencyCycle, service);
                    self.add(own(ix, it))
                }
            };
        }
    }

    fn add(&mut self, namespace: Namespace) -> NamespaceIx {
        self.list.push(namespace);
        NamespaceIx((self.list.len() - 1) as u16)
    }

    /// The namespace of a container.
    pub(super) fn of(&self, container: usize) -> &Namespace {
        &self.list[usize::from(self.of[container].0)]
    }
}

/// The container whose network `ix` sees in the end; none if it is its own, round a cycle.
fn end_of_chain(ix: usize, origins: &[Origin]) -> Option<usize> {
    let step = |&at: &usize| match origins[at] {
        Origin::Of(other) => Some(other),
        Origin::Own | Origin::Host | Origin::None => None,
    };
    let end = std::iter::successors(Some(ix), step).take(origins.len()).last()?;
    step(&end).is_none().then_some(end)
}

/// A container's own namespace, with a loopback and no more.
fn own(ix: usize, it: &Planned) -> Namespace {
    let mut names = vec![it.service.name.clone(), it.name.clone()];
    names.extend(it.service.hostname.clone());
    names.extend(it.service.networks.iter().flat_map(|attachment| attachment.aliases.clone()));
    names.dedup();
    Namespace {
        owner: Some(ContainerIx(ix as u16)),
        addresses: Vec::new(),
        published: Vec::new(),
        names,
    }
}

fn host_namespace() -> Namespace {
    Namespace { owner: None, addresses: Vec::new(), published: Vec::new(), names: Vec::new() }
}

fn origin(ix: usize, planned: &[Planned], remarks: &mut Remarks) -> Origin {
    let service = planned[ix].service;
    let Some(mode) = &service.network_mode else { return Origin::Own };
    let other = match mode.value.as_str() {
        "host" => return Origin::Host,
        "none" => return Origin::None,
        "bridge" | "default" => return Origin::Own,
        mode => match (shares_network_of(service), mode.strip_prefix("container:")) {
            (Some(name), _) => planned.iter().position(|it| it.service.name == name),
            (None, Some(name)) => planned.iter().position(|it| it.name == name),
            (None, None) => None,
        },
    };
    match other.filter(|&other| other != ix) {
        Some(other) => Origin::Of(other),
        None => {
            let name = mode.value.rsplit(':').next().unwrap_or_default();
            remarks.add(&mode.at, Code::ServiceMissing, [("name", name.into())]);
            Origin::None
        }
    }
}

/// `ports:` of a container that has no network of its own to publish.
fn published_in_vain(it: &Planned, origin: &Origin, remarks: &mut Remarks) {
    let Some(port) = it.service.ports.first() else { return };
    match origin {
        Origin::Own => {}
        Origin::Host => remarks.add(&port.at, Code::PortsOnHost, []),
        Origin::None | Origin::Of(_) => {
            let service = [("service", it.service.name.clone())];
            remarks.add(&port.at, Code::PortsWithoutNetwork, service);
        }
    }
}

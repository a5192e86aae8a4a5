//! Networks, namespaces and addresses.
//!
//! Docker gives each network of a project the next free /16 from 172.18.0.0 on, its gateway the first
//! address, and containers the following ones as they start.

use crate::compose::files::clean;
use crate::compose::model::{NetworkDef, Project, Service};
use crate::compose::remark::{Code, Place, Remarks};
use crate::shapes::spec::{Network, NetworkIx, Publish};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

/// The networks of a project and the addresses taken in them.
pub(super) struct Networks {
    pub(super) list: Vec<Network>,
    by_key: BTreeMap<String, NetworkIx>,
    /// Addresses that are taken or reserved and by whom, for each network.
    taken: Vec<BTreeMap<Ipv4Addr, String>>,
    /// The next port of the host that Docker draws.
    free_port: u16,
}

/// Docker draws ports from here up: the first of the kernel's ephemeral range.
const FIRST_FREE: u16 = 32_768;

/// The network of services that name none.
pub(super) const DEFAULT: &str = "default";

/// The longest prefix that has room for a gateway and a container.
const LONGEST_PREFIX: u8 = 30;

impl Networks {
    /// The networks that `services` use, in the order of the file; the default one first.
    pub(super) fn new(
        project: &Project,
        prefix: &str,
        services: &[&Service],
        remarks: &mut Remarks,
    ) -> Networks {
        let used: BTreeSet<&str> = services.iter().flat_map(|service| keys(service)).collect();
        let default = NetworkDef { key: DEFAULT.into(), name: None, subnet: None };
        let defined = project.networks.iter().find(|def| def.key == DEFAULT);
        let others = project.networks.iter().filter(|def| def.key != DEFAULT);
        let defs: Vec<&NetworkDef> = std::iter::once(defined.unwrap_or(&default))
            .chain(others)
            .filter(|def| used.contains(def.key.as_str()))
            .collect();
        let (list, by_key, taken) = (Vec::new(), BTreeMap::new(), Vec::new());
        let mut networks = Networks { list, by_key, taken, free_port: FIRST_FREE };
        let fixed: Vec<Option<(Ipv4Addr, u8)>> =
            defs.iter().map(|def| subnet(def, remarks)).collect();
        let mut free = pools().filter(|&pool| !fixed.iter().flatten().any(|&f| overlap(f, pool)));
        for (def, fixed) in defs.iter().zip(&fixed) {
            let Some((subnet, bits)) = fixed.or_else(|| free.next()) else { continue };
            let name = def.name.clone().unwrap_or_else(|| format!("{prefix}_{}", def.key));
            networks.add(&def.key, Network { name, subnet, prefix: bits, gateway: next(subnet) });
        }
        networks
    }

    fn add(&mut self, key: &str, network: Network) {
        self.by_key.insert(key.into(), NetworkIx(self.list.len() as u16));
        self.taken.push(BTreeMap::from(
            [network.subnet, network.gateway].map(|ip| (ip, network.name.clone())),
        ));
        self.list.push(network);
    }

    /// Keeps the fixed addresses of `service` free for it.
    pub(super) fn reserve(&mut self, service: &Service, remarks: &mut Remarks) {
        for attachment in &service.networks {
            let Some(address) = &attachment.address else { continue };
            let Some(&ix) = self.by_key.get(&attachment.network.value) else { continue };
            let network = &self.list[usize::from(ix.0)];
            match address.value.parse::<Ipv4Addr>() {
                Ok(ip) if inside(network, ip) => {
                    let taken = &mut self.taken[usize::from(ix.0)];
                    if let Some(first) = taken.get(&ip) {
                        twice(&address.at, ip, first, remarks);
                    } else {
                        taken.insert(ip, service.name.clone());
                        if 1 < service.replicas {
                            twice(&address.at, ip, &service.name, remarks);
                        }
                    }
                }
                Ok(_) | Err(_) => {
                    let subnet = format!("{}/{}", network.subnet, network.prefix);
                    let args = [("address", address.value.clone()), ("subnet", subnet)];
                    remarks.add(&address.at, Code::AddressOutside, args);
                }
            }
        }
    }

    /// The addresses of a container of `service`: the fixed ones, or the next free ones. Two may have
    /// one address: Docker finds that out when the second starts.
    pub(super) fn addresses(
        &mut self,
        service: &Service,
        remarks: &mut Remarks,
    ) -> Vec<(NetworkIx, Ipv4Addr)> {
        if service.networks.is_empty() {
            return self.draw(DEFAULT).into_iter().collect();
        }
        let mut addresses = Vec::new();
        for attachment in &service.networks {
            let key = attachment.network.value.as_str();
            if !self.by_key.contains_key(key) {
                let name = [("name", key.into())];
                remarks.add(&attachment.network.at, Code::NetworkMissing, name);
                continue;
            }
            let fixed = attachment.address.as_ref().and_then(|text| text.value.parse().ok());
            let fixed = fixed.and_then(|ip| {
                let ix = *self.by_key.get(key)?;
                inside(&self.list[usize::from(ix.0)], ip).then_some((ix, ip))
            });
            addresses.extend(fixed.or_else(|| self.draw(key)));
        }
        addresses
    }

    /// What a container of `service` publishes; a port of the host that the file leaves open is drawn.
    pub(super) fn published(&mut self, service: &Service) -> Vec<Publish> {
        let mut published: Vec<Publish> = service.ports.iter().map(|port| port.publish).collect();
        for publish in published.iter_mut().filter(|publish| publish.host_port == 0) {
            publish.host_port = self.free_port;
            self.free_port = self.free_port.checked_add(1).unwrap_or(FIRST_FREE);
        }
        published
    }

    /// The next free address of a network.
    fn draw(&mut self, key: &str) -> Option<(NetworkIx, Ipv4Addr)> {
        let ix = *self.by_key.get(key)?;
        let (network, taken) = (&self.list[usize::from(ix.0)], &mut self.taken[usize::from(ix.0)]);
        let mut ip = next(network.gateway);
        while taken.contains_key(&ip) {
            ip = next(ip);
        }
        if !inside(network, ip) {
            return None;
        }
        taken.insert(ip, key.into());
        Some((ix, ip))
    }
}

/// The networks that a service asks for.
fn keys(service: &Service) -> Vec<&str> {
    match (&service.network_mode, service.networks.as_slice()) {
        (Some(_), _) => Vec::new(),
        (None, []) => vec![DEFAULT],
        (None, some) => some.iter().map(|attachment| attachment.network.value.as_str()).collect(),
    }
}

fn twice(at: &Place, ip: Ipv4Addr, first: &str, remarks: &mut Remarks) {
    remarks.add(at, Code::AddressTwice, [("address", ip.to_string()), ("first", first.into())]);
}

/// `172.20.0.0/16`.
fn subnet(def: &NetworkDef, remarks: &mut Remarks) -> Option<(Ipv4Addr, u8)> {
    let text = def.subnet.as_ref()?;
    let parsed = text.value.split_once('/').and_then(|(ip, bits)| {
        let (ip, bits): (Ipv4Addr, u8) = (ip.parse().ok()?, bits.parse().ok()?);
        let masked = Ipv4Addr::from_bits(ip.to_bits() & mask(bits));
        (8..=LONGEST_PREFIX).contains(&bits).then_some((masked, bits))
    });
    if parsed.is_none() {
        remarks.add(&text.at, Code::SubnetInvalid, [("text", text.value.clone())]);
    }
    parsed
}

/// Docker's own pools, without the one of its default bridge (172.17).
fn pools() -> impl Iterator<Item = (Ipv4Addr, u8)> {
    let class_b = (18..32).map(|second| (Ipv4Addr::new(172, second, 0, 0), 16));
    let class_c = (0..16).map(|third| (Ipv4Addr::new(192, 168, third * 16, 0), 20));
    class_b.chain(class_c)
}

fn mask(bits: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(bits.min(32))).unwrap_or(0)
}

fn overlap(a: (Ipv4Addr, u8), b: (Ipv4Addr, u8)) -> bool {
    let mask = mask(a.1.min(b.1));
    a.0.to_bits() & mask == b.0.to_bits() & mask
}

/// Whether `ip` may be a container's: neither the network's own address nor the broadcast.
fn inside(network: &Network, ip: Ipv4Addr) -> bool {
    let mask = mask(network.prefix);
    let host = ip.to_bits() & !mask;
    ip.to_bits() & mask == network.subnet.to_bits() && host != 0 && host != !mask
}

fn next(ip: Ipv4Addr) -> Ipv4Addr {
    Ipv4Addr::from_bits(ip.to_bits().wrapping_add(1))
}

/// `name` as compose makes a project's name of it.
pub(super) fn project_name(name: &str) -> String {
    let lower = clean(name).unwrap_or_default().to_lowercase();
    let kept = lower.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let name: String = kept.skip_while(|c| !c.is_ascii_alphanumeric()).take(64).collect();
    if name.is_empty() { "slotlab".into() } else { name }
}

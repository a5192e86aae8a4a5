//! What will surprise: networks shared, ports forgotten, files shared, data that will not be there.

use super::namespaces::Spaces;
use super::{Planned, server::Built};
use crate::compose::remark::{Code, Place, Remarks};
use crate::shapes::spec::{Namespace, Restart};
use crate::words::Millis;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

/// Below this a busy machine alone makes nodes suspect each other.
const LOW_TIMEOUT: Millis = Millis(500);
/// Above this nobody waits for a failover.
const HIGH_TIMEOUT: Millis = Millis(60_000);

/// A container that runs a server.
struct Seen<'a> {
    ix: usize,
    it: &'a Planned<'a>,
    built: &'a Built,
}

/// Looks at every server, alone and beside the others.
pub(super) fn check(planned: &[Planned], spaces: &Spaces, remarks: &mut Remarks) {
    let servers: Vec<Seen> = planned
        .iter()
        .enumerate()
        .filter_map(|(ix, it)| Some(Seen { ix, it, built: it.server.as_ref()? }))
        .collect();
    shared_namespaces(planned, spaces, &servers, remarks);
    ports_differ(spaces, &servers, remarks);
    host_ports_differ(planned, spaces, remarks);
    for server in &servers {
        alone(server, &servers, spaces, remarks);
        published(server, &servers, spaces, remarks);
    }
    places_differ(&servers, remarks);
}

/// Several servers in the network of one container: when that stops, all lose theirs.
fn shared_namespaces(
    planned: &[Planned],
    spaces: &Spaces,
    servers: &[Seen],
    remarks: &mut Remarks,
) {
    for (number, namespace) in spaces.list.iter().enumerate() {
        let Some(owner) = namespace.owner.map(|ix| &planned[usize::from(ix.0)]) else { continue };
        let inside = servers.iter().filter(|s| usize::from(spaces.of[s.ix].0) == number).count();
        if 1 < inside {
            let args = [("container", owner.name.clone()), ("count", inside.to_string())];
            remarks.add(&owner.service.at, Code::SharedNamespace, args);
        }
    }
}

/// Two servers of one namespace cannot listen on one port.
fn ports_differ(spaces: &Spaces, servers: &[Seen], remarks: &mut Remarks) {
    let mut taken: BTreeMap<(u16, u16, Vec<IpAddr>), &str> = BTreeMap::new();
    for Seen { ix, it, built } in servers {
        let config = &built.server.config;
        let bus = config.cluster_enabled.then(|| config.bus_port());
        for port in std::iter::once(config.port).chain(bus) {
            let key = (spaces.of[*ix].0, port, config.bind.clone());
            if let Some(first) = taken.insert(key, &it.name) {
                let args = [("port", port.to_string()), ("first", first.to_owned())];
                remarks.add(built.place("port"), Code::PortTwice, args);
            }
        }
    }
}

/// Docker forwards a port of the host to one container only.
fn host_ports_differ(planned: &[Planned], spaces: &Spaces, remarks: &mut Remarks) {
    let mut taken: BTreeMap<(u16, Ipv4Addr), &Place> = BTreeMap::new();
    for (ix, it) in planned.iter().enumerate() {
        if spaces.of(ix).owner.map(|owner| usize::from(owner.0)) != Some(ix) {
            continue;
        }
        for port in it.service.ports.iter().filter(|port| port.publish.host_port != 0) {
            let key = (port.publish.host_port, port.publish.host_ip);
            if let Some(first) = taken.insert(key, &port.at) {
                let line = first.line.to_string();
                let args = [("port", key.0.to_string()), ("first", line)];
                remarks.add(&port.at, Code::HostPortTwice, args);
            }
        }
    }
}

/// What one server's own configuration says.
fn alone(server: &Seen, servers: &[Seen], spaces: &Spaces, remarks: &mut Remarks) {
    let Seen { ix, it, built } = server;
    let config = &built.server.config;
    let timeout = config.cluster_node_timeout;
    let ms = || [("ms", timeout.0.to_string())];
    if !config.cluster_enabled {
        let service = [("service", it.service.name.clone())];
        return remarks.add(&built.at, Code::ClusterDisabled, service);
    }
    if timeout < LOW_TIMEOUT {
        remarks.add(built.place("cluster-node-timeout"), Code::NodeTimeoutLow, ms());
    }
    if HIGH_TIMEOUT < timeout {
        remarks.add(built.place("cluster-node-timeout"), Code::NodeTimeoutHigh, ms());
    }
    if !config.appendonly && !matches!(it.service.restart, Restart::No) {
        remarks.add(&it.service.restart_at, Code::EmptyMasterReturns, []);
    }
    if config.requirepass.is_some() && config.masterauth.is_none() {
        remarks.add(built.place("requirepass"), Code::MasterauthMissing, []);
    }
    let others = servers.iter().any(|other| spaces.of[other.ix] != spaces.of[*ix]);
    if others && !config.bind.is_empty() && config.bind.iter().all(IpAddr::is_loopback) {
        let address = [("address", config.bind[0].to_string())];
        remarks.add(built.place("bind"), Code::BindLoopback, address);
    }
    let set = built.loaded.place("protected-mode");
    if let Some(at) = set.filter(|_| others && config.requirepass.is_none()) {
        let on = config.get("protected-mode").is_some_and(|text| text == "yes");
        if on && config.bind.is_empty() {
            remarks.add(at, Code::ProtectedMode, []);
        }
    }
}

/// What clients outside and nodes elsewhere make of the ports that are published for a server.
fn published(server: &Seen, servers: &[Seen], spaces: &Spaces, remarks: &mut Remarks) {
    let config = &server.built.server.config;
    let namespace = spaces.of(server.ix);
    let port_of = |port: u16| namespace.published.iter().find(|p| p.container_port == port);
    if !config.cluster_enabled || port_of(config.port).is_none() {
        return;
    }
    let at = &port_place(server, spaces).unwrap_or_else(|| server.it.service.at.clone());
    if port_of(config.bus_port()).is_none() {
        let args = [("port", config.port.to_string()), ("bus", config.bus_port().to_string())];
        remarks.add_once(at, Code::BusPortNotPublished, args);
    }
    let shared = servers.iter().filter(|other| spaces.of[other.ix] == spaces.of[server.ix]).count();
    let known = config.announce_ip.is_some() || 1 < shared;
    if let Some(address) = inner_address(namespace).filter(|_| !known) {
        remarks.add_once(at, Code::AnnounceMissing, [("address", address.to_string())]);
    }
}

/// The address that a server on a bridge network learns of itself. (Servers that share a namespace
/// meet on its loopback instead, which a published port of the same number leads to.)
fn inner_address(namespace: &Namespace) -> Option<Ipv4Addr> {
    namespace.addresses.first().map(|&(_, ip)| ip)
}

/// Where the port of a server is published: in its own service, or its namespace's owner's.
fn port_place(server: &Seen, spaces: &Spaces) -> Option<Place> {
    let port = server.built.server.config.port;
    let own = server.it.service.ports.iter().find(|p| p.publish.container_port == port);
    let shared = spaces.of(server.ix).owner.map(|owner| usize::from(owner.0)) != Some(server.ix);
    own.filter(|_| !shared).map(|port| port.at.clone())
}

/// Two servers must not share a file, a folder or an announced address.
fn places_differ(servers: &[Seen], remarks: &mut Remarks) {
    let mut files: BTreeMap<&str, &str> = BTreeMap::new();
    let mut folders: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    let mut announced: BTreeMap<(&str, u16), &str> = BTreeMap::new();
    for Seen { it, built, .. } in servers {
        let config = &built.server.config;
        let name = it.name.as_str();
        if let Some(first) = files.insert(&built.server.disk, name) {
            let args = [("file", config.cluster_config_file.clone()), ("first", first.into())];
            remarks.add(built.place("cluster-config-file"), Code::NodesConfShared, args);
        } else if let Some((first, file)) =
            folders.insert(&built.folder, (name, &config.cluster_config_file))
            && file != config.cluster_config_file
        {
            let args = [("folder", built.folder.clone()), ("first", first.into())];
            remarks.add(&it.service.at, Code::DataFolderShared, args);
        }
        let port = if config.announce_port == 0 { config.port } else { config.announce_port };
        let Some(ip) = &config.announce_ip else { continue };
        if let Some(first) = announced.insert((ip, port), name) {
            let args = [("address", format!("{ip}:{port}")), ("first", first.into())];
            remarks.add(built.place("cluster-announce-ip"), Code::AnnounceSame, args);
        }
    }
}

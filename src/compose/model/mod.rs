//! The compose file as written: services, networks and configs with their places, nothing decided.
//!
//! Absent: what it means. Names are not resolved, paths not followed, commands not understood.

pub(super) mod fields;
pub(super) mod mounts;
pub(super) mod ports;
mod service;

use super::remark::{Code, Place, Remarks};
use super::yaml::{Entry, Kind, Value};
use fields::{Text, field, wrong};
pub(super) use service::{Condition, Service};

/// A compose file.
#[derive(Clone, Debug, Default)]
pub(super) struct Project {
    /// `name:`.
    pub(super) name: Option<String>,
    pub(super) services: Vec<Service>,
    pub(super) networks: Vec<NetworkDef>,
    pub(super) configs: Vec<ConfigDef>,
    /// Where `services:` stands.
    pub(super) at: Place,
}

/// An entry of the top-level `networks:`.
#[derive(Clone, Debug)]
pub(super) struct NetworkDef {
    pub(super) key: String,
    /// `name:`, the name that Docker gives it instead of `project_key`.
    pub(super) name: Option<String>,
    /// The first `subnet:` of its `ipam:`.
    pub(super) subnet: Option<Text>,
}

/// An entry of the top-level `configs:`.
#[derive(Clone, Debug)]
pub(super) struct ConfigDef {
    pub(super) key: String,
    /// `file:`.
    pub(super) file: Option<Text>,
    /// `content:`.
    pub(super) content: Option<Text>,
}

/// Top-level keys of the compose specification.
const TOP_LEVEL: [&str; 9] = [
    "version", "name", "include", "services", "networks", "volumes", "configs", "secrets", "models",
];

/// Reads the tree of a compose file.
pub(super) fn read(root: &Value, remarks: &mut Remarks) -> Option<Project> {
    let Some(entries) = root.map() else {
        wrong(&root.at, "docker-compose.yml", "mapping", remarks);
        return None;
    };
    for entry in entries {
        let key = &*entry.key;
        if !TOP_LEVEL.contains(&key) && !key.starts_with("x-") {
            remarks.add(&entry.at, Code::UnknownKey, [("key", key.into())]);
        }
        if key == "version" {
            remarks.add(&entry.at, Code::VersionObsolete, []);
        }
    }
    let name = field(root, "name", remarks).map(|text| text.value);
    let networks =
        named(root, "networks", remarks).into_iter().map(|entry| network(entry, remarks)).collect();
    let configs = named(root, "configs", remarks)
        .into_iter()
        .map(|entry| ConfigDef {
            key: entry.key.to_string(),
            file: field(&entry.value, "file", remarks),
            content: field(&entry.value, "content", remarks),
        })
        .collect();
    let services: Vec<Service> = named(root, "services", remarks)
        .into_iter()
        .filter(|entry| !entry.key.starts_with("x-"))
        .filter_map(|entry| Service::read(entry, remarks))
        .collect();
    let at = entries.iter().find(|entry| &*entry.key == "services").map(|entry| entry.at.clone());
    if services.is_empty() {
        let at = at.clone().unwrap_or_else(|| root.at.clone());
        remarks.add(&at, Code::NoServices, []);
    }
    Some(Project { name, services, networks, configs, at: at.unwrap_or_else(|| root.at.clone()) })
}

/// The entries of the mapping under `key`.
fn named<'a>(root: &'a Value, key: &str, remarks: &mut Remarks) -> Vec<&'a Entry> {
    match root.get(key).map(|value| (&value.kind, &value.at)) {
        Some((Kind::Map(entries), _)) => entries.iter().collect(),
        None | Some((Kind::Null, _)) => Vec::new(),
        Some((Kind::Scalar(_) | Kind::List(_), at)) => {
            wrong(at, key, "mapping", remarks);
            Vec::new()
        }
    }
}

fn network(entry: &Entry, remarks: &mut Remarks) -> NetworkDef {
    let value = &entry.value;
    let pools = value.get("ipam").and_then(|ipam| ipam.get("config"));
    let pools: &[Value] = match pools.map(|pools| &pools.kind) {
        Some(Kind::List(pools)) => pools,
        _ => &[],
    };
    NetworkDef {
        key: entry.key.to_string(),
        name: field(value, "name", remarks).map(|text| text.value),
        subnet: pools.iter().find_map(|pool| field(pool, "subnet", remarks)),
    }
}

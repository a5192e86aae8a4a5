//! One service of the file.

use super::fields::{self, Text, Words, field, text, texts, wrong};
use super::mounts::{self, Mount};
use super::ports::{self, Port};
use crate::compose::remark::{Code, Place, Remarks};
use crate::compose::yaml::{Entry, Kind, Value};
use crate::shapes::spec::Restart;
use crate::words::Millis;

/// A service, as written.
#[derive(Clone, Debug)]
pub(in crate::compose) struct Service {
    pub(in crate::compose) name: String,
    /// Where its name stands.
    pub(in crate::compose) at: Place,
    pub(in crate::compose) image: Option<Text>,
    pub(in crate::compose) build: bool,
    pub(in crate::compose) container_name: Option<Text>,
    pub(in crate::compose) hostname: Option<String>,
    pub(in crate::compose) command: Option<Words>,
    pub(in crate::compose) entrypoint: Option<Words>,
    pub(in crate::compose) working_dir: Option<String>,
    pub(in crate::compose) network_mode: Option<Text>,
    pub(in crate::compose) networks: Vec<Attachment>,
    pub(in crate::compose) ports: Vec<Port>,
    pub(in crate::compose) mounts: Vec<Mount>,
    pub(in crate::compose) env_files: Vec<(Text, bool)>,
    pub(in crate::compose) environment: Vec<(String, String)>,
    pub(in crate::compose) depends_on: Vec<Wait>,
    pub(in crate::compose) restart: Restart,
    pub(in crate::compose) restart_at: Place,
    pub(in crate::compose) replicas: u16,
    pub(in crate::compose) profiles: Vec<String>,
    /// `interval:` of its health check, if it has one.
    pub(in crate::compose) health: Option<Millis>,
}

/// A network that a service joins.
#[derive(Clone, Debug)]
pub(in crate::compose) struct Attachment {
    pub(in crate::compose) network: Text,
    /// `ipv4_address:`.
    pub(in crate::compose) address: Option<Text>,
    pub(in crate::compose) aliases: Vec<String>,
}

/// One entry of `depends_on:`.
#[derive(Clone, Debug)]
pub(in crate::compose) struct Wait {
    pub(in crate::compose) service: Text,
    pub(in crate::compose) condition: Condition,
}

/// `condition:`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::compose) enum Condition {
    Started,
    Healthy,
    Completed,
}

/// How often a health check runs unless the file says so.
const HEALTH_INTERVAL: Millis = Millis(30_000);

/// Keys of a service in the compose specification, in alphabetical order.
#[rustfmt::skip]
const KEYS: [&str; 92] = [
    "annotations", "attach", "blkio_config", "build", "cap_add", "cap_drop", "cgroup",
    "cgroup_parent", "command", "configs", "container_name", "cpu_count", "cpu_percent",
    "cpu_period", "cpu_quota", "cpu_rt_period", "cpu_rt_runtime", "cpu_shares", "cpus", "cpuset",
    "credential_spec", "depends_on", "deploy", "develop", "device_cgroup_rules", "devices", "dns",
    "dns_opt", "dns_search", "domainname", "entrypoint", "env_file", "environment", "expose",
    "extends", "external_links", "extra_hosts", "gpus", "group_add", "healthcheck", "hostname",
    "image", "init", "ipc", "isolation", "label_file", "labels", "links", "logging", "mac_address",
    "mem_limit", "mem_reservation", "mem_swappiness", "memswap_limit", "models", "network_mode",
    "networks", "oom_kill_disable", "oom_score_adj", "pid", "pids_limit", "platform", "ports",
    "post_start", "pre_stop", "privileged", "profiles", "provider", "pull_policy",
    "pull_refresh_after", "read_only", "restart", "runtime", "scale", "secrets", "security_opt",
    "shm_size", "stdin_open", "stop_grace_period", "stop_signal", "storage_opt", "sysctls", "tmpfs",
    "tty", "ulimits", "use_api_socket", "user", "userns_mode", "uts", "volumes", "volumes_from",
    "working_dir",
];

/// Keys that would change what runs, and that are not followed.
const IGNORED: [&str; 2] = ["provider", "volumes_from"];

impl Service {
    /// Reads an entry of `services:`.
    pub(super) fn read(entry: &Entry, remarks: &mut Remarks) -> Option<Service> {
        let value = &entry.value;
        let Some(entries) = value.map() else {
            wrong(&entry.at, &entry.key, "mapping", remarks);
            return None;
        };
        for Entry { key, at, .. } in entries {
            if IGNORED.contains(&&**key) {
                remarks.add(at, Code::KeyIgnored, [("key", key.to_string())]);
            } else if KEYS.binary_search(&&**key).is_err() && !key.starts_with("x-") {
                remarks.add(at, Code::UnknownKey, [("key", key.to_string())]);
            }
        }
        let mut mounts = list(value, "volumes", remarks, mounts::volumes);
        mounts.extend(list(value, "configs", remarks, mounts::configs));
        mounts.extend(list(value, "tmpfs", remarks, mounts::tmpfs));
        let restart = field(value, "restart", remarks);
        let restart_at = restart.as_ref().map_or(&entry.at, |text| &text.at).clone();
        Some(Service {
            name: entry.key.to_string(),
            at: entry.at.clone(),
            image: field(value, "image", remarks),
            build: value.get("build").is_some(),
            container_name: field(value, "container_name", remarks),
            hostname: field(value, "hostname", remarks).map(|text| text.value),
            command: command(value, "command", remarks),
            entrypoint: command(value, "entrypoint", remarks),
            working_dir: field(value, "working_dir", remarks).map(|text| text.value),
            network_mode: field(value, "network_mode", remarks),
            networks: list(value, "networks", remarks, networks),
            ports: list(value, "ports", remarks, ports::read),
            mounts,
            env_files: list(value, "env_file", remarks, env_files),
            environment: list(value, "environment", remarks, |v, r| {
                fields::pairs(v, "environment", r)
            }),
            depends_on: list(value, "depends_on", remarks, waits),
            restart: restart.map(|text| policy(&text, remarks)).unwrap_or_default(),
            restart_at,
            replicas: replicas(value, remarks),
            profiles: list(value, "profiles", remarks, |v, r| texts(v, "profiles", r))
                .into_iter()
                .map(|text| text.value)
                .collect(),
            health: health(value, remarks),
        })
    }
}

/// What `read` makes of the value under `key`; nothing if there is none.
fn list<T>(
    of: &Value,
    key: &str,
    remarks: &mut Remarks,
    read: impl FnOnce(&Value, &mut Remarks) -> Vec<T>,
) -> Vec<T> {
    of.get(key).map(|value| read(value, remarks)).unwrap_or_default()
}

fn command(of: &Value, key: &str, remarks: &mut Remarks) -> Option<Words> {
    fields::command(of.get(key)?, key, remarks)
}

/// A list of names, or a mapping from names to addresses and aliases.
fn networks(value: &Value, remarks: &mut Remarks) -> Vec<Attachment> {
    let Kind::Map(entries) = &value.kind else {
        return texts(value, "networks", remarks)
            .into_iter()
            .map(|network| Attachment { network, address: None, aliases: Vec::new() })
            .collect();
    };
    entries
        .iter()
        .map(|entry| Attachment {
            network: Text { value: entry.key.to_string(), at: entry.at.clone() },
            address: field(&entry.value, "ipv4_address", remarks),
            aliases: list(&entry.value, "aliases", remarks, |v, r| texts(v, "aliases", r))
                .into_iter()
                .map(|text| text.value)
                .collect(),
        })
        .collect()
}

/// A list of services, or a mapping with conditions.
fn waits(value: &Value, remarks: &mut Remarks) -> Vec<Wait> {
    let Kind::Map(entries) = &value.kind else {
        return texts(value, "depends_on", remarks)
            .into_iter()
            .map(|service| Wait { service, condition: Condition::Started })
            .collect();
    };
    entries
        .iter()
        .map(|entry| {
            let condition = field(&entry.value, "condition", remarks);
            let condition = match condition.as_ref().map(|text| text.value.as_str()) {
                Some("service_healthy") => Condition::Healthy,
                Some("service_completed_successfully") => Condition::Completed,
                Some("service_started") | None => Condition::Started,
                Some(_) => {
                    wrong(&entry.value.at, "condition", "condition", remarks);
                    Condition::Started
                }
            };
            let service = Text { value: entry.key.to_string(), at: entry.at.clone() };
            Wait { service, condition }
        })
        .collect()
}

/// Paths, or mappings with `path:` and `required:`.
fn env_files(value: &Value, remarks: &mut Remarks) -> Vec<(Text, bool)> {
    let Kind::List(items) = &value.kind else {
        return texts(value, "env_file", remarks).into_iter().map(|path| (path, true)).collect();
    };
    items
        .iter()
        .filter_map(|item| match item.map() {
            None => Some((text(item, "env_file", remarks)?, true)),
            Some(_) => {
                let required = field(item, "required", remarks);
                let required = required.is_none_or(|text| text.value != "false");
                Some((field(item, "path", remarks)?, required))
            }
        })
        .collect()
}

fn policy(text: &Text, remarks: &mut Remarks) -> Restart {
    let (policy, count) = text.value.split_once(':').unwrap_or((&text.value, "0"));
    match (policy, count.parse()) {
        ("no" | "false", Ok(0)) => Restart::No,
        ("always", Ok(0)) => Restart::Always,
        ("unless-stopped", Ok(0)) => Restart::UnlessStopped,
        ("on-failure", Ok(most)) => Restart::OnFailure(most),
        _ => {
            wrong(&text.at, "restart", "restart-policy", remarks);
            Restart::No
        }
    }
}

/// `deploy.replicas`, or `scale`.
fn replicas(value: &Value, remarks: &mut Remarks) -> u16 {
    let deploy = value.get("deploy").and_then(|deploy| field(deploy, "replicas", remarks));
    let Some(text) = deploy.or_else(|| field(value, "scale", remarks)) else { return 1 };
    text.value.parse().unwrap_or_else(|_| {
        wrong(&text.at, "replicas", "number", remarks);
        1
    })
}

fn health(value: &Value, remarks: &mut Remarks) -> Option<Millis> {
    let check = value.get("healthcheck")?;
    if field(check, "disable", remarks).is_some_and(|text| text.value == "true") {
        return None;
    }
    let interval = field(check, "interval", remarks);
    Some(interval.and_then(|text| fields::duration(&text.value)).unwrap_or(HEALTH_INTERVAL))
}

//! The directives of one `redis-server`, typed. Defaults of 7.0.15 (spec: constants 5 to 7, commands 12).
//!
//! [`table`] has one row a directive; a configuration file, the command line and CONFIG all go through
//! [`Config::apply`], [`Config::set`] and [`Config::get`].

mod limits;
mod setting;
mod shape;
pub mod table;

pub use limits::{ClientClass, OutputLimit, OutputLimits};
pub use shape::{Complaint, Shape, memory, strict_integer};
pub use table::{DIRECTIVES, Directive, When};

use crate::words::Millis;
use serde::{Deserialize, Serialize};
use setting::Place;
use std::net::IpAddr;

/// How `MOVED`, `ASK` and `CLUSTER SLOTS` name a node (`cluster-preferred-endpoint-type`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub enum EndpointType {
    /// Its address.
    #[default]
    Ip,
    /// Its announced hostname.
    Hostname,
    /// Nothing: the client keeps the address it used.
    UnknownEndpoint,
}

/// When the append-only file is flushed to disk.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub enum AppendFsync {
    /// Before each reply.
    Always,
    /// Once a second.
    #[default]
    EverySec,
    /// When the kernel likes.
    No,
}

/// The file that a server was started with, which CONFIG REWRITE writes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub enum ConfigFile {
    /// There is none: all came from the command line.
    #[default]
    None,
    /// The server may write it and its folder.
    Ours,
    /// It may not: a file mounted into a container, whose folder is root's.
    NotOurs,
}

/// The settings that this engine acts on; every other known directive is kept as text in `others`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Config {
    /** Client port. */
    pub port: u16,
    /** Addresses to listen on; empty means all. */
    pub bind: Vec<IpAddr>,
    /** Source address of outgoing connections. */
    pub bind_source_addr: Option<IpAddr>,
    /** `cluster-enabled`. */
    pub cluster_enabled: bool,
    /** Name of the file that keeps the cluster's memory, `nodes.conf`. */
    pub cluster_config_file: String,
    /** `cluster-node-timeout` in ms: after this silence a peer is PFAIL. */
    pub cluster_node_timeout: Millis,
    /** `cluster-port`; 0 means port + 10000. */
    pub cluster_port: u16,
    /** `cluster-replica-validity-factor`; 0 means any replica may be promoted. */
    pub replica_validity_factor: u32,
    /** `cluster-migration-barrier`: replicas a master keeps for itself. */
    pub migration_barrier: u32,
    /** `cluster-allow-replica-migration`. */
    pub allow_replica_migration: bool,
    /** `cluster-require-full-coverage`. */
    pub require_full_coverage: bool,
    /** `cluster-replica-no-failover`. */
    pub replica_no_failover: bool,
    /** `cluster-allow-reads-when-down`. */
    pub allow_reads_when_down: bool,
    /** `cluster-allow-pubsubshard-when-down`. */
    pub allow_pubsubshard_when_down: bool,
    /** `cluster-link-sendbuf-limit` in bytes; 0 means none. */
    pub link_sendbuf_limit: u64,
    /** `cluster-announce-ip`. */
    pub announce_ip: Option<String>,
    /** `cluster-announce-hostname`. */
    pub announce_hostname: Option<String>,
    /** `cluster-announce-port`; 0 means the port itself. */
    pub announce_port: u16,
    /** `cluster-announce-bus-port`; 0 means the bus port itself. */
    pub announce_bus_port: u16,
    /** `replica-announce-ip`: a name or an address. */
    pub replica_announce_ip: Option<String>,
    /** `replica-announce-port`; 0 means the port itself. */
    pub replica_announce_port: u16,
    /** `replica-announced`: whether INFO tells sentinels of this replica. */
    pub replica_announced: bool,
    /** `cluster-preferred-endpoint-type`. */
    pub preferred_endpoint_type: EndpointType,
    /** `appendonly`. */
    pub appendonly: bool,
    /** `appendfsync`. */
    pub appendfsync: AppendFsync,
    /** Save points: after this many seconds if at least this many changes. */
    pub save: Vec<(u64, u64)>,
    /** `repl-diskless-sync`. */
    pub repl_diskless_sync: bool,
    /** `repl-diskless-sync-delay` in seconds. */
    pub repl_diskless_sync_delay: u64,
    /** `repl-ping-replica-period` in seconds. */
    pub repl_ping_replica_period: u64,
    /** `repl-timeout` in seconds. */
    pub repl_timeout: u64,
    /** `repl-backlog-size` in bytes. */
    pub repl_backlog_size: u64,
    /** `repl-backlog-ttl` in seconds; 0 means for ever. */
    pub repl_backlog_ttl: u64,
    /** `replica-serve-stale-data`. */
    pub replica_serve_stale_data: bool,
    /** `replica-read-only`. */
    pub replica_read_only: bool,
    /** `min-replicas-to-write`; 0 means off. */
    pub min_replicas_to_write: u32,
    /** `min-replicas-max-lag` in seconds. */
    pub min_replicas_max_lag: u64,
    /** `shutdown-timeout` in seconds. */
    pub shutdown_timeout: u64,
    /** `hz`. */
    pub hz: u32,
    /** `enable-debug-command yes` (or local). */
    pub enable_debug_command: bool,
    /** `requirepass`. */
    pub requirepass: Option<String>,
    /** `masterauth`. */
    pub masterauth: Option<String>,
    /** `client-output-buffer-limit`. */
    #[serde(default)]
    pub client_output_limits: OutputLimits,
    /** `client-query-buffer-limit` in bytes. */
    #[serde(default = "query_buffer_limit")]
    pub query_buffer_limit: u64,
    /** `proto-max-bulk-len` in bytes. */
    #[serde(default = "max_bulk_len")]
    pub max_bulk_len: u64,
    /** `maxclients`. */
    #[serde(default = "max_clients")]
    pub max_clients: u32,
    /** `timeout` in seconds: after this silence a client is closed; 0 means never. */
    #[serde(default)]
    pub idle_timeout: u64,
    /** `tracking-table-max-keys`; 0 means as many as there are. */
    #[serde(default = "tracking_table_max_keys")]
    pub tracking_table_max_keys: u64,
    /** `slowlog-log-slower-than` in microseconds; -1 means never. */
    #[serde(default = "slowlog_slower_than")]
    pub slowlog_slower_than: i64,
    /** `slowlog-max-len`. */
    #[serde(default = "slowlog_max_len")]
    pub slowlog_max_len: u64,
    /** The file all this was read from. */
    #[serde(default)]
    pub file: ConfigFile,
    /** Directives that are known but change nothing here, by name, in order of appearance. */
    pub others: Vec<(String, String)>,
}

// What a recording of an earlier version does not say.
const fn query_buffer_limit() -> u64 {
    1 << 30
}
const fn max_bulk_len() -> u64 {
    512 << 20
}
const fn tracking_table_max_keys() -> u64 {
    1_000_000
}
const fn slowlog_slower_than() -> i64 {
    10_000
}
const fn slowlog_max_len() -> u64 {
    128
}
const fn max_clients() -> u32 {
    10_000
}

impl Default for Config {
    fn default() -> Config {
        Config {
            port: 6379,
            bind: Vec::new(),
            bind_source_addr: None,
            cluster_enabled: false,
            cluster_config_file: "nodes.conf".into(),
            cluster_node_timeout: Millis(15_000),
            cluster_port: 0,
            replica_validity_factor: 10,
            migration_barrier: 1,
            allow_replica_migration: true,
            require_full_coverage: true,
            replica_no_failover: false,
            allow_reads_when_down: false,
            allow_pubsubshard_when_down: true,
            link_sendbuf_limit: 0,
            announce_ip: None,
            announce_hostname: None,
            announce_port: 0,
            announce_bus_port: 0,
            replica_announce_ip: None,
            replica_announce_port: 0,
            replica_announced: true,
            preferred_endpoint_type: EndpointType::Ip,
            appendonly: false,
            appendfsync: AppendFsync::EverySec,
            save: vec![(3600, 1), (300, 100), (60, 10_000)],
            repl_diskless_sync: true,
            repl_diskless_sync_delay: 5,
            repl_ping_replica_period: 10,
            repl_timeout: 60,
            repl_backlog_size: 1_048_576,
            repl_backlog_ttl: 3600,
            replica_serve_stale_data: true,
            replica_read_only: true,
            min_replicas_to_write: 0,
            min_replicas_max_lag: 10,
            shutdown_timeout: 10,
            hz: 10,
            enable_debug_command: false,
            requirepass: None,
            masterauth: None,
            client_output_limits: OutputLimits::default(),
            query_buffer_limit: query_buffer_limit(),
            max_bulk_len: max_bulk_len(),
            max_clients: max_clients(),
            idle_timeout: 0,
            tracking_table_max_keys: tracking_table_max_keys(),
            slowlog_slower_than: slowlog_slower_than(),
            slowlog_max_len: slowlog_max_len(),
            file: ConfigFile::None,
            others: Vec::new(),
        }
    }
}

impl Config {
    /// The bus port: `cluster-port`, or the client port + 10000.
    pub fn bus_port(&self) -> u16 {
        if self.cluster_port == 0 { self.port.saturating_add(10_000) } else { self.cluster_port }
    }

    /// One line of a configuration file (or `--name value` of the command line), at start.
    pub fn apply(&mut self, name: &str, args: &[&str]) -> Result<(), Complaint> {
        let unknown = match args {
            [] if name.contains('.') => Complaint::ModuleWithoutValue,
            _ => Complaint::Unknown,
        };
        let directive = directive(name).ok_or(unknown)?;
        let value = directive.shape.check(args)?;
        // The lines of `save` add up; the first one of a file replaces what is built in.
        if directive.shape == Shape::SavePoints && !value.is_empty() {
            let built_in = self.save == Config::default().save;
            let before = if built_in { String::new() } else { self.read(directive) };
            self.write(directive, &format!("{before} {value}"));
        } else {
            self.write(directive, &value);
        }
        Ok(())
    }

    /// What the server checks once all lines are read.
    pub fn check(&self) -> Result<(), Complaint> {
        if !self.cluster_enabled {
            return Ok(());
        }
        if self.get("replicaof").is_some_and(|master| !master.is_empty()) {
            return Err(Complaint::ReplicaOfInCluster);
        }
        if self.cluster_port == 0 && 55_535 < self.port {
            return Err(Complaint::PortTooHigh);
        }
        Ok(())
    }

    /// CONFIG SET of one directive, which is known: while the server runs.
    pub fn set(&mut self, directive: &Directive, text: &str) -> Result<(), Complaint> {
        match directive.when {
            When::Anytime => {}
            When::AtStart => return Err(Complaint::Immutable),
            When::Protected => return Err(Complaint::Protected),
        }
        let value = directive.shape.check(&[text])?;
        self.write(directive, &value);
        Ok(())
    }

    /// The value of a directive as CONFIG GET shows it.
    pub fn get(&self, name: &str) -> Option<String> {
        directive(name).map(|directive| self.read(directive))
    }

    /// The value of a row of the table, as CONFIG GET shows it.
    pub fn read(&self, directive: &Directive) -> String {
        match directive.place {
            Place::Field(field, _) => field(self).read(),
            Place::Kept(default) => {
                let kept = self.others.iter().find(|(name, _)| name == directive.name);
                kept.map_or(default, |(_, value)| value).into()
            }
        }
    }

    /// The first directive whose value is none that a file could have given it.
    pub fn misfit(&self) -> Option<&str> {
        let fits = |directive: &Directive, value: &str| {
            let plain = !value.contains(char::is_control);
            plain && directive.shape.check(&[value]).is_ok()
        };
        let known = DIRECTIVES.iter().find(|row| !fits(row, &self.read(row)));
        let kept = |(name, value): &&(String, String)| {
            DIRECTIVES.iter().all(|row| row.name != name || !fits(row, value))
        };
        let kept = || self.others.iter().find(kept).map(|(name, _)| name.as_str());
        known.map(|row| row.name).or_else(kept)
    }

    fn write(&mut self, directive: &Directive, value: &str) {
        match directive.place {
            Place::Field(_, field) => field(self).write(value),
            Place::Kept(_) => {
                match self.others.iter_mut().find(|(name, _)| name == directive.name) {
                    Some((_, kept)) => *kept = value.into(),
                    None => self.others.push((directive.name.into(), value.into())),
                }
            }
        }
    }
}

/// The directive with this name or older name.
pub fn directive(name: &str) -> Option<&'static Directive> {
    DIRECTIVES.iter().find(|directive| directive.is_called(name))
}

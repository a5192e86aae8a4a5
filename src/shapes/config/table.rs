//! Every directive of 7.0.15: its name, where its value lives, and what it may be.
//!
//! One row a directive, in alphabetical order. The configuration file, the command line, CONFIG GET
//! and CONFIG SET all read these rows. In Redis: `static_configs` (config.c). Absent: the hidden
//! directives of Redis's own tests.

use super::setting::{Place, Place::Kept, field};
use super::shape::Shape::{
    self, Addresses, Hostname, List, MemoryOrPercent, OneOf, OutputLimits, SavePoints,
};

const BOOL: Shape = Shape::Bool;
const TEXT: Shape = Shape::Text;
const MEMORY: Shape = Shape::Memory;
/// Not less than a megabyte.
const LARGE: Shape = Shape::MemoryFrom(1 << 20);
const PORT: Shape = int(0, 65_535);
const I32: i64 = i32::MAX as i64;
const U32: i64 = u32::MAX as i64;
const I64: i64 = i64::MAX;
const PROTECTED: &[&str] = &["no", "yes", "local"];

/// A configuration directive.
#[derive(Debug)]
pub struct Directive {
    /// Its name.
    pub name: &'static str,
    /// Its older name, still accepted.
    pub alias: Option<&'static str>,
    /// What may be written after it.
    pub shape: Shape,
    /// When it may change.
    pub when: When,
    pub(super) place: Place,
}

/// When a directive may change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// Also with CONFIG SET.
    Anytime,
    /// Only before the server starts.
    AtStart,
    /// With CONFIG SET only if `enable-protected-configs` allows it, which by default it does not.
    Protected,
}

impl Directive {
    const fn alias(mut self, name: &'static str) -> Directive {
        self.alias = Some(name);
        self
    }
    const fn at_start(mut self) -> Directive {
        self.when = When::AtStart;
        self
    }
    const fn protected(mut self) -> Directive {
        self.when = When::Protected;
        self
    }
    /// Whether it answers to `name`, in any case of letters.
    pub fn is_called(&self, name: &str) -> bool {
        let same = |own: &str| own.eq_ignore_ascii_case(name);
        same(self.name) || self.alias.is_some_and(same)
    }
}

const fn int(min: i64, max: i64) -> Shape {
    Shape::Integer { min, max }
}

const fn row(name: &'static str, place: Place, shape: Shape) -> Directive {
    Directive { name, alias: None, shape, when: When::Anytime, place }
}

/// All directives, by name.
pub static DIRECTIVES: &[Directive] = &[
    row("acl-pubsub-default", Kept("resetchannels"), OneOf(&["allchannels", "resetchannels"])),
    row("aclfile", Kept(""), TEXT).at_start(),
    row("acllog-max-len", Kept("128"), int(0, I64)),
    row("active-defrag-cycle-max", Kept("25"), int(1, 99)),
    row("active-defrag-cycle-min", Kept("1"), int(1, 99)),
    row("active-defrag-ignore-bytes", Kept("104857600"), MEMORY),
    row("active-defrag-max-scan-fields", Kept("1000"), int(1, I64)),
    row("active-defrag-threshold-lower", Kept("10"), int(0, 1000)),
    row("active-defrag-threshold-upper", Kept("100"), int(0, 1000)),
    row("active-expire-effort", Kept("1"), int(1, 10)),
    row("activedefrag", Kept("no"), BOOL),
    row("activerehashing", Kept("yes"), BOOL),
    row("always-show-logo", Kept("no"), BOOL).at_start(),
    row("aof-disable-auto-gc", Kept("no"), BOOL),
    row("aof-load-truncated", Kept("yes"), BOOL),
    row("aof-rewrite-incremental-fsync", Kept("yes"), BOOL),
    row("aof-timestamp-enabled", Kept("no"), BOOL),
    row("aof-use-rdb-preamble", Kept("yes"), BOOL),
    row("aof_rewrite_cpulist", Kept(""), TEXT).at_start(),
    row("appenddirname", Kept("appendonlydir"), TEXT).at_start(),
    row("appendfilename", Kept("appendonly.aof"), TEXT).at_start(),
    row("appendfsync", field!(appendfsync), OneOf(&["everysec", "always", "no"])),
    row("appendonly", field!(appendonly), BOOL),
    row("auto-aof-rewrite-min-size", Kept("67108864"), MEMORY),
    row("auto-aof-rewrite-percentage", Kept("100"), int(0, I32)),
    row("bgsave_cpulist", Kept(""), TEXT).at_start(),
    row("bind", field!(bind), Addresses),
    row("bind-source-addr", field!(bind_source_addr), TEXT),
    row("bio_cpulist", Kept(""), TEXT).at_start(),
    row("busy-reply-threshold", Kept("5000"), int(0, I64)).alias("lua-time-limit"),
    row("client-output-buffer-limit", field!(client_output_limits), OutputLimits),
    row("client-query-buffer-limit", field!(query_buffer_limit), LARGE),
    row("cluster-allow-pubsubshard-when-down", field!(allow_pubsubshard_when_down), BOOL),
    row("cluster-allow-reads-when-down", field!(allow_reads_when_down), BOOL),
    row("cluster-allow-replica-migration", field!(allow_replica_migration), BOOL),
    row("cluster-announce-bus-port", field!(announce_bus_port), PORT),
    row("cluster-announce-hostname", field!(announce_hostname), Hostname),
    row("cluster-announce-ip", field!(announce_ip), TEXT),
    row("cluster-announce-port", field!(announce_port), PORT),
    row("cluster-announce-tls-port", Kept("0"), PORT),
    row("cluster-config-file", field!(cluster_config_file), TEXT).at_start(),
    row("cluster-enabled", field!(cluster_enabled), BOOL).at_start(),
    row("cluster-link-sendbuf-limit", field!(link_sendbuf_limit), MEMORY),
    row("cluster-migration-barrier", field!(migration_barrier), int(0, I32)),
    row("cluster-node-timeout", field!(cluster_node_timeout), int(0, I64)),
    row("cluster-port", field!(cluster_port), PORT).at_start(),
    row(
        "cluster-preferred-endpoint-type",
        field!(preferred_endpoint_type),
        OneOf(&["ip", "hostname", "unknown-endpoint"]),
    ),
    row("cluster-replica-no-failover", field!(replica_no_failover), BOOL)
        .alias("cluster-slave-no-failover"),
    row("cluster-replica-validity-factor", field!(replica_validity_factor), int(0, I32))
        .alias("cluster-slave-validity-factor"),
    row("cluster-require-full-coverage", field!(require_full_coverage), BOOL),
    row("crash-log-enabled", Kept("yes"), BOOL),
    row("crash-memcheck-enabled", Kept("yes"), BOOL),
    row("daemonize", Kept("no"), BOOL).at_start(),
    row("databases", Kept("16"), int(1, I32)).at_start(),
    row("dbfilename", Kept("dump.rdb"), TEXT).protected(),
    row("dir", Kept("/data"), TEXT).protected(),
    row("disable-thp", Kept("yes"), BOOL).at_start(),
    row("dynamic-hz", Kept("yes"), BOOL),
    row("enable-debug-command", field!(enable_debug_command), OneOf(PROTECTED)).at_start(),
    row("enable-module-command", Kept("no"), OneOf(PROTECTED)).at_start(),
    row("enable-protected-configs", Kept("no"), OneOf(PROTECTED)).at_start(),
    row("hash-max-listpack-entries", Kept("512"), int(0, I64)).alias("hash-max-ziplist-entries"),
    row("hash-max-listpack-value", Kept("64"), MEMORY).alias("hash-max-ziplist-value"),
    row("hll-sparse-max-bytes", Kept("3000"), MEMORY),
    row("hz", field!(hz), int(0, I32)),
    row("ignore-warnings", Kept(""), TEXT),
    row("io-threads", Kept("1"), int(1, 128)).at_start(),
    row("io-threads-do-reads", Kept("no"), BOOL).at_start(),
    row("jemalloc-bg-thread", Kept("yes"), BOOL),
    row("latency-monitor-threshold", Kept("0"), int(0, I64)),
    row("latency-tracking", Kept("yes"), BOOL),
    row("latency-tracking-info-percentiles", Kept("50 99 99.9"), List),
    row("lazyfree-lazy-eviction", Kept("no"), BOOL),
    row("lazyfree-lazy-expire", Kept("no"), BOOL),
    row("lazyfree-lazy-server-del", Kept("no"), BOOL),
    row("lazyfree-lazy-user-del", Kept("no"), BOOL),
    row("lazyfree-lazy-user-flush", Kept("no"), BOOL),
    row("lfu-decay-time", Kept("1"), int(0, I32)),
    row("lfu-log-factor", Kept("10"), int(0, I32)),
    row("list-compress-depth", Kept("0"), int(0, I32)),
    row("list-max-listpack-size", Kept("-2"), int(-I32 - 1, I32)).alias("list-max-ziplist-size"),
    row("logfile", Kept(""), TEXT).at_start(),
    row("loglevel", Kept("notice"), OneOf(&["debug", "verbose", "notice", "warning"])),
    row("masterauth", field!(masterauth), TEXT),
    row("masteruser", Kept(""), TEXT),
    row("maxclients", field!(max_clients), int(1, U32)),
    row("maxmemory", Kept("0"), MEMORY),
    row("maxmemory-clients", Kept("0"), MemoryOrPercent),
    row("maxmemory-eviction-tenacity", Kept("10"), int(0, 100)),
    row(
        "maxmemory-policy",
        Kept("noeviction"),
        OneOf(&[
            "volatile-lru",
            "volatile-lfu",
            "volatile-random",
            "volatile-ttl",
            "allkeys-lru",
            "allkeys-lfu",
            "allkeys-random",
            "noeviction",
        ]),
    ),
    row("maxmemory-samples", Kept("5"), int(1, I32)),
    row("min-replicas-max-lag", field!(min_replicas_max_lag), int(0, I32))
        .alias("min-slaves-max-lag"),
    row("min-replicas-to-write", field!(min_replicas_to_write), int(0, I32))
        .alias("min-slaves-to-write"),
    row("no-appendfsync-on-rewrite", Kept("no"), BOOL),
    row("notify-keyspace-events", Kept(""), TEXT),
    row("oom-score-adj", Kept("no"), OneOf(&["no", "yes", "relative", "absolute"])),
    row("oom-score-adj-values", Kept("0 200 800"), List),
    row("pidfile", Kept(""), TEXT).at_start(),
    row("port", field!(port), PORT),
    row("proc-title-template", Kept("{title} {listen-addr} {server-mode}"), TEXT),
    row(
        "propagation-error-behavior",
        Kept("ignore"),
        OneOf(&["ignore", "panic", "panic-on-replicas"]),
    ),
    row("protected-mode", Kept("yes"), TEXT).protected(),
    row("proto-max-bulk-len", field!(max_bulk_len), LARGE),
    row("rdb-del-sync-files", Kept("no"), BOOL),
    row("rdb-save-incremental-fsync", Kept("yes"), BOOL),
    row("rdbchecksum", Kept("yes"), BOOL).at_start(),
    row("rdbcompression", Kept("yes"), BOOL),
    row("repl-backlog-size", field!(repl_backlog_size), MEMORY),
    row("repl-backlog-ttl", field!(repl_backlog_ttl), int(0, I64)),
    row("repl-disable-tcp-nodelay", Kept("no"), BOOL),
    row("repl-diskless-load", Kept("disabled"), OneOf(&["disabled", "on-empty-db", "swapdb"])),
    row("repl-diskless-sync", field!(repl_diskless_sync), BOOL),
    row("repl-diskless-sync-delay", field!(repl_diskless_sync_delay), int(0, I32)),
    row("repl-diskless-sync-max-replicas", Kept("0"), int(0, I32)),
    row("repl-ping-replica-period", field!(repl_ping_replica_period), int(1, I32))
        .alias("repl-ping-slave-period"),
    row("repl-timeout", field!(repl_timeout), int(1, I32)),
    row("replica-announce-ip", field!(replica_announce_ip), TEXT).alias("slave-announce-ip"),
    row("replica-announce-port", field!(replica_announce_port), PORT).alias("slave-announce-port"),
    row("replica-announced", field!(replica_announced), BOOL),
    row("replica-ignore-disk-write-errors", Kept("no"), BOOL),
    row("replica-ignore-maxmemory", Kept("yes"), BOOL).alias("slave-ignore-maxmemory"),
    row("replica-lazy-flush", Kept("no"), BOOL).alias("slave-lazy-flush"),
    row("replica-priority", Kept("100"), int(0, I32)).alias("slave-priority"),
    row("replica-read-only", field!(replica_read_only), BOOL).alias("slave-read-only"),
    row("replica-serve-stale-data", field!(replica_serve_stale_data), BOOL)
        .alias("slave-serve-stale-data"),
    row("replicaof", Kept(""), List).alias("slaveof").at_start(),
    row("requirepass", field!(requirepass), TEXT),
    row("sanitize-dump-payload", Kept("no"), OneOf(&["no", "yes", "clients"])),
    row("save", field!(save), SavePoints),
    row("server_cpulist", Kept(""), TEXT).at_start(),
    row("set-max-intset-entries", Kept("512"), int(0, I64)),
    row("set-proc-title", Kept("yes"), BOOL).at_start(),
    row(
        "shutdown-on-sigint",
        Kept("default"),
        OneOf(&["default", "save", "nosave", "now", "force"]),
    ),
    row(
        "shutdown-on-sigterm",
        Kept("default"),
        OneOf(&["default", "save", "nosave", "now", "force"]),
    ),
    row("shutdown-timeout", field!(shutdown_timeout), int(0, I32)),
    row("slowlog-log-slower-than", field!(slowlog_slower_than), int(-1, I64)),
    row("slowlog-max-len", field!(slowlog_max_len), int(0, I64)),
    row("socket-mark-id", Kept("0"), int(0, U32)).at_start(),
    row("stop-writes-on-bgsave-error", Kept("yes"), BOOL),
    row("stream-node-max-bytes", Kept("4096"), MEMORY),
    row("stream-node-max-entries", Kept("100"), int(0, I64)),
    row("supervised", Kept("no"), OneOf(&["upstart", "systemd", "auto", "no"])).at_start(),
    row("syslog-enabled", Kept("no"), BOOL).at_start(),
    row(
        "syslog-facility",
        Kept("local0"),
        OneOf(&[
            "user", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
        ]),
    )
    .at_start(),
    row("syslog-ident", Kept("redis"), TEXT).at_start(),
    row("tcp-backlog", Kept("511"), int(0, I32)).at_start(),
    row("tcp-keepalive", Kept("300"), int(0, I32)),
    row("timeout", field!(idle_timeout), int(0, I32)),
    row("tls-auth-clients", Kept("yes"), OneOf(&["no", "yes", "optional"])),
    row("tls-ca-cert-dir", Kept(""), TEXT),
    row("tls-ca-cert-file", Kept(""), TEXT),
    row("tls-cert-file", Kept(""), TEXT),
    row("tls-ciphers", Kept(""), TEXT),
    row("tls-ciphersuites", Kept(""), TEXT),
    row("tls-client-cert-file", Kept(""), TEXT),
    row("tls-client-key-file", Kept(""), TEXT),
    row("tls-client-key-file-pass", Kept(""), TEXT),
    row("tls-cluster", Kept("no"), BOOL),
    row("tls-dh-params-file", Kept(""), TEXT),
    row("tls-key-file", Kept(""), TEXT),
    row("tls-key-file-pass", Kept(""), TEXT),
    row("tls-port", Kept("0"), PORT),
    row("tls-prefer-server-ciphers", Kept("no"), BOOL),
    row("tls-protocols", Kept(""), TEXT),
    row("tls-replication", Kept("no"), BOOL),
    row("tls-session-cache-size", Kept("20480"), int(0, I32)),
    row("tls-session-cache-timeout", Kept("300"), int(0, I32)),
    row("tls-session-caching", Kept("yes"), BOOL),
    row("tracking-table-max-keys", field!(tracking_table_max_keys), int(0, I64)),
    row("unixsocket", Kept(""), TEXT).at_start(),
    row("unixsocketperm", Kept("0"), TEXT).at_start(),
    row("zset-max-listpack-entries", Kept("128"), int(0, I64)).alias("zset-max-ziplist-entries"),
    row("zset-max-listpack-value", Kept("64"), MEMORY).alias("zset-max-ziplist-value"),
];

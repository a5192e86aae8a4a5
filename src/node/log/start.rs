//! What a server writes before it has read its data.
//!
//! In Redis: `main`, `initServer`, `redisAsciiArt`, `linuxMemoryWarnings` (server.c, syscheck.c 7.0.15).

use super::Level::{Notice, Warning};
use super::{Journal, PID, Writer};
use crate::node::VERSION;
use crate::shapes::Config;

/// What the kernel of a machine out of the box lets Redis say, as Docker's hosts are.
const OVERCOMMIT: &str = "WARNING Memory overcommit must be enabled! Without it, a background save or replication may fail under low memory condition. Being disabled, it can can also cause failures without low memory condition, see https://github.com/jemalloc/jemalloc/issues/1328. To fix this issue add 'vm.overcommit_memory = 1' to /etc/sysctl.conf and then reboot or run the command 'sysctl vm.overcommit_memory=1' for this to take effect.";

impl Journal {
    /// The first lines, before the server knows which node it is.
    pub fn open(&mut self, bare: bool) {
        let early = Writer::Early;
        self.write_as(early, Warning, "oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo");
        let build = "bits=64, commit=00000000, modified=0";
        let version = format!("Redis version={VERSION}, {build}, pid={PID}, just started");
        self.write_as(early, Warning, version);
        let read = match bare {
            false => "Configuration loaded",
            true => {
                "Warning: no config file specified, using the default config. In order to specify a config file use redis-server /path/to/redis.conf"
            }
        };
        self.write_as(early, Warning, read);
        self.write(Notice, "monotonic clock: POSIX clock_gettime");
    }

    /// After it knows which node it is.
    pub(in crate::node) fn announce(&mut self, config: &Config) {
        let mode = if config.cluster_enabled { "cluster" } else { "standalone" };
        self.write(Notice, format!("Running mode={mode}, port={}.", config.port));
        self.write(Warning, "Server initialized");
        self.write(Warning, OVERCOMMIT);
    }
}

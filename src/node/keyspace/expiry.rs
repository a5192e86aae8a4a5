//! The active side of expiry: a master deletes what nobody asked for.
//!
//! In Redis: `activeExpireCycle` (expire.c) samples keys at random for at most a quarter of the time;
//! here every key that is due goes, up to a limit a tick, the earliest deadline first. A replica
//! waits for its master's DEL, and so does everybody while clients are paused.

use super::{Db, db::Expired};
use crate::node::Node;
use crate::node::io::Outbox;
use crate::words::Time;

/// Most keys that one tick deletes.
const KEYS_A_TICK: usize = 1000;

impl Node {
    /// A replica is one from its first moment on, before it has a link to its master: what it loaded is
    /// not its own to delete. In Redis: `iAmMaster`.
    fn is_a_master(&self) -> bool {
        match self.config.cluster_enabled {
            true => !self.cluster.is_replica(),
            false => self.replication.master().is_none(),
        }
    }

    pub(in crate::node) fn keyspace_cron(&mut self, now: Time, out: &mut Outbox) {
        if !self.is_a_master() || self.writes_are_paused(now) || !self.clients.active_expire {
            return;
        }
        for _ in 0..KEYS_A_TICK {
            let Some((at, key)) = self.keyspace.first_deadline() else { return };
            if now.unix_ms() <= at {
                return;
            }
            let key = key.clone();
            let mut db = Db::new(&mut self.keyspace, now, &mut self.rng, Expired::IsDeleted, true);
            db.has(&key);
            // Each DEL is propagated on its own, never in a MULTI.
            let effects = db.finish(&crate::words::Argv::from("DEL"));
            self.clients.stats.count_lookups(effects.lookups);
            for command in effects.commands {
                self.clients.ended(&key);
                self.clients.signal(&key);
                self.propagate(now, &command, out);
            }
        }
    }
}

//! An orderly end: SIGTERM and SHUTDOWN.
//!
//! A master lets its replicas catch up first: writes pause, and it waits until all have acknowledged
//! all, at most `shutdown-timeout`. Then files are written and the process ends. Nobody is promoted
//! for it; the others find out as they do of a crash.
//! In Redis: `prepareForShutdown`, `isReadyToShutdown`, `finishShutdown`. Spec: replication 9.

use crate::node::Node;
use crate::node::io::{ConnId, Effect, Outbox};
use crate::node::log::Level::{Notice, Warning};
use crate::node::log::Writer;
use crate::words::{Argv, Millis, Reply, Time};

/// What SHUTDOWN was told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ShutdownFlags {
    /// `SAVE`: a snapshot even without save points.
    pub save: bool,
    /// `NOSAVE`: no snapshot even with save points.
    pub nosave: bool,
    /// `NOW`: replicas are not waited for.
    pub now: bool,
    /// `FORCE`: errors do not stop it.
    pub force: bool,
}

/// Where an orderly end stands.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shutdown {
    /// SIGTERM came; the next cron looks.
    Signalled,
    /// Replicas are waited for, until then.
    Waiting { until: Time, flags: ShutdownFlags, asked_by: Option<ConnId> },
}

impl Node {
    /// SIGTERM. In Redis: `sigShutdownHandler`.
    pub(in crate::node) fn shutdown_requested(&mut self, _: Time, out: &mut Outbox) {
        let text = "Received SIGTERM scheduling shutdown...";
        out.log.write_as(Writer::Signal, Warning, text);
        self.persistence.shutdown.get_or_insert(Shutdown::Signalled);
    }

    /// SHUTDOWN. There is no answer when it works: the connection closes with the process.
    pub(in crate::node) fn shutdown_command(
        &mut self,
        now: Time,
        conn: ConnId,
        argv: &Argv,
        out: &mut Outbox,
    ) -> Option<Reply> {
        let Some(asked) = parse(argv) else { return Some(Reply::error("ERR syntax error")) };
        let Asked::ShutDown(flags) = asked else { return Some(self.abort_shutdown(out)) };
        if self.persistence.shutdown.is_none() {
            self.prepare_shutdown(now, flags, Some(conn), out);
        }
        None
    }

    /// Whoever asked for it learns that it did not come; whoever aborts it, that it worked.
    fn abort_shutdown(&mut self, out: &mut Outbox) -> Reply {
        let Some(shutdown) = self.persistence.shutdown.take() else {
            return Reply::error("ERR No shutdown in progress.");
        };
        self.unpause_writes();
        out.log.write(Notice, "Shutdown manually aborted.");
        if let Shutdown::Waiting { asked_by: Some(conn), .. } = shutdown {
            let text = "ERR Errors trying to SHUTDOWN. Check logs.";
            self.reply(conn, Reply::error(text), out);
        }
        Reply::OK
    }

    pub(super) fn advance_shutdown(&mut self, now: Time, out: &mut Outbox) {
        match self.persistence.shutdown {
            None => {}
            Some(Shutdown::Signalled) => {
                self.prepare_shutdown(now, ShutdownFlags::default(), None, out)
            }
            Some(Shutdown::Waiting { until, flags, .. })
                if until <= now || self.replication.all_caught_up() =>
            {
                self.finish_shutdown(now, flags, out);
            }
            Some(Shutdown::Waiting { .. }) => {}
        }
    }

    fn prepare_shutdown(
        &mut self,
        now: Time,
        flags: ShutdownFlags,
        asked_by: Option<ConnId>,
        out: &mut Outbox,
    ) {
        out.log.write(Warning, "User requested shutdown...");
        let timeout = Millis::from_s(self.config.shutdown_timeout);
        if flags.now || timeout == Millis(0) || self.replication.all_caught_up() {
            return self.finish_shutdown(now, flags, out);
        }
        let until = now + timeout;
        self.persistence.shutdown = Some(Shutdown::Waiting { until, flags, asked_by });
        self.pause_writes(Time(u64::MAX));
        self.ask_for_acks(out);
        out.log.write(Notice, "Waiting for replicas before shutting down.");
    }

    fn finish_shutdown(&mut self, now: Time, flags: ShutdownFlags, out: &mut Outbox) {
        self.tell_of_laggards(now, out);
        if self.config.appendonly {
            out.log.write(Notice, "Calling fsync() on the AOF file.");
        }
        if flags.save || !(flags.nosave || self.config.save.is_empty()) {
            out.log.write(Notice, "Saving the final RDB snapshot before exiting.");
            self.save_and_tell(now, out);
        }
        out.log.write(Warning, "Redis is now ready to exit, bye bye...");
        out.effects.push(Effect::Exit { code: 0 });
    }
}

enum Asked {
    Abort,
    ShutDown(ShutdownFlags),
}

fn parse(argv: &Argv) -> Option<Asked> {
    let mut flags = ShutdownFlags::default();
    let mut abort = false;
    for word in &argv[1..] {
        match word.to_ascii_lowercase().as_slice() {
            b"save" => flags.save = true,
            b"nosave" => flags.nosave = true,
            b"now" => flags.now = true,
            b"force" => flags.force = true,
            b"abort" => abort = true,
            _ => return None,
        }
    }
    match abort {
        _ if flags.save && flags.nosave => None,
        true if flags != ShutdownFlags::default() => None,
        true => Some(Asked::Abort),
        false => Some(Asked::ShutDown(flags)),
    }
}

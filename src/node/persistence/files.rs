//! The files of persistence as the log names them: children that write, the two parts of the
//! append-only file, and what is told of both.
//!
//! A child's work is done at once here; its end is noticed at the next `serverCron`, as there. The
//! numbers of children count on from [`FIRST_CHILD`].
//! In Redis: `rdbSaveBackground`, `rewriteAppendOnlyFileBackground`, `backgroundRewriteDoneHandler`,
//! `loadAppendOnlyFiles`, `aofOpenIfNeededOnServerStart` (rdb.c, aof.c 7.0.15).

use crate::node::io::Outbox;
use crate::node::log::Level::Notice;
use crate::node::log::{Journal, Writer};
use crate::node::persistence::used_memory;
use crate::node::{Node, VERSION};
use crate::words::Time;

/// The number of a process's first child. In the image the script that starts the server and its own
/// threads have had those before.
const FIRST_CHILD: u32 = 20;
/// A child's pages that were written to while it lived: never a whole megabyte here.
const COW: &str = "current 0 MB, peak 0 MB, average 0 MB";
/// The file that takes commands while the first rewriting goes on.
const TEMPORARY: &str = "temp-appendonly.aof.incr";

/// The children of a process.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::node) struct Children {
    born: u32,
    /// The one whose end was not noticed yet.
    working: Option<Child>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Child {
    Saves,
    /// `before`: whether there were files before; `restarts`: whether commands go to a temporary file.
    Rewrites {
        pid: u32,
        before: bool,
        restarts: bool,
    },
}

impl Children {
    /// The number of the next one.
    pub(in crate::node) fn fork(&mut self) -> u32 {
        self.born += 1;
        FIRST_CHILD + self.born - 1
    }
}

/// The append-only file: a dataset, and the commands since.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct AofFiles {
    /// How often it began anew; both parts are named after that.
    generation: u32,
    /// How many keys the first part holds.
    base_keys: u64,
    /// When it was written.
    made: Time,
    /// Whether any command came since.
    grown: bool,
}

impl AofFiles {
    fn base(self, name: &str) -> String {
        format!("{name}.{}.base.rdb", self.generation)
    }
    fn incr(self, name: &str) -> String {
        format!("{name}.{}.incr.aof", self.generation)
    }
    /// When its dataset was written.
    pub(super) fn made(self) -> Time {
        self.made
    }
    /// A command was appended.
    pub(super) fn grow(&mut self) {
        self.grown = true;
    }
}

impl Node {
    /// What the append-only files are called.
    fn aof_name(&self) -> String {
        self.config.get("appendfilename").unwrap_or_default()
    }

    /// After loading: the files are opened, or made.
    pub(super) fn open_aof(&mut self, now: Time, found: bool, out: &mut Outbox) {
        if !self.config.appendonly {
            return;
        }
        let name = self.aof_name();
        if found {
            let incr = self.persistence.aof.incr(&name);
            return out.log.write(Notice, format!("Opening AOF incr file {incr} on server start"));
        }
        let files = AofFiles { generation: 1, made: now, ..AofFiles::default() };
        out.log
            .write(Notice, format!("Creating AOF base file {} on server start", files.base(&name)));
        out.log
            .write(Notice, format!("Creating AOF incr file {} on server start", files.incr(&name)));
        self.persistence.aof = files;
    }

    /// It reads both parts.
    pub(super) fn tell_of_aof(&self, now: Time, out: &mut Outbox) {
        let (name, files) = (self.aof_name(), self.persistence.aof);
        let log = &mut out.log;
        log.write(Notice, "Reading RDB base file on AOF loading...");
        tell_of_rdb(log, now, files.made, used_memory(0));
        log.write(Notice, "RDB is base AOF");
        tell_of_keys(log, files.base_keys, 0);
        log.write(Notice, format!("DB loaded from base file {}: 0.000 seconds", files.base(&name)));
        if files.grown {
            let incr = files.incr(&name);
            log.write(Notice, format!("DB loaded from incr file {incr}: 0.000 seconds"));
        }
        log.write(Notice, "DB loaded from append only file: 0.000 seconds");
    }

    /// A child writes `dump.rdb`.
    pub(in crate::node) fn save_in_background(&mut self, now: Time, out: &mut Outbox) {
        let pid = self.persistence.children.fork();
        out.log.write(Notice, format!("Background saving started by pid {pid}"));
        out.log.write_as(Writer::Child(pid), Notice, "DB saved on disk");
        tell_of_cow(&mut out.log, pid, "RDB");
        self.persistence.children.working = Some(Child::Saves);
        self.clients.stats.rdb_saves += 1;
        self.save(now);
    }

    /// The process itself writes `dump.rdb`.
    pub(in crate::node) fn save_and_tell(&mut self, now: Time, out: &mut Outbox) {
        self.save(now);
        out.log.write(Notice, "DB saved on disk");
    }

    /// A child writes the append-only file anew; `restarts` if none was written until now.
    pub(in crate::node) fn rewrite_aof(&mut self, now: Time, restarts: bool, out: &mut Outbox) {
        let before = self.persistence.aof.generation != 0;
        let next = AofFiles {
            generation: self.persistence.aof.generation + 1,
            base_keys: self.keyspace.len() as u64,
            made: now,
            grown: false,
        };
        if restarts {
            let text = format!("Creating AOF incr file {TEMPORARY} on background rewrite");
            out.log.write(Notice, text);
        } else if self.config.appendonly {
            let incr = next.incr(&self.aof_name());
            let text = format!("Creating AOF incr file {incr} on background rewrite");
            out.log.write(Notice, text);
        }
        self.persistence.aof = next;
        let pid = self.persistence.children.fork();
        let text = format!("Background append only file rewriting started by pid {pid}");
        out.log.write(Notice, text);
        let file = format!("Successfully created the temporary AOF base file {}", temporary(pid));
        out.log.write_as(Writer::Child(pid), Notice, file);
        tell_of_cow(&mut out.log, pid, "AOF rewrite");
        self.persistence.children.working = Some(Child::Rewrites { pid, before, restarts });
    }

    /// Each `serverCron`. In Redis: `checkChildrenDone`.
    pub(super) fn notice_children(&mut self, out: &mut Outbox) {
        match self.persistence.children.working.take() {
            None => {}
            Some(Child::Saves) => {
                out.log.write(Notice, "Background saving terminated with success");
            }
            Some(Child::Rewrites { pid, before, restarts }) => {
                self.tell_of_rewriting(pid, before, restarts, out);
            }
        }
    }

    fn tell_of_rewriting(&self, pid: u32, before: bool, restarts: bool, out: &mut Outbox) {
        let (name, files) = (self.aof_name(), self.persistence.aof);
        let log = &mut out.log;
        log.write(Notice, "Background AOF rewrite terminated with success");
        let (from, to) = (temporary(pid), files.base(&name));
        let renamed = |kind, from: &str, to: &str| {
            format!("Successfully renamed the temporary AOF {kind} file {from} into {to}")
        };
        log.write(Notice, renamed("base", &from, &to));
        if restarts {
            log.write(Notice, renamed("incr", TEMPORARY, &files.incr(&name)));
        }
        let old = AofFiles { generation: files.generation - 1, ..files };
        for file in [old.incr(&name), old.base(&name)].iter().filter(|_| before) {
            log.write(Notice, format!("Removing the history file {file} in the background"));
        }
        log.write(Notice, "Background AOF rewrite finished successfully");
    }
}

fn temporary(pid: u32) -> String {
    format!("temp-rewriteaof-bg-{pid}.aof")
}

/// How much of its memory a child no longer shared.
pub(in crate::node) fn tell_of_cow(log: &mut Journal, pid: u32, what: &str) {
    log.write_as(Writer::Child(pid), Notice, format!("Fork CoW for {what}: {COW}"));
}

/// The head of a dataset in a file or from a master.
pub(in crate::node) fn tell_of_rdb(log: &mut Journal, now: Time, made: Time, used_memory: u64) {
    log.write(Notice, format!("Loading RDB produced by version {VERSION}"));
    log.write(Notice, format!("RDB age {} seconds", now.unix_s().saturating_sub(made.unix_s())));
    let hundredths = (used_memory * 100 + (1 << 19)) >> 20;
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    log.write(Notice, format!("RDB memory usage when created {whole}.{rest:02} Mb"));
}

/// What was in it.
pub(in crate::node) fn tell_of_keys(log: &mut Journal, loaded: u64, expired: u64) {
    let text = format!("Done loading RDB, keys loaded: {loaded}, keys expired: {expired}.");
    log.write(Notice, text);
}

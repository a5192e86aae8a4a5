//! The keyspace as a command sees it at one moment: expiry, types, what changed, what is propagated.
//!
//! A command that changes something calls [`Db::changed`]; it is then propagated as it was sent,
//! unless it said [`Db::rewrite`]. Invariants: a command that changed nothing propagates nothing; a
//! master propagates the DEL of an expired key at the moment it removes it.
//! In Redis: `lookupKey`, `expireIfNeeded`, `signalModifiedKey`, `alsoPropagate` (db.c, server.c).

use super::{Keyspace, Typed, Value};
use crate::node::commands::{Answer, Refused};
use crate::words::{Argv, Rng, Time};
use bytes::Bytes;

/// What is done with a key whose deadline has passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expired {
    /// A master deletes it, and says so to its replicas.
    IsDeleted,
    /// A replica (or a paused master) treats it as missing.
    IsHidden,
    /// The stream of a master, and the append-only file, know best.
    IsThere,
}

/// The keyspace at one moment.
pub struct Db<'a> {
    /// The keys.
    pub keys: &'a mut Keyspace,
    /// When the command runs.
    pub now: Time,
    /// The process's own luck (RANDOMKEY, SPOP).
    pub rng: &'a mut Rng,
    /// What is done with expired keys.
    pub expired: Expired,
    /// Whether this is a cluster node: some options are refused there.
    pub in_cluster: bool,
    /// How long a string may become: `proto-max-bulk-len`; no matter where it comes from the master.
    pub longest: u64,
    /// Whether looking up a value is a hit or a miss; commands that write look without being counted.
    pub counts_lookups: bool,
    lookups: Lookups,
    changes: u64,
    forced: bool,
    rewritten: Option<Vec<Argv>>,
    deleted: Vec<Argv>,
    ended: Vec<Bytes>,
    touched: Vec<Bytes>,
    ready: Vec<Bytes>,
    /// Whether all keys went at once.
    flushed: bool,
}

/// What a command did, to be propagated and told to those who watch.
#[derive(Debug, Default)]
pub struct Effects {
    /// Effective writes, in order.
    pub commands: Vec<Argv>,
    /// Keys that were removed since they had expired, before the others changed.
    pub ended: Vec<Bytes>,
    /// Keys that changed, for those who watch them.
    pub touched: Vec<Bytes>,
    /// Whether all keys went at once.
    pub flushed: bool,
    /// Keys that those who wait for them may look at.
    pub ready: Vec<Bytes>,
    /// How many changes: what `rdb_changes_since_last_save` counts.
    pub changes: u64,
    /// What was looked up.
    pub lookups: Lookups,
}

/// How often a key was looked up to be read, and how many were deleted since they had expired.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(missing_docs, reason = "fields are named for what they are")]
pub struct Lookups {
    pub hits: u64,
    pub misses: u64,
    pub expired: u64,
}

impl<'a> Db<'a> {
    /// The keyspace at `now`.
    pub fn new(
        keys: &'a mut Keyspace,
        now: Time,
        rng: &'a mut Rng,
        expired: Expired,
        in_cluster: bool,
    ) -> Db<'a> {
        Db {
            keys,
            now,
            rng,
            expired,
            in_cluster,
            longest: u64::MAX,
            counts_lookups: false,
            lookups: Lookups::default(),
            changes: 0,
            forced: false,
            rewritten: None,
            deleted: Vec::new(),
            ended: Vec::new(),
            touched: Vec::new(),
            ready: Vec::new(),
            flushed: false,
        }
    }
    /// What came of `command`.
    pub fn finish(self, command: &Argv) -> Effects {
        let mut commands = self.deleted;
        if 0 < self.changes || self.forced {
            match self.rewritten {
                Some(others) => commands.extend(others),
                None => commands.push(command.clone()),
            }
        }
        let Db { ended, touched, ready, flushed, changes, lookups, .. } = self;
        Effects { commands, ended, touched, flushed, ready, changes, lookups }
    }

    /// The time in Unix ms.
    pub fn now_ms(&self) -> u64 {
        self.now.unix_ms()
    }
    /// Notes that the value of `key` changed, and that those who wait for it may look.
    pub fn changed(&mut self, key: &Bytes) {
        self.changed_by(key, 1);
    }
    /// The same, where so many of its elements changed.
    pub fn changed_by(&mut self, key: &Bytes, changes: usize) {
        self.changed_quietly(key, changes as u64);
        self.ready.push(key.clone());
    }
    /// Notes so many changes of `key` that nobody waits for: nothing came.
    pub fn changed_quietly(&mut self, key: &Bytes, changes: u64) {
        self.changes += changes;
        self.touched.push(key.clone());
    }
    /// Those who wait for `key` may look at it.
    pub fn signal(&mut self, key: &Bytes) {
        self.ready.push(key.clone());
    }
    /// Notes that all keys went at once.
    pub fn flushed(&mut self) {
        self.flushed = true;
    }
    /// Notes a change that who watches the key is not told of (a consumer group's).
    pub fn changed_anyway(&mut self) {
        self.changes += 1;
    }
    /// Propagates the command even if it changed nothing. In Redis: `forceCommandPropagation`.
    pub fn force(&mut self) {
        self.forced = true;
    }
    /// Whether the command comes from those who know best: the master, or the append-only file.
    pub fn obeys(&self) -> bool {
        self.expired == Expired::IsThere
    }
    /// Whether keys that have expired stay where they are, unseen.
    pub fn hides(&self) -> bool {
        self.expired == Expired::IsHidden
    }
    /// Propagates this instead of the command as it was sent.
    pub fn rewrite(&mut self, command: Argv) {
        self.rewritten = Some(vec![command]);
    }

    /// Propagates this too, and never the command as it was sent.
    pub fn also(&mut self, command: Argv) {
        self.rewritten.get_or_insert_default().push(command);
    }
    /// Propagates what [`Db::also`] was told, and nothing else.
    pub fn nothing_else(&mut self) {
        self.rewritten.get_or_insert_default();
    }

    /// Whether the deadline of `key` has passed.
    fn is_past(&self, key: &[u8]) -> bool {
        let deadline = self.keys.get(key).and_then(|entry| entry.expires);
        deadline.is_some_and(|at| at < self.now_ms())
    }
    /// Whether a command that is told this deadline deletes at once: it has passed, and that is ours to
    /// say. In Redis: `checkAlreadyExpired`.
    pub fn is_over(&self, at: u64) -> bool {
        at <= self.now_ms() && self.expired == Expired::IsDeleted
    }
    /// Whether `key` is there and has not expired; it stays either way.
    pub fn is_alive(&self, key: &[u8]) -> bool {
        self.keys.get(key).is_some() && (self.expired == Expired::IsThere || !self.is_past(key))
    }
    /// Whether `key` is there for this command; removes it if it has expired and that is ours to do.
    pub fn has(&mut self, key: &Bytes) -> bool {
        if self.expired == Expired::IsThere || !self.is_past(key) {
            return self.keys.get(key).is_some();
        }
        if self.expired == Expired::IsDeleted {
            self.keys.remove(key);
            self.lookups.expired += 1;
            self.deleted.push(Argv::new([Bytes::from_static(b"DEL"), key.clone()]));
            self.ended.push(key.clone());
            self.ready.push(key.clone());
        }
        false
    }
    /// Whether `key` is there, counted as a hit or a miss.
    pub fn look_up(&mut self, key: &Bytes) -> bool {
        let there = self.has(key);
        self.lookups.hits += u64::from(there);
        self.lookups.misses += u64::from(!there);
        there
    }
    /// The command looked up what it reads; where it looks again, that does not count.
    pub fn has_looked_up(&mut self) {
        self.counts_lookups = false;
    }
    /// Looks again at what was looked up before, which does not count.
    pub fn again<T>(&mut self, look: impl FnOnce(&mut Db<'a>) -> T) -> T {
        let counts = std::mem::replace(&mut self.counts_lookups, false);
        let seen = look(self);
        self.counts_lookups = counts;
        seen
    }
    /// The value of `key`, of any type.
    pub fn value(&mut self, key: &Bytes) -> Option<&Value> {
        let there = if self.counts_lookups { self.look_up(key) } else { self.has(key) };
        if !there {
            return None;
        }
        self.keys.get(key).map(|entry| &entry.value)
    }
    /// The value of `key`, if it is there; an error if it is of another type.
    pub fn get<T: Typed>(&mut self, key: &Bytes) -> Result<Option<&T>, Refused> {
        match self.value(key) {
            None => Ok(None),
            Some(value) => T::of(value).map(Some).ok_or(Refused::WrongType),
        }
    }
    /// The value of `key` to be changed, if it is there; an error if it is of another type.
    pub fn get_mut<T: Typed>(&mut self, key: &Bytes) -> Result<Option<&mut T>, Refused> {
        if self.get::<T>(key)?.is_none() {
            return Ok(None);
        }
        Ok(self.keys.value_mut(key).and_then(T::of_mut))
    }
    /// The value of `key` to be changed, made empty first if it is not there.
    pub fn get_or_make<T: Typed>(&mut self, key: &Bytes) -> Result<&mut T, Refused> {
        if self.get::<T>(key)?.is_none() {
            self.keys.put(key, T::default().into_value(), None);
        }
        Ok(self.keys.value_mut(key).and_then(T::of_mut).expect("it was just found or made"))
    }
    /// Stores a value in place of whatever there was, without a deadline.
    pub fn set(&mut self, key: &Bytes, value: impl Typed) {
        self.set_all(key, value, 1);
    }
    /// The same, where each of its elements counts as a change.
    pub fn set_all(&mut self, key: &Bytes, value: impl Typed, changes: usize) {
        self.has(key);
        self.keys.put(key, value.into_value(), None);
        self.changed_by(key, changes);
    }
    /// Changes a string and keeps its deadline.
    pub fn set_keeping_deadline(&mut self, key: &Bytes, value: impl Typed) {
        let expires = self.deadline(key);
        self.keys.put(key, value.into_value(), expires);
        self.changed(key);
    }
    /// Stores a string that was only looked at to be edited, which may change how it is kept.
    pub fn stays(&mut self, key: &Bytes, value: impl Typed) {
        let expires = self.deadline(key);
        self.keys.put(key, value.into_value(), expires);
    }
    /// When `key` expires, in Unix ms.
    pub fn deadline(&mut self, key: &Bytes) -> Option<u64> {
        if !self.has(key) {
            return None;
        }
        self.keys.get(key).and_then(|entry| entry.expires)
    }
    /// Deletes `key`; whether it was there.
    pub fn delete(&mut self, key: &Bytes) -> bool {
        let there = self.has(key) && self.keys.remove(key).is_some();
        if there {
            self.changed(key);
        }
        there
    }
    /// Deletes `key` without asking whether it has expired, to store nothing there. In Redis: `dbDelete`.
    pub fn clear(&mut self, key: &Bytes) {
        if self.keys.remove(key).is_some() {
            self.changed(key);
        }
    }
    /// Takes an aggregate without members out: Redis has no empty ones.
    pub fn drop_if_empty(&mut self, key: &Bytes) {
        if self.keys.get(key).is_some_and(|entry| entry.value.parts() == 0) {
            self.keys.remove(key);
        }
    }
    /// An error unless `key` is there.
    pub fn refuse_if_missing(&mut self, key: &Bytes) -> Result<(), Refused> {
        if self.has(key) { Ok(()) } else { Err(Refused::NoSuchKey) }
    }
}

/// A handler of a command that needs nothing but the keyspace.
pub type DataHandler = fn(&mut Db<'_>, &Argv) -> Answer;

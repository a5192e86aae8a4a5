//! Rounds of a process's event loop: read what is ready, run timers that are due, settle, write, sleep.
//!
//! Mostly one thing is ready, and that is a round. Where several have waited, for a process that was
//! frozen, slept in a command or waited for its disk, all of them are read before it settles once:
//! two votes that came meanwhile are counted together. Work that had piled up takes time, so that
//! answers to the first of it can come before the last of it is read.
//!
//! Invariants: within a round sockets come before timers, and nothing leaves before the files are on
//! disk; after a freeze or a sleep in a command the timers come first, in a round of their own.
//! In Redis: `aeProcessEvents` (ae.c), `beforeSleep` (server.c). The wait for packets that SIGSTOP
//! interrupts brings none; DEBUG SLEEP is in the middle of a round whose sockets were chosen before it.

use crate::node::io::{Effect, Input, Outbox};
use crate::shapes::spec::ContainerIx;
use crate::sim::World;
use crate::sim::agenda::Event;
use crate::sim::connection::End;
use crate::sim::entry::{Cause, EntryId, Log, What, Who};
use crate::sim::inbox::Pending;
use crate::sim::kernel::weight;
use crate::sim::process::{Mode, Within};
use crate::words::{Millis, Time};
use std::sync::Arc;

/// The period of `serverCron` at hz 10.
const CRON_PERIOD: Millis = Millis(100);
/// A run of `serverCron` is late by up to so much, in microseconds (bound, exclusive).
const CRON_DRIFT_US: u64 = 2000;
/// How long one thing takes of all that has piled up, in microseconds. In the recordings of thawed
/// masters, whose logs tell of every packet, the first sixty took 12 and 20 ms.
const READING_US: u64 = 250;

impl World {
    /// `serverCron` is due.
    pub(in crate::sim) fn cron_due(&mut self, ix: ContainerIx, life: u32, log: &mut dyn Log) {
        let Some(process) = self.process_mut(ix, life) else { return };
        if process.mode != Mode::Live {
            process.cron_overdue = true;
            return;
        }
        self.step(ix, life, Input::Cron, Some(Cause::Tick), log);
        self.plan_cron(ix, life);
    }

    fn plan_cron(&mut self, ix: ContainerIx, life: u32) {
        let drift = self.containers[usize::from(ix.0)].luck.below(CRON_DRIFT_US);
        let at = (self.now + CRON_PERIOD).plus_micros(drift);
        self.agenda.add(at, Event::Cron { ix, life });
    }

    /// A round of a live process in which one thing is ready.
    pub(in crate::sim) fn step(
        &mut self,
        ix: ContainerIx,
        life: u32,
        input: Input,
        cause: Option<Cause>,
        log: &mut dyn Log,
    ) {
        let mut out = self.lend_outbox();
        let now = self.now;
        if let Some(process) = self.process_mut(ix, life) {
            let node = Arc::make_mut(&mut process.node);
            node.read(now, input, &mut out);
            process.goes_on = node.before_sleep(now, &mut out);
        }
        self.carry_out(ix, life, out, cause, log);
    }

    /// A round in which several things are ready.
    fn read_all(
        &mut self,
        ix: ContainerIx,
        life: u32,
        ready: Vec<(Input, Option<Cause>)>,
        log: &mut dyn Log,
    ) {
        let mut out = self.lend_outbox();
        let (now, mut cause) = (self.now, None);
        let mut effects = Vec::new();
        for (input, why) in ready {
            if let Some(process) = self.process_mut(ix, life) {
                Arc::make_mut(&mut process.node).read(now, input, &mut out);
            }
            cause = why;
            let because = self.note_facts(ix, &mut out, cause, log);
            effects.extend(out.effects.drain(..).map(|effect| (effect, because)));
        }
        if let Some(process) = self.process_mut(ix, life) {
            process.goes_on = Arc::make_mut(&mut process.node).before_sleep(now, &mut out);
        }
        let because = self.note_facts(ix, &mut out, cause, log);
        effects.extend(out.effects.drain(..).map(|effect| (effect, because)));
        let syncs = self.take_back(out);
        self.write(ix, life, effects.into_iter(), syncs, log);
    }

    #[inline]
    fn lend_outbox(&mut self) -> Outbox {
        let mut out = std::mem::take(&mut self.outbox);
        out.next_connection = self.connections.next;
        std::mem::swap(&mut out.cards, &mut self.cards);
        out
    }

    /// Takes back an empty outbox, and says how often the process waits for its disk.
    #[inline]
    fn take_back(&mut self, mut out: Outbox) -> u32 {
        self.connections.next = out.next_connection;
        std::mem::swap(&mut out.cards, &mut self.cards);
        let syncs = std::mem::take(&mut out.disk_syncs);
        self.outbox = out;
        syncs
    }

    /// Notes what became true and what was logged; what the process does because of that inherits the last of it.
    fn note_facts(
        &mut self,
        ix: ContainerIx,
        out: &mut Outbox,
        cause: Option<Cause>,
        log: &mut dyn Log,
    ) -> Option<EntryId> {
        let mut because = cause.and_then(root);
        for fact in out.facts.drain(..) {
            because = Some(self.note(Who::Container(ix), What::Fact(fact), cause, log));
        }
        for line in out.log.lines.drain(..) {
            self.note(Who::Container(ix), What::Logged(line), cause, log);
        }
        because
    }

    /// Notes the facts of a round and does what it asks for.
    pub(in crate::sim) fn carry_out(
        &mut self,
        ix: ContainerIx,
        life: u32,
        mut out: Outbox,
        cause: Option<Cause>,
        log: &mut dyn Log,
    ) {
        let because = self.note_facts(ix, &mut out, cause, log);
        let mut effects = std::mem::take(&mut out.effects);
        let syncs = self.take_back(out);
        self.write(ix, life, effects.drain(..).map(|effect| (effect, because)), syncs, log);
        self.outbox.effects = effects;
    }

    /// The end of a round: what it wants is done, at once or when its files are on disk.
    #[inline]
    fn write(
        &mut self,
        ix: ContainerIx,
        life: u32,
        mut effects: impl Iterator<Item = (Effect, Option<EntryId>)>,
        syncs: u32,
        log: &mut dyn Log,
    ) {
        let waits = self.wait_for_disk(ix, life, syncs);
        self.rounds += 1;
        while let Some((effect, because)) = if waits { None } else { effects.next() } {
            if let Effect::Sleep(span) = effect {
                self.sleep_until(ix, life, self.now + span, Within::Command);
                break;
            }
            self.perform(ix, life, effect, because, log);
        }
        self.tell_of_refusals(ix, life, log);
        let Some(process) = self.process_mut(ix, life) else { return };
        if process.mode != Mode::Live {
            process.after_sleep.extend(effects);
        } else if std::mem::take(&mut process.goes_on) {
            self.read_all(ix, life, Vec::new(), log);
        }
    }

    /// Whether the round has to wait until its files are on disk: nothing leaves before.
    /// In Redis: `fsync` in `clusterSaveConfig`, before the sockets are written.
    fn wait_for_disk(&mut self, ix: ContainerIx, life: u32, syncs: u32) -> bool {
        if syncs == 0 {
            return false;
        }
        let disk = self.spec.disk_sync;
        let luck = &mut self.containers[usize::from(ix.0)].luck;
        let spans: Vec<u64> = (0..syncs).filter_map(|_| disk.draw(luck)).collect();
        if !spans.is_empty() {
            let until = self.now.plus_micros(spans.iter().sum());
            self.sleep_until(ix, life, until, Within::End);
        }
        !spans.is_empty()
    }

    /// Whether a process that waits for whatever comes reads later what came now, and what comes until then
    /// in the same round: first it needs a processor.
    pub(in crate::sim) fn wakes_up_later(&mut self, ix: ContainerIx, life: u32) -> bool {
        let luck = &mut self.containers[usize::from(ix.0)].luck;
        let Some(span) = self.spec.wake_up.draw(luck) else { return false };
        self.sleep_until(ix, life, self.now.plus_micros(span), Within::End);
        true
    }

    pub(in crate::sim) fn sleep_until(
        &mut self,
        ix: ContainerIx,
        life: u32,
        until: Time,
        within: Within,
    ) {
        if let Some(process) = self.process_mut(ix, life) {
            process.mode = Mode::Asleep { until, within };
            self.agenda.add(until, Event::Wake { ix, life });
        }
    }

    /// What a process slept for is over.
    pub(in crate::sim) fn sleep_over(&mut self, ix: ContainerIx, life: u32, log: &mut dyn Log) {
        let now = self.now;
        let Some(process) = self.process_mut(ix, life) else { return };
        match process.mode {
            Mode::Asleep { until, within } if until <= now => {
                self.run_again(ix, life, within == Within::Command, log);
            }
            Mode::Frozen { asleep: Some((until, _)) } if until <= now => {
                process.mode = Mode::Frozen { asleep: None };
            }
            Mode::Live | Mode::Asleep { .. } | Mode::Frozen { .. } => {}
        }
    }

    /// The process runs again: first it finishes what it was doing, then it reads what waits.
    pub(in crate::sim) fn run_again(
        &mut self,
        ix: ContainerIx,
        life: u32,
        timers_first: bool,
        log: &mut dyn Log,
    ) {
        let Some(process) = self.process_mut(ix, life) else { return };
        process.mode = Mode::Live;
        let goes_on = std::mem::take(&mut process.goes_on);
        let effects = std::mem::take(&mut process.after_sleep);
        self.write(ix, life, effects.into_iter(), 0, log);
        if timers_first
            && let Some(process) = self.process_mut(ix, life)
            && std::mem::take(&mut process.cron_overdue)
        {
            self.cron_due(ix, life, log);
        }
        self.read_what_waits(ix, life, goes_on, log);
        self.reads_again(ix, life);
    }

    /// A round with all that is ready. `comes_anyway`: even if nothing is.
    fn read_what_waits(
        &mut self,
        ix: ContainerIx,
        life: u32,
        comes_anyway: bool,
        log: &mut dyn Log,
    ) {
        let Some(process) = self.process_mut(ix, life) else { return };
        let idle = process.inbox.is_empty() && !process.cron_overdue && !comes_anyway;
        if process.mode != Mode::Live || idle {
            return;
        }
        let cron = std::mem::take(&mut process.cron_overdue);
        let mut ready = self.take_ready(ix, life);
        let count = ready.len() as u64;
        if cron {
            ready.push((Input::Cron, Some(Cause::Tick)));
        }
        self.read_all(ix, life, ready, log);
        if cron {
            self.plan_cron(ix, life);
        }
        self.catch_breath(ix, life, count, log);
    }

    /// What is ready in a process's sockets.
    fn take_ready(&mut self, ix: ContainerIx, life: u32) -> Vec<(Input, Option<Cause>)> {
        let Some(process) = self.process_mut(ix, life) else { return Vec::new() };
        let mut inbox = std::mem::take(&mut process.inbox);
        let ready = inbox.take_ready(|conn| self.connections.get(conn).map(|c| c.port));
        if let Some(process) = self.process_mut(ix, life) {
            process.inbox = inbox;
        }
        let mine = End::Process { ix, life };
        let mut input = |pending| match pending {
            Pending::Packet(to, payload, cause) => {
                self.was_read(to, weight(&payload));
                Some((self.as_input(to, payload, mine)?, cause))
            }
            Pending::Input(input, cause) => Some((input, cause)),
        };
        ready.into_iter().filter_map(&mut input).collect()
    }

    /// What waited took time to read; what comes meanwhile waits for the next round.
    fn catch_breath(&mut self, ix: ContainerIx, life: u32, count: u64, log: &mut dyn Log) {
        let until = self.now.plus_micros(count * READING_US);
        match self.process_mut(ix, life).map(|process| process.mode) {
            Some(Mode::Live) if 1 < count => self.sleep_until(ix, life, until, Within::End),
            Some(Mode::Live) => self.read_what_waits(ix, life, false, log),
            Some(Mode::Asleep { .. } | Mode::Frozen { .. }) | None => {}
        }
    }
}

/// The entry that a cause leads to: what is sent because of it inherits that.
fn root(cause: Cause) -> Option<EntryId> {
    match cause {
        Cause::Tick => None,
        Cause::Packet { because, .. } => because,
        Cause::Entry(id) => Some(id),
    }
}

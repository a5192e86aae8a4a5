//! Actions: checked first, then carried out, then in the log whatever came of them.
//!
//! Invariant: an action that is refused changes nothing, not even the log.

use crate::shapes::spec::ContainerIx;
use crate::sim::World;
use crate::sim::action::{Action, Done, Place, Refusal};
use crate::sim::agenda::Event;
use crate::sim::connection::side;
use crate::sim::container::State;
use crate::sim::entry::{Cause, EntryId, Life, Log, PacketId, What, Who};
use crate::sim::network::{FIRST_RETRANSMISSION_US, FIRST_SYN_AGAIN_US};
use crate::sim::process::Mode;

impl World {
    /// Does `action` now; what came of it at once goes to `log`.
    pub fn apply(&mut self, action: &Action, log: &mut dyn Log) -> Result<Done, Refusal> {
        self.check(action)?;
        let entry = self.note(Who::Person, What::Action(action.clone()), None, log);
        let client = match action {
            Action::OpenClient { at, argv } => {
                Some(self.open_terminal(*at, argv, Some(entry), log))
            }
            Action::RunJob { at, argv, stdin } => {
                Some(self.start_job(*at, argv, stdin.as_deref(), None, Some(entry), log))
            }
            Action::Command { node, argv } => Some(self.send_command(*node, argv, entry, log)),
            Action::Dial { to } => Some(self.dial_from_outside(*to, entry, log)),
            Action::StartLoad { at, door, load } => {
                Some(self.start_load(*at, *door, load, entry, log))
            }
            _ => {
                self.act(action, entry, log);
                None
            }
        };
        Ok(Done { entry, client })
    }

    /// Whether an action is possible now.
    fn check(&self, action: &Action) -> Result<(), Refusal> {
        match action {
            Action::Kill(ix)
            | Action::Crash(ix)
            | Action::KillProcess(ix)
            | Action::Terminate(ix)
            | Action::Stop(ix) => self.check_running(*ix),
            Action::Restart(ix) => self.check_exists(*ix),
            Action::Start(ix) => match self.check_running(*ix) {
                Ok(()) => Err(Refusal::AlreadyRunning(*ix)),
                Err(Refusal::NotRunning(_)) => Ok(()),
                Err(other) => Err(other),
            },
            Action::Pause(ix) => {
                self.check_frozen(*ix, false).map_err(|_| Refusal::AlreadyPaused(*ix))
            }
            Action::Resume(ix) => self.check_frozen(*ix, true).map_err(|_| Refusal::NotPaused(*ix)),
            Action::LoseDisk(ix) => match self.check_running(*ix) {
                Ok(()) => Err(Refusal::DiskInUse(*ix)),
                Err(Refusal::NotRunning(_)) if self.server(*ix).is_none() => {
                    Err(Refusal::NotAServer(*ix))
                }
                Err(Refusal::NotRunning(_)) => Ok(()),
                Err(other) => Err(other),
            },
            Action::Rule(_) | Action::Heal | Action::Latency(_) | Action::Dial { .. } => Ok(()),
            Action::DropPacket(id) | Action::DelayPacket(id, _) | Action::DeliverNow(id) => {
                let there = self.network.packets.iter().any(|packet| packet.id == *id);
                if there { Ok(()) } else { Err(Refusal::NoSuchPacket(*id)) }
            }
            Action::OpenClient { at, .. } | Action::RunJob { at, .. } => match at {
                Place::Host => Ok(()),
                Place::Container(ix) => self.check_running(*ix),
            },
            Action::StartLoad { at, door, load } => {
                self.server(*door).ok_or(Refusal::NotAServer(*door))?;
                if load.keys == 0 {
                    return Err(Refusal::NoKeys);
                }
                match at {
                    Place::Host => Ok(()),
                    Place::Container(ix) => self.check_running(*ix),
                }
            }
            Action::Type { client, .. }
            | Action::Bytes { client, .. }
            | Action::Took { client, .. }
            | Action::Interrupt(client)
            | Action::CloseClient(client) => match self.clients.is_open(*client) {
                true => Ok(()),
                false => Err(Refusal::NoSuchClient(*client)),
            },
            Action::Command { node, argv } => {
                self.check_running(*node)?;
                self.server(*node).ok_or(Refusal::NotAServer(*node))?;
                if argv.is_empty() { Err(Refusal::EmptyCommand) } else { Ok(()) }
            }
        }
    }

    fn check_exists(&self, ix: ContainerIx) -> Result<(), Refusal> {
        self.spec.container(ix).map(|_| ()).ok_or(Refusal::NoSuchContainer(ix))
    }

    fn check_running(&self, ix: ContainerIx) -> Result<(), Refusal> {
        self.check_exists(ix)?;
        let starting = matches!(self.runtime(ix).state, State::Starting);
        if self.runtime(ix).is_up() || starting { Ok(()) } else { Err(Refusal::NotRunning(ix)) }
    }

    fn check_frozen(&self, ix: ContainerIx, wanted: bool) -> Result<(), Refusal> {
        self.check_exists(ix)?;
        let State::Serving(process) = &self.runtime(ix).state else {
            return Err(Refusal::NotRunning(ix));
        };
        let frozen = matches!(process.mode, Mode::Frozen { .. });
        if frozen == wanted { Ok(()) } else { Err(Refusal::NotRunning(ix)) }
    }

    /// Carries out an action that starts no client.
    fn act(&mut self, action: &Action, entry: EntryId, log: &mut dyn Log) {
        match action {
            Action::Kill(ix) => self.kill(*ix, true, entry, log),
            Action::Crash(ix) => self.kill(*ix, false, entry, log),
            Action::KillProcess(ix) => self.kill_process(*ix, entry, log),
            Action::Terminate(ix) => self.terminate(*ix, false, entry, log),
            Action::Stop(ix) => self.terminate(*ix, true, entry, log),
            Action::Start(ix) => self.start(*ix, Some(Cause::Entry(entry)), log),
            Action::Restart(ix) => self.restart(*ix, entry, log),
            Action::Pause(ix) => self.pause(*ix, entry, log),
            Action::Resume(ix) => self.resume(*ix, entry, log),
            Action::LoseDisk(ix) => {
                if let Some(disk) = self.server(*ix).map(|server| server.disk.clone()) {
                    self.disks.remove(&disk);
                }
                let what = What::Life(Life::DiskLost);
                self.note(Who::Container(*ix), what, Some(Cause::Entry(entry)), log);
            }
            Action::Rule(rule) => self.network.rules.push_front(rule.clone()),
            Action::Heal => self.network.rules.clear(),
            Action::Latency(latency) => self.network.latency = *latency,
            Action::DropPacket(id) => self.drop_packet(*id),
            Action::DelayPacket(id, span) => self.delay_packet(*id, span.0 * 1000),
            Action::DeliverNow(id) => self.hurry_packet(*id),
            Action::Type { client, line } => self.type_line(*client, line, entry, log),
            Action::Interrupt(client) => self.interrupt(*client, entry, log),
            Action::CloseClient(client) => self.end_client(*client, log),
            Action::Bytes { client, bytes } => {
                self.outside_says(*client, bytes.clone(), Some(entry), log);
            }
            Action::Took { client, bytes } => self.outside_took(*client, *bytes, log),
            Action::OpenClient { .. }
            | Action::RunJob { .. }
            | Action::Command { .. }
            | Action::Dial { .. }
            | Action::StartLoad { .. } => {}
        }
    }

    fn pause(&mut self, ix: ContainerIx, entry: EntryId, log: &mut dyn Log) {
        if let State::Serving(process) = &mut self.runtime_mut(ix).state {
            process.mode = match process.mode {
                Mode::Asleep { until, within } => Mode::Frozen { asleep: Some((until, within)) },
                Mode::Live | Mode::Frozen { .. } => Mode::Frozen { asleep: None },
            };
        }
        let what = What::Life(Life::Paused);
        self.note(Who::Container(ix), what, Some(Cause::Entry(entry)), log);
    }

    fn resume(&mut self, ix: ContainerIx, entry: EntryId, log: &mut dyn Log) {
        let what = What::Life(Life::Resumed);
        self.note(Who::Container(ix), what, Some(Cause::Entry(entry)), log);
        let life = self.runtime(ix).life;
        let Some(process) = self.process_mut(ix, life) else { return };
        if let Mode::Frozen { asleep: Some((until, within)) } = process.mode {
            process.mode = Mode::Asleep { until, within };
        } else {
            self.run_again(ix, life, true, log);
        }
    }

    /// The kernel notices the loss and sends it again; all behind it waits.
    fn drop_packet(&mut self, id: PacketId) {
        let Some(packet) = self.network.packets.iter().find(|packet| packet.id == id) else {
            return;
        };
        let packet = packet.clone();
        self.show_loss(&packet);
        let again =
            if packet.payload.opens() { FIRST_SYN_AGAIN_US } else { FIRST_RETRANSMISSION_US };
        self.delay_packet(id, again);
    }

    fn delay_packet(&mut self, id: PacketId, by_us: u64) {
        let found = self.network.packets.iter().find(|packet| packet.id == id);
        let Some((to, until)) = found.map(|p| (p.to, p.arrives_at.plus_micros(by_us))) else {
            return;
        };
        for (_, packet) in self.network.packets.iter_mut() {
            if packet.to == to && id <= packet.id {
                packet.arrives_at = packet.arrives_at.max(until);
            }
        }
        if let Some(connection) = self.connections.get_mut(to) {
            let last = &mut connection.last[side(to)];
            *last = (*last).max(until);
        }
    }

    fn hurry_packet(&mut self, id: PacketId) {
        let now = self.now;
        let found = self.network.packets.iter().find(|packet| packet.id == id);
        let Some(to) = found.map(|packet| packet.to) else { return };
        let mut hurried = Vec::new();
        for (slot, packet) in self.network.packets.iter_mut() {
            if packet.to == to && packet.id <= id {
                packet.arrives_at = now;
                hurried.push((packet.id, slot));
            }
        }
        hurried.sort_unstable();
        for (id, slot) in hurried {
            self.agenda.add(now, Event::Deliver { slot, tag: id.0 as u32 });
        }
    }
}

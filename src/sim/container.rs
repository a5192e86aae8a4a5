//! Containers: starts, ends, and what Docker does about them.
//!
//! When its process ends, the restart policy decides; the back-off doubles from 100 ms to a minute and
//! begins anew after ten seconds of running. When the owner of a namespace stops, those that share
//! it keep only their loopback, even if the owner comes back.
//! Absent: images, volumes, health checks, `docker compose down`.

use crate::node::io::Input;
use crate::shapes::spec::{ContainerIx, Program, Restart};
use crate::sim::World;
use crate::sim::action::Place;
use crate::sim::agenda::Event;
use crate::sim::connection::End;
use crate::sim::entry::{Cause, ClientId, EntryId, Life, Log, What, Who};
use crate::sim::process::Process;
use crate::words::{Millis, NodeId, Rng, Time};

const FIRST_BACKOFF_MS: u64 = 100;
const LONGEST_BACKOFF_MS: u64 = 60_000;
/// Running so long makes Docker forget earlier failures.
const RAN_WELL: Millis = Millis(10_000);
/// How long `docker stop` waits for SIGTERM to be obeyed.
const STOP_PATIENCE: Millis = Millis(10_000);
/// The exit code of a process that SIGKILL ended.
const KILLED: i32 = 137;

/// What a container does now.
#[derive(Clone, Debug)]
pub(in crate::sim) enum State {
    /// Compose has not made it yet.
    Absent,
    /// Made, never started.
    Created,
    /// Docker starts it, or will after a back-off.
    Starting,
    /// A server that reads its files: its ports are closed.
    Loading,
    /// A server that serves.
    Serving(Box<Process>),
    /// `redis-cli`.
    Job(ClientId),
    /// A program that does nothing here.
    Idle,
    /// Ended with this code.
    Exited(i32),
}

/// A container as it is now.
#[derive(Clone, Debug)]
pub(in crate::sim) struct Runtime {
    pub(in crate::sim) state: State,
    /// Counts starts: what was meant for an earlier process is ignored.
    pub(in crate::sim) life: u32,
    /// Which generation of its namespace it joined.
    pub(in crate::sim) generation: u32,
    pub(in crate::sim) luck: Rng,
    started_at: Time,
    /// Its server's node id at the last start.
    pub(in crate::sim) node_id: Option<NodeId>,
    /// Its health check has passed.
    pub(in crate::sim) healthy: bool,
    /// The `redis-cli` that it ran last.
    pub(in crate::sim) job: Option<ClientId>,
    failures: u32,
    /// A person stopped it: Docker leaves it down.
    stopped: bool,
    /// A person restarts it: it comes back when it is down.
    restarting: bool,
}

impl Runtime {
    pub(in crate::sim) fn new(luck: Rng) -> Runtime {
        Runtime {
            state: State::Absent,
            life: 0,
            generation: 0,
            luck,
            started_at: Time::default(),
            node_id: None,
            healthy: false,
            job: None,
            failures: 0,
            stopped: false,
            restarting: false,
        }
    }
    pub(in crate::sim) fn has_run(&self) -> bool {
        self.started_at != Time::default()
    }
    pub(in crate::sim) fn is_up(&self) -> bool {
        match self.state {
            State::Loading | State::Serving(_) | State::Job(_) | State::Idle => true,
            State::Absent | State::Created | State::Starting | State::Exited(_) => false,
        }
    }
}

impl World {
    pub(in crate::sim) fn runtime(&self, ix: ContainerIx) -> &Runtime {
        &self.containers[usize::from(ix.0)]
    }
    pub(in crate::sim) fn runtime_mut(&mut self, ix: ContainerIx) -> &mut Runtime {
        &mut self.containers[usize::from(ix.0)]
    }
    pub(in crate::sim) fn life_entry(
        &mut self,
        ix: ContainerIx,
        life: Life,
        cause: Option<Cause>,
        log: &mut dyn Log,
    ) -> EntryId {
        self.note(Who::Container(ix), What::Life(life), cause, log)
    }

    pub(in crate::sim) fn namespace_owner(&self, ix: ContainerIx) -> Option<ContainerIx> {
        let namespace = self.spec.containers[usize::from(ix.0)].namespace;
        self.spec.namespaces.get(usize::from(namespace.0))?.owner
    }

    /// Docker begins to start a container, unless something else happened to it meanwhile.
    pub(in crate::sim) fn start_due(&mut self, ix: ContainerIx, life: u32, log: &mut dyn Log) {
        let runtime = self.runtime(ix);
        let waits = matches!(runtime.state, State::Created | State::Starting | State::Exited(_));
        if runtime.life == life && waits {
            self.start(ix, None, log);
        }
    }

    pub(in crate::sim) fn start(
        &mut self,
        ix: ContainerIx,
        cause: Option<Cause>,
        log: &mut dyn Log,
    ) {
        let plain = self.spec.networks.is_empty();
        let runtime = self.runtime_mut(ix);
        runtime.life += 1;
        runtime.state = State::Starting;
        runtime.stopped = false;
        let delay = if plain {
            500 + runtime.luck.below(1500)
        } else {
            180_000 + runtime.luck.below(240_000)
        };
        let life = runtime.life;
        if !plain {
            self.life_entry(ix, Life::Starting, cause, log);
        }
        self.agenda.add(self.now.plus_micros(delay), Event::Started { ix, life });
    }

    pub(in crate::sim) fn container_started(
        &mut self,
        ix: ContainerIx,
        life: u32,
        log: &mut dyn Log,
    ) {
        if self.runtime(ix).life != life || !matches!(self.runtime(ix).state, State::Starting) {
            return;
        }
        if let Err(refused) = self.join_network(ix) {
            self.life_entry(ix, refused, None, log);
            self.runtime_mut(ix).state = State::Exited(128);
            return;
        }
        let now = self.now;
        self.runtime_mut(ix).started_at = now;
        self.life_entry(ix, Life::Started, None, log);
        self.plan_dependents(ix);
        self.plan_health_check(ix, life);
        match self.spec.containers[usize::from(ix.0)].program.clone() {
            Program::Server(_) => {
                let runtime = self.runtime_mut(ix);
                runtime.state = State::Loading;
                let reading = 4000 + runtime.luck.below(8000);
                self.agenda.add(self.now.plus_micros(reading), Event::Ready { ix, life });
            }
            Program::Cli { sleep, .. } => {
                self.runtime_mut(ix).state = State::Idle;
                self.agenda.add(self.now + sleep, Event::JobStarts { ix, life });
            }
            Program::Other { .. } => self.runtime_mut(ix).state = State::Idle,
        }
    }

    /// The container's own `redis-cli` starts; the container ends with it.
    pub(in crate::sim) fn job_starts(&mut self, ix: ContainerIx, life: u32, log: &mut dyn Log) {
        if self.runtime(ix).life != life || !self.runtime(ix).is_up() {
            return;
        }
        if let Program::Cli { argv, stdin, .. } =
            self.spec.containers[usize::from(ix.0)].program.clone()
        {
            let stdin = stdin.as_deref();
            let client = self.start_job(Place::Container(ix), &argv, stdin, Some(ix), None, log);
            self.runtime_mut(ix).job = Some(client);
            if self.clients.is_open(client) {
                self.runtime_mut(ix).state = State::Job(client);
            }
        }
    }

    /// A container's process ended: its disk stays, its kernel says goodbye, Docker decides.
    pub(in crate::sim) fn process_ended(
        &mut self,
        ix: ContainerIx,
        life: u32,
        code: i32,
        because: Option<EntryId>,
        log: &mut dyn Log,
    ) {
        let Some(exited) = self.end_process(ix, life, code, because, log) else { return };
        self.end_clients_in(Place::Container(ix), log);
        self.tear_down_namespace(ix, exited, log);
        self.docker_decides(ix, code, exited, log);
        self.plan_dependents(ix);
    }

    /// SIGKILL of the server alone, in a container whose first process is another and stays: so do
    /// its network and those that share it, and Docker sees nothing to restart.
    pub(in crate::sim) fn kill_process(
        &mut self,
        ix: ContainerIx,
        because: EntryId,
        log: &mut dyn Log,
    ) {
        let life = self.runtime(ix).life;
        self.end_process(ix, life, KILLED, Some(because), log);
    }

    fn end_process(
        &mut self,
        ix: ContainerIx,
        life: u32,
        code: i32,
        because: Option<EntryId>,
        log: &mut dyn Log,
    ) -> Option<EntryId> {
        if self.runtime(ix).life != life || !self.runtime(ix).is_up() {
            return None;
        }
        let before = std::mem::replace(&mut self.runtime_mut(ix).state, State::Exited(code));
        if let (State::Serving(process), Some(server)) = (&before, self.server(ix)) {
            let disk = server.disk.clone();
            self.disks.insert(disk, process.node.disk());
        }
        let cause = because.map(Cause::Entry);
        let exited = self.life_entry(ix, Life::Exited(code), cause, log);
        self.network.listeners.retain(|_, (listener, _)| *listener != ix);
        for conn in self.connections.ends(|end| end == (End::Process { ix, life })) {
            self.close(conn, Some(exited), log);
        }
        if let State::Job(client) = before {
            self.end_client(client, log);
        }
        Some(exited)
    }

    /// The owner of a namespace is gone, and so are the cables.
    fn tear_down_namespace(&mut self, ix: ContainerIx, exited: EntryId, log: &mut dyn Log) {
        if self.namespace_owner(ix) != Some(ix) {
            return;
        }
        let namespace = self.spec.containers[usize::from(ix.0)].namespace;
        let state = &mut self.network.namespaces[usize::from(namespace.0)];
        state.up = false;
        state.generation += 1;
        for n in 0..self.containers.len() {
            let other = ContainerIx(n as u16);
            let shares = self.spec.containers[n].namespace == namespace && other != ix;
            if shares && self.containers[n].is_up() {
                self.life_entry(other, Life::LostItsNetwork, Some(Cause::Entry(exited)), log);
            }
        }
    }

    fn docker_decides(&mut self, ix: ContainerIx, code: i32, exited: EntryId, log: &mut dyn Log) {
        let policy = self.spec.containers[usize::from(ix.0)].restart;
        let now = self.now;
        let runtime = self.runtime_mut(ix);
        if std::mem::take(&mut runtime.restarting) {
            return self.start(ix, Some(Cause::Entry(exited)), log);
        }
        if runtime.started_at + RAN_WELL <= now {
            runtime.failures = 0;
        }
        let again = !runtime.stopped
            && match policy {
                Restart::No => false,
                Restart::Always | Restart::UnlessStopped => true,
                Restart::OnFailure(0) => code != 0,
                Restart::OnFailure(most) => code != 0 && runtime.failures < most,
            };
        if again {
            let in_ms = (FIRST_BACKOFF_MS << runtime.failures.min(10)).min(LONGEST_BACKOFF_MS);
            runtime.failures += 1;
            runtime.state = State::Starting;
            let life = runtime.life;
            self.life_entry(ix, Life::RestartPlanned { in_ms }, Some(Cause::Entry(exited)), log);
            self.agenda.add(self.now + Millis(in_ms), Event::Start { ix, life });
        }
    }

    /// SIGKILL. `by_person`: Docker leaves it down.
    pub(in crate::sim) fn kill(
        &mut self,
        ix: ContainerIx,
        by_person: bool,
        because: EntryId,
        log: &mut dyn Log,
    ) {
        let runtime = self.runtime_mut(ix);
        runtime.stopped = by_person;
        let life = runtime.life;
        if let State::Starting | State::Created = runtime.state {
            runtime.life += 1;
            runtime.state = State::Exited(KILLED);
            return;
        }
        self.process_ended(ix, life, KILLED, Some(because), log);
    }

    /// SIGTERM; with `patience`, SIGKILL ten seconds later.
    pub(in crate::sim) fn terminate(
        &mut self,
        ix: ContainerIx,
        patience: bool,
        because: EntryId,
        log: &mut dyn Log,
    ) {
        let runtime = self.runtime_mut(ix);
        runtime.stopped = patience;
        let life = runtime.life;
        if patience {
            self.agenda.add(self.now + STOP_PATIENCE, Event::KillStopped { ix, life });
        }
        match &self.runtime(ix).state {
            State::Serving(_) => {
                self.tell(ix, life, Input::Terminate, Some(Cause::Entry(because)), log);
            }
            State::Absent | State::Created | State::Starting => {
                self.kill(ix, patience, because, log);
            }
            State::Loading | State::Job(_) | State::Idle => {
                self.process_ended(ix, life, 143, Some(because), log);
            }
            State::Exited(_) => {}
        }
    }

    /// `docker restart`.
    pub(in crate::sim) fn restart(&mut self, ix: ContainerIx, because: EntryId, log: &mut dyn Log) {
        if !self.runtime(ix).is_up() {
            return self.start(ix, Some(Cause::Entry(because)), log);
        }
        self.runtime_mut(ix).restarting = true;
        self.terminate(ix, true, because, log);
    }

    pub(in crate::sim) fn kill_stopped(&mut self, ix: ContainerIx, life: u32, log: &mut dyn Log) {
        self.process_ended(ix, life, KILLED, None, log);
    }
}

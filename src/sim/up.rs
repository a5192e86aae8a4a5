//! `docker compose up`: all containers are made, then started as their dependencies allow.
//!
//! Invariant: by default a container waits until others have *started*, not until they serve.
//! Absent: a health check's own command; it passes once the server serves.

use crate::shapes::spec::{ContainerIx, Dependency, Until};
use crate::sim::World;
use crate::sim::agenda::Event;
use crate::sim::container::State;
use crate::sim::entry::{Life, Log};
use crate::words::Rng;

impl World {
    /// `docker compose up`, or the start of plain processes one after the other.
    pub(in crate::sim) fn compose_up(&mut self, mut luck: Rng) {
        let plain = self.spec.networks.is_empty();
        let mut created = self.now;
        for ix in self.container_ixs() {
            created = created.plus_micros(match plain {
                true => 1000 + luck.below(9000),
                false => 20_000 + luck.below(60_000),
            });
            self.agenda.add(created, Event::Create { ix });
        }
        if !plain {
            self.agenda.add(created.plus_micros(10_000), Event::StartWaiting);
        }
    }

    pub(in crate::sim) fn create(&mut self, ix: ContainerIx, log: &mut dyn Log) {
        self.runtime_mut(ix).state = State::Created;
        if self.spec.networks.is_empty() {
            return self.start_due(ix, 0, log);
        }
        self.life_entry(ix, Life::Created, None, log);
    }

    /// Starts whatever was never started and waits for nothing any more.
    pub(in crate::sim) fn start_waiting(&mut self, log: &mut dyn Log) {
        for ix in self.container_ixs() {
            let runtime = self.runtime(ix);
            let fresh = runtime.life == 0 && matches!(runtime.state, State::Created);
            if fresh && self.may_start(ix) {
                self.start(ix, None, log);
            }
        }
    }

    fn may_start(&self, ix: ContainerIx) -> bool {
        let owner = self.namespace_owner(ix).filter(|&owner| owner != ix);
        let owner_runs = owner.is_none_or(|owner| self.runtime(owner).has_run());
        let container = &self.spec.containers[usize::from(ix.0)];
        owner_runs && container.depends_on.iter().all(|dependency| self.is_met(*dependency))
    }

    fn is_met(&self, dependency: Dependency) -> bool {
        let Some(runtime) = self.containers.get(usize::from(dependency.on.0)) else { return true };
        match dependency.until {
            Until::Started => runtime.has_run(),
            Until::Healthy { .. } => runtime.healthy,
            Until::Completed => runtime.has_run() && matches!(runtime.state, State::Exited(0)),
        }
    }

    /// Compose goes on after a container started, was found healthy, or ended.
    pub(in crate::sim) fn plan_dependents(&mut self, ix: ContainerIx) {
        let waits = |dependency: &Dependency| dependency.on == ix;
        let shares = |n: usize| self.namespace_owner(ContainerIx(n as u16)) == Some(ix);
        let containers = self.spec.containers.iter().enumerate();
        let mut waiting = containers.filter(|(n, c)| c.depends_on.iter().any(waits) || shares(*n));
        if waiting.any(|(n, _)| self.containers[n].life == 0) {
            self.agenda.add(self.now.plus_micros(5000), Event::StartWaiting);
        }
    }

    /// Plans the first health check, if somebody waits for it.
    pub(in crate::sim) fn plan_health_check(&mut self, ix: ContainerIx, life: u32) {
        let dependencies = self.spec.containers.iter().flat_map(|c| &c.depends_on);
        let interval = dependencies.filter(|d| d.on == ix).find_map(|d| match d.until {
            Until::Healthy { interval } => Some(interval),
            Until::Started | Until::Completed => None,
        });
        if let Some(interval) = interval {
            self.agenda.add(self.now + interval, Event::HealthCheck { ix, life });
        }
    }

    pub(in crate::sim) fn health_check(&mut self, ix: ContainerIx, life: u32) {
        if self.runtime(ix).life != life || !self.runtime(ix).is_up() {
            return;
        }
        if matches!(self.runtime(ix).state, State::Serving(_)) {
            self.runtime_mut(ix).healthy = true;
            self.plan_dependents(ix);
        } else {
            self.plan_health_check(ix, life);
        }
    }
}

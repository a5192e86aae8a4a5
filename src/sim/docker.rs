//! What `docker compose up -d` has done by a moment, read from the log.
//!
//! Compose works through a list of tasks: the networks, then each container, which it creates and, once
//! its dependencies allow, starts. A task's clock runs from its first step to its last one so far; a
//! dependency that others wait for (`service_healthy`, `service_completed_successfully`) is worked on
//! again until the first of them starts. Compose ends when all is started, or at its first error.
//! Absent: what it prints ([`crate::compose::print`]), and images that must be pulled.

use crate::compose::print::{self, Progress, Row};
use crate::shapes::Spec;
use crate::shapes::spec::{Container, ContainerIx, Until};
use crate::sim::action::Action;
use crate::sim::entry::{Entry, Life, What, Who};
use crate::words::Time;

/// A container's place in the list of compose.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Task {
    /// Compose has not come to it.
    Ahead,
    /// Something is being done.
    Working { since: Time, status: &'static str },
    /// Something was done.
    Done { since: Time, until: Time, status: &'static str },
    /// It cannot be done.
    Failed { since: Time, until: Time, status: String },
}

/// `docker compose up -d` at a moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Up {
    tasks: Vec<Task>,
    /// Which containers have been started, whatever became of them.
    started: Vec<bool>,
    start: Time,
    over: Option<Time>,
    error: Option<String>,
}

/// How long the networks take, in microseconds: less than the quickest container (`sim::up`).
const NETWORKS_US: u64 = 15_000;

impl Up {
    /// Nothing is done yet.
    pub fn new(spec: &Spec) -> Up {
        let mut up = Up {
            tasks: vec![Task::Ahead; spec.containers.len()],
            started: vec![false; spec.containers.len()],
            start: spec.start,
            over: None,
            error: None,
        };
        up.begin(0, spec.start.plus_micros(NETWORKS_US));
        up
    }
    /// When compose ended, if it has.
    pub fn over(&self) -> Option<Time> {
        self.over
    }
    /// What it says at its end, if it ended for an error.
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// Takes an entry of the log; false if it is none of compose's business.
    pub fn hear(&mut self, spec: &Spec, entry: &Entry) -> bool {
        if self.over.is_some() {
            return false;
        }
        let heard = match (&entry.what, entry.who) {
            (What::Life(life), Who::Container(ix)) => self.hear_life(spec, ix, *life, entry.at),
            (What::Action(action), _) => self.hear_action(action, entry.at),
            _ => false,
        };
        if self.started.iter().all(|&started| started) {
            self.over = Some(entry.at);
        }
        heard
    }

    fn hear_life(&mut self, spec: &Spec, ix: ContainerIx, life: Life, at: Time) -> bool {
        let n = usize::from(ix.0);
        if self.tasks.len() <= n {
            return false;
        }
        match life {
            Life::Created => {
                self.done(n, at, "Created");
                self.begin(n + 1, at);
            }
            Life::Starting if !self.started[n] => {
                self.release_dependencies(spec, n, at);
                self.work(n, at, "Starting");
            }
            Life::Started if !self.started[n] => {
                self.started[n] = true;
                self.done(n, at, "Started");
                self.wait_for_dependencies(spec, ix, at);
            }
            Life::NoNetworkToJoin | Life::AddressInUse | Life::PortAllocated { .. }
                if !self.started[n] =>
            {
                // The row stays as it is: compose ends in the midst of its work.
                self.error = refusal(life);
                self.over = Some(at);
            }
            Life::Exited(code) if code != 0 && is_awaited(spec, ix, |u| u == Until::Completed) => {
                let service = &spec.containers[n].service;
                let why =
                    format!("service \"{service}\" didn't complete successfully: exit {code}");
                self.fail(n, at, why);
            }
            _ => return false,
        }
        true
    }

    /// Whoever ends a container while Docker starts it finds that compose takes it for started.
    fn hear_action(&mut self, action: &Action, at: Time) -> bool {
        let (Action::Kill(ix) | Action::Crash(ix) | Action::Terminate(ix) | Action::Stop(ix)) =
            action
        else {
            return false;
        };
        let n = usize::from(ix.0);
        let Some(Task::Working { status: "Starting", .. }) = self.tasks.get(n) else {
            return false;
        };
        self.started[n] = true;
        self.done(n, at, "Started");
        true
    }

    /// The rows of its table, in the order in which compose came to them.
    pub fn rows(&self, spec: &Spec, now: Time) -> Vec<Row> {
        let made = NETWORKS_US <= now.micros_since(self.start);
        let network = |name: &str| Row {
            what: format!("Network {name}"),
            status: if made { "Created" } else { "Creating" }.into(),
            progress: if made { Progress::Done } else { Progress::Working },
            ms: now.micros_since(self.start).min(NETWORKS_US) / 1000,
        };
        let networks = spec.networks.iter().map(|own| network(&own.name));
        let containers = spec.containers.iter().zip(&self.tasks);
        networks.chain(containers.filter_map(|(own, task)| row(own, task, now))).collect()
    }

    /// Compose creates one container after the other.
    fn begin(&mut self, n: usize, at: Time) {
        if let Some(task @ Task::Ahead) = self.tasks.get_mut(n) {
            *task = Task::Working { since: at, status: "Creating" };
        }
    }
    fn work(&mut self, n: usize, at: Time, status: &'static str) {
        let since = self.since(n).unwrap_or(at);
        self.tasks[n] = Task::Working { since, status };
    }
    fn done(&mut self, n: usize, at: Time, status: &'static str) {
        let since = self.since(n).unwrap_or(at);
        self.tasks[n] = Task::Done { since, until: at, status };
    }
    fn fail(&mut self, n: usize, at: Time, why: String) {
        let since = self.since(n).unwrap_or(at);
        self.tasks[n] = Task::Failed { since, until: at, status: why.clone() };
        self.error = Some(why);
        self.over = Some(at);
    }
    fn since(&self, n: usize) -> Option<Time> {
        match self.tasks[n] {
            Task::Ahead => None,
            Task::Working { since, .. } | Task::Done { since, .. } | Task::Failed { since, .. } => {
                Some(since)
            }
        }
    }

    /// Now that `ix` runs, somebody may wait for more than that, of it or of others.
    fn wait_for_dependencies(&mut self, spec: &Spec, ix: ContainerIx, at: Time) {
        let of = |own: &&Container| own.depends_on.iter().any(|dependency| dependency.on == ix);
        for own in spec.containers.iter().filter(of) {
            let runs = |on: ContainerIx| self.started.get(usize::from(on.0)) == Some(&true);
            if !own.depends_on.iter().all(|dependency| runs(dependency.on)) {
                continue;
            }
            for dependency in own.depends_on.iter().filter(|d| d.until != Until::Started) {
                self.work(usize::from(dependency.on.0), at, "Waiting");
            }
        }
    }

    /// The container `n` starts: what it waited for is so.
    fn release_dependencies(&mut self, spec: &Spec, n: usize, at: Time) {
        for dependency in &spec.containers[n].depends_on {
            let on = usize::from(dependency.on.0);
            match (dependency.until, self.tasks.get(on)) {
                (Until::Healthy { .. }, Some(Task::Working { .. })) => self.done(on, at, "Healthy"),
                (Until::Completed, Some(Task::Working { .. })) => self.done(on, at, "Exited"),
                _ => {}
            }
        }
    }
}

/// What the daemon says when it does not start a container.
pub fn refusal(life: Life) -> Option<String> {
    let why = match life {
        Life::NoNetworkToJoin => "cannot join network of a non running container".into(),
        Life::AddressInUse => "Address already in use".into(),
        Life::PortAllocated { port } => format!(
            "driver failed programming external connectivity: \
             Bind for 0.0.0.0:{port} failed: port is already allocated"
        ),
        Life::Created
        | Life::Starting
        | Life::Started
        | Life::Ready
        | Life::Exited(_)
        | Life::RestartPlanned { .. }
        | Life::LostItsNetwork
        | Life::Paused
        | Life::Resumed
        | Life::DiskLost => return None,
    };
    Some(print::daemon_refuses(&why))
}

/// Whether some container waits for `ix` to be so far.
fn is_awaited(spec: &Spec, ix: ContainerIx, so_far: impl Fn(Until) -> bool) -> bool {
    let mut dependencies = spec.containers.iter().flat_map(|own| &own.depends_on);
    dependencies.any(|dependency| dependency.on == ix && so_far(dependency.until))
}

fn row(container: &Container, task: &Task, now: Time) -> Option<Row> {
    let (since, until, status, progress) = match task {
        Task::Ahead => return None,
        Task::Working { since, status } => (*since, now, (*status).to_owned(), Progress::Working),
        Task::Done { since, until, status } => {
            (*since, *until, (*status).to_owned(), Progress::Done)
        }
        Task::Failed { since, until, status } => (*since, *until, status.clone(), Progress::Failed),
    };
    let ms = until.micros_since(since) / 1000;
    // What begins later is not there yet: the cursor stands before it.
    (since <= now).then(|| Row {
        what: format!("Container {}", container.name),
        status,
        progress,
        ms,
    })
}

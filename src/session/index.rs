//! An index of a run's log: where what the page shows stands in it.
//!
//! It is kept as the log grows, so that a refresh costs what is shown, however long the run is. It knows
//! the whole log of one lane; who looks from a cursor cuts it there ([`until`]). A new lane reads its
//! log anew.
//! Absent: the entries themselves, and every word about them.

use crate::session::milestone::{Milestone, Outage, Outages};
use crate::session::terminal::is_manager;
use crate::session::weight::{Weight, weight};
use crate::shapes::Spec;
use crate::shapes::spec::ContainerIx;
use crate::sim::docker::{Up, refusal};
use crate::sim::entry::Cause;
use crate::sim::{Action, ClientId, Entry, Life, Place, What, Who};
use std::collections::BTreeMap;

/// A line that Docker shows after `docker compose up -d`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Printed {
    /// The entry that completed it, as its place in the log.
    pub place: usize,
    /// Whose line it is.
    pub of: ContainerIx,
    /// What it says.
    pub says: Says,
}

/// What such a line says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Says {
    /// The container printed it.
    Line(String),
    /// It ended with this code.
    Exited(i32),
    /// Docker cannot start it, and says why.
    Refused(String),
}

/// Who a client is, as the log does not say.
pub(super) trait Clients {
    /// Whether it is one of the learner's terminals.
    fn is_terminal(&self, client: ClientId) -> bool;
    /// Where it runs or ran.
    fn place(&self, client: ClientId) -> Option<Place>;
}

/// The index. Places count entries of the log from 0 and go up in each list.
#[derive(Clone, PartialEq, Debug)]
pub struct Index {
    /// How many entries were read.
    read: usize,
    by_weight: [Vec<usize>; 2],
    by_container: Vec<Vec<usize>>,
    logged: Vec<Vec<usize>>,
    terminals: Vec<usize>,
    typed: Vec<usize>,
    up: Up,
    up_steps: Vec<usize>,
    printed: Vec<Printed>,
    /// What jobs have printed of a line that has no end yet.
    open: BTreeMap<ClientId, String>,
    marks: BTreeMap<Milestone, Vec<usize>>,
    outages: Outages,
}

/// The part of a list of places that lies before `end`.
pub fn until(places: &[usize], end: usize) -> &[usize] {
    &places[..places.partition_point(|&place| place < end)]
}

impl Index {
    pub(super) fn new(spec: &Spec) -> Index {
        Index {
            read: 0,
            by_weight: [Vec::new(), Vec::new()],
            by_container: vec![Vec::new(); spec.containers.len()],
            logged: vec![Vec::new(); spec.containers.len()],
            terminals: Vec::new(),
            typed: Vec::new(),
            up: Up::new(spec),
            up_steps: Vec::new(),
            printed: Vec::new(),
            open: BTreeMap::new(),
            marks: BTreeMap::new(),
            outages: Outages::default(),
        }
    }
    /// Entries of at least this weight, which is not the least of all.
    pub fn at_least(&self, weight: Weight) -> &[usize] {
        match weight {
            Weight::Quiet | Weight::Plain => &self.by_weight[0],
            Weight::Major => &self.by_weight[1],
        }
    }
    /// Lines that a container's server wrote into its own log.
    pub fn logged(&self, ix: ContainerIx) -> &[usize] {
        self.logged.get(usize::from(ix.0)).map_or(&[], Vec::as_slice)
    }
    /// Entries about a container, its server's own log left out.
    pub fn of(&self, ix: ContainerIx) -> &[usize] {
        self.by_container.get(usize::from(ix.0)).map_or(&[], Vec::as_slice)
    }
    /// Lines that the learner typed, what their terminals printed, and what programs outside said.
    pub fn terminals(&self) -> &[usize] {
        &self.terminals
    }
    /// Lines that the learner typed.
    pub fn typed(&self) -> &[usize] {
        &self.typed
    }
    /// What `docker compose up -d` did.
    pub fn up_steps(&self) -> &[usize] {
        &self.up_steps
    }
    /// What Docker showed since.
    pub fn printed(&self) -> &[Printed] {
        &self.printed
    }
    /// Entries that the timeline marks.
    pub fn marks(&self, kind: Milestone) -> &[usize] {
        self.marks.get(&kind).map_or(&[], Vec::as_slice)
    }
    /// When the cluster was down.
    pub fn outages(&self) -> &[Outage] {
        &self.outages.list
    }

    /// Reads what the log has more than before.
    pub(super) fn read(&mut self, log: &[Entry], spec: &Spec, clients: &impl Clients) {
        for (place, entry) in log.iter().enumerate().skip(self.read) {
            self.hear(place, entry, log, spec, clients);
        }
        self.read = log.len();
    }

    fn hear(
        &mut self,
        place: usize,
        entry: &Entry,
        log: &[Entry],
        spec: &Spec,
        clients: &impl Clients,
    ) {
        let weight = weight(entry);
        if Weight::Plain <= weight {
            self.by_weight[0].push(place);
        }
        if Weight::Major <= weight {
            self.by_weight[1].push(place);
        }
        if let Some(kind) = Milestone::of(entry, self.outages.was_ok()) {
            self.marks.entry(kind).or_default().push(place);
        }
        self.outages.hear(entry);
        if self.up.hear(spec, entry) {
            self.up_steps.push(place);
        }
        match entry.who {
            Who::Person => self.hear_person(place, entry),
            Who::Client(client) => self.hear_client(place, entry, client, clients),
            Who::Container(ix) => self.hear_container(place, entry, ix, log),
        }
    }

    fn hear_person(&mut self, place: usize, entry: &Entry) {
        match &entry.what {
            What::Action(Action::Type { .. }) => {
                self.terminals.push(place);
                self.typed.push(place);
            }
            What::Action(Action::OpenClient { argv, .. }) if is_manager(argv) => {
                self.terminals.push(place);
            }
            What::Action(Action::Bytes { .. }) => self.terminals.push(place),
            _ => {}
        }
    }

    fn hear_client(
        &mut self,
        place: usize,
        entry: &Entry,
        client: ClientId,
        clients: &impl Clients,
    ) {
        let terminal = clients.is_terminal(client);
        match (&entry.what, clients.place(client)) {
            (What::Output(_), _) if terminal => self.terminals.push(place),
            (What::Output(output), Some(Place::Container(of))) => {
                let mut text = self.open.remove(&client).unwrap_or_default();
                text.push_str(&String::from_utf8_lossy(&output.bytes));
                let (lines, rest) =
                    text.rsplit_once('\n').map_or((None, &*text), |(l, r)| (Some(l), r));
                for line in lines.iter().flat_map(|lines| lines.split('\n')) {
                    self.printed.push(Printed { place, of, says: Says::Line(line.to_owned()) });
                }
                if !rest.is_empty() {
                    self.open.insert(client, rest.to_owned());
                }
            }
            (What::Ended(_), Some(Place::Container(of))) => {
                if let Some(line) = self.open.remove(&client) {
                    self.printed.push(Printed { place, of, says: Says::Line(line) });
                }
            }
            _ => {}
        }
    }

    fn hear_container(&mut self, place: usize, entry: &Entry, of: ContainerIx, log: &[Entry]) {
        let lists =
            if entry.logged().is_some() { &mut self.logged } else { &mut self.by_container };
        if let Some(places) = lists.get_mut(usize::from(of.0)) {
            places.push(place);
        }
        let says = match &entry.what {
            What::Logged(line) => {
                for line in line.shown(entry.at).trim_end().split('\n') {
                    self.printed.push(Printed { place, of, says: Says::Line(line.to_owned()) });
                }
                return;
            }
            // Docker watches the first process of a container, and that one is still there.
            What::Life(Life::Exited(_)) if killed_inside(entry, log) => return,
            What::Life(Life::Exited(code)) => Says::Exited(*code),
            What::Life(life) => match refusal(*life) {
                Some(why) => Says::Refused(why),
                None => return,
            },
            _ => return,
        };
        if self.up.over().is_some_and(|over| over < entry.at) {
            self.printed.push(Printed { place, of, says });
        }
    }
}

/// Whether a person ended the server alone, in a container that stays.
fn killed_inside(exited: &Entry, log: &[Entry]) -> bool {
    let Some(Cause::Entry(because)) = exited.cause else { return false };
    let found = log.binary_search_by_key(&because, |entry| entry.id);
    found.is_ok_and(|place| matches!(log[place].what, What::Action(Action::KillProcess(_))))
}

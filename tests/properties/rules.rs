//! The rules: what must hold after every event of every run.

use slotlab::shapes::message::{Epoch, Flags};
use slotlab::shapes::{ContainerIx, Fact};
use slotlab::sim::{Entry, Life, What, Who, World};
use slotlab::words::NodeId;
use std::collections::{BTreeMap, BTreeSet};

/// What was seen of a run, as far as the rules need it.
#[derive(Default)]
pub(crate) struct Rules {
    /// The greatest current epoch of each process that runs.
    current: BTreeMap<ContainerIx, Epoch>,
    /// The greatest config epoch that each node claimed as a master.
    claimed: BTreeMap<NodeId, Epoch>,
    /// Who voted in which epoch.
    votes: BTreeSet<(NodeId, Epoch)>,
}

impl Rules {
    /// Takes what became true; the rule that it breaks, if it breaks one.
    pub(crate) fn hear(&mut self, world: &World, entries: &[Entry]) -> Result<(), String> {
        for entry in entries {
            let Who::Container(ix) = entry.who else { continue };
            match &entry.what {
                What::Life(Life::Started) => {
                    self.current.remove(&ix);
                }
                What::Fact(Fact::Voted { epoch, .. }) => {
                    let voter = world.node_id(ix).expect("who votes has an id");
                    if !self.votes.insert((voter, *epoch)) {
                        return Err(format!("{} votes twice in epoch {epoch}", world.name(ix)));
                    }
                }
                _ => {}
            }
        }
        self.epochs_grow(world)?;
        one_master_a_slot_and_epoch(world)
    }

    /// Epochs never go back: the current one while a process lives (it is not saved on its own), that
    /// of a master's claim not even over a restart.
    fn epochs_grow(&mut self, world: &World) -> Result<(), String> {
        for (ix, node) in world.nodes() {
            let cluster = node.cluster();
            let epoch = cluster.current_epoch();
            let before = self.current.insert(ix, epoch).unwrap_or(epoch);
            if epoch < before {
                return Err(format!("{}: current epoch {before} became {epoch}", world.name(ix)));
            }
            let me = cluster.me();
            if !me.flags().has(Flags::MASTER) {
                continue;
            }
            let before =
                self.claimed.insert(me.id(), me.config_epoch()).unwrap_or(me.config_epoch());
            if me.config_epoch() < before {
                let (name, epoch) = (world.name(ix), me.config_epoch());
                return Err(format!("{name}: config epoch {before} became {epoch}"));
            }
        }
        Ok(())
    }
}

/// No two masters serve one slot in the same config epoch.
fn one_master_a_slot_and_epoch(world: &World) -> Result<(), String> {
    let masters: Vec<_> = world
        .nodes()
        .map(|(ix, node)| (ix, node.cluster().me()))
        .filter(|(_, me)| me.flags().has(Flags::MASTER) && !me.slots().is_empty())
        .collect();
    for (n, (ix, one)) in masters.iter().enumerate() {
        for (other_ix, other) in &masters[n + 1..] {
            if one.config_epoch() != other.config_epoch() {
                continue;
            }
            if let Some(slot) = one.slots().iter().find(|slot| other.slots().contains(*slot)) {
                let (a, b) = (world.name(*ix), world.name(*other_ix));
                return Err(format!(
                    "{a} and {b} both serve slot {slot} in epoch {}",
                    one.config_epoch()
                ));
            }
        }
    }
    Ok(())
}

/// Whether all nodes run, agree on who owns what, and see the cluster as ok.
pub(crate) fn converged(world: &World) -> bool {
    let mut views = world.nodes().map(|(_, node)| {
        let cluster = node.cluster();
        let mut view: Vec<_> = cluster
            .topology()
            .nodes
            .into_iter()
            .map(|row| (row.id, row.master, row.slots.to_string(), row.config_epoch))
            .collect();
        view.sort();
        let synced = !cluster.is_replica() || node.replication().link_is_up();
        (cluster.state_ok() && synced).then_some(view)
    });
    let all_run = world.nodes().count() == world.spec().containers.len();
    let Some(Some(first)) = views.next() else { return false };
    all_run && views.all(|view| view.as_ref() == Some(&first))
}

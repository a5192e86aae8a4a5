//! Directives that move the cursor.

use crate::script::marks::line;
use crate::script::words::{Words, span_us};
use crate::script::{Runner, Trouble};
use crate::sim::World;
use crate::timeline::LaneId;
use crate::words::Millis;

/// How long `until` and `settle` wait, in microseconds.
const PATIENCE_US: u64 = 120_000_000;

impl Runner {
    pub(super) fn let_pass(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let span = words.span_us()?;
        let quiet = words.eat("quiet");
        let only = words.rest();
        let history = self.history()?;
        self.shown = history.log().last().map(|entry| entry.id);
        let to = self.history()?.now().plus_micros(span);
        self.history()?.seek(to);
        let said = self.show_new(&only)?;
        Ok(if quiet { "ok\n".into() } else { said })
    }

    pub(super) fn until(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let mut wanted = words.rest();
        let mut patience = PATIENCE_US;
        if let [.., within, span] = wanted.as_slice()
            && within == "within"
        {
            patience = span_us(span)?;
            wanted.truncate(wanted.len() - 2);
        }
        let history = self.history()?;
        let limit = history.now().plus_micros(patience);
        loop {
            let seen = history.log().len();
            let next = history.world().next_event_time().filter(|&at| at <= limit);
            let Some(next) = next else {
                history.seek(limit);
                return Err("it did not become true".into());
            };
            history.seek(next);
            let world = history.world();
            let told = history.log()[seen..].iter().filter(|entry| entry.logged().is_none());
            let lines = told.map(|entry| line(world, entry));
            let mut found = lines.filter(|said| wanted.iter().all(|w| said.contains(w.as_str())));
            if let Some(said) = found.next() {
                return Ok(format!("{said}\n"));
            }
        }
    }

    pub(super) fn settle(&mut self, words: &mut Words) -> Result<String, Trouble> {
        words.done()?;
        let history = self.history()?;
        let start = history.now();
        let limit = start.plus_micros(PATIENCE_US);
        while history.now() < limit {
            if is_settled(history.world()) {
                let took = history.now().since(start);
                return Ok(format!("all is well after {took}\n"));
            }
            let next = history.now() + Millis(50);
            history.seek(next);
        }
        Err("the nodes do not agree within two minutes".into())
    }

    pub(super) fn seek(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let since = words.span_us()?;
        words.done()?;
        let history = self.history()?;
        history.seek(history.origin().plus_micros(since));
        self.shown = history.log().last().map(|entry| entry.id);
        Ok("ok\n".into())
    }

    pub(super) fn next_event(&mut self, words: &mut Words) -> Result<String, Trouble> {
        self.find_event(words, true)
    }

    pub(super) fn previous_event(&mut self, words: &mut Words) -> Result<String, Trouble> {
        self.find_event(words, false)
    }

    fn find_event(&mut self, words: &mut Words, forwards: bool) -> Result<String, Trouble> {
        let wanted = words.rest();
        let history = self.history()?;
        let world = history.world().clone();
        let matters = |entry: &crate::sim::Entry| {
            let said = line(&world, entry);
            entry.logged().is_none() && wanted.iter().all(|word| said.contains(word.as_str()))
        };
        let moved = match forwards {
            true => history.next_event(matters),
            false => history.previous_event(matters),
        };
        let now = history.now();
        let here = history.log().iter().filter(|entry| entry.at == now && matters(entry));
        let said: String = here.map(|entry| line(&world, entry) + "\n").collect();
        if moved { Ok(said) } else { Err("there is none".into()) }
    }

    pub(super) fn lanes(&mut self, words: &mut Words) -> Result<String, Trouble> {
        words.done()?;
        let history = self.history()?;
        let (origin, current) = (history.origin(), history.current_lane());
        let mut out = String::new();
        for lane in history.lanes() {
            let mark = if lane.id == current { "*" } else { " " };
            let parted = lane.parted.map_or(String::new(), |(from, at)| {
                format!(", parted from {} at {}", from.0, at.since(origin))
            });
            let (id, actions) = (lane.id.0, lane.actions);
            let until = lane.horizon.since(origin);
            out += &format!("{mark} lane {id}: {actions} actions, seen until {until}{parted}\n");
        }
        Ok(out)
    }

    pub(super) fn switch(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let lane = words.number()?;
        words.done()?;
        let history = self.history()?;
        match history.switch(LaneId(lane as usize)) {
            true => Ok("ok\n".into()),
            false => Err(format!("there is no lane {lane}")),
        }
    }
}

/// Whether all nodes that run see the cluster as ok and each other as they are.
pub fn is_settled(world: &World) -> bool {
    let mut views = world.nodes().map(|(_, node)| {
        let cluster = node.cluster();
        let owners: Vec<_> = cluster
            .topology()
            .nodes
            .iter()
            .map(|n| (n.id, n.master, n.slots.to_string()))
            .collect();
        let mut owners = owners;
        owners.sort();
        let synced = !cluster.is_replica() || node.replication().link_is_up();
        (cluster.state_ok() && synced).then_some(owners)
    });
    let Some(Some(first)) = views.next() else { return false };
    views.all(|view| view.as_ref() == Some(&first))
}

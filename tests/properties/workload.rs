//! A client that keeps books, and what an operator and bad luck do to its cluster meanwhile.
//!
//! Masters are told to hand over, or slots move: nothing that was acknowledged may be gone. Not both in
//! one run: 7.0.15 does not forget that a slot's owner stopped claiming it when the slot changes hands
//! (`clusterAddSlot` leaves `owner_not_claiming_slot` alone), so a replica promoted soon after a reshard
//! can lose a slot for good to the last claim of its former master. And nobody is asked to take over twice:
//! within two retry times it still counts the votes of the first time, wins with the epoch of then, and
//! serves until it is told better (a real 7.0.15 does that, too). In a second
//! kind of run, nodes are killed as well, one at a time, each when its replicas have had time to
//! catch up: then, too.

use crate::properties::rules::{Rules, converged};
use slotlab::shapes::{Config, ContainerIx};
use slotlab::sim::{Action, ContainerState, Entry, Load, Place, Report, What, Who, World};
use slotlab::words::{Millis, Rng, Seed, Time};
use std::collections::BTreeSet;

const START: Time = Time::from_unix_s(1_726_896_960);
const MASTERS: u64 = 3;
/// How long the cluster has to come to rest after each blow.
const PEACE: Millis = Millis(60_000);

/// What is done to the cluster.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Blows {
    /// Manual failovers, or reshards, under load.
    Orders,
    /// A node is killed and comes back, between two loads.
    Kills,
}

/// Plays the run of a seed; what was lost and how it came to that, if anything was.
pub(crate) fn run(seed: u64, blows: Blows) -> Option<String> {
    let mut luck = Rng::new(Seed(seed), 777);
    let mut config = Config { cluster_enabled: true, ..Config::default() };
    config.cluster_node_timeout = Millis([500, 1000, 2000][luck.below(3) as usize]);
    config.appendonly = luck.below(2) == 0;
    config.repl_diskless_sync_delay = 0;
    let (timeout, yes) =
        (config.cluster_node_timeout, if config.appendonly { "yes" } else { "no" });
    let script = vec![format!(
        "ready 3+3 seed {seed} appendonly {yes} cluster-node-timeout {} repl-diskless-sync-delay 0",
        timeout.0
    )];
    let world = World::ready(START, MASTERS as u16, MASTERS as u16, &config, Seed(seed));
    let mut run =
        Run { world, rules: Rules::default(), script, log: Vec::new(), asked: BTreeSet::new() };
    let played = match blows {
        Blows::Orders => run.play_orders(&mut luck),
        Blows::Kills => run.play_kills(&mut luck),
    };
    played.err().map(|broken| format!("seed {seed}: {broken}\n{}\n", run.script.join("\n\n")))
}

struct Run {
    world: World,
    rules: Rules,
    script: Vec<String>,
    /// Everything since the last load began.
    log: Vec<Entry>,
    /// Who was asked to take over.
    asked: BTreeSet<ContainerIx>,
}

impl Run {
    fn play_orders(&mut self, luck: &mut Rng) -> Result<(), String> {
        self.settle()?;
        let (writes, every) = (400 + luck.below(800) as u32, 1 + luck.below(4));
        let load = self.begin_load(luck, writes, every)?;
        let moves_slots = luck.below(2) == 0;
        for _ in 0..2 + luck.below(4) {
            self.pass(luck.below(600_000))?;
            match moves_slots {
                false => self.hand_over(luck)?,
                true => self.reshard(luck)?,
            }
        }
        self.check(load)
    }

    fn play_kills(&mut self, luck: &mut Rng) -> Result<(), String> {
        self.settle()?;
        for _ in 0..2 + luck.below(3) {
            let load = self.begin_load(luck, 100, 1)?;
            self.check(load)?;
            // The replicas have all of it.
            self.pass(1_200_000)?;
            let ix = ContainerIx(luck.below(MASTERS * 2) as u16);
            let name = self.world.name(ix).to_owned();
            self.act(&Action::Kill(ix), format!("kill {name}"))?;
            self.pass(8_000_000)?;
            self.check(load)?;
            self.act(&Action::Start(ix), format!("start {name}"))?;
            self.pass(500_000)?;
            self.settle()?;
            self.check(load)?;
        }
        Ok(())
    }

    fn begin_load(
        &mut self,
        luck: &mut Rng,
        writes: u32,
        every: u64,
    ) -> Result<slotlab::sim::ClientId, String> {
        self.log.clear();
        let (keys, seed) = (200, luck.below(1000));
        let load = Load { writes, keys, every: Millis(every), seed: Seed(seed) };
        let door = ContainerIx(luck.below(MASTERS * 2) as u16);
        let via = self.world.name(door).to_owned();
        let line = format!("load {writes} keys {keys} every {every}ms seed {seed} via {via}");
        let action = Action::StartLoad { at: Place::Host, door, load };
        self.act(&action, line)?.ok_or_else(|| "a load is a client".into())
    }

    /// Waits for the end of a load and lets it read; an acknowledged value that is missing, or one too
    /// many, is a broken rule.
    fn check(&mut self, client: slotlab::sim::ClientId) -> Result<(), String> {
        while !self.reports().any(|report| matches!(report, Report::Written { .. })) {
            self.pass_quietly(100_000)?;
        }
        let seen = self.reports().count();
        let check = Action::Type { client, line: "check".into() };
        self.act(&check, "check".into())?;
        let deadline = self.world.now() + PEACE;
        while self.reports().count() == seen {
            if deadline < self.world.now() {
                return Err("the lists cannot be read".into());
            }
            self.pass_quietly(100_000)?;
        }
        match self.reports().last() {
            Some(Report::Checked(found))
                if found.lost.is_empty() && found.strange == 0 && found.unreadable == 0 =>
            {
                Ok(())
            }
            other => Err(format!("{other:?}")),
        }
    }

    fn reports(&self) -> impl Iterator<Item = &Report> {
        self.log.iter().filter_map(|entry| match &entry.what {
            What::Load(report) => Some(report),
            _ => None,
        })
    }

    fn hand_over(&mut self, luck: &mut Rng) -> Result<(), String> {
        let ix = ContainerIx(luck.below(MASTERS * 2) as u16);
        if !self.asked.insert(ix) {
            return Ok(());
        }
        let name = self.world.name(ix).to_owned();
        self.command(
            ix,
            vec!["CLUSTER".into(), "FAILOVER".into()],
            format!("begin {name} CLUSTER FAILOVER"),
        )
    }

    fn reshard(&mut self, luck: &mut Rng) -> Result<(), String> {
        let masters: Vec<ContainerIx> = self
            .world
            .nodes()
            .filter(|(_, n)| !n.cluster().is_replica())
            .map(|(ix, _)| ix)
            .collect();
        let to = masters[luck.below(masters.len() as u64) as usize];
        let id = self.world.node_id(to).map(|id| id.to_string()).unwrap_or_default();
        let (slots, door) = (1 + luck.below(40), self.world.front_door(to));
        let line = format!(
            "--cluster reshard {door} --cluster-from all --cluster-to {id} --cluster-slots {slots} \
             --cluster-yes"
        );
        let argv = line.split(' ').map(str::to_owned).collect();
        let job = Action::RunJob { at: Place::Host, argv, stdin: None };
        let job = self.act(&job, format!("redis-cli {line}"))?.ok_or("a job is a client")?;
        let is_end =
            |entry: &Entry| entry.who == Who::Client(job) && matches!(entry.what, What::Ended(_));
        while !self.log.iter().any(is_end) {
            self.pass_quietly(50_000)?;
        }
        Ok(())
    }

    fn command(
        &mut self,
        node: ContainerIx,
        words: Vec<String>,
        directive: String,
    ) -> Result<(), String> {
        let door = self.world.front_door(node);
        let mut argv =
            vec!["-h".to_owned(), door.ip().to_string(), "-p".into(), door.port().to_string()];
        argv.extend(words);
        let job = Action::RunJob { at: Place::Container(node), argv, stdin: None };
        self.act(&job, directive).map(|_| ())
    }

    fn settle(&mut self) -> Result<(), String> {
        self.script.push("settle".into());
        let deadline = self.world.now() + PEACE;
        while !converged(&self.world) {
            if deadline < self.world.now() {
                return Err("it does not converge".into());
            }
            self.pass_quietly(100_000)?;
        }
        Ok(())
    }

    fn pass(&mut self, us: u64) -> Result<(), String> {
        self.script.push(format!("run {us}us quiet"));
        self.pass_quietly(us)
    }

    fn pass_quietly(&mut self, us: u64) -> Result<(), String> {
        let until = self.world.now().plus_micros(us);
        let seen = self.log.len();
        self.world.run_until(until, &mut self.log);
        self.rules.hear(&self.world, &self.log[seen..])
    }

    fn act(
        &mut self,
        action: &Action,
        directive: String,
    ) -> Result<Option<slotlab::sim::ClientId>, String> {
        if let Action::Start(ix) = action
            && self.world.state(*ix) == ContainerState::Running
        {
            return Ok(None);
        }
        self.script.push(directive);
        let done = self.world.apply(action, &mut self.log);
        done.map(|done| done.client).map_err(|refusal| format!("refused: {refusal}"))
    }
}

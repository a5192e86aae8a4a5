//! Random faults and commands from a seed, then peace.

use crate::properties::rules::{Rules, converged};
use slotlab::script::line;
use slotlab::shapes::spec::Latency;
use slotlab::shapes::{Config, ContainerIx};
use slotlab::sim::{Action, ContainerState, Entry, Group, Place, Rule, Verdict, World};
use slotlab::words::{Millis, Rng, Seed, Time};

const START: Time = Time::from_unix_s(1_726_896_960);
/// How long a cluster has to converge once all faults are healed.
const PEACE: Millis = Millis(90_000);

/// A run, and the directives that repeat it.
struct Run {
    world: World,
    rules: Rules,
    script: Vec<String>,
    log: Vec<Entry>,
    wanted: Option<String>,
}

/// Plays the run of a seed; what it breaks and how, if it breaks something.
pub(crate) fn run(seed: u64) -> Option<String> {
    let mut luck = Rng::new(Seed(seed), 4242);
    let masters = 3 + luck.below(3) as u16;
    let replicas = luck.below(u64::from(masters) * 2 + 1) as u16;
    let timeout = [500, 1000, 2000][luck.below(3) as usize];
    let aof = luck.below(2) == 0;
    let mut config = Config { cluster_enabled: true, appendonly: aof, ..Config::default() };
    config.cluster_node_timeout = Millis(timeout);
    config.repl_diskless_sync_delay = luck.below(3);
    let delay = config.repl_diskless_sync_delay;
    let yes = if aof { "yes" } else { "no" };
    let script = vec![format!(
        "ready {masters}+{replicas} seed {seed} appendonly {yes} cluster-node-timeout {timeout} \
         repl-diskless-sync-delay {delay}"
    )];
    let world = World::ready(START, masters, replicas, &config, Seed(seed));
    let wanted = std::env::var("PROPERTY_FIND").ok();
    let mut run = Run { world, rules: Rules::default(), script, log: Vec::new(), wanted };
    run.play(&mut luck, timeout)
        .err()
        .map(|broken| format!("seed {seed}: {broken}\n{}\n", run.script.join("\n\n")))
}

impl Run {
    fn play(&mut self, luck: &mut Rng, timeout: u64) -> Result<(), String> {
        self.pass(Millis(3000 + timeout).0 * 1000)?;
        for _ in 0..4 + luck.below(10) {
            self.trouble(luck)?;
            let most = if luck.below(3) == 0 { 100 } else { timeout * 3 };
            self.pass(luck.below(most * 1000))?;
        }
        self.make_peace()?;
        let deadline = self.world.now() + PEACE;
        while self.world.now() < deadline {
            self.pass(250_000)?;
            if converged(&self.world) {
                return Ok(());
            }
        }
        Err("it does not converge".into())
    }

    /// Lets time pass, an event at a time, and asks the rules whenever something became true.
    fn pass(&mut self, us: u64) -> Result<(), String> {
        self.script.push(format!("run {us}us quiet"));
        let until = self.world.now().plus_micros(us);
        while self.world.step_event(until, &mut self.log) {
            if !self.log.is_empty() {
                self.rules.hear(&self.world, &self.log)?;
                self.seek_wanted()?;
                self.log.clear();
            }
        }
        self.world.run_until(until, &mut self.log);
        self.rules.hear(&self.world, &self.log)
    }

    /// `PROPERTY_FIND="asks for votes"` finds a run in whose log a line has these words.
    fn seek_wanted(&self) -> Result<(), String> {
        let Some(wanted) = &self.wanted else { return Ok(()) };
        let mut lines = self.log.iter().map(|entry| line(&self.world, entry));
        match lines.find(|line| line.contains(wanted.as_str())) {
            Some(line) => Err(format!("found: {line}")),
            None => Ok(()),
        }
    }

    fn act(&mut self, action: &Action, directive: String) -> Result<(), String> {
        self.script.push(directive);
        let done = self.world.apply(action, &mut self.log);
        done.map(|_| ()).map_err(|refusal| format!("refused: {refusal}"))?;
        let now = self.world.now();
        self.world.run_until(now, &mut self.log);
        Ok(())
    }

    /// One random fault or command, if it is possible now.
    fn trouble(&mut self, luck: &mut Rng) -> Result<(), String> {
        let count = self.world.spec().containers.len() as u64;
        let ix = ContainerIx(luck.below(count) as u16);
        let other = ContainerIx(luck.below(count) as u16);
        let name = self.world.name(ix).to_owned();
        let to = self.world.name(other).to_owned();
        let up = self.world.node(ix).is_some();
        let paused = self.world.state(ix) == ContainerState::Paused;
        let pair = |verdict, both_ways| {
            let (from, to) = (Group::of([ix]), Group::of([other]));
            Action::Rule(Rule { from, to, port: None, verdict, both_ways })
        };
        match luck.below(12) {
            0 | 1 if up => self.act(&Action::Kill(ix), format!("kill {name}")),
            2 if up => self.act(&Action::Restart(ix), format!("restart {name}")),
            3 if up && !paused => self.act(&Action::Pause(ix), format!("pause {name}")),
            4 if paused => self.act(&Action::Resume(ix), format!("resume {name}")),
            5 if matches!(self.world.state(ix), ContainerState::Exited(_)) => {
                self.act(&Action::Start(ix), format!("start {name}"))
            }
            6 => {
                let cut =
                    Action::partition(Group::of([ix, other]), Group::all_but([ix, other]), true);
                self.act(&cut, format!("partition {name} {to} | rest"))
            }
            7 if ix != other => {
                self.act(&pair(Verdict::Drop, false), format!("one-way {name} | {to}"))
            }
            8 if ix != other => {
                self.act(&pair(Verdict::Lossy(300), true), format!("lossy 300 {name} | {to}"))
            }
            9 => self.act(&Action::Heal, "heal".into()),
            10 if up => self.command(
                ix,
                ["CLUSTER FAILOVER", "CLUSTER FAILOVER FORCE"][luck.below(2) as usize],
            ),
            11 if up => self.command(ix, &format!("SET key:{} {}", luck.below(100), luck.below(9))),
            _ => self.slower(luck),
        }
    }

    /// As the directive `cli`: the script says the same thing to the same node.
    fn command(&mut self, node: ContainerIx, line: &str) -> Result<(), String> {
        let door = self.world.front_door(node);
        let (ip, port) = (door.ip().to_string(), door.port().to_string());
        let mut argv = vec!["-h".to_owned(), ip, "-p".into(), port];
        argv.extend(line.split(' ').map(str::to_owned));
        let job = Action::RunJob { at: Place::Container(node), argv, stdin: None };
        let directive = format!("begin {} {line}", self.world.name(node));
        self.act(&job, directive)
    }

    fn slower(&mut self, luck: &mut Rng) -> Result<(), String> {
        let base_us = 30 + luck.below(3000);
        let action = Action::Latency(Latency { base_us, jitter_us: base_us });
        self.act(&action, format!("latency {base_us}us {base_us}us"))
    }

    /// Takes all faults back.
    fn make_peace(&mut self) -> Result<(), String> {
        self.act(&Action::Heal, "heal".into())?;
        let calm = Action::Latency(Latency::default());
        self.act(&calm, "latency 30us 60us".into())?;
        for ix in self.world.container_ixs() {
            let name = self.world.name(ix).to_owned();
            match self.world.state(ix) {
                ContainerState::Paused => {
                    self.act(&Action::Resume(ix), format!("resume {name}"))?
                }
                ContainerState::Exited(_) => {
                    self.act(&Action::Start(ix), format!("start {name}"))?
                }
                _ => {}
            }
        }
        Ok(())
    }
}

//! Terminals: `redis-cli` against a chosen node, with or without `-c`; and `redis-cli --cluster`, typed as
//! in a shell.
//!
//! A terminal is opened when the first line is typed into it. Invariant: one that was opened after
//! the cursor does not exist at the cursor.

use crate::cli::help;
use crate::session::Session;
use crate::session::run::Run;
use crate::shapes::spec::{ContainerIx, Program};
use crate::sim::{Action, ClientId, Place, World};
use crate::words::quote::split;
use crate::words::{Millis, Time};

/// A terminal that was opened in this run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Terminal {
    /// Its client.
    pub client: ClientId,
    /// When it was opened.
    pub opened: Time,
    /// Against which node.
    pub node: ContainerIx,
    /// Whether it follows redirections.
    pub follow: bool,
}

/// All terminals of a run, in the order they were opened.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Terminals(Vec<Terminal>);

impl Terminals {
    /// The terminal against `node` that exists at the cursor.
    pub fn find(&self, world: &World, node: ContainerIx, follow: bool) -> Option<&Terminal> {
        let open = |client: ClientId| world.clients().any(|view| view.id == client);
        self.0.iter().rev().find(|terminal| {
            terminal.node == node
                && terminal.follow == follow
                && terminal.opened <= world.now()
                && open(terminal.client)
        })
    }
    /// The terminal with this client.
    pub fn get(&self, client: ClientId) -> Option<&Terminal> {
        self.0.iter().rev().find(|terminal| terminal.client == client)
    }
    pub(super) fn add(&mut self, terminal: Terminal) {
        self.0.push(terminal);
    }
    pub(super) fn forget_after(&mut self, now: Time) {
        self.0.retain(|terminal| terminal.opened <= now);
    }
}

/// For so long a command may move a clock that stands still.
const PATIENCE: Millis = Millis(100);

/// What the learner has typed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Typing {
    /// The line so far.
    pub line: String,
    history: Vec<String>,
    /// How far back in the history; 0 is the line itself.
    back: usize,
    draft: String,
    /// What was typed before Tab, and which of its completions the line is.
    tab: Option<(String, usize)>,
}

impl Typing {
    pub(super) fn set(&mut self, line: String) {
        self.line = line;
        self.back = 0;
        self.tab = None;
    }
    pub(super) fn take(&mut self) -> String {
        let line = std::mem::take(&mut self.line);
        if !line.trim().is_empty() && self.history.last() != Some(&line) {
            self.history.push(line.clone());
        }
        self.back = 0;
        self.tab = None;
        line
    }
    pub(super) fn older(&mut self) {
        if self.back == 0 {
            self.draft = self.line.clone();
        }
        if self.back < self.history.len() {
            self.back += 1;
            self.line = self.history[self.history.len() - self.back].clone();
        }
    }
    /// Completes the line with a command's name; the next one with every further call.
    pub(super) fn complete(&mut self) {
        let (stem, nth) = match self.tab.take() {
            Some((stem, nth)) => (stem, nth + 1),
            None => (self.line.clone(), 0),
        };
        let names = if stem.is_empty() { Vec::new() } else { help::complete(&stem) };
        if let Some(name) = names.get(nth % names.len().max(1)) {
            self.line = name.clone();
            self.tab = Some((stem, nth));
        }
    }
    pub(super) fn newer(&mut self) {
        self.back = self.back.saturating_sub(1);
        self.line = match self.back {
            0 => self.draft.clone(),
            back => self.history[self.history.len() - back].clone(),
        };
    }
}

/// How `redis-cli` is started against a node: from the host through a published port if there is one,
/// otherwise in the node's container.
pub fn command(world: &World, node: ContainerIx, follow: bool) -> (Place, Vec<String>) {
    let spec = world.spec();
    let container = spec.container(node);
    let port = match container.map(|c| &c.program) {
        Some(Program::Server(server)) => server.config.port,
        Some(Program::Cli { .. } | Program::Other { .. }) | None => 6379,
    };
    let published = container
        .and_then(|c| spec.namespaces.get(usize::from(c.namespace.0)))
        .and_then(|namespace| namespace.published.iter().find(|p| p.container_port == port));
    let (place, port) = match published {
        Some(publish) => (Place::Host, publish.host_port),
        None => (Place::Container(node), port),
    };
    let mut argv: Vec<String> = Vec::new();
    if follow {
        argv.push("-c".into());
    }
    argv.extend(["-p".into(), port.to_string()]);
    (place, argv)
}

/// Against which node a terminal was opened that was started so, and whether it follows redirections.
pub fn whose(run: &Run, place: Place, argv: &[String]) -> Option<(ContainerIx, bool)> {
    let follow = argv.iter().any(|word| word == "-c");
    let started = |node: &ContainerIx| command(run.world(), *node, follow);
    let exact = |node: &&ContainerIx| started(node).0 == place && started(node).1 == argv;
    // Somebody may name a node otherwise: its port is the best hint.
    let port = argv.iter().position(|word| word == "-p").and_then(|at| argv.get(at + 1));
    let near = |node: &&ContainerIx| started(node).1.last() == port;
    let servers = run.servers().iter();
    let node = servers.clone().find(exact).or_else(|| servers.clone().find(near));
    Some((*node.or(run.servers().first())?, follow))
}

/// The words of `redis-cli --cluster ...`: a line for a shell, not for a node.
pub fn manager_words(line: &str) -> Option<Vec<String>> {
    let words = split(line.trim_start().strip_prefix("redis-cli ")?.as_bytes())?;
    let words: Vec<String> =
        words.into_iter().map(|word| String::from_utf8_lossy(&word).into_owned()).collect();
    is_manager(&words).then_some(words)
}

/// Whether these arguments run a command of `--cluster`.
pub fn is_manager(argv: &[String]) -> bool {
    argv.iter().any(|word| word == "--cluster")
}

/// What a terminal that is yet to be opened will show.
pub fn fresh_prompt(argv: &[String]) -> String {
    let port = argv.last().map(String::as_str).unwrap_or("6379");
    format!("127.0.0.1:{port}> ")
}

impl Session {
    /// Types the line into the terminal of the chosen node; opens it first if need be.
    pub(super) fn submit(&mut self) {
        let line = self.typing.take();
        let Some(node) = self.asked() else { return };
        let follow = self.follow;
        let Some(run) = &self.run else { return };
        let known = run.terminal(node, follow);
        let client = match manager_words(&line) {
            // It has the keyboard until it ends; then the terminal below it has it again.
            Some(argv) => self.open(node, follow, argv),
            None => known.or_else(|| self.open_terminal(node, follow)),
        };
        let Some(client) = client else { return };
        if manager_words(&line).is_none() {
            self.act(Action::Type { client, line });
        }
        if !self.playback.playing {
            self.wait_for_prompt(client);
        }
    }

    /// While time stands still a command takes the time that its answer takes.
    fn wait_for_prompt(&mut self, client: ClientId) {
        let wall = self.playback.wall;
        let Some(run) = &mut self.run else { return };
        let end = run.world().now() + PATIENCE;
        while run.world().now() < end && !run.is_at_prompt(client) {
            run.advance(run.world().now().plus_micros(100), wall);
        }
    }

    fn open_terminal(&mut self, node: ContainerIx, follow: bool) -> Option<ClientId> {
        let (_, argv) = command(self.run.as_ref()?.world(), node, follow);
        self.open(node, follow, argv)
    }

    fn open(&mut self, node: ContainerIx, follow: bool, argv: Vec<String>) -> Option<ClientId> {
        let run = self.run.as_mut()?;
        let (at, _) = command(run.world(), node, follow);
        let opened = run.open_terminal(Action::OpenClient { at, argv }, node, follow);
        self.done(opened)?.client
    }

    /// The node that the console asks: the chosen one, or the first.
    pub fn asked(&self) -> Option<ContainerIx> {
        let run = self.run.as_ref()?;
        self.asked.filter(|ix| run.servers().contains(ix)).or(run.servers().first().copied())
    }
}

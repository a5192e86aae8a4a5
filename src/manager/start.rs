//! The commands of `--cluster`: their names, how many words they take, and where they begin.
//!
//! In Redis: `clusterManagerCommands`, `validateClusterManagerCommand`, `getClusterHostFromCmdArgs`.

use crate::cli::args::{PASSWORD_WARNING, atoi};
use crate::cli::io::LinkId;
use crate::cli::tape::Tape;
use crate::manager::load::parse_address;
use crate::manager::node::ManagedNode;
use crate::manager::phase::{Goal, Phase};
use crate::manager::shell::Job;

/// The text of `redis-cli --cluster help`.
const HELP: &str = include_str!("help.txt");
const INVALID_HOST: &str = "[ERR] Invalid arguments: you need to pass either a valid address (ie. \
                            120.0.0.1:7000) or space separated IP and port (ie. 120.0.0.1 7000)\n";

/// How many words a command takes.
enum Arity {
    Exactly(usize),
    AtLeast(usize),
}

/// A row of the table of commands.
struct Command {
    name: &'static str,
    arity: Arity,
    begin: Begin,
}

/// What a command begins with.
enum Begin {
    Help,
    Create,
    FromOneNode(Goal),
    NotHere,
}

const COMMANDS: [Command; 13] = [
    Command { name: "create", arity: Arity::AtLeast(2), begin: Begin::Create },
    Command { name: "check", arity: Arity::AtLeast(1), begin: Begin::FromOneNode(Goal::Check) },
    Command { name: "info", arity: Arity::AtLeast(1), begin: Begin::FromOneNode(Goal::Info) },
    Command { name: "fix", arity: Arity::AtLeast(1), begin: Begin::NotHere },
    Command { name: "reshard", arity: Arity::AtLeast(1), begin: Begin::NotHere },
    Command { name: "rebalance", arity: Arity::AtLeast(1), begin: Begin::NotHere },
    Command { name: "add-node", arity: Arity::Exactly(2), begin: Begin::NotHere },
    Command { name: "del-node", arity: Arity::Exactly(2), begin: Begin::NotHere },
    Command { name: "call", arity: Arity::AtLeast(2), begin: Begin::NotHere },
    Command { name: "set-timeout", arity: Arity::Exactly(2), begin: Begin::NotHere },
    Command { name: "import", arity: Arity::Exactly(1), begin: Begin::NotHere },
    Command { name: "backup", arity: Arity::Exactly(2), begin: Begin::NotHere },
    Command { name: "help", arity: Arity::AtLeast(0), begin: Begin::Help },
];

impl Job {
    /// The words of the command.
    pub fn cluster_args(&self) -> &[String] {
        self.options.cluster.as_ref().map_or(&[], |command| &command.args)
    }
}

/// The first phase of the command, or the exit code of one that goes no further.
pub fn first_phase(job: &Job, tape: &mut Tape) -> Result<Phase, i32> {
    if job.options.auth.is_some() && job.options.warn_of_auth {
        tape.err(PASSWORD_WARNING);
    }
    let name = job.options.cluster.as_ref().map_or("", |command| command.name.as_str());
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        tape.err("Unknown --cluster subcommand\n");
        return Err(1);
    };
    let count = job.cluster_args().len();
    let fits = match command.arity {
        Arity::Exactly(words) => count == words,
        Arity::AtLeast(words) => count >= words,
    };
    if !fits {
        tape.err("[ERR] Wrong number of arguments for specified --cluster sub command\n");
        return Err(1);
    }
    match command.begin {
        Begin::Create => Ok(Phase::Load { nodes: Vec::new() }),
        Begin::FromOneNode(goal) => from_one_node(job, tape, goal),
        Begin::Help => {
            tape.out(HELP);
            Err(1)
        }
        Begin::NotHere => {
            tape.err(format!("slotlab: --cluster {name} is not built yet\n"));
            Err(1)
        }
    }
}

fn from_one_node(job: &Job, tape: &mut Tape, goal: Goal) -> Result<Phase, i32> {
    let entry = match job.cluster_args() {
        [address] => parse_address(address),
        [host, port, ..] => Some((host.as_str(), atoi(port))),
        [] => None,
    };
    match entry.filter(|(host, port)| !host.is_empty() && *port != 0) {
        Some((host, port)) => {
            let node = ManagedNode::new(LinkId(0), host, port, 0);
            Ok(Phase::Entry { node, connected: false, goal })
        }
        None => {
            tape.err(INVALID_HOST);
            Err(1)
        }
    }
}

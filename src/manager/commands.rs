//! The commands of `--cluster`: their names, how many words they take, and their procedures.
//!
//! In Redis: `clusterManagerCommands`, `validateClusterManagerCommand`, `getClusterHostFromCmdArgs`.

use crate::cli::args::{Options, PASSWORD_WARNING, atoi};
use crate::cli::io::{Answer, Request};
use crate::cli::tape::Flow;
use crate::manager::check::{self, Fix};
use crate::manager::load::parse_address;
use crate::manager::shell::{Job, Shell};
use crate::manager::{
    add_node, backup, call, create, del_node, import, info, rebalance, reshard, set_timeout,
};
use std::sync::Arc;

/// The text of `redis-cli --cluster help`.
const HELP: &str = include_str!("help.txt");
/// What is printed for an address that is none.
pub const INVALID_HOST: &str = "[ERR] Invalid arguments: you need to pass either a valid address \
                                (ie. 120.0.0.1:7000) or space separated IP and port (ie. 120.0.0.1 \
                                7000)\n";

/// How many words a command takes.
enum Arity {
    Exactly(usize),
    AtLeast(usize),
}

/// A row of the table of commands. A procedure ends with the exit code.
struct Command {
    name: &'static str,
    arity: Arity,
    run: fn(&mut Shell) -> Flow<i32>,
}

const COMMANDS: [Command; 13] = [
    Command { name: "create", arity: Arity::AtLeast(2), run: create::create },
    Command { name: "check", arity: Arity::AtLeast(1), run: |sh| check::command(sh, Fix::No) },
    Command { name: "info", arity: Arity::AtLeast(1), run: info::command },
    Command { name: "fix", arity: Arity::AtLeast(1), run: |sh| check::command(sh, Fix::Yes) },
    Command { name: "reshard", arity: Arity::AtLeast(1), run: reshard::command },
    Command { name: "rebalance", arity: Arity::AtLeast(1), run: rebalance::command },
    Command { name: "add-node", arity: Arity::Exactly(2), run: add_node::command },
    Command { name: "del-node", arity: Arity::Exactly(2), run: del_node::command },
    Command { name: "call", arity: Arity::AtLeast(2), run: call::command },
    Command { name: "set-timeout", arity: Arity::Exactly(2), run: set_timeout::command },
    Command { name: "import", arity: Arity::Exactly(1), run: import::command },
    Command { name: "backup", arity: Arity::Exactly(2), run: backup::command },
    Command { name: "help", arity: Arity::AtLeast(0), run: help },
];

/// Runs the command that the command line names, after the one question that comes before it.
pub fn run(shell: &mut Shell) -> Flow<i32> {
    if !shell.job.options.cluster_options.from_askpass {
        return run_command(shell);
    }
    let prompt = "Please input import source node password: ".to_owned();
    let answer = shell.tape.ask(Request::ReadLine { prompt })?;
    let mut options = Options::clone(&shell.job.options);
    if let Answer::Line(Some(line)) = answer {
        let password = String::from_utf8_lossy(&line).into_owned();
        options.cluster_options.from_pass = Some(password);
    }
    let job = Job { options: Arc::new(options), ..shell.job.clone() };
    run_command(&mut Shell { job: &job, tape: shell.tape })
}

fn run_command(shell: &mut Shell) -> Flow<i32> {
    let options = &shell.job.options;
    if options.auth.is_some() && options.warn_of_auth {
        shell.tape.err(PASSWORD_WARNING);
    }
    let name = options.cluster.as_ref().map_or("", |command| command.name.as_str());
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        shell.tape.err("Unknown --cluster subcommand\n");
        return Ok(1);
    };
    let count = shell.job.cluster_args().len();
    let fits = match command.arity {
        Arity::Exactly(words) => count == words,
        Arity::AtLeast(words) => count >= words,
    };
    if !fits {
        shell.tape.err("[ERR] Wrong number of arguments for specified --cluster sub command\n");
        return Ok(1);
    }
    (command.run)(shell)
}

fn help(shell: &mut Shell) -> Flow<i32> {
    shell.plain(HELP);
    Ok(1)
}

impl Job {
    /// The words of the command.
    pub fn cluster_args(&self) -> &[String] {
        self.options.cluster.as_ref().map_or(&[], |command| &command.args)
    }
}

impl Shell<'_> {
    /// The host and port of the node to begin with, of one word or two.
    pub fn entry_address(&mut self, words: &[String]) -> Flow<(String, i32)> {
        let entry = match words {
            [address] => parse_address(address),
            [host, port, ..] => Some((host.as_str(), atoi(port))),
            [] => None,
        };
        match entry.filter(|(host, port)| !host.is_empty() && *port != 0) {
            Some((host, port)) => Ok((host.to_owned(), port)),
            None => {
                self.tape.err(INVALID_HOST);
                self.exit(1)
            }
        }
    }
}

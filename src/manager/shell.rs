//! What every manager procedure does: connect, call, print.
//!
//! A procedure is played again from its start with every answer ([`crate::cli::tape`]), so whatever is
//! long goes into [`Shell::once`] or [`Shell::each`].
//!
//! In Redis: `clusterManagerNodeConnect`, `clusterManagerCheckRedisReply`, `clusterManagerLog`.

use crate::cli::args::Options;
use crate::cli::io::{Answer, Request};
use crate::cli::tape::{Flow, Stop, Tape};
use crate::manager::node::ManagedNode;
use crate::manager::print::{Level, log};
use crate::words::{Argv, Reply};
use std::sync::Arc;

/// What the whole run knows from its start.
#[derive(Clone, PartialEq, Debug)]
pub struct Job {
    /// The command line.
    pub options: Arc<Options>,
    /// Whether lines are coloured.
    pub colour: bool,
    /// Whether the questions are answered with yes before they are asked.
    pub yes: bool,
}

impl Job {
    /// Whether what is found is to be repaired.
    pub fn is_fix(&self) -> bool {
        self.options.cluster.as_ref().is_some_and(|command| command.name == "fix")
    }
}

/// A run's hands: its command line and its tape.
#[derive(Debug)]
pub struct Shell<'a> {
    /// What does not change.
    pub job: &'a Job,
    /// What was heard and said.
    pub tape: &'a mut Tape,
}

/// How many items are done before they are remembered as one.
const BATCH: usize = 64;

/// Why a command has no good reply: the node's error, or nothing if the connection broke.
pub type Failure = Option<String>;

impl Shell<'_> {
    /// A line of the `>>>` kind.
    pub fn info(&mut self, text: impl AsRef<str>) {
        log(self.tape, self.job.colour, Level::Info, text);
    }
    /// A caution.
    pub fn warn(&mut self, text: impl AsRef<str>) {
        log(self.tape, self.job.colour, Level::Warn, text);
    }
    /// A failure.
    pub fn error(&mut self, text: impl AsRef<str>) {
        log(self.tape, self.job.colour, Level::Error, text);
    }
    /// A success.
    pub fn ok(&mut self, text: impl AsRef<str>) {
        log(self.tape, self.job.colour, Level::Success, text);
    }
    /// A line that is never coloured.
    pub fn plain(&mut self, text: impl Into<String>) {
        self.tape.out(text.into());
    }
    /// The blocks of all nodes, without indentation.
    pub fn show_nodes(&mut self, nodes: &[ManagedNode]) {
        for node in nodes {
            self.plain(format!("{}\n", node.describe(0)));
        }
    }
    /// The error of a node, in two lines.
    pub fn node_error(&mut self, node: &ManagedNode, error: &str) {
        self.error(format!("Node {} replied with error:\n{error}\n", node.address()));
    }
    /// Does a part of a procedure; when it is over, only its result is remembered.
    pub fn once<T: Clone + Send + Sync + 'static>(
        &mut self,
        part: impl FnOnce(&mut Shell) -> Flow<T>,
    ) -> Flow<T> {
        if let Some(result) = self.tape.skip() {
            return Ok(result);
        }
        let began = self.tape.begin();
        let result = part(self)?;
        self.tape.finish(began, result.clone());
        Ok(result)
    }
    /// Does the same with each item, in order, up to the first that has no result; the results.
    pub fn each<T, R: Clone + Send + Sync + 'static>(
        &mut self,
        items: &[T],
        mut act: impl FnMut(&mut Shell, &T) -> Flow<Option<R>>,
    ) -> Flow<Vec<R>> {
        let mut results = Vec::new();
        for batch in items.chunks(BATCH) {
            let done: Arc<[R]> = self.once(|shell| {
                let results = batch.iter().map(|item| shell.once(|shell| act(shell, item)));
                results.map_while(Result::transpose).collect()
            })?;
            results.extend(done.iter().cloned());
            if done.len() < batch.len() {
                break;
            }
        }
        Ok(results)
    }

    /// Ends the program.
    pub fn exit<T>(&self, code: i32) -> Flow<T> {
        Err(Stop::Exit(code))
    }

    /// Opens the connection to `node` and logs in if a password was given; whether that worked.
    pub fn connect(&mut self, node: &ManagedNode) -> Flow<bool> {
        let request =
            Request::Connect { link: node.link, host: node.host.to_string(), port: node.port };
        if let Answer::NotConnected(why) = self.tape.ask(request)? {
            self.tape.err(format!("Could not connect to Redis at {}: {why}\n", node.address()));
            return Ok(false);
        }
        let options = Arc::clone(&self.job.options);
        let Some(password) = &options.auth else { return Ok(true) };
        let words = ["AUTH"].into_iter().chain(options.user.as_deref()).chain([password.as_str()]);
        let login = Argv::new(words.map(|word| word.as_bytes().to_vec()));
        match self.call(node, login)? {
            Ok(_) => Ok(true),
            Err(failure) => {
                self.report(node, failure);
                Ok(false)
            }
        }
    }
    /// Prints the node's error, if there is one to print.
    pub fn report(&mut self, node: &ManagedNode, failure: Failure) {
        if let Some(error) = failure {
            self.node_error(node, &error);
        }
    }
    /// Sends a command and sorts the reply.
    pub fn call(
        &mut self,
        node: &ManagedNode,
        argv: impl Into<Argv>,
    ) -> Flow<Result<Reply, Failure>> {
        Ok(match self.tape.call(node.link, argv)? {
            None => Err(None),
            Some(Reply::Error(text)) => Err(Some(String::from_utf8_lossy(&text).into_owned())),
            Some(reply) => Ok(reply),
        })
    }
    /// Sends a command whose good reply is a text.
    pub fn call_for_text(
        &mut self,
        node: &ManagedNode,
        argv: impl Into<Argv>,
    ) -> Flow<Result<String, Failure>> {
        Ok(self.call(node, argv)?.map(|reply| match reply {
            Reply::Simple(text) | Reply::Bulk(text) | Reply::Verbatim(text) => {
                String::from_utf8_lossy(&text).into_owned()
            }
            _ => String::new(),
        }))
    }
}

/// The number after `field:` in a reply of INFO or CLUSTER INFO.
pub fn info_number(info: &str, field: &str) -> Option<i64> {
    let line = info.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    line.trim_end().parse().ok()
}

//! What was typed after `slotlab`.

use crate::record::PAGE;
use lexopt::prelude::{Long, Short, Value, ValueExt};
use slotlab::words::Seed;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

/// `slotlab help`.
pub(crate) const HELP: &str = "\
Slotlab: a Redis Cluster that is simulated, right to the byte and the millisecond of Redis 7.0.15.

usage: slotlab serve (--nodes N [--replicas R] [--empty] | --lab NAME-OR-FOLDER) [options]
       slotlab replay FILE-OR-LINK
       slotlab link FILE [--page ADDRESS]
       slotlab help | version

serve: simulated nodes listen on real ports of this machine and speak RESP2 and RESP3, so that any
redis-cli or client library can talk to them. SLOTLAB HELP on any connection lists the faults on demand.
  --nodes N           N servers on ports 7001, 7002, ..., made into a cluster
  --replicas R        replicas of each master (default 0)
  --empty             leave the servers alone: no redis-cli --cluster create
  --conf 'NAME VALUE' a directive of redis.conf for all of --nodes; may be repeated
  --lab WHAT          a ready project (tutorial-6, three-hosts, ...) or a folder or file of docker compose;
                      its published client ports are opened
  --port PORT         the first port of --nodes (default 7001)
  --bind ADDRESS      where to listen (default 127.0.0.1)
  --speed X           virtual seconds a second (default 1; 0 stands still)
  --seed S            the luck of the run (default 1)
  --record FILE       write spec, seed and actions there at the end (Ctrl-C), for replay and the page
  --logs              print what the servers write into their own logs, not what becomes true
  --quiet             print neither

replay: plays a recorded run again and prints its log and its fingerprint.

link: prints the address that opens a recorded run in the page, where it stands at its last moment.
  --page ADDRESS      where the page is (default http://127.0.0.1:8080/, as cargo xtask serve has it)
";

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Command {
    Help,
    Version,
    Serve(Options),
    Replay(PathBuf),
    Link { path: PathBuf, page: String },
}

/// What is to be served, and how.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) what: What,
    pub(crate) bind: IpAddr,
    /// Virtual seconds a second.
    pub(crate) speed: f64,
    pub(crate) seed: Seed,
    pub(crate) record: Option<PathBuf>,
    pub(crate) prints: Prints,
}

/// What is printed while it runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Prints {
    /// What becomes true, in sentences.
    Facts,
    /// The servers' own logs.
    Logs,
    #[default]
    Nothing,
}

/// What is simulated.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// Servers on one machine.
    Nodes { count: u16, replicas: u16, empty: bool, port: u16, conf: Vec<(String, String)> },
    /// A compose project: a ready one by name, or a path.
    Lab(String),
}

const WHICH: &str = "serve needs --nodes or --lab (slotlab help)";

/// Reads a command line. An error is a sentence.
pub(crate) fn read(mut words: lexopt::Parser) -> Result<Command, String> {
    let plain = |error: lexopt::Error| format!("{error} (slotlab help)");
    let command = match words.next().map_err(plain)? {
        None | Some(Short('h') | Long("help")) => return Ok(Command::Help),
        Some(Short('v' | 'V') | Long("version")) => return Ok(Command::Version),
        Some(Value(word)) => word.string().map_err(plain)?,
        Some(other) => return Err(plain(other.unexpected())),
    };
    match command.as_str() {
        "help" => Ok(Command::Help),
        "version" => Ok(Command::Version),
        "serve" => read_serve(&mut words).map_err(plain)?,
        "replay" => {
            let path = words.value().map_err(plain)?;
            end(&mut words).map_err(plain)?;
            Ok(Command::Replay(path.into()))
        }
        "link" => read_link(&mut words).map_err(plain),
        other => Err(format!(
            "there is no command {other:?}; there are serve, replay, link, help, version"
        )),
    }
}

fn read_link(words: &mut lexopt::Parser) -> Result<Command, lexopt::Error> {
    let (mut path, mut page) = (None, PAGE.to_owned());
    while let Some(word) = words.next()? {
        match word {
            Long("page") => page = words.value()?.string()?,
            Value(file) if path.is_none() => path = Some(PathBuf::from(file)),
            other => return Err(other.unexpected()),
        }
    }
    let path = path.ok_or("link needs a recorded file")?;
    Ok(Command::Link { path, page })
}

fn end(words: &mut lexopt::Parser) -> Result<(), lexopt::Error> {
    words.next()?.map_or(Ok(()), |word| Err(word.unexpected()))
}

/// The flags of `serve`, before they are put together.
struct Flags {
    nodes: Option<u16>,
    lab: Option<String>,
    replicas: u16,
    empty: bool,
    port: u16,
    conf: Vec<(String, String)>,
    options: Options,
}

fn read_serve(words: &mut lexopt::Parser) -> Result<Result<Command, String>, lexopt::Error> {
    let options = Options {
        what: What::Lab(String::new()),
        bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
        speed: 1.0,
        seed: Seed(1),
        record: None,
        prints: Prints::Facts,
    };
    let (nodes, lab, conf) = (None, None, Vec::new());
    let mut flags = Flags { nodes, lab, replicas: 0, empty: false, port: 7001, conf, options };
    while let Some(word) = words.next()? {
        match word {
            Short('h') | Long("help") => return Ok(Ok(Command::Help)),
            Long("nodes") => flags.nodes = Some(words.value()?.parse()?),
            Long("lab") => flags.lab = Some(words.value()?.string()?),
            Long("replicas") => flags.replicas = words.value()?.parse()?,
            Long("empty") => flags.empty = true,
            Long("port") => flags.port = words.value()?.parse()?,
            Long("conf") => {
                let line = words.value()?.string()?;
                let (name, value) = line.split_once(' ').unwrap_or((&line, ""));
                flags.conf.push((name.to_owned(), value.trim().to_owned()));
            }
            Long("bind") => flags.options.bind = words.value()?.parse()?,
            Long("speed") => flags.options.speed = words.value()?.parse()?,
            Long("seed") => flags.options.seed = Seed(words.value()?.parse()?),
            Long("record") => flags.options.record = Some(words.value()?.into()),
            Long("logs") => flags.options.prints = Prints::Logs,
            Long("quiet") => flags.options.prints = Prints::Nothing,
            other => return Err(other.unexpected()),
        }
    }
    Ok(flags.put_together().map(Command::Serve))
}

impl Flags {
    fn put_together(self) -> Result<Options, String> {
        let Flags { nodes, lab, replicas, empty, port, conf, options } = self;
        let what = match (nodes, lab) {
            (None, None) => return Err(WHICH.into()),
            (Some(_), Some(_)) => return Err("--nodes or --lab, not both".into()),
            (None, Some(_)) if replicas != 0 || empty || !conf.is_empty() || port != 7001 => {
                return Err("--replicas, --empty, --conf and --port belong to --nodes; a lab's \
                            files say all of that"
                    .into());
            }
            (None, Some(lab)) => What::Lab(lab),
            (Some(0), None) => return Err("--nodes 0: there must be one".into()),
            (Some(_), None) if replicas != 0 && empty => {
                return Err("--empty servers have no --replicas".into());
            }
            (Some(count), None) if 65_535 - 10_000 < u32::from(port) + u32::from(count) - 1 => {
                return Err(
                    "the ports and those of the bus, 10000 higher, must be below 65536".into()
                );
            }
            (Some(count), None) => What::Nodes { count, replicas, empty, port, conf },
        };
        if !(0.0..=100_000.0).contains(&options.speed) {
            return Err("--speed is between 0 and 100000".into());
        }
        Ok(Options { what, ..options })
    }
}

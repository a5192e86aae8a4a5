//! Directives that make something to work with.

use crate::compose::labs::{self, LABS};
use crate::compose::{self, Remark};
use crate::script::words::Words;
use crate::script::{Runner, Trouble};
use crate::shapes::{Config, Spec};
use crate::sim::{Action, Place, World};
use crate::timeline::Timeline;
use crate::words::{Seed, Time};
use std::net::Ipv4Addr;

/// When transcripts begin, unless files say otherwise: the second of the tutorial's own transcript.
const START: Time = Time::from_unix_s(1_726_896_960);
/// The first server's port; the next has the next.
const FIRST_PORT: u16 = 7001;
/// More servers than this take too long for a test.
const MOST_SERVERS: u64 = 1000;

/// Servers on one machine's loopback, on consecutive ports, with these directives in common.
pub fn loopback(
    first_port: u16,
    count: u16,
    directives: &[(String, String)],
) -> Result<Spec, Trouble> {
    let mut config = Config { cluster_enabled: true, ..Config::default() };
    for (name, value) in directives {
        apply(&mut config, name, value)?;
    }
    let at: Vec<_> = (0..count).map(|n| (Ipv4Addr::LOCALHOST, first_port + n)).collect();
    let mut spec = Spec::loopback(START, &config, &at);
    for (n, container) in spec.containers.iter_mut().enumerate() {
        container.service = (usize::from(first_port) + n).to_string();
    }
    Ok(spec)
}

fn remark_line(remark: &Remark) -> String {
    let args: Vec<String> =
        remark.args.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let text = format!(
        "{}:{} {:?} {:?} {}",
        remark.at.file,
        remark.at.line,
        remark.severity(),
        remark.code,
        args.join(" ")
    );
    format!("{}\n", text.trim_end())
}

fn apply(config: &mut Config, name: &str, value: &str) -> Result<(), Trouble> {
    let args: Vec<&str> = if value.is_empty() { vec![""] } else { value.split(' ').collect() };
    config.apply(name, &args).map_err(|complaint| format!("{name} {value}: {complaint}"))
}

/// `3+3`: masters and replicas.
fn shape(text: &str) -> Result<(u64, u64), Trouble> {
    let (masters, replicas) = text.split_once('+').unwrap_or((text, "0"));
    match (masters.parse(), replicas.parse()) {
        (Ok(masters), Ok(replicas))
            if masters != 0
                && masters <= MOST_SERVERS
                && replicas <= MOST_SERVERS
                && masters + replicas <= MOST_SERVERS =>
        {
            Ok((masters, replicas))
        }
        _ => Err(String::new()),
    }
}

impl Runner {
    pub(super) fn servers(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let count = words.number()?;
        self.boot(count, words)?;
        let history = self.history()?;
        history.seek(history.origin().plus_micros(count * 10_000 + 50_000));
        self.shown = None;
        Ok(format!("{count} servers\n"))
    }

    pub(super) fn cluster(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let (masters, replicas) = shape(&words.need()?)?;
        if !replicas.is_multiple_of(masters) {
            return Err("so many replicas cannot be shared evenly".into());
        }
        self.boot(masters + replicas, words)?;
        let history = self.history()?;
        history.seek(history.origin().plus_micros((masters + replicas) * 10_000 + 50_000));
        let mut argv: Vec<String> = ["--cluster", "create"].map(String::from).into();
        argv.extend(
            (0..masters + replicas).map(|n| format!("127.0.0.1:{}", u64::from(FIRST_PORT) + n)),
        );
        argv.extend(["--cluster-replicas".into(), (replicas / masters).to_string()]);
        argv.push("--cluster-yes".into());
        let said = self.job(Action::RunJob { at: Place::Host, argv, stdin: None })?;
        if !said.contains("[OK] All 16384 slots covered.") {
            return Err(said);
        }
        let settled = self.settle(&mut Words::of("", "")?)?;
        let history = self.history()?;
        self.shown = history.log().last().map(|entry| entry.id);
        Ok(settled)
    }

    pub(super) fn ready(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let (masters, replicas) = shape(&words.need()?)?;
        let seed = if words.eat("seed") { words.number()? } else { 1 };
        let mut config = Config { cluster_enabled: true, ..Config::default() };
        while let Some(name) = words.next() {
            apply(&mut config, &name, &words.need()?)?;
        }
        let world = World::ready(START, masters as u16, replicas as u16, &config, Seed(seed));
        self.begin(world);
        Ok("ok\n".into())
    }

    fn begin(&mut self, world: World) {
        self.timeline = Some(Timeline::new(world));
        self.terminal = None;
        self.terminals.clear();
        self.load = None;
        self.shown = None;
    }

    fn boot(&mut self, count: u64, words: &mut Words) -> Result<(), Trouble> {
        if count == 0 || MOST_SERVERS < count {
            return Err(format!("between 1 and {MOST_SERVERS} servers"));
        }
        let seed = if words.eat("seed") { words.number()? } else { 1 };
        let mut directives = Vec::new();
        while let Some(name) = words.next() {
            directives.push((name, words.need()?));
        }
        let spec = loopback(FIRST_PORT, count as u16, &directives)?;
        self.begin(World::new(&spec, Seed(seed)));
        Ok(())
    }

    pub(super) fn file(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let path = words.need()?;
        words.done()?;
        self.files.insert(&path, words.body.clone() + "\n");
        Ok("ok\n".into())
    }

    pub(super) fn lab(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let name = words.need()?;
        let names = || LABS.iter().map(|lab| lab.name).collect::<Vec<_>>().join(", ");
        let lab = labs::find(&name).ok_or_else(|| format!("there are the labs {}", names()))?;
        self.files = lab.files();
        self.up(words)
    }

    pub(super) fn up(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let seed = if words.eat("seed") { words.number()? } else { 1 };
        words.done()?;
        let reading = compose::read(&self.files);
        let mut said = String::new();
        for remark in &reading.remarks {
            said += &remark_line(remark);
        }
        let Some(spec) = reading.spec else { return Err(format!("nothing to run\n{said}")) };
        self.begin(World::new(&spec, Seed(seed)));
        Ok(if said.is_empty() { "ok\n".into() } else { said })
    }
}

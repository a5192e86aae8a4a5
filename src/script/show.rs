//! Directives that show something and change nothing.

use crate::script::marks::{fingerprint, line};
use crate::script::words::Words;
use crate::script::{Runner, Trouble};
use crate::sim::{ContainerState, Entry, PacketNote, Place, What, Who, World, why};
use crate::words::Reply;

impl Runner {
    /// The lines of the log that were not shown yet, up to the cursor: those with one of `words`.
    pub(super) fn show_new(&mut self, words: &[String]) -> Result<String, Trouble> {
        let shown = self.shown;
        let history = self.history()?;
        let mut out = String::new();
        for entry in history.log().iter().filter(|entry| shown < Some(entry.id)) {
            if !is_told(entry) {
                continue;
            }
            let said = line(history.world(), entry);
            if words.is_empty() || words.iter().any(|word| said.contains(word.as_str())) {
                out += &said;
                out.push('\n');
            }
        }
        let last = history.log().last().map(|entry| entry.id);
        self.shown = last;
        Ok(out)
    }

    pub(super) fn why(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let wanted = words.rest();
        let history = self.history()?;
        let world = history.world();
        let has = |entry: &&Entry| {
            let said = line(world, entry);
            entry.logged().is_none() && wanted.iter().all(|word| said.contains(word.as_str()))
        };
        let found = history.log().iter().rfind(has).ok_or("the log has no such line")?;
        let mut out = String::new();
        let mut next = Some(found);
        let who_is = |id| world.container_of(id).map(Who::Container);
        while let Some(entry) = next {
            out += &format!("{}\n", line(world, entry));
            if let Some(crate::sim::Cause::Packet { kind, from, .. }) = entry.cause {
                out += &format!("            because of {kind:?} from {}\n", place(world, from));
            }
            next = why(history.log(), entry, &who_is);
        }
        Ok(out)
    }

    pub(super) fn log(&mut self, words: &mut Words) -> Result<String, Trouble> {
        const MOST: usize = 20;
        let wanted = words.rest();
        let history = self.history()?;
        let lines = history
            .log()
            .iter()
            .filter(|entry| is_told(entry))
            .map(|entry| line(history.world(), entry));
        let lines: Vec<String> =
            lines.filter(|said| wanted.iter().all(|word| said.contains(word.as_str()))).collect();
        let skipped = lines.len().saturating_sub(MOST);
        Ok(lines[skipped..].iter().map(|said| format!("{said}\n")).collect())
    }

    pub(super) fn output(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let history = self.history()?;
        let world = history.world();
        let ix = words.container(world)?;
        words.done()?;
        let job = world.job_of(ix).ok_or_else(|| format!("{} ran no redis-cli", world.name(ix)))?;
        let mut text = String::new();
        for entry in history.log().iter().filter(|entry| entry.who == Who::Client(job)) {
            match &entry.what {
                What::Output(output) => text += &String::from_utf8_lossy(&output.bytes),
                What::Ended(code) => text += &format!("(exit code {code})\n"),
                _ => {}
            }
        }
        Ok(text)
    }

    /// The lines of a server's own log that have one of the words.
    pub(super) fn logs(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let history = self.history()?;
        let ix = words.container(history.world())?;
        let wanted = words.rest();
        let mut out = String::new();
        for entry in history.log().iter().filter(|entry| entry.who == Who::Container(ix)) {
            let Some(line) = entry.logged().map(|line| line.shown(entry.at)) else { continue };
            if wanted.is_empty() || wanted.iter().any(|word| line.contains(word.as_str())) {
                out += &format!("{line}\n");
            }
        }
        Ok(out)
    }

    pub(super) fn hash(&mut self, words: &mut Words) -> Result<String, Trouble> {
        words.done()?;
        let history = self.history()?;
        Ok(format!("{:016x}\n", fingerprint(history.world(), history.log())))
    }
}

/// Whether an entry is a line of the log: not what the script did itself, nor what a program prints.
fn is_told(entry: &Entry) -> bool {
    !matches!(entry.what, What::Action(_) | What::Output(_) | What::Logged(_))
}

pub(super) fn nodes(world: &World, words: &mut Words) -> Result<String, Trouble> {
    let ix = words.container(world)?;
    words.done()?;
    let node = world.node(ix).ok_or_else(|| format!("{} does not serve", world.name(ix)))?;
    let mut view = node.cluster().topology().nodes;
    view.sort_by_key(|line| (line.address.port, line.id));
    let mut out = String::new();
    for row in &view {
        let master = row.master.map_or("-".into(), |id| world.name_of(id));
        let link = if row.connected { "connected" } else { "disconnected" };
        let slots = row.slots.to_string();
        let name = world.name_of(row.id);
        let (flags, epoch) = (row.flags, row.config_epoch);
        let text = format!("{name} {flags} {master} epoch {epoch} {link} {slots}");
        out += text.trim_end();
        out.push('\n');
    }
    Ok(out)
}

pub(super) fn info(world: &World, words: &mut Words) -> Result<String, Trouble> {
    let ix = words.container(world)?;
    words.done()?;
    let mut world = world.clone();
    let client = world.open(ix);
    let Some(Reply::Verbatim(text) | Reply::Bulk(text)) = world.call(client, "CLUSTER INFO") else {
        return Err(format!("{} does not answer", world.name(ix)));
    };
    let text = String::from_utf8_lossy(&text).into_owned();
    let kept = text.lines().filter(|line| !line.contains("messages"));
    Ok(kept.map(|line| format!("{line}\n")).collect())
}

pub(super) fn truth(world: &World, words: &mut Words) -> Result<String, Trouble> {
    words.done()?;
    Ok(world.container_ixs().map(|ix| truth_line(world, ix)).collect())
}

pub(super) fn packets(world: &World, words: &mut Words) -> Result<String, Trouble> {
    words.done()?;
    Ok(world.packets().iter().map(|(note, _)| packet(world, note)).collect())
}

fn truth_line(world: &World, ix: crate::shapes::ContainerIx) -> String {
    let state = match world.state(ix) {
        ContainerState::Absent => "absent".into(),
        ContainerState::Created => "created".into(),
        ContainerState::Starting => "starting".into(),
        ContainerState::Loading => "loading".into(),
        ContainerState::Running => "running".into(),
        ContainerState::Asleep(_) => "asleep".into(),
        ContainerState::Paused => "paused".into(),
        ContainerState::Exited(code) => format!("exited ({code})"),
    };
    let Some(node) = world.node(ix) else { return format!("{} {state}\n", world.name(ix)) };
    let cluster = node.cluster();
    let role = match cluster.my_master() {
        Some(master) => format!("replica of {}", world.name_of(master)),
        None if cluster.is_replica() => "replica".into(),
        None => "master".into(),
    };
    let sees = if cluster.state_ok() { "ok" } else { "fail" };
    let epoch = cluster.current_epoch();
    let (known, offset) = (cluster.known(), node.replication().offset());
    let name = world.name(ix);
    format!("{name} {state}, {role}, epoch {epoch}, offset {offset}, knows {known}, sees {sees}\n")
}

/// A packet as a line.
pub(super) fn packet(world: &World, note: &PacketNote) -> String {
    let (from, to) = (place(world, note.from), place(world, note.to));
    format!("{:?} {from} -> {to}\n", note.kind)
}

fn place(world: &World, place: Place) -> String {
    match place {
        Place::Host => "host".into(),
        Place::Container(ix) => world.name(ix).to_owned(),
    }
}

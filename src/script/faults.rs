//! Directives that are one action: faults of processes and of the network.

use crate::node::io::Port;
use crate::script::words::{Words, container};
use crate::script::{Runner, Trouble};
use crate::shapes::spec::{ContainerIx, Latency};
use crate::sim::{Action, Group, PacketId, Place, Rule, Verdict, World};
use crate::words::Millis;

impl Runner {
    /// Does an action and shows what came of it at once.
    pub(super) fn act(&mut self, action: Action) -> Result<String, Trouble> {
        let before = self.history()?.log().last().map(|entry| entry.id);
        let world = self.history()?.world();
        let refused = |refusal: crate::sim::Refusal| match refusal_subject(&refusal) {
            Some(ix) => format!("{}: {refusal}", world.name(ix)),
            None => refusal.to_string(),
        };
        let mut trial = world.clone();
        trial.apply(&action, &mut ()).map_err(refused)?;
        self.history()?.act(action).map_err(|refusal| refusal.to_string())?;
        self.shown = before;
        self.show_new(&[])
    }

    fn each(
        &mut self,
        words: &mut Words,
        make: fn(ContainerIx) -> Action,
    ) -> Result<String, Trouble> {
        let world = self.history()?.world();
        let mut all = vec![words.container(world)?];
        for word in words.rest() {
            all.push(container(world, &word)?);
        }
        let mut said = String::new();
        for ix in all {
            said += &self.act(make(ix))?;
        }
        Ok(if said.is_empty() { "ok\n".into() } else { said })
    }

    pub(super) fn kill(&mut self, words: &mut Words) -> Result<String, Trouble> {
        self.each(words, Action::Kill)
    }
    pub(super) fn crash(&mut self, words: &mut Words) -> Result<String, Trouble> {
        self.each(words, Action::Crash)
    }
    pub(super) fn terminate(&mut self, words: &mut Words) -> Result<String, Trouble> {
        self.each(words, Action::Terminate)
    }
    pub(super) fn stop(&mut self, words: &mut Words) -> Result<String, Trouble> {
        self.each(words, Action::Stop)
    }
    pub(super) fn start(&mut self, words: &mut Words) -> Result<String, Trouble> {
        self.each(words, Action::Start)
    }
    pub(super) fn restart(&mut self, words: &mut Words) -> Result<String, Trouble> {
        self.each(words, Action::Restart)
    }
    pub(super) fn pause(&mut self, words: &mut Words) -> Result<String, Trouble> {
        self.each(words, Action::Pause)
    }
    pub(super) fn resume(&mut self, words: &mut Words) -> Result<String, Trouble> {
        self.each(words, Action::Resume)
    }
    pub(super) fn lose_disk(&mut self, words: &mut Words) -> Result<String, Trouble> {
        self.each(words, Action::LoseDisk)
    }

    pub(super) fn partition(&mut self, words: &mut Words) -> Result<String, Trouble> {
        self.rule(words, Verdict::Drop, true)
    }
    pub(super) fn one_way(&mut self, words: &mut Words) -> Result<String, Trouble> {
        self.rule(words, Verdict::Drop, false)
    }
    pub(super) fn reject(&mut self, words: &mut Words) -> Result<String, Trouble> {
        self.rule(words, Verdict::Reject, true)
    }
    pub(super) fn slow(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let more = words.span_us()?;
        self.rule(words, Verdict::Slow(more), true)
    }
    pub(super) fn lossy(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let chance = words.number()?;
        let chance = u16::try_from(chance).ok().filter(|chance| *chance <= 1000);
        self.rule(words, Verdict::Lossy(chance.ok_or("more than a thousand of a thousand")?), true)
    }

    fn rule(
        &mut self,
        words: &mut Words,
        verdict: Verdict,
        both_ways: bool,
    ) -> Result<String, Trouble> {
        let world = self.history()?.world();
        let (from, to, port) = sides(world, words.rest())?;
        self.quietly(Action::Rule(Rule { from, to, port, verdict, both_ways }))
    }

    fn quietly(&mut self, action: Action) -> Result<String, Trouble> {
        self.act(action)?;
        Ok("ok\n".into())
    }

    pub(super) fn heal(&mut self, words: &mut Words) -> Result<String, Trouble> {
        words.done()?;
        self.quietly(Action::Heal)
    }

    pub(super) fn latency(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let (base_us, jitter_us) = (words.span_us()?, words.span_us()?);
        words.done()?;
        self.quietly(Action::Latency(Latency { base_us, jitter_us }))
    }

    pub(super) fn drop_packet(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let (id, said) = self.find_packet(&words.rest())?;
        self.act(Action::DropPacket(id))?;
        Ok(said)
    }

    pub(super) fn delay_packet(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let span = Millis(words.span_us()? / 1000);
        let (id, said) = self.find_packet(&words.rest())?;
        self.act(Action::DelayPacket(id, span))?;
        Ok(said)
    }

    /// Lets time pass until a packet is in flight whose description has all the words.
    fn find_packet(&mut self, words: &[String]) -> Result<(PacketId, String), Trouble> {
        let history = self.history()?;
        let limit = history.now() + Millis::from_s(60);
        loop {
            let world = history.world();
            for (note, _) in world.packets() {
                let said = super::show::packet(world, &note);
                if words.iter().all(|word| said.contains(word.as_str())) {
                    return Ok((note.id, said));
                }
            }
            let next = world.next_event_time().filter(|&at| at <= limit);
            let next = next.ok_or("no such packet within a minute")?;
            history.seek(next);
        }
    }
}

fn refusal_subject(refusal: &crate::sim::Refusal) -> Option<ContainerIx> {
    use crate::sim::Refusal as R;
    match refusal {
        R::AlreadyRunning(ix)
        | R::NotRunning(ix)
        | R::AlreadyPaused(ix)
        | R::NotPaused(ix)
        | R::DiskInUse(ix)
        | R::NotAServer(ix) => Some(*ix),
        R::NoSuchContainer(_) | R::NoSuchPacket(_) | R::NoSuchClient(_) | R::EmptyCommand => None,
    }
}

/// `a b | c d`, `a | rest`, with `bus` or `clients` at the end.
fn sides(world: &World, mut words: Vec<String>) -> Result<(Group, Group, Option<Port>), Trouble> {
    let port = match words.last().map(String::as_str) {
        Some("bus") => Some(Port::Bus),
        Some("clients") => Some(Port::Client),
        _ => None,
    };
    if port.is_some() {
        words.pop();
    }
    let mut halves = words.split(|word| word == "|");
    let (Some(left), Some(right), None) = (halves.next(), halves.next(), halves.next()) else {
        return Err(String::new());
    };
    let places = |names: &[String]| -> Result<Vec<Place>, Trouble> {
        names.iter().map(|name| place(world, name)).collect()
    };
    let rest = |names: &[String]| names.len() == 1 && names[0] == "rest";
    let group = |names: &[String], other: &[String]| match rest(names) {
        true => places(other).map(Group::AllBut),
        false => places(names).map(Group::These),
    };
    if left.is_empty() || right.is_empty() || (rest(left) && rest(right)) {
        return Err(String::new());
    }
    Ok((group(left, right)?, group(right, left)?, port))
}

fn place(world: &World, name: &str) -> Result<Place, Trouble> {
    match name {
        "host" => Ok(Place::Host),
        name => container(world, name).map(Place::Container),
    }
}

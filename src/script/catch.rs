//! Directives that wait for a packet in flight.

use crate::script::words::Words;
use crate::script::{Runner, Trouble, show};
use crate::sim::{Action, World};
use crate::words::Millis;

/// How long a packet is waited for.
pub const PATIENCE: Millis = Millis::from_s(60);

/// A packet that is waited for, and what will happen to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Catch {
    /// Its description has all of these.
    words: Vec<String>,
    /// It is held for so long; None: it is lost.
    delay: Option<Millis>,
}

impl Catch {
    /// The action, and the packet's description, if such a packet is in flight.
    pub fn in_flight(&self, world: &World) -> Option<(Action, String)> {
        world.packets().into_iter().find_map(|(note, _)| {
            let said = show::packet(world, &note);
            let action = match self.delay {
                None => Action::DropPacket(note.id),
                Some(span) => Action::DelayPacket(note.id, span),
            };
            self.words.iter().all(|word| said.contains(word.as_str())).then_some((action, said))
        })
    }
}

pub(super) fn drop_packet(words: &mut Words) -> Result<Catch, Trouble> {
    Ok(Catch { words: words.rest(), delay: None })
}

pub(super) fn delay_packet(words: &mut Words) -> Result<Catch, Trouble> {
    let span = Millis(words.span_us()? / 1000);
    Ok(Catch { words: words.rest(), delay: Some(span) })
}

impl Runner {
    /// Lets time pass until the packet is there.
    pub(super) fn catch(&mut self, catch: &Catch) -> Result<String, Trouble> {
        let history = self.history()?;
        let limit = history.now() + PATIENCE;
        loop {
            if let Some((action, said)) = catch.in_flight(history.world()) {
                self.act(action)?;
                return Ok(said);
            }
            let next = history.world().next_event_time().filter(|&at| at <= limit);
            let next = next.ok_or("no such packet within a minute")?;
            history.seek(next);
        }
    }
}

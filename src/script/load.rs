//! Directives for a workload: begin it, and ask it what was lost.

use crate::say::Lang;
use crate::script::marks::load_report;
use crate::script::words::Words;
use crate::script::{Runner, Trouble};
use crate::sim::{Action, ClientId, Load, Report, What, Who};
use crate::words::{Millis, Seed};

/// A workload that takes longer than this is left alone.
const PATIENCE: Millis = Millis(600_000);

impl Runner {
    pub(super) fn begin_load(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let writes = short(words.number()?)?;
        let mut load = Load { writes, keys: 100, every: Millis(1), seed: Seed(1) };
        if words.eat("keys") {
            load.keys = short(words.number()?)?;
        }
        if words.eat("every") {
            load.every = Millis(words.span_us()? / 1000);
        }
        if words.eat("seed") {
            load.seed = Seed(words.number()?);
        }
        let at = self.place(words)?;
        let via = words.eat("via");
        let world = self.history()?.world();
        let first = || world.nodes().next().map(|(ix, _)| ix).ok_or("no server runs".to_owned());
        let door = if via { words.container(world)? } else { first()? };
        words.done()?;
        let done = self.history()?.act(Action::StartLoad { at, door, load });
        self.load = done.map_err(|refusal| refusal.to_string())?.client;
        Ok("ok\n".into())
    }

    pub(super) fn check_load(&mut self, words: &mut Words) -> Result<String, Trouble> {
        words.done()?;
        let client = self.load.ok_or("nothing was loaded; try `load 1000`")?;
        let written = self.report(client, |report| matches!(report, Report::Written { .. }), 0)?;
        let seen = self.history()?.log().len();
        let line = "check".to_owned();
        let done = self.history()?.act(Action::Type { client, line });
        done.map_err(|refusal| refusal.to_string())?;
        let checked = self.report(client, |report| matches!(report, Report::Checked(_)), seen)?;
        Ok(format!("{written}{checked}"))
    }

    /// Lets time pass until a report is in the log after its first `since` entries.
    fn report(
        &mut self,
        client: ClientId,
        wanted: fn(&Report) -> bool,
        since: usize,
    ) -> Result<String, Trouble> {
        let history = self.history()?;
        let limit = history.now() + PATIENCE;
        loop {
            let found = history.log()[since..].iter().rev().find_map(|entry| match &entry.what {
                What::Load(report) if entry.who == Who::Client(client) => Some(report),
                _ => None,
            });
            if let Some(report) = found.filter(|report| wanted(report)) {
                return Ok(format!("{}\n", load_report(Lang::En, report)));
            }
            if since == 0 && found.is_some() {
                return Ok(String::new());
            }
            let next = history.world().next_event_time().filter(|&at| at <= limit);
            history.seek(next.ok_or("it is not done within ten minutes")?);
        }
    }
}

fn short(number: u64) -> Result<u32, Trouble> {
    const MOST: u64 = 1_000_000;
    if MOST < number {
        return Err(format!("at most {MOST}"));
    }
    Ok(number as u32)
}

//! A recording that is played again, in pieces so small that the page never stands still.
//!
//! First it is looked what the servers will be, then the run is repeated, action by action. Absent: how
//! many pieces fit into a frame; whoever plays them has a clock.

use crate::session::forecast::Forecast;
use crate::session::run::Run;
use crate::shapes::spec::ContainerIx;
use crate::sim::{Action, World};
use crate::timeline::{Flaw, Recording};
use crate::words::Time;

/// Events that one piece handles,
const PIECE: u64 = 500;
/// and how many of them an action counts as.
const ACTION: u64 = 10;
/// The most entries that the log of a played run may have, for the page keeps them all.
pub const MOST_ENTRIES: usize = 1_000_000;

/// A recording that is being played.
#[derive(Debug)]
pub struct Replay {
    origin: World,
    actions: Vec<(Time, Action)>,
    end: Time,
    fingerprint: Option<u64>,
    forecast: Forecast,
    /// From the moment on at which the forecast is known.
    run: Option<Box<Run>>,
    played: usize,
}

impl Replay {
    /// Of a recording that was checked.
    pub fn new(recording: Recording) -> Replay {
        let Recording { spec, seed, actions, at, fingerprint } = recording;
        let origin = World::new(&spec, seed);
        let start = origin.now();
        let timed = |(since, action): (u64, Action)| (start.plus_micros(since), action);
        let actions: Vec<(Time, Action)> = actions.into_iter().map(timed).collect();
        let servers: Vec<ContainerIx> = spec.servers().map(|(ix, _)| ix).collect();
        let forecast = Forecast::new(&origin, &servers, &actions);
        let end = start.plus_micros(at);
        Replay { origin, actions, end, fingerprint, forecast, run: None, played: 0 }
    }
    /// How far it is: virtual microseconds since the start, of so many.
    pub fn progress(&self) -> (u64, u64) {
        let start = self.origin.now();
        let now = self.run.as_ref().map_or(start, |run| run.world().now());
        (now.micros_since(start), self.end.micros_since(start))
    }
    /// What the last moment looked like to whoever recorded it.
    pub fn fingerprint(&self) -> Option<u64> {
        self.fingerprint
    }

    /// Plays a piece; gives the run, with the cursor on the recorded moment, once it is there.
    pub fn play(&mut self) -> Result<Option<Box<Run>>, Flaw> {
        let mut events = PIECE;
        let Some(run) = &mut self.run else {
            let parts = self.forecast.look(&mut events);
            let run = parts.map(|parts| Run::with_parts(self.origin.clone(), parts, Vec::new()));
            self.run = run.map(Box::new);
            return Ok(None);
        };
        if MOST_ENTRIES < run.timeline().whole_log().len() {
            return Err(Flaw::TooMuch);
        }
        while let Some((at, action)) = self.actions.get(self.played) {
            if events == 0 || !run.approach(*at, &mut events) {
                return Ok(None);
            }
            self.played += 1;
            run.repeat(action).map_err(|refusal| Flaw::Refused {
                nth: self.played,
                who: action.container().map(|ix| run.name_of(ix)).unwrap_or_default(),
                refusal,
            })?;
            events = events.saturating_sub(ACTION);
        }
        if !run.approach(self.end, &mut events) {
            return Ok(None);
        }
        run.repeated();
        Ok(self.run.take())
    }
}

//! What the page costs: a refresh after an hour in which a learner was busy.

use super::best;
use slotlab::session::lab::Workbench;
use slotlab::session::page::{ConsoleTab, Page};
use slotlab::session::{Msg, Session};
use slotlab::sim::Action;
use slotlab::view;
use std::hint::black_box;

/// The tutorial for an hour, with a command every second and a server that dies every ten minutes.
fn an_hour() -> Session {
    let mut session = Session::new(Workbench::tutorial(), Page::default());
    let run = session.run.as_ref().expect("the tutorial boots");
    let (start, first) = (run.start(), run.servers()[0]);
    for second in 1..=3600 {
        session.update(Msg::Seek(start.plus_micros(second * 1_000_000)));
        session.update(Msg::Input(format!("set key:{} {second}", second % 100)));
        session.update(Msg::Submit);
        match second % 600 {
            300 => session.update(Msg::Act(Action::KillProcess(first))),
            400 => session.update(Msg::Act(Action::Start(first))),
            _ => {}
        }
    }
    session
}

pub(crate) fn refresh() -> String {
    const REFRESHES: u32 = 20;
    let mut session = an_hour();
    let entries = session.run.as_ref().map_or(0, |run| run.log().len());
    let tabs = [ConsoleTab::Cli, ConsoleTab::Log, ConsoleTab::Compose].map(|tab| {
        session.update(Msg::Console(tab));
        let took = best(5, || {
            for _ in 0..REFRESHES {
                black_box(view::of(black_box(&session)));
            }
        });
        took * 1e3 / f64::from(REFRESHES)
    });
    let [cli, log, compose] = tabs;
    format!(
        "{cli:.2} ms with redis-cli open, {log:.2} ms with the log, {compose:.2} ms with docker compose \
         ({entries} entries)"
    )
}

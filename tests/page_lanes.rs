//! Other lanes of history on the timeline: acting in the past keeps what was.

use slotlab::session::lab::Workbench;
use slotlab::session::milestone::Milestone;
use slotlab::session::page::{ConsoleTab, Page};
use slotlab::session::{Msg, Session};
use slotlab::sim::Action;
use slotlab::timeline::LaneId;
use slotlab::view::{self, View};

/// Seconds of virtual time, from the start.
fn seek(session: &mut Session, seconds: u64) {
    let start = session.run.as_ref().expect("it runs").start();
    session.update(Msg::Seek(start.plus_micros(seconds * 1_000_000)));
}

fn now(session: &Session) -> u64 {
    let run = session.run.as_ref().expect("it runs");
    run.world().now().micros_since(run.start()) / 1_000_000
}

/// 7001 is killed at 8 s; then, in another past, 7002 is paused at 6 s.
fn two_runs() -> Session {
    let mut session = Session::new(Workbench::tutorial(), Page::default());
    session.update(Msg::TogglePlay);
    let servers = session.run.as_ref().expect("it runs").servers().to_vec();
    seek(&mut session, 8);
    session.update(Msg::Act(Action::KillProcess(servers[0])));
    seek(&mut session, 20);
    seek(&mut session, 6);
    session.update(Msg::Act(Action::Pause(servers[1])));
    seek(&mut session, 12);
    session
}

fn kinds(view: &View) -> Vec<Milestone> {
    view.timeline.lanes[0].marks.iter().map(|mark| mark.kind).collect()
}

#[test]
fn acting_in_the_past_leaves_the_old_run_below_this_one() {
    let view = view::of(&two_runs());
    assert_eq!(view.timeline.label.text, "Run 2 of 2");
    let [other] = view.timeline.lanes.as_slice() else { panic!("one other lane") };
    assert_eq!(other.spoken.split(". ").next(), Some("Run 1: Somebody kills the process of 7001"));
    assert_eq!(other.ends.0, view.timeline.x(view.timeline.start.plus_micros(6_000_000)));
    assert_eq!(kinds(&view).first(), Some(&Milestone::Fault), "the kill");
    assert!(kinds(&view).contains(&Milestone::Promotion), "and what it led to");
    let marks: Vec<Milestone> = view.timeline.marks.iter().map(|mark| mark.kind).collect();
    assert!(!marks.contains(&Milestone::Promotion), "nothing of it is in this run");
}

#[test]
fn going_over_to_a_lane_keeps_the_moment_and_the_other_run() {
    let mut session = two_runs();
    session.update(Msg::Lane(LaneId(0)));
    assert_eq!(now(&session), 12);
    let view = view::of(&session);
    assert_eq!(view.timeline.label.text, "Run 1 of 2");
    assert_eq!(kinds(&view).first(), Some(&Milestone::Fault), "the pause, seen from the first run");
    let next = view.timeline.label.next.expect("there is another");
    session.update(Msg::Lane(next));
    assert_eq!(view::of(&session).timeline.label.text, "Run 2 of 2");
}

#[test]
fn a_terminal_belongs_to_the_lane_in_which_it_was_opened() {
    let mut session = two_runs();
    session.update(Msg::Console(ConsoleTab::Cli));
    session.update(Msg::Input("ping".into()));
    session.update(Msg::Submit);
    let lines = |session: &Session| view::of(session).console.lines.len();
    assert_eq!(lines(&session), 2);
    session.update(Msg::Lane(LaneId(0)));
    seek(&mut session, 20);
    assert_eq!(lines(&session), 0);
    session.update(Msg::Lane(LaneId(1)));
    assert_eq!(lines(&session), 2);
}

#[test]
fn the_last_lanes_are_drawn_and_all_can_be_gone_to() {
    let mut session = Session::new(Workbench::tutorial(), Page::default());
    session.update(Msg::TogglePlay);
    let first = session.run.as_ref().expect("it runs").servers()[0];
    for second in [9, 8, 7, 6, 5] {
        seek(&mut session, 10);
        seek(&mut session, second);
        session.update(Msg::Act(Action::Pause(first)));
    }
    let view = view::of(&session);
    assert_eq!(view.timeline.lanes.len(), 3);
    let mut seen = Vec::new();
    for _ in 0..6 {
        let label = view::of(&session).timeline.label;
        seen.push(label.text);
        session.update(Msg::Lane(label.next.expect("there are others")));
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 6, "{seen:?}");
}

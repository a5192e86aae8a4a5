//! `redis-cli --cluster` in the page's console: typed as in a shell, its questions answered there.

use slotlab::session::lab::Workbench;
use slotlab::session::page::{ConsoleTab, Page};
use slotlab::session::{Msg, Session};
use slotlab::view;
use slotlab::view::console::Ink;

/// The tutorial's cluster, a while after it was made.
fn session() -> Session {
    let mut session = Session::new(Workbench::tutorial(), Page::default());
    let start = session.run.as_ref().expect("it runs").start();
    session.update(Msg::TogglePlay);
    session.update(Msg::Seek(start.plus_micros(30_000_000)));
    session.update(Msg::Console(ConsoleTab::Cli));
    session
}

fn type_line(session: &mut Session, line: &str) {
    session.update(Msg::Input(line.to_owned()));
    session.update(Msg::Submit);
}

/// The last lines of the console, each behind its prompt.
fn last(session: &Session, count: usize) -> Vec<String> {
    let lines = view::of(session).console.lines;
    let shown = lines.iter().map(|line| format!("{}{}", line.prompt, line.text()));
    let shown: Vec<String> = shown.collect();
    shown[shown.len().saturating_sub(count)..].to_vec()
}

#[test]
fn a_reshard_asks_in_the_console_and_is_answered_there() {
    let mut session = session();
    type_line(&mut session, "redis-cli --cluster reshard 127.0.0.1:7001 --cluster-from all");
    assert_eq!(last(&session, 1), ["How many slots do you want to move (from 1 to 16384)? "]);
    type_line(&mut session, "1");
    assert_eq!(
        last(&session, 2),
        [
            "How many slots do you want to move (from 1 to 16384)? 1",
            "What is the receiving node ID? "
        ]
    );
    type_line(&mut session, "nobody");
    assert_eq!(
        last(&session, 2),
        [
            "What is the receiving node ID? nobody",
            "*** The specified node (nobody) is not known or not a master, please retry."
        ]
    );
    // It has ended; what is typed now goes to the node again.
    type_line(&mut session, "PING");
    assert_eq!(last(&session, 2), ["127.0.0.1:7001> PING", "PONG"]);
}

#[test]
fn the_command_line_stands_above_what_it_prints() {
    let mut session = session();
    type_line(&mut session, "redis-cli --cluster call 127.0.0.1:7001 PING");
    let lines = last(&session, 8);
    assert_eq!(
        lines[..3],
        [
            "$ redis-cli --cluster call 127.0.0.1:7001 PING",
            ">>> Calling PING",
            "127.0.0.1:7001: PONG"
        ]
    );
}

#[test]
fn its_lines_have_the_colours_of_a_terminal() {
    let mut session = session();
    type_line(&mut session, "redis-cli --cluster check 127.0.0.1:7001");
    session.update(Msg::Nudge(1_000_000));
    let lines = view::of(&session).console.lines;
    let ink_of = |start: &str| -> Vec<Ink> {
        let line = lines.iter().find(|line| line.text().starts_with(start)).expect(start);
        line.spans.iter().map(|span| span.ink).collect()
    };
    assert_eq!(ink_of(">>> Performing Cluster Check"), [Ink::Bold]);
    assert_eq!(ink_of("M: "), [Ink::Plain]);
    assert_eq!(ink_of("[OK] All nodes agree"), [Ink::Green]);
}

#[test]
fn what_a_container_prints_has_none() {
    let mut session = session();
    session.update(Msg::Console(ConsoleTab::Compose));
    let lines = view::of(&session).console.lines;
    let inks = lines.iter().flat_map(|line| &line.spans).map(|span| span.ink);
    assert!(inks.into_iter().all(|ink| ink == Ink::Plain));
}

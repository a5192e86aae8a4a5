//! Keys that work everywhere on the page.
//!
//! Single letters work only while no text field has the focus. Pure: a key and a session in, a message
//! out.

use crate::session::page::Dialog;
use crate::session::{Msg, Session};
use crate::sim::{Action, ContainerState};
use crate::view::lanes;

/// What the help shows: keys, and what they do.
pub const TABLE: &[(&[&str], &str)] = &[
    (&["Space"], "key-play"),
    (&[",", "."], "key-step"),
    (&["<", ">"], "key-millisecond"),
    (&["Home"], "key-start"),
    (&["S"], "key-skim"),
    (&["B"], "key-lane"),
    (&["-", "="], "key-speed"),
    (&["Tab"], "key-tab"),
    (&["Enter"], "key-select"),
    (&["Menu"], "key-menu"),
    (&["K"], "key-kill"),
    (&["P"], "key-pause-node"),
    (&["R"], "key-restart"),
    (&["I"], "key-isolate"),
    (&["[", "]"], "key-panels"),
    (&["`"], "key-console"),
    (&["L"], "key-share"),
    (&["?"], "key-help"),
    (&["Esc"], "key-close"),
];

/// One virtual millisecond in microseconds.
const MILLISECOND: i64 = 1000;

/// What a key does; None if nothing.
pub fn message(session: &Session, key: &str) -> Option<Msg> {
    if session.opening.is_some() {
        return (key == "Escape").then_some(Msg::CloseOpening);
    }
    if session.page.dialog.is_some() {
        return (key == "Escape").then_some(Msg::Dialog(None));
    }
    Some(match key {
        " " => Msg::TogglePlay,
        "," => Msg::Back,
        "." => Msg::Next,
        "<" => Msg::Nudge(-MILLISECOND),
        ">" => Msg::Nudge(MILLISECOND),
        "Home" => Msg::Start,
        "s" | "S" => Msg::Skim,
        "b" | "B" => return next_lane(session),
        "-" => Msg::Faster(false),
        "=" | "+" => Msg::Faster(true),
        "[" => Msg::Rail,
        "]" => Msg::InspectorPanel,
        "l" | "L" => Msg::Dialog(Some(Dialog::Share)),
        "?" => Msg::Dialog(Some(Dialog::Help)),
        "Escape" if session.notice.is_some() => Msg::Dismiss,
        "Escape" => Msg::Deselect,
        _ => return to_node(session, key),
    })
}

fn next_lane(session: &Session) -> Option<Msg> {
    let run = session.run.as_ref()?;
    lanes::label(session, run).next.map(Msg::Lane)
}

fn to_node(session: &Session, key: &str) -> Option<Msg> {
    let ix = session.selected?;
    let state = session.run.as_ref()?.world().state(ix);
    Some(match (key, state) {
        ("k" | "K", _) => Msg::Act(Action::KillProcess(ix)),
        ("p" | "P", ContainerState::Paused) => Msg::Act(Action::Resume(ix)),
        ("p" | "P", _) => Msg::Act(Action::Pause(ix)),
        ("r" | "R", ContainerState::Exited(_)) => Msg::Act(Action::Start(ix)),
        ("r" | "R", _) => Msg::Act(Action::Restart(ix)),
        ("i" | "I", _) => Msg::Isolate(ix),
        _ => return None,
    })
}

//! Sharing and opening, as HTML and as a view, without a browser.

use slotlab::say::Lang;
use slotlab::session::lab::Workbench;
use slotlab::session::page::{Dialog, Page};
use slotlab::session::{Msg, Session};
use slotlab::shapes::{Config, Spec};
use slotlab::sim::{Action, World};
use slotlab::timeline::{Recording, Timeline};
use slotlab::ui::keyboard;
use slotlab::view::{self, View};
use slotlab::words::{Millis, Rng, Seed, Time};
use std::net::{Ipv4Addr, SocketAddrV4};

/// A page whose address is known, after so many seconds of the tutorial.
fn page(lang: Lang, seconds: u64) -> Session {
    let page = Page { lang, address: "https://here/".into(), ..Page::default() };
    let mut session = Session::new(Workbench::tutorial(), page);
    for _ in 0..seconds * 20 {
        session.update(Msg::Frame { elapsed: 50_000 });
    }
    session
}

fn open(session: &mut Session, text: String) -> View {
    session.update(Msg::Open(text));
    while session.is_opening() {
        session.update(Msg::Frame { elapsed: 0 });
    }
    view::of(session)
}

#[test]
fn time_stands_still_while_a_moment_is_shared() {
    let mut session = page(Lang::En, 2);
    let key = keyboard::message(&session, "l").expect("a key shares");
    session.update(key);
    assert!(!session.playback.playing);
    let share = view::of(&session).share.expect("it is open");
    let link = share.link.expect("it is short");
    assert!(link.starts_with("https://here/#run=1."), "{link}");
    assert_eq!(share.says, format!("{} characters", link.len()));
    session.update(keyboard::message(&session, "Escape").expect("it closes"));
    assert!(session.playback.playing && view::of(&session).share.is_none());
}

#[test]
fn the_rail_says_whose_run_it_is_and_leads_back() {
    for lang in Lang::ALL {
        let link = {
            let mut session = page(lang, 4);
            session.update(Msg::Dialog(Some(Dialog::Share)));
            view::of(&session).share.and_then(|share| share.link).expect("a link")
        };
        let mut session = page(lang, 0);
        let shown = open(&mut session, link);
        let guest = shown.guest.expect("it is no run of ours");
        assert_eq!(guest.same.map(|(same, _)| same), Some(true));
        for words in [guest.title, guest.what, guest.files] {
            assert!(words.contains(' ') && !words.contains('$'), "{words}");
        }
        assert!(!shown.console.lines.is_empty());
        session.update(Msg::Boot);
        assert!(view::of(&session).guest.is_none());
    }
}

#[test]
fn a_run_too_long_for_a_link_is_offered_as_a_file() {
    let mut session = page(Lang::En, 1);
    let mut luck = Rng::new(Seed(1), 1);
    for _ in 0..40 {
        let noise: String = (0..300).map(|_| format!("{:04x}", luck.below(65_536))).collect();
        let node = session.run.as_ref().expect("it runs").servers()[0];
        session.update(Msg::Act(Action::Command { node, argv: vec!["ECHO".into(), noise] }));
    }
    session.update(Msg::Dialog(Some(Dialog::Share)));
    let share = view::of(&session).share.expect("it is open");
    assert_eq!(share.link, None);
    assert!(share.works && share.says.contains("32000"), "{}", share.says);
}

#[test]
fn nothing_that_runs_is_nothing_to_share() {
    let files = slotlab::compose::Files::new().with("docker-compose.yml", "services: {}\n");
    let mut session = Session::new(Workbench::new(files), Page::default());
    session.update(Msg::Dialog(Some(Dialog::Share)));
    let share = view::of(&session).share.expect("it is open");
    assert!(share.link.is_none() && !share.works);
}

#[test]
fn what_cannot_be_opened_is_said_with_what_to_do() {
    let mut session = page(Lang::En, 1);
    let shown = open(&mut session, "https://here/#run=1.AAAA".into());
    let opening = shown.opening.expect("it says why");
    assert_eq!(opening.title, "This recording cannot be opened");
    assert!(!opening.mend.is_empty() && opening.percent.is_none());
    session.update(keyboard::message(&session, "Escape").expect("it closes"));
    assert!(view::of(&session).opening.is_none() && session.playback.playing);
}

/// What `slotlab serve` records: a program outside says things to a server.
fn served() -> Recording {
    let config = Config { cluster_enabled: false, ..Config::default() };
    let at = [(Ipv4Addr::LOCALHOST, 7001)];
    let spec = Spec::loopback(Time::from_unix_s(1_726_896_960), &config, &at);
    let mut timeline = Timeline::new(World::new(&spec, Seed(1)));
    timeline.seek(timeline.now() + Millis(500));
    let to = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 7001);
    let dialed = timeline.act(Action::Dial { to }).expect("it is possible");
    let client = dialed.client.expect("a connection");
    for said in ["*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$3\r\na b\r\nGET", " k\r\nLPUSH k 1\r\n"] {
        let bytes = said.as_bytes().into();
        timeline.act(Action::Bytes { client, bytes }).expect("it is open");
    }
    timeline.seek(timeline.now() + Millis(500));
    timeline.recording()
}

#[test]
fn the_console_shows_what_programs_outside_said_and_heard() {
    let mut session = page(Lang::En, 0);
    open(&mut session, served().to_json());
    session.update(Msg::Console(slotlab::session::page::ConsoleTab::Cli));
    let console = view::of(&session).console;
    let lines: Vec<String> =
        console.lines.iter().map(|line| format!("{}{}", line.prompt, line.text())).collect();
    assert_eq!(
        lines,
        [
            "127.0.0.1:7001 #0> SET k \"a b\"",
            "#0 OK",
            "127.0.0.1:7001 #0> GET k",
            "127.0.0.1:7001 #0> LPUSH k 1",
            "#0 \"a b\"",
            "#0 (error) WRONGTYPE Operation against a key holding the wrong kind of value",
        ]
    );
}

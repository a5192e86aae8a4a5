//! The page as HTML, without a browser.

use futures::executor::block_on;
use slotlab::compose::Files;
use slotlab::say::Lang;
use slotlab::session::lab::Workbench;
use slotlab::session::page::Page;
use slotlab::session::{Msg, Session};
use slotlab::sim::Action;
use slotlab::ui::app::{App, AppProps};
use slotlab::view::inspector::Body;
use slotlab::view::{self, View};

/// The first page a learner sees, as the server would send it.
fn html(props: AppProps) -> String {
    let renderer = yew::LocalServerRenderer::<App>::with_props(props).hydratable(false);
    block_on(renderer.render())
}

fn first_visit(lang: Lang) -> AppProps {
    AppProps { bench: Workbench::tutorial(), page: Page { lang, ..Page::default() } }
}

/// The tutorial after so many seconds at real time.
fn after(seconds: u64) -> Session {
    let mut session = Session::new(Workbench::tutorial(), Page::default());
    pass(&mut session, seconds);
    session
}

fn pass(session: &mut Session, seconds: u64) {
    for _ in 0..seconds * 20 {
        session.update(Msg::Frame { elapsed: 50_000 });
    }
}

fn names(view: &View) -> Vec<&str> {
    let mut names: Vec<&str> = view.stage.discs.iter().map(|disc| disc.name.as_str()).collect();
    names.sort_unstable();
    names
}

#[test]
fn the_first_screen_is_alive_without_a_click() {
    let session = after(10);
    let view = view::of(&session);
    assert_eq!(names(&view), ["7001", "7002", "7003", "7004", "7005", "7006"]);
    assert_eq!(view.top.state, "Cluster ok");
    let printed: Vec<String> = view.console.lines.iter().map(view::console::Line::text).collect();
    assert!(printed.iter().any(|line| line == "[OK] All 16384 slots covered."), "{printed:?}");
}

#[test]
fn no_markup_needs_what_the_policy_forbids() {
    let html = html(first_visit(Lang::En));
    assert!(!html.contains(" style="), "an inline style");
    assert!(!html.contains("<script"), "an inline script");
}

#[test]
fn every_control_has_a_name_in_both_languages() {
    for lang in Lang::ALL {
        let html = html(first_visit(lang));
        for button in html.split("<button").skip(1) {
            let (tag, rest) = button.split_once('>').expect("a tag ends");
            let (inner, _) = rest.split_once("</button>").expect("a button ends");
            let text: String = without_tags(inner);
            let named = tag.contains("aria-label=\"") || !text.trim().is_empty();
            assert!(named, "{}: <button{tag}>", lang.tag());
        }
    }
}

#[test]
fn what_a_learner_types_is_never_markup() {
    let text = "services: {}\n# </textarea></script><img src=x onerror=alert(1)>\n";
    let bench = Workbench::new(Files::new().with("docker-compose.yml", text));
    let html = html(AppProps { bench, page: Page::default() });
    assert!(!html.contains("<img"), "an element came out of a comment");
    assert!(html.contains("&lt;img"), "the text is gone");
}

#[test]
fn the_inspector_says_what_the_node_itself_would_print() {
    let mut session = after(10);
    let second = session.run.as_ref().expect("it runs").servers()[1];
    session.update(Msg::Select(second));
    let inspector = view::of(&session).inspector.expect("one is selected");
    let Body::Nodes { rows, text } = inspector.body else { panic!("the nodes come first") };
    assert_eq!(rows.len(), 6);
    let mine = text.lines().find(|line| line.contains(" myself,master ")).expect("its own line");
    assert!(mine.starts_with("0fae62ed32710043f84f23cb850217351381f7f2 127.0.0.1:7002@17002 "));
    assert!(mine.ends_with(" 2 connected 5461-10922"), "{mine}");
}

#[test]
fn the_inspector_shows_the_servers_own_log() {
    let mut session = after(10);
    let second = session.run.as_ref().expect("it runs").servers()[1];
    session.update(Msg::Select(second));
    session.update(Msg::Inspector(slotlab::session::page::InspectorTab::Log));
    let inspector = view::of(&session).inspector.expect("one is selected");
    let Body::Log { lines, text } = inspector.body else { panic!("the log is open") };
    assert!(lines.iter().all(|(_, said)| !said.contains("Ready to accept")), "{lines:?}");
    let own: Vec<&str> = text.lines().collect();
    assert!(own[0].ends_with("# oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo"), "{text}");
    assert!(text.contains(
        " * No cluster configuration found, I'm 0fae62ed32710043f84f23cb850217351381f7f2\n"
    ));
    assert!(
        own.iter()
            .any(|line| line.starts_with("1:M ") && line.ends_with("# Cluster state changed: ok"))
    );
}

#[test]
fn a_dead_master_is_seen_suspected_and_replaced() {
    let mut session = after(10);
    let ix = session.run.as_ref().expect("it runs").servers()[0];
    session.update(Msg::Select(ix));
    session.update(Msg::Act(Action::KillProcess(ix)));
    let disc = |session: &Session| {
        let view = view::of(session);
        let disc = view.stage.discs.into_iter().find(|disc| disc.ix == ix);
        disc.expect("7001 stands where it stood").class
    };
    assert!(disc(&session).contains("off"), "{}", disc(&session));
    pass(&mut session, 12);
    assert!(disc(&session).contains("fail"), "{}", disc(&session));
}

#[test]
fn nodes_do_not_move_when_roles_change() {
    let mut session = after(10);
    let places = |session: &Session| {
        let stage = view::of(session).stage;
        stage.discs.iter().map(|disc| (disc.ix, disc.at.svg())).collect::<Vec<_>>()
    };
    let before = places(&session);
    let ix = session.run.as_ref().expect("it runs").servers()[0];
    session.update(Msg::Act(Action::KillProcess(ix)));
    pass(&mut session, 15);
    assert_eq!(before, places(&session));
}

#[test]
fn a_redirection_is_shown_as_the_terminal_shows_it() {
    let mut session = after(10);
    session.update(Msg::Follow(true));
    session.update(Msg::Console(slotlab::session::page::ConsoleTab::Cli));
    let second = session.run.as_ref().expect("it runs").servers()[1];
    session.update(Msg::OpenTerminal(second));
    for line in ["set hello world", "get hello"] {
        session.update(Msg::Input(line.into()));
        session.update(Msg::Submit);
        pass(&mut session, 1);
    }
    let console = view::of(&session).console;
    let lines: Vec<String> =
        console.lines.iter().map(|line| format!("{}{}", line.prompt, line.text())).collect();
    assert_eq!(
        lines,
        [
            "127.0.0.1:7002> set hello world",
            "-> Redirected to slot [866] located at 127.0.0.1:7001",
            "OK",
            "127.0.0.1:7001> get hello",
            "\"world\"",
        ]
    );
    assert_eq!(console.entry.prompt, "127.0.0.1:7001> ");
}

#[test]
fn nothing_that_runs_is_said_and_nothing_breaks() {
    let bench = Workbench::new(Files::new().with("docker-compose.yml", "\t: [broken"));
    let session = Session::new(bench, Page::default());
    let view = view::of(&session);
    assert!(view.notice.is_some());
    assert_eq!(view::rail::draw(&session).text, "\t: [broken");
}

fn without_tags(html: &str) -> String {
    html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect()
}

#[test]
fn what_the_network_loses_dies_with_a_cross_between_the_two() {
    let mut session = after(10);
    let ix = session.run.as_ref().expect("it runs").servers()[0];
    session.update(Msg::Isolate(ix));
    pass(&mut session, 1);
    let view = view::of(&session);
    let ghosts = view::moment::draw(&session, &view.timeline).packets.ghosts;
    let lost: Vec<_> = ghosts.iter().filter(|ghost| ghost.held).collect();
    assert!(!lost.is_empty(), "nothing was lost in a second of isolation");
    let home = view.stage.discs.iter().find(|disc| disc.ix == ix).expect("7001").at;
    let mut keys: Vec<_> = ghosts.iter().map(|ghost| ghost.key).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), ghosts.len(), "a packet that is lost twice leaves two crosses");
    for ghost in lost {
        let far = (ghost.at.x - home.x).hypot(ghost.at.y - home.y);
        assert!(40.0 < far, "it died at the door of 7001: {far}");
    }
}

#[test]
fn the_menu_of_a_node_offers_what_can_be_done_and_stops_time_meanwhile() {
    let mut session = after(10);
    let ix = session.run.as_ref().expect("it runs").servers()[1];
    session.update(Msg::Menu(ix));
    assert!(!session.playback.playing, "time runs under an open menu");
    let menu = view::of(&session).menu.expect("it is open");
    let labels: Vec<&str> = menu.items.iter().map(|item| item.label.as_str()).collect();
    assert_eq!(
        labels,
        [
            "Kill process",
            "Pause",
            "Restart",
            "Kill container",
            "Isolate",
            "CLUSTER FAILOVER",
            "Open a terminal"
        ]
    );
    session.update(Msg::CloseMenu);
    assert!(session.playback.playing, "it goes on where it was");
    assert!(view::of(&session).menu.is_none());
}

#[test]
fn a_packet_is_named_with_its_ends() {
    let session = after(10);
    let view = view::of(&session);
    let packets = view::moment::draw(&session, &view.timeline).packets;
    let mut titles = packets.ghosts.iter().map(|ghost| ghost.title.as_str());
    let gossip = titles.find(|title| title.starts_with("PING ") || title.starts_with("PONG "));
    let ends: Vec<&str> = gossip.expect("they gossip").split(' ').collect();
    assert!(ends[1].starts_with("700") && ends[2] == "→" && ends[3].starts_with("700"), "{ends:?}");
}

#[test]
fn a_name_that_has_no_room_in_its_disc_stands_below_it() {
    let two = "services:\n  a: {image: redis, command: redis-server --cluster-enabled yes}\n  \
        b: {image: redis, command: redis-server --cluster-enabled yes}\n";
    let bench = Workbench::new(Files::new().with("compose.yaml", two));
    let view = view::of(&Session::new(bench, Page::default()));
    for disc in &view.stage.discs {
        assert_eq!(disc.name.len(), "slotlab-a-1".len(), "{}", disc.name);
        assert!(disc.radius < disc.name_y, "{} lies over its disc", disc.name);
    }
    let ports = view::of(&after(1));
    assert!(ports.stage.discs.iter().all(|disc| disc.name_y < disc.radius), "7001 has room");
}

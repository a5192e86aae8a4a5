//! The console's compose tab, word for word, at moments of the tutorial's boot and after it.

use slotlab::compose::Files;
use slotlab::session::lab::Workbench;
use slotlab::session::page::{ConsoleTab, Page};
use slotlab::session::{Msg, Session};
use slotlab::sim::Action;
use slotlab::view;

const UP: &str = "$ docker compose up -d";
const WARNING: &str = "time=\"2024-09-21T14:36:06+09:00\" level=warning \
    msg=\"/home/slotlab/config/docker-compose.yml: `version` is obsolete\"";
const LOGS: &str = "$ docker compose logs -f";

/// A session whose console is a terminal of 119 columns, with time standing still.
fn boot(bench: Workbench) -> Session {
    let mut session = Session::new(bench, Page::default());
    session.update(Msg::TogglePlay);
    session.update(Msg::Console(ConsoleTab::Compose));
    session.update(Msg::Resized { width: 1000.0, height: 500.0, track: 500.0 });
    session
}

fn seek(session: &mut Session, ms: u64) {
    let start = session.run.as_ref().expect("it runs").start();
    session.update(Msg::Seek(start.plus_micros(ms * 1000)));
}

fn shown(session: &Session) -> Vec<String> {
    let lines = view::of(session).console.lines;
    lines.iter().map(|line| format!("{}{}", line.prompt, line.text())).collect()
}

/// Without what servers wrote: `redis-master-1       | 1:M 21 Sep 2024 ...`.
fn without_servers(session: &Session) -> Vec<String> {
    let of_a_server = |line: &String| {
        let text = line.split_once(" | ").map_or("", |(_, text)| text);
        let head = text.split(' ').next().unwrap_or("");
        head.split_once(':').is_some_and(|(pid, _)| pid.parse::<u32>().is_ok())
    };
    shown(session).into_iter().filter(|line| !of_a_server(line)).collect()
}

/// Its lines alone.
fn only(session: &mut Session, service: &str) -> Vec<String> {
    let services = view::of(session).console.services;
    let (ix, ..) = services.iter().find(|(_, name, _)| name == service).expect("there is one");
    session.update(Msg::LogsOf(Some(*ix)));
    let lines = shown(session);
    session.update(Msg::LogsOf(None));
    let logs = lines.iter().position(|line| line.starts_with(LOGS)).expect("all is up");
    lines[logs..].to_vec()
}

/// A row of the table, its time at the right edge of the terminal.
fn row(left: &str, took: &str) -> String {
    format!(" {left:<114}{took}")
}

fn started() -> Vec<String> {
    vec![
        "[+] Running 8/8".into(),
        row("✔ Network config_default         Created", "0.0s"),
        row("✔ Container redis-master-1       Started", "0.7s"),
        row("✔ Container redis-master-2       Started", "1.1s"),
        row("✔ Container redis-master-3       Started", "0.9s"),
        row("✔ Container redis-replica-1      Started", "0.9s"),
        row("✔ Container redis-replica-2      Started", "0.9s"),
        row("✔ Container redis-replica-3      Started", "0.9s"),
        row("✔ Container redis_cluster_entry  Started", "1.1s"),
    ]
}

#[test]
fn the_table_grows_while_containers_are_made_and_started() {
    let mut session = boot(Workbench::tutorial());
    seek(&mut session, 30);
    let mut expected = vec![UP.to_owned(), WARNING.to_owned(), "[+] Running 1/2".to_owned()];
    expected.push(row("✔ Network config_default    Created", "0.0s"));
    expected.push(row("⠋ Container redis-master-1  Creating", "0.0s"));
    assert_eq!(shown(&session), expected);

    seek(&mut session, 950);
    let mut expected = vec![UP.to_owned(), WARNING.to_owned(), "[+] Running 3/8".to_owned()];
    expected.extend([
        row("✔ Network config_default         Created", "0.0s"),
        row("✔ Container redis-master-1       Started", "0.7s"),
        row("⠏ Container redis-master-2       Starting", "0.9s"),
        row("⠇ Container redis-master-3       Starting", "0.9s"),
        row("⠧ Container redis-replica-1      Starting", "0.8s"),
        row("⠧ Container redis-replica-2      Starting", "0.7s"),
        row("⠦ Container redis-replica-3      Starting", "0.7s"),
        row("✔ Container redis_cluster_entry  Created", "0.0s"),
    ]);
    assert_eq!(shown(&session), expected);
}

#[test]
fn logs_follow_once_all_is_started_and_names_are_padded() {
    let mut session = boot(Workbench::tutorial());
    seek(&mut session, 1700);
    let shown = without_servers(&session);
    let mut expected = vec![UP.to_owned(), WARNING.to_owned()];
    expected.extend(started());
    expected.push(LOGS.into());
    let job = "redis_cluster_entry  | ";
    for line in [
        ">>> Performing hash slots allocation on 6 nodes...",
        "Master[0] -> Slots 0 - 5460",
        "Master[1] -> Slots 5461 - 10922",
        "Master[2] -> Slots 10923 - 16383",
        "Adding replica 127.0.0.1:7005 to 127.0.0.1:7001",
        "Adding replica 127.0.0.1:7006 to 127.0.0.1:7002",
        "Adding replica 127.0.0.1:7004 to 127.0.0.1:7003",
        ">>> Trying to optimize slaves allocation for anti-affinity",
        "[WARNING] Some slaves are in the same host as their master",
        "M: 1bf0696c178451cb38576a5df8a9e551a1fa1cf6 127.0.0.1:7001",
        "   slots:[0-5460] (5461 slots) master",
    ] {
        expected.push(format!("{job}{line}"));
    }
    assert_eq!(shown[..expected.len()], expected);

    let job = only(&mut session, "redis_cluster_entry");
    assert_eq!(job[0], "$ docker compose logs -f redis_cluster_entry");
    assert_eq!(job[1..12], expected[expected.len() - 11..]);
    assert!(job[1..].iter().all(|line| line.starts_with("redis_cluster_entry  | ")), "{job:?}");

    let server = only(&mut session, "redis-master-1");
    let first = "redis-master-1       | 1:C 21 Sep 2024 05:36:07.266 # oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo";
    assert_eq!(server[1], first);
    assert!(server[1..].iter().all(|line| line.starts_with("redis-master-1 ")), "{server:?}");
    assert!(
        server.iter().any(|line| line.ends_with(" * Ready to accept connections")),
        "{server:?}"
    );
}

#[test]
fn an_end_is_said_as_docker_says_it_and_a_kill_inside_is_not_its_business() {
    let mut session = boot(Workbench::tutorial());
    seek(&mut session, 9000);
    let at_9 = without_servers(&session);
    assert_eq!(
        at_9[at_9.len() - 3..],
        [
            "redis_cluster_entry  | >>> Check slots coverage...",
            "redis_cluster_entry  | [OK] All 16384 slots covered.",
            "redis_cluster_entry exited with code 0",
        ]
    );
    let server = |session: &Session, n: usize| session.run.as_ref().expect("it runs").servers()[n];
    session.update(Msg::Act(Action::KillProcess(server(&session, 1))));
    session.update(Msg::Act(Action::Crash(server(&session, 0))));
    seek(&mut session, 12_000);
    let mut expected = at_9.clone();
    expected.push("redis-master-1 exited with code 137".into());
    assert_eq!(
        without_servers(&session),
        expected,
        "7002 was killed inside, 7001 with its container"
    );

    seek(&mut session, 8999);
    session.update(Msg::Act(Action::Pause(server(&session, 2))));
    seek(&mut session, 12_000);
    assert_eq!(without_servers(&session), at_9, "another lane, in which nothing ended");
}

#[test]
fn a_variable_that_is_not_set_is_warned_of_first() {
    let text = "version: '3'\nservices:\n  a:\n    image: redis:${TAG}\n";
    let session = boot(Workbench::new(Files::new().with("compose.yaml", text)));
    let shown = shown(&session);
    let said = "level=warning msg=\"The \\\"TAG\\\" variable is not set. \
        Defaulting to a blank string.\"";
    assert!(shown[1].ends_with(said), "{}", shown[1]);
    assert!(shown[2].ends_with("compose.yaml: `version` is obsolete\""), "{}", shown[2]);
}

#[test]
fn a_dependency_that_must_be_healthy_is_waited_for() {
    let text = "services:\n  a:\n    image: redis:7.0.15\n    container_name: a\n    \
        command: redis-server --port 7001\n    healthcheck: {test: redis-cli ping, interval: 2s}\n  \
        b:\n    image: redis:7.0.15\n    container_name: b\n    \
        command: redis-server --port 7002\n    depends_on: {a: {condition: service_healthy}}\n";
    let mut session = boot(Workbench::new(Files::new().with("compose.yaml", text)));
    let status = |session: &Session, name: &str| {
        let shown = shown(session);
        let row = shown.iter().find(|line| line.contains(&format!("Container {name} ")));
        row.and_then(|row| row.split_whitespace().nth(3).map(str::to_owned))
    };
    seek(&mut session, 1000);
    assert_eq!(status(&session, "a").as_deref(), Some("Waiting"));
    assert_eq!(status(&session, "b").as_deref(), Some("Created"));
    seek(&mut session, 5000);
    assert_eq!(status(&session, "a").as_deref(), Some("Healthy"));
    assert_eq!(status(&session, "b").as_deref(), Some("Started"));
    assert!(shown(&session).contains(&LOGS.to_owned()));
}

//! `redis-cli --cluster` against nodes of paper and of the engine: what it prints, to the last newline.

mod support;

use slotlab::cli::{Answer, Env, Request, Step, Then};
use slotlab::manager;
use slotlab::shapes::spec::Program;
use slotlab::shapes::{Config, Spec};
use slotlab::sim::{Action, Entry, Place, What, World};
use slotlab::words::{Millis, NodeId, Reply, Seed, Time};
use support::drive::{Cluster, drive};
use support::scripted::Scripted;
use support::transcript::canonical;

fn argv(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

/// The ids of the tutorial's nodes, from port 7001.
const IDS: [&str; 6] = [
    "1bf0696c178451cb38576a5df8a9e551a1fa1cf6",
    "0fae62ed32710043f84f23cb850217351381f7f2",
    "e733ef723a8d50c329934572b210464755617087",
    "2643a97dae654e4a0528703679ee1d28f6551db9",
    "3830bbde2d4cc06ae26b96cadbdf9cd64621f519",
    "2aab12c62f8b32fc9d58135f321858b40535d636",
];

/// The tutorial's nodes, on paper.
fn tutorial() -> Scripted {
    let mut cluster = Scripted::default();
    for (port, id) in (7001..).zip(IDS) {
        cluster.add(&format!("127.0.0.1:{port}"), id.parse().expect("an id"));
    }
    cluster
}

/// The tutorial's nodes in the engine, as they are at that moment.
fn tutorial_world(at: Time) -> World {
    let config =
        Config { cluster_enabled: true, cluster_node_timeout: Millis(5000), ..Config::default() };
    let addresses: Vec<_> = (7001..=7006).map(|port| ([127, 0, 0, 1].into(), port)).collect();
    let mut spec = Spec::loopback(at - Millis(3000), &config, &addresses);
    for (container, id) in spec.containers.iter_mut().zip(IDS) {
        if let Program::Server(server) = &mut container.program {
            server.node_id = id.parse().ok();
        }
    }
    let mut world = World::new(&spec, Seed(1));
    world.run_until(at, &mut ());
    world
}

const TUTORIAL: &str = "--cluster create 127.0.0.1:7001 127.0.0.1:7002 127.0.0.1:7003 \
    127.0.0.1:7004 127.0.0.1:7005 127.0.0.1:7006 --cluster-replicas 1 --cluster-yes";
/// 2024-09-21 14:36:08 in Korea.
const ITS_SECOND: Time = Time::from_unix_s(1_726_896_968);

#[test]
fn the_tutorials_cluster_is_created_word_for_word() {
    let mut cluster = tutorial().at(ITS_SECOND);
    let transcript = drive(&argv(TUTORIAL), Env::default(), &mut cluster, b"");
    let expected = include_str!("testdata/create/tutorial.txt");
    assert_eq!(transcript.stdout, expected, "\n{}", transcript.stdout);
    assert_eq!((transcript.stderr.as_str(), transcript.code), ("", 0));
}

#[test]
fn the_engine_creates_the_tutorials_cluster_word_for_word() {
    let mut world = tutorial_world(ITS_SECOND);
    let job = Action::RunJob { at: Place::Host, argv: argv(TUTORIAL), stdin: None };
    let mut log: Vec<Entry> = Vec::new();
    world.apply(&job, &mut log).expect("a job can be run anywhere");
    world.run_until(ITS_SECOND + Millis::from_s(10), &mut log);
    let printed = log.iter().filter_map(|entry| match &entry.what {
        What::Output(output) => Some(String::from_utf8_lossy(&output.bytes).into_owned()),
        _ => None,
    });
    let printed: String = printed.collect();
    let expected = include_str!("testdata/create/tutorial.txt");
    assert_eq!(canonical(&printed), canonical(expected), "\n{printed}");
    assert!(log.iter().any(|entry| entry.what == What::Ended(0)));
}

#[test]
fn a_run_can_be_cloned_at_its_question_and_answered_both_ways() {
    let line = TUTORIAL.replace(" --cluster-yes", "");
    let mut cluster = tutorial();
    let mut run = manager::start(&argv(&line), Env::default());
    let mut step = run.start(ITS_SECOND);
    while let Then::Ask(request) = &step.then {
        if matches!(request, Request::ReadBytes { .. }) {
            break;
        }
        step = run.resume(ITS_SECOND, cluster.answer(request));
    }
    let answer = |text: &'static [u8]| Answer::Line(Some(text.into()));
    let no = run.clone().resume(ITS_SECOND, answer(b"no\n"));
    assert_eq!(no, Step { printed: Vec::new(), then: Then::Exit(0) });
    let yes = run.resume(ITS_SECOND, answer(b"yes\n"));
    assert!(matches!(yes.then, Then::Ask(Request::Call { .. })), "{yes:?}");
}

/// Three fresh nodes until they are introduced; then two of them say this of the others, for ever.
fn never_joins(later: &'static str) -> impl FnMut(&Request) -> Answer {
    let mut introduced = false;
    move |request| match request {
        Request::Call { argv, link } => {
            let line =
                argv.iter().map(|w| String::from_utf8_lossy(w)).collect::<Vec<_>>().join(" ");
            introduced |= line.starts_with("cluster meet");
            let own = NodeId([link.0 as u8; 20]);
            Answer::Reply(match line.as_str() {
                "INFO" => Reply::bulk("cluster_enabled:1\r\n"),
                "CLUSTER INFO" => Reply::bulk("cluster_known_nodes:1\r\n"),
                "CLUSTER NODES" if introduced && link.0 == 2 => return Answer::Closed,
                "CLUSTER NODES" => Reply::bulk(format!(
                    "{own} :0@0 myself,master - 0 0 0 connected {}\n{}",
                    link.0,
                    if introduced { later } else { "" }
                )),
                _ => Reply::OK,
            })
        }
        Request::Resolve { host } => Answer::Resolved(Some(host.clone())),
        Request::Connect { .. } => Answer::Connected,
        _ => Answer::Done,
    }
}

#[test]
fn after_twenty_dots_it_says_who_cannot_be_reached() {
    let line = "--cluster create 10.0.0.1:7000 10.0.0.2:7000 10.0.0.3:7000 --cluster-yes";
    let mut run = manager::start(&argv(line), Env::default());
    let mut answer = never_joins(
        "a 10.0.0.3:7000@17000 master,fail? - 0 0 3 disconnected\n\
         b 10.0.0.9:7000@17000 handshake - 0 0 0 connected\n",
    );
    let mut shown = String::new();
    let mut step = run.start(ITS_SECOND);
    let mut sleeps = 0;
    while let Then::Ask(request) = &step.then {
        sleeps += usize::from(matches!(request, Request::Sleep(_)));
        if sleeps > 23 {
            break;
        }
        let answer = answer(request);
        step = run.resume(ITS_SECOND, answer);
        step.printed.iter().for_each(|o| shown += &String::from_utf8_lossy(&o.bytes));
    }
    let (_, waiting) = shown.split_once("Waiting").expect("it waits");
    assert_eq!(
        waiting,
        " for the cluster to join\n.....................\nWarning: 2 node(s) may be unreachable\n - The \
         port 17000 of node 10.0.0.9 may be unreachable from:\n   10.0.0.1:7000\n   10.0.0.2:7000\n\
         Cluster bus ports must be reachable by every node.\nRemember that cluster bus ports are \
         different from standard instance ports.\n - The port 17000 of node 10.0.0.3 may be \
         unreachable from:\n   10.0.0.1:7000\n   10.0.0.2:7000\nCluster bus ports must be reachable \
         by every node.\nRemember that cluster bus ports are different from standard instance \
         ports.\n..",
        "\n{waiting}"
    );
}

#[test]
fn a_wrong_password_is_told_before_anything_else() {
    let line = "--cluster create h:1 h:2 h:3 -a secret";
    let mut run = manager::start(&argv(line), Env::default());
    run.start(ITS_SECOND);
    let step = run.resume(ITS_SECOND, Answer::Connected);
    assert!(matches!(&step.then, Then::Ask(Request::Call { argv, .. }) if argv.name() == "auth"));
    let step = run.resume(ITS_SECOND, Answer::Reply(Reply::error("WRONGPASS no")));
    let text: Vec<_> = step.printed.iter().map(|o| String::from_utf8_lossy(&o.bytes)).collect();
    assert_eq!(text.concat(), "Node h:1 replied with error:\nWRONGPASS no\n");
    assert_eq!(step.then, Then::Exit(1));
}

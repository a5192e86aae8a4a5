//! `redis-cli` at a terminal, answered by hand: what is on the screen afterwards.

use slotlab::cli::{Answer, Env, Process, Request, Step, Then};
use slotlab::words::{Argv, Reply, Time};

/// What happens next to the program.
enum Event {
    /// A line is typed.
    Type(&'static str),
    /// The node that it is connected to replies.
    Reply(Reply),
    /// So does it, but after so many milliseconds.
    Slow(u64, Reply),
    /// A connection is opened.
    Connects,
    /// Nobody listens there.
    Refused,
    /// The node closes the connection.
    Closes,
    /// Ctrl-C.
    Interrupt,
}
use Event::{Closes, Connects, Interrupt, Refused, Slow, Type};

fn ok() -> Event {
    Event::Reply(Reply::OK)
}

fn text(reply: &str) -> Event {
    Event::Reply(Reply::bulk(reply.to_owned()))
}

fn error(reply: &str) -> Event {
    Event::Reply(Reply::error(reply))
}

/// The screen after these events; what was asked of the world is shown in brackets.
fn screen(line: &str, events: Vec<Event>) -> String {
    let argv: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    let tty = Env { stdin_tty: true, stdout_tty: true, ..Env::default() };
    let mut program = Process::new(&argv, tty);
    let mut now = Time::from_unix_s(1_726_896_968);
    let mut screen = String::new();
    let mut step = program.start(now);
    for event in events {
        let request = show(&mut screen, &step);
        let answer = match event {
            Type(line) => {
                screen += &format!("{line}\n");
                Answer::Line(Some(line.as_bytes().to_vec().into()))
            }
            Event::Reply(reply) => Answer::Reply(reply),
            Slow(ms, reply) => {
                now = Time(now.0 + ms * 1000);
                Answer::Reply(reply)
            }
            Connects => Answer::Connected,
            Refused => Answer::NotConnected("Connection refused".to_owned()),
            Closes => Answer::Closed,
            Interrupt => Answer::Interrupted,
        };
        assert!(request.is_some(), "the program has ended:\n{screen}");
        step = program.resume(now, answer);
    }
    show(&mut screen, &step);
    screen
}

fn show(screen: &mut String, step: &Step) -> Option<Request> {
    for output in &step.printed {
        *screen += &String::from_utf8_lossy(&output.bytes);
    }
    match &step.then {
        Then::Ask(request) => {
            *screen += &match request {
                Request::Connect { host, port, .. } => format!("[connect {host}:{port}]\n"),
                Request::Call { argv, .. } => format!("[{}]\n", words(argv)),
                Request::ReadLine { prompt } => prompt.clone(),
                Request::Listen { .. } => "[listen]\n".to_owned(),
                other => format!("[{other:?}]\n"),
            };
            Some(request.clone())
        }
        Then::Exit(code) => {
            *screen += &format!("[exit {code}]\n");
            None
        }
    }
}

fn words(argv: &Argv) -> String {
    let words = argv.iter().map(|word| String::from_utf8_lossy(word).into_owned());
    words.collect::<Vec<_>>().join(" ")
}

fn check(line: &str, events: Vec<Event>, expected: &str) {
    let screen = screen(line, events);
    assert_eq!(screen, expected, "\n{screen}");
}

#[test]
fn a_redirection_is_followed_and_the_session_stays_there() {
    check(
        "-p 7001 -c",
        vec![
            Connects,
            Type("GET foo"),
            error("MOVED 12182 127.0.0.1:7003"),
            Connects,
            text("bar"),
            Type("GET foo"),
            text("bar"),
            Type("exit"),
        ],
        r#"[connect 127.0.0.1:7001]
127.0.0.1:7001> GET foo
[GET foo]
-> Redirected to slot [12182] located at 127.0.0.1:7003
[connect 127.0.0.1:7003]
[GET foo]
"bar"
127.0.0.1:7003> GET foo
[GET foo]
"bar"
127.0.0.1:7003> exit
[exit 0]
"#,
    );
}

#[test]
fn without_the_flag_a_redirection_is_an_error() {
    check(
        "-p 7001",
        vec![Connects, Type("GET foo"), error("MOVED 12182 127.0.0.1:7003")],
        "[connect 127.0.0.1:7001]\n127.0.0.1:7001> GET foo\n[GET foo]\n\
         (error) MOVED 12182 127.0.0.1:7003\n127.0.0.1:7001> ",
    );
}

#[test]
fn after_ask_the_target_is_told_that_it_was_asked() {
    check(
        "-p 7001 -c SET k v",
        vec![Connects, error("ASK 0 127.0.0.1:7002"), Connects, ok(), ok()],
        "[connect 127.0.0.1:7001]\n[SET k v]\n[connect 127.0.0.1:7002]\n[ASKING]\n[SET k v]\nOK\n\
         [exit 0]\n",
    );
}

#[test]
fn a_redirection_loses_the_transaction() {
    check(
        "-p 7001 -c",
        vec![
            Connects,
            Type("MULTI"),
            ok(),
            Type("SET foo 1"),
            error("MOVED 12182 127.0.0.1:7003"),
            Connects,
            ok(),
            Type("EXEC"),
            error("ERR EXEC without MULTI"),
        ],
        "[connect 127.0.0.1:7001]\n127.0.0.1:7001> MULTI\n[MULTI]\nOK\n127.0.0.1:7001(TX)> SET foo 1\n\
         [SET foo 1]\n-> Redirected to slot [12182] located at 127.0.0.1:7003\n\
         [connect 127.0.0.1:7003]\n[SET foo 1]\nOK\n127.0.0.1:7003> EXEC\n[EXEC]\n\
         (error) ERR EXEC without MULTI\n127.0.0.1:7003> ",
    );
}

#[test]
fn a_dead_node_leaves_a_session_without_a_connection() {
    check(
        "-p 7001",
        vec![
            Connects,
            Type("PING"),
            Closes,
            Type("PING"),
            Refused,
            Type("PING"),
            Connects,
            Event::Reply(Reply::Simple("PONG".into())),
        ],
        "[connect 127.0.0.1:7001]\n127.0.0.1:7001> PING\n[PING]\nError: Server closed the connection\n\
         not connected> PING\n[connect 127.0.0.1:7001]\n\
         Could not connect to Redis at 127.0.0.1:7001: Connection refused\nnot connected> PING\n\
         [connect 127.0.0.1:7001]\n[PING]\nPONG\n127.0.0.1:7001> ",
    );
}

#[test]
fn one_command_to_nobody_tries_twice_and_fails() {
    check(
        "-p 7999 PING",
        vec![Refused, Refused],
        "[connect 127.0.0.1:7999]\n[connect 127.0.0.1:7999]\n\
         Could not connect to Redis at 127.0.0.1:7999: Connection refused\n[exit 1]\n",
    );
}

#[test]
fn a_number_before_a_command_repeats_it() {
    let pong = || Event::Reply(Reply::Simple("PONG".into()));
    check(
        "",
        vec![Connects, Type("2 PING"), pong(), pong(), Type("0 PING")],
        "[connect 127.0.0.1:6379]\n127.0.0.1:6379> 2 PING\n[PING]\nPONG\n[PING]\nPONG\n\
         127.0.0.1:6379> 0 PING\nInvalid redis-cli repeat command option value.\n127.0.0.1:6379> ",
    );
}

#[test]
fn a_slow_command_shows_its_time() {
    check(
        "",
        vec![Connects, Type("wait 1 670"), Slow(670, Reply::Int(0))],
        "[connect 127.0.0.1:6379]\n127.0.0.1:6379> wait 1 670\n[wait 1 670]\n(integer) 0\n(0.67s)\n\
         127.0.0.1:6379> ",
    );
}

#[test]
fn a_subscription_listens_until_it_is_interrupted() {
    let subscribed = Reply::Push(vec![Reply::bulk("subscribe"), Reply::bulk("a"), Reply::Int(1)]);
    let message = Reply::Push(vec![Reply::bulk("message"), Reply::bulk("a"), Reply::bulk("hi")]);
    check(
        "",
        vec![
            Connects,
            Type("subscribe a"),
            Event::Reply(subscribed),
            Event::Reply(message),
            Interrupt,
            Connects,
        ],
        "[connect 127.0.0.1:6379]\n127.0.0.1:6379> subscribe a\n[subscribe a]\n\
         Reading messages... (press Ctrl-C to quit)\n1) \"subscribe\"\n2) \"a\"\n3) (integer) 1\n\
         [listen]\n1) \"message\"\n2) \"a\"\n3) \"hi\"\n[listen]\n[connect 127.0.0.1:6379]\n\
         127.0.0.1:6379> ",
    );
}

#[test]
fn a_shutdown_says_nothing() {
    check(
        "",
        vec![Connects, Type("shutdown nosave"), Closes],
        "[connect 127.0.0.1:6379]\n127.0.0.1:6379> shutdown nosave\n[shutdown nosave]\nnot connected> ",
    );
}

#[test]
fn connect_moves_the_session() {
    check(
        "-p 7001",
        vec![Connects, Type("CONNECT 127.0.0.1 7002"), Connects, Type("\"unbalanced")],
        "[connect 127.0.0.1:7001]\n127.0.0.1:7001> CONNECT 127.0.0.1 7002\n[connect 127.0.0.1:7002]\n\
         127.0.0.1:7002> \"unbalanced\nInvalid argument(s)\n127.0.0.1:7002> ",
    );
}

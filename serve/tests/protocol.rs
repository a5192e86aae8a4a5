//! What is no request gets the same bytes from us as from a real server, and then the end.

mod support;

use support::{Real, Served, talk, there};

/// Whatever a person or a broken program may send. All end with a QUIT, if they are not ended before.
fn garbage() -> Vec<Vec<u8>> {
    let long = |byte: u8, count: usize| vec![byte; count];
    let mut all: Vec<Vec<u8>> = [
        "PING\r\n",
        "PING\n",
        "\r\n\r\nPING hello\r\n",
        "SET a 'b c'\r\nGET a\r\n",
        "ECHO \"\\x41\\n\"\r\n",
        "SET a 'b\r\n",
        "GET \"a\"b\r\n",
        "*1\r\n$4\r\nPING\r\n",
        "*0\r\n*-1\r\nPING\r\n",
        "*1\r\nPING\r\n",
        "*1\r\n:4\r\nPING\r\n",
        "*1\r\n$-1\r\n",
        "*1\r\n$4x\r\nPING\r\n",
        "*1\r\n$\r\n",
        "*1\r\n$ 4\r\nPING\r\n",
        "*1\r\n$04\r\nPING\r\n",
        "*1\r\n$536870913\r\n",
        "*1\r\n$4\r\nPINGxy*1\r\n$4\r\nPING\r\n",
        "*x\r\n",
        "*\r\n",
        "*+1\r\n$4\r\nPING\r\n",
        "*2147483648\r\n",
        "*99999999999999999999\r\n",
        "*1\r\n$4\r\nPING\r\n*1\r\nx\r\nPING\r\n",
        "*2\r\n$3\r\nGET\r\n$0\r\n\r\n",
        "*1\r\n$0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "POST / HTTP/1.1\r\n\r\n",
        "$4\r\nPING\r\n",
        "+PING\r\n-PING\r\n:1\r\n",
        "MULTI\r\nSET a\r\nEXEC\r\n",
        "HELLO 3\r\nQUIT\r\nPING\r\n",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    all.push(long(b'a', 70_000));
    all.push([b"*1".to_vec(), long(b'1', 70_000)].concat());
    all.push([b"*1\r\n$".to_vec(), long(b'1', 70_000)].concat());
    all.push(b"*1\r\n\xff\r\n".to_vec());
    all.push(b"PI\0NG\r\n*1\r\n$4\r\nPING\r\n".repeat(4000));
    all.push([b"*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$300000\r\n".to_vec(), long(b'v', 300_000)].concat());
    for said in &mut all {
        said.extend_from_slice(b"\r\nQUIT\r\n");
    }
    all
}

/// HELLO tells the client's number, which counts other connections, too.
fn without_id(reply: &[u8]) -> String {
    let text = reply.escape_ascii().to_string();
    match text.split_once("$2\\r\\nid\\r\\n:") {
        Some((before, after)) => {
            format!("{before}{}", after.trim_start_matches(|c: char| c.is_ascii_digit()))
        }
        None => text,
    }
}

#[test]
fn garbage_gets_the_answer_of_a_real_server() {
    if !there("redis-server") {
        return;
    }
    let real = Real::start(1, true);
    let ours = Served::start(1, &["--empty"]);
    let mut different = Vec::new();
    for said in garbage() {
        let (theirs, ours) = (talk(real.port, &said), talk(ours.port, &said));
        if without_id(&theirs) != without_id(&ours) {
            let start = &said[..said.len().min(60)];
            let (theirs, ours) = (theirs.escape_ascii(), ours.escape_ascii());
            different.push(format!("{}\n  real {theirs}\n  ours {ours}", start.escape_ascii()));
        }
    }
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
}

#[test]
fn before_the_login_requests_are_small() {
    if !there("redis-server") {
        return;
    }
    let ours = Served::start(1, &["--empty", "--conf", "requirepass secret"]);
    let real = Real::start(1, true);
    // Only who connects after this must log in.
    assert_eq!(talk(real.port, b"CONFIG SET requirepass secret\r\nQUIT\r\n"), b"+OK\r\n+OK\r\n");
    for said in [
        "PING\r\nQUIT\r\n",
        "*65\r\n",
        "*1\r\n$16385\r\n",
        "AUTH wrong\r\nAUTH secret\r\n*11\r\n$4\r\nMGET\r\nQUIT\r\n",
        "AUTH secret\r\nPING\r\nQUIT\r\n",
    ] {
        let (theirs, ours) = (talk(real.port, said.as_bytes()), talk(ours.port, said.as_bytes()));
        assert_eq!(theirs.escape_ascii().to_string(), ours.escape_ascii().to_string(), "{said}");
    }
}

#[test]
fn a_subscriber_that_does_not_read_is_dropped() {
    use std::io::{Read, Write};
    let ours = Served::start(1, &["--empty"]);
    let mut deaf = support::connect(ours.port);
    deaf.write_all(b"SUBSCRIBE news\r\n").expect("it is open");
    deaf.read_exact(&mut [0; 10]).expect("it is subscribed");
    let message = vec![b'x'; 1 << 20];
    let head = format!("*3\r\n$7\r\nPUBLISH\r\n$4\r\nnews\r\n${}\r\n", message.len());
    let publish = [head.as_bytes(), &message, b"\r\n"].concat();
    let heard = talk(ours.port, &[publish.repeat(60), b"QUIT\r\n".to_vec()].concat());
    let heard = support::text(&heard);
    assert!(heard.starts_with(":1\r\n:1\r\n"), "{heard}");
    assert!(heard.ends_with(":0\r\n:0\r\n+OK\r\n"), "{heard}");
}

#[test]
fn a_broken_connection_breaks_no_other() {
    let ours = Served::start(1, &["--empty"]);
    let mut good = support::connect(ours.port);
    for said in garbage() {
        talk(ours.port, &said);
    }
    use std::io::{Read, Write};
    good.write_all(b"PING\r\n").expect("it is open");
    let mut pong = [0; 7];
    good.read_exact(&mut pong).expect("it is answered");
    assert_eq!(&pong, b"+PONG\r\n");
}

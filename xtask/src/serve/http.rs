//! As much HTTP as a server for one person needs: GET, a thread and a connection for each request.
//!
//! No keep-alive, so that a request which waits for a build never stands before another one.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::policy::CONTENT_SECURITY_POLICY;

/// A request larger than this is not from a browser that wants a page.
const LARGEST_REQUEST: u64 = 64 * 1024;
const PATIENCE: Duration = Duration::from_secs(30);

/// What comes back, whole.
pub(super) struct Answer {
    pub(super) status: &'static str,
    pub(super) content_type: &'static str,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn ok(content_type: &'static str, body: impl Into<Vec<u8>>) -> Answer {
        Answer { status: "200 OK", content_type, body: body.into() }
    }

    pub(super) fn not_found() -> Answer {
        let body = b"There is no such file in the page.\n".to_vec();
        Answer { status: "404 Not Found", content_type: "text/plain; charset=utf-8", body }
    }
}

/// Answers requests for ever.
pub(super) fn serve(
    listener: &TcpListener,
    answer: impl Fn(&str) -> Answer + Send + Sync + 'static,
) {
    let answer = Arc::new(answer);
    for stream in listener.incoming().flatten() {
        let answer = Arc::clone(&answer);
        thread::spawn(move || {
            // The browser may have gone away; that is its right.
            let _ = converse(stream, &*answer);
        });
    }
}

fn converse(stream: TcpStream, answer: &impl Fn(&str) -> Answer) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new((&stream).take(LARGEST_REQUEST));
    let mut request = String::new();
    reader.read_line(&mut request)?;
    skip_headers(&mut reader)?;
    let response = match target(&request) {
        Some(target) => answer(target),
        None => Answer { status: "405 Method Not Allowed", ..Answer::not_found() },
    };
    write(&stream, &response)
}

fn skip_headers(reader: &mut impl BufRead) -> std::io::Result<()> {
    let mut line = String::new();
    while 2 < reader.read_line(&mut line)? {
        line.clear();
    }
    Ok(())
}

/// The path and query of `GET /path?query HTTP/1.1`.
fn target(request: &str) -> Option<&str> {
    let (method, rest) = request.split_once(' ')?;
    let (target, _) = rest.split_once(' ')?;
    (method == "GET").then_some(target)
}

fn write(mut stream: &TcpStream, answer: &Answer) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\
         Content-Security-Policy: {CONTENT_SECURITY_POLICY}\r\n\
         X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n",
        answer.status,
        answer.content_type,
        answer.body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(&answer.body)
}

#[cfg(test)]
mod tests {
    use super::target;

    #[test]
    fn only_a_get_has_a_target() {
        assert_eq!(target("GET /www/boot.js?x=1 HTTP/1.1\r\n"), Some("/www/boot.js?x=1"));
        assert_eq!(target("POST / HTTP/1.1\r\n"), None);
        assert_eq!(target("GET\r\n"), None);
    }
}

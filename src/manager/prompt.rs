//! Questions and what is typed in answer.
//!
//! Answers are read with read(2), and the rest of a line that did not fit is thrown away through the
//! buffer of `getchar`. On a terminal that is one line a question; from a pipe one read may take
//! several lines, and what got into the buffer on the way is lost to the next question, as there.
//!
//! In Redis: `confirmWithYes`, the prompts of `clusterManagerCommandReshard`.

use crate::cli::io::{Answer, Request};
use crate::cli::tape::Flow;
use crate::manager::shell::Shell;
use bytes::Bytes;

/// How much `getchar` reads at once.
const STDIO_BUFFER: usize = 4096;

/// What has got into the buffer of `getchar`, and stays there.
#[derive(Debug, Default)]
pub struct Stdin {
    buffer: Vec<u8>,
}

impl Stdin {
    /// Asks until there is an answer, of at most `most` bytes with its newline.
    pub fn ask(&mut self, shell: &mut Shell, question: &str, most: usize) -> Flow<String> {
        loop {
            shell.plain(question);
            if let Some(mut line) = read(shell, most)?.map(Vec::from) {
                // Its last byte, usually the newline, makes room for the end of the string.
                if line.pop() != Some(b'\n') {
                    self.skip_line(shell)?;
                }
                let end = line.iter().position(|&byte| byte == 0).unwrap_or(line.len());
                return Ok(String::from_utf8_lossy(&line[..end]).into_owned());
            }
        }
    }

    fn skip_line(&mut self, shell: &mut Shell) -> Flow<()> {
        loop {
            if let Some(end) = self.buffer.iter().position(|&byte| byte == b'\n') {
                self.buffer.drain(..=end);
                return Ok(());
            }
            self.buffer.clear();
            match read(shell, STDIO_BUFFER)? {
                Some(bytes) => self.buffer.extend_from_slice(&bytes),
                None => return Ok(()),
            }
        }
    }
}

/// Whether the answer to a question starts with `yes`.
pub fn is_yes(shell: &mut Shell, question: &str) -> Flow<bool> {
    shell.plain(question);
    // The fourth byte is read but not looked at.
    Ok(read(shell, 4)?.is_some_and(|bytes| bytes.starts_with(b"yes")))
}

/// As [`is_yes`], with the usual end of a question.
pub fn confirm(shell: &mut Shell, question: &str) -> Flow<bool> {
    is_yes(shell, &format!("{question} (type 'yes' to accept): "))
}

fn read(shell: &mut Shell, most: usize) -> Flow<Option<Bytes>> {
    match shell.tape.ask(Request::ReadBytes { most })? {
        Answer::Line(bytes) => Ok(bytes.filter(|bytes| !bytes.is_empty())),
        _ => Ok(None),
    }
}

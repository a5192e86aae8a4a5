//! Other programs: started in the top folder, with an error that says what was run.

use std::io::{IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::project;

/// A program, to be run in the top folder.
pub(crate) fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(project::root());
    command
}

/// Cargo, the same one that started us.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    command(&program, arguments)
}

/// Runs it with its output on the terminal; an error unless it succeeds.
pub(crate) fn check(mut command: Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot run {}", words(&command)))?;
    if !status.success() {
        bail!("{} failed ({status})", words(&command));
    }
    Ok(())
}

/// What a program printed on stdout, or nothing if it is missing or failed.
pub(crate) fn answer(program: &str, arguments: &[&str]) -> Option<String> {
    let output = command(program, arguments).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Where a program is, if it is on the path.
pub(crate) fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Which of a program's streams to listen to.
#[derive(Clone, Copy)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

/// Runs it, shows one of its streams as it comes and keeps the text. `true` means that it succeeded.
pub(crate) fn listen(mut command: Command, stream: Stream) -> Result<(bool, String)> {
    match stream {
        Stream::Stdout => command.stdout(Stdio::piped()),
        Stream::Stderr => command.stderr(Stdio::piped()),
    };
    keep_progress(&mut command);
    let mut child = command.spawn().with_context(|| format!("cannot run {}", words(&command)))?;
    let mut heard = Vec::new();
    match stream {
        Stream::Stdout => tee(child.stdout.take(), &mut heard, &mut std::io::stdout())?,
        Stream::Stderr => tee(child.stderr.take(), &mut heard, &mut std::io::stderr())?,
    }
    let status = child.wait()?;
    Ok((status.success(), plain(&String::from_utf8_lossy(&heard))))
}

/// Cargo draws no bar and no colour into a pipe unless it is told that a person looks at the other end.
fn keep_progress(command: &mut Command) {
    if std::io::stderr().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
        command.env("CARGO_TERM_PROGRESS_WHEN", "always").env("CARGO_TERM_PROGRESS_WIDTH", "80");
    }
}

fn tee(from: Option<impl Read>, heard: &mut Vec<u8>, shown: &mut impl Write) -> Result<()> {
    let mut from = from.context("the stream was piped")?;
    let mut buffer = [0; 4096];
    loop {
        let count = from.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        heard.extend_from_slice(&buffer[..count]);
        shown.write_all(&buffer[..count])?;
        shown.flush()?;
    }
}

/// The text without colours, and without the lines that a progress bar wrote over.
fn plain(text: &str) -> String {
    let mut kept = String::new();
    for line in text.lines() {
        let line = line.rsplit('\r').next().unwrap_or_default();
        let mut escaped = false;
        for character in line.chars() {
            match (escaped, character) {
                (false, '\x1b') => escaped = true,
                (false, other) => kept.push(other),
                (true, end) => escaped = !end.is_ascii_alphabetic(),
            }
        }
        kept.push('\n');
    }
    kept
}

fn words(command: &Command) -> String {
    let mut words = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        words.push(' ');
        words.push_str(&argument.to_string_lossy());
    }
    words
}

#[cfg(test)]
mod tests {
    #[test]
    fn colours_and_overwritten_progress_do_not_reach_the_page() {
        let shown = "Building [=>  ]\r\x1b[K\x1b[1;31merror\x1b[0m: no\n";
        assert_eq!(super::plain(shown), "error: no\n");
    }
}

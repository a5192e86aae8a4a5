//! Running `redis-cli` against a cluster, of paper or of the engine, and keeping what it showed.

use slotlab::cli::{Answer, Env, Output, Process, Request, Step, Stream, Then};
use slotlab::words::Time;

/// Whatever can carry out what a program asks of the network and of time.
pub(crate) trait Cluster {
    /// The time there.
    fn now(&self) -> Time;
    /// Carries out a request; never one for input.
    fn answer(&mut self, request: &Request) -> Answer;
}

/// Everything a program showed, and its exit code.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Transcript {
    /// Standard output; on a terminal also the prompts and what was typed.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
    /// Both, in order: what a terminal shows.
    pub(crate) screen: String,
    /// The exit code; negative for a signal.
    pub(crate) code: i32,
}

/// Runs `redis-cli` with these arguments to its end, with `stdin` piped or typed into it.
pub(crate) fn drive(
    argv: &[String],
    env: Env,
    cluster: &mut impl Cluster,
    stdin: &[u8],
) -> Transcript {
    drive_until(argv, env, cluster, &[stdin.to_vec()], None)
}

/// As [`drive`], with input in chunks, as it is written by and by. The program is killed once its
/// standard output has `most` bytes.
pub(crate) fn drive_until(
    argv: &[String],
    env: Env,
    cluster: &mut impl Cluster,
    stdin: &[Vec<u8>],
    most: Option<usize>,
) -> Transcript {
    let mut program = Process::new(argv, env);
    let mut transcript = Transcript::default();
    let mut chunks = stdin.iter().map(Vec::as_slice);
    let mut input = chunks.next().unwrap_or_default();
    let mut step = program.start(cluster.now());
    loop {
        let Step { printed, then } = step;
        printed.iter().for_each(|output| transcript.add(output));
        if let Some(most) = most.filter(|&most| most <= transcript.stdout.len()) {
            transcript.stdout.truncate(most);
            return Transcript { code: SIGKILL, ..transcript };
        }
        if input.is_empty() {
            input = chunks.next().unwrap_or_default();
        }
        let answer = match then {
            Then::Exit(code) => return Transcript { code, ..transcript },
            Then::Ask(Request::ReadLine { prompt }) => {
                let line = take_line(&mut input);
                transcript.echo(env, &prompt, line);
                Answer::Line(line.map(|line| line.to_vec().into()))
            }
            Then::Ask(Request::ReadBytes { most }) => {
                let bytes = take(&mut input, most);
                // A terminal hands over a line, and shows all of it.
                transcript.echo(env, "", bytes.map(<[u8]>::trim_ascii_end));
                Answer::Line(bytes.map(|bytes| bytes.to_vec().into()))
            }
            Then::Ask(request) => cluster.answer(&request),
        };
        step = program.resume(cluster.now(), answer);
    }
}

/// The exit of a process that was killed.
const SIGKILL: i32 = -9;

fn take_line<'a>(input: &mut &'a [u8]) -> Option<&'a [u8]> {
    if input.is_empty() {
        return None;
    }
    let end = input.iter().position(|&byte| byte == b'\n');
    let line = &input[..end.unwrap_or(input.len())];
    *input = &input[end.map_or(input.len(), |end| end + 1)..];
    Some(line)
}

fn take<'a>(input: &mut &'a [u8], most: usize) -> Option<&'a [u8]> {
    let (taken, rest) = input.split_at(most.min(input.len()));
    *input = rest;
    (!taken.is_empty()).then_some(taken)
}

impl Transcript {
    fn add(&mut self, output: &Output) {
        let text = String::from_utf8_lossy(&output.bytes);
        self.screen += &text;
        match output.stream {
            Stream::Stdout => self.stdout += &text,
            Stream::Stderr => self.stderr += &text,
        }
    }
    fn echo(&mut self, env: Env, prompt: &str, typed: Option<&[u8]>) {
        if env.stdin_tty {
            let typed =
                typed.map_or(String::new(), |line| format!("{}\n", String::from_utf8_lossy(line)));
            self.screen += &format!("{prompt}{typed}");
        }
    }
}

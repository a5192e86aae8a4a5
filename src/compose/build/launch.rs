//! From image, entry point and command to the program that runs.

use crate::compose::env::{Env, shorten};
use crate::compose::image::{self, Image};
use crate::compose::model::Service;
use crate::compose::remark::{Code, Place, Remarks};
use crate::compose::shell::{self, Run, program};
use crate::words::Millis;

/// What a container runs, before its files are looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Launch {
    /// `redis-server` with these arguments.
    Server { args: Vec<String> },
    /// `redis-cli` with these arguments.
    Cli { argv: Vec<String>, stdin: Option<String>, sleep: Millis },
    /// Nothing that is known here.
    Other,
}

/// What the containers of `service` run; `env` is their environment.
pub(super) fn launch(service: &Service, env: &Env, remarks: &mut Remarks) -> Launch {
    let image = match &service.image {
        Some(image) => image::read(image, remarks),
        None => {
            if !service.build {
                let name = [("service", service.name.clone())];
                remarks.add(&service.at, Code::ImageMissing, name);
            }
            Image::Other
        }
    };
    let mut argv: Vec<String> = Vec::new();
    for words in [&service.entrypoint, &service.command].into_iter().flatten() {
        argv.extend(words.words.iter().cloned());
    }
    if image == Image::Redis && service.entrypoint.is_none() {
        argv = official_entry_point(argv);
    }
    let at = command_place(service);
    let launch = match image {
        Image::Bitnami => return Launch::Other,
        Image::Redis | Image::Other => understand(&argv, env, at, remarks),
    };
    match (&launch, image) {
        (Launch::Other, Image::Redis) => {
            remarks.add(at, Code::CommandNotUnderstood, [("command", shorten(&argv.join(" ")))]);
        }
        (Launch::Other, _) => {
            if let Some(image) = &service.image {
                let arg = [("image", shorten(&image.value))];
                remarks.add(&image.at, Code::UnknownImage, arg);
            }
        }
        (Launch::Server { .. } | Launch::Cli { .. }, _) => {}
    }
    launch
}

/// Where a reader looks for what a service runs.
pub(super) fn command_place(service: &Service) -> &Place {
    let words = service.command.as_ref().or(service.entrypoint.as_ref());
    words.map_or(&service.at, |words| &words.at)
}

/// What `docker-entrypoint.sh` of the official image makes of a command.
fn official_entry_point(argv: Vec<String>) -> Vec<String> {
    match argv.first() {
        None => vec!["redis-server".into()],
        Some(first) if first.starts_with('-') || first.ends_with(".conf") => {
            [vec!["redis-server".into()], argv].concat()
        }
        Some(_) => argv,
    }
}

/// Programs that only start what follows.
const WRAPPERS: [&str; 5] = ["docker-entrypoint.sh", "tini", "dumb-init", "exec", "--"];

fn understand(argv: &[String], env: &Env, at: &Place, remarks: &mut Remarks) -> Launch {
    let mut argv = argv;
    while let Some(first) = argv.first() {
        if !WRAPPERS.contains(&program(first)) {
            break;
        }
        argv = &argv[1..];
    }
    let Some((first, rest)) = argv.split_first() else { return Launch::Other };
    match program(first) {
        "redis-server" => Launch::Server { args: rest.to_vec() },
        "redis-cli" => Launch::Cli { argv: rest.to_vec(), stdin: None, sleep: Millis(0) },
        "sh" | "bash" | "ash" | "dash" | "zsh" => {
            let script = rest.iter().skip_while(|word| !is_c_option(word)).nth(1);
            script.map_or(Launch::Other, |script| follow(script, env, at, remarks))
        }
        _ => Launch::Other,
    }
}

/// `-c`, `-ec`, `-lc`.
fn is_c_option(word: &str) -> bool {
    word.starts_with('-') && !word.starts_with("--") && word.ends_with('c')
}

/// Of a script that runs several programs a server counts most, then the job that makes a cluster.
fn follow(script: &str, env: &Env, at: &Place, remarks: &mut Remarks) -> Launch {
    let script = shell::follow(script, env);
    let is = |run: &Run, name: &str| run.argv.first().is_some_and(|first| program(first) == name);
    let creates = |run: &&Run| run.argv.iter().any(|word| word == "--cluster");
    let server = script.runs.iter().find(|run| is(run, "redis-server"));
    let job = script.runs.iter().find(creates);
    let any = script.runs.iter().rfind(|run| is(run, "redis-cli"));
    let Some(chosen) = server.or(job).or(any) else { return Launch::Other };
    let other_server = script.runs.iter().any(|run| is(run, "redis-server") && run != chosen);
    if let Some(second) = job.filter(|job| *job != chosen).or(server.filter(|_| other_server)) {
        let command = [("command", shorten(&second.argv.join(" ")))];
        remarks.add(at, Code::SecondProgram, command);
    }
    if script.unclear {
        let command = [("command", shorten(&chosen.argv.join(" ")))];
        remarks.add(at, Code::CommandNotUnderstood, command);
    }
    let mut sleep = chosen.sleep;
    if script.waits {
        sleep = sleep.max(Millis(1000));
        let seconds = [("seconds", sleep.0.div_ceil(1000).to_string())];
        remarks.add(at, Code::UntilLoop, seconds);
    }
    let args = chosen.argv[1..].to_vec();
    match is(chosen, "redis-server") {
        true => Launch::Server { args },
        false => Launch::Cli { argv: args, stdin: chosen.stdin.clone(), sleep },
    }
}

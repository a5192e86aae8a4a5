//! `SLOTLAB` on any connection: the directives of the script language, and what only a server has.
//!
//! A directive is done at the moment at which it came. Nothing here has a grammar of its own: the words
//! after `SLOTLAB` are a line of a script, its first word in any case of letters.

use crate::clock::Clock;
use crate::record::{self, PAGE};
use crate::world::Simulation;
use slotlab::script::{DIRECTIVES, Deed, PATIENCE, live, refused};
use slotlab::sim::ClientId;
use slotlab::words::{Argv, Reply, quote};

/// What only a server has: name, arguments, what it does.
const OWN: [[&str; 3]; 5] = [
    ["clock", "", "The world's time, how long it has run, and its speed."],
    ["speed", "[<virtual seconds a second>]", "Shows or changes the speed; 0 stands still."],
    ["script", "<directives, one a line>", "Does them in turn, until one cannot be done."],
    [
        "record",
        "[link [<address of the page>]]",
        "The run so far as JSON: spec, seed, and every action with its moment; or as a link that opens in the page.",
    ],
    ["help", "", "This."],
];

/// The answer, unless it comes later.
pub(crate) type Answer = Option<Reply>;

/// Does what is asked.
pub(crate) fn carry_out(simulation: &mut Simulation, argv: &Argv, from: ClientId) -> Answer {
    let Some(name) = argv.get(1) else { return Some(lines(&help())) };
    let name = String::from_utf8_lossy(name).to_lowercase();
    let reply = match (name.as_str(), &argv[2..]) {
        ("help", _) => lines(&help()),
        ("clock", []) => lines(&clock(simulation)),
        ("speed", []) => lines(&simulation.clock.speed().to_string()),
        ("speed", [speed]) => set_speed(simulation, &String::from_utf8_lossy(speed)),
        ("record", []) => Reply::bulk(simulation.recording().to_json()),
        ("record", [link]) if link.eq_ignore_ascii_case(b"link") => link_to(simulation, PAGE),
        ("record", [link, page]) if link.eq_ignore_ascii_case(b"link") => {
            link_to(simulation, &String::from_utf8_lossy(page))
        }
        ("script", [script]) => script_of(simulation, &String::from_utf8_lossy(script)),
        ("clock" | "speed" | "record" | "script", _) => {
            Reply::error(format!("ERR usage: SLOTLAB {}", usage(&name)))
        }
        _ => return directive(simulation, &line_of(&name, &argv[2..]), from),
    };
    Some(reply)
}

/// The words as a line of a script. Those that hold a space or a quote are quoted.
fn line_of(name: &str, words: &[bytes::Bytes]) -> String {
    let mut line = name.as_bytes().to_vec();
    for word in words {
        line.push(b' ');
        let plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\');
        match !word.is_empty() && word.iter().all(plain) {
            true => line.extend_from_slice(word),
            false => quote::quoted(word, &mut line),
        }
    }
    String::from_utf8_lossy(&line).into_owned()
}

fn directive(simulation: &mut Simulation, line: &str, from: ClientId) -> Answer {
    match live(&simulation.world, line) {
        Err(trouble) => Some(error(&trouble)),
        Ok(Deed::Said(said)) => Some(lines(&said)),
        Ok(Deed::Act(actions)) => {
            for action in &actions {
                if let Err(refusal) = simulation.act(action) {
                    return Some(error(&refused(&simulation.world, &refusal)));
                }
            }
            Some(Reply::OK)
        }
        Ok(Deed::Catch(catch)) => {
            let until = simulation.world.now() + PATIENCE;
            simulation.wait_for(from, catch, until);
            None
        }
    }
}

/// Several directives. One that waits for a packet is done on its own.
fn script_of(simulation: &mut Simulation, script: &str) -> Reply {
    let mut said = String::new();
    for line in script.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match live(&simulation.world, line) {
            Err(trouble) => return error(&format!("{line}: {trouble}")),
            Ok(Deed::Catch(_)) => return error(&format!("{line}: not in a script here")),
            Ok(Deed::Said(more)) => said += &more,
            Ok(Deed::Act(actions)) => {
                for action in &actions {
                    if let Err(refusal) = simulation.act(action) {
                        let why = refused(&simulation.world, &refusal);
                        return error(&format!("{line}: {why}"));
                    }
                }
            }
        }
    }
    if said.is_empty() { Reply::OK } else { lines(&said) }
}

fn link_to(simulation: &mut Simulation, page: &str) -> Reply {
    match record::link(&simulation.recording(), page) {
        Ok(link) => Reply::bulk(link),
        Err(trouble) => error(&trouble),
    }
}

fn set_speed(simulation: &mut Simulation, speed: &str) -> Reply {
    match speed.parse::<f64>() {
        Ok(speed) if (0.0..=100_000.0).contains(&speed) => {
            simulation.clock = Clock::start(simulation.world.now(), speed);
            Reply::OK
        }
        _ => error("a speed is between 0 and 100000"),
    }
}

fn clock(simulation: &Simulation) -> String {
    let (world, clock) = (&simulation.world, &simulation.clock);
    let since = world.now().micros_since(world.spec().start);
    let late = clock.now().micros_since(world.now());
    format!(
        "unix_ms:{}\nrunning_ms:{}\nspeed:{}\nlate_us:{late}",
        world.now().unix_ms(),
        since / 1000,
        clock.speed()
    )
}

fn usage(name: &str) -> String {
    let row = OWN.iter().find(|[own, ..]| *own == name);
    row.map(|[name, args, _]| format!("{} {args}", name.to_uppercase())).unwrap_or_default()
}

fn help() -> String {
    let mut said = String::from("SLOTLAB <directive> [<word> ...]. Directives are:");
    let live = DIRECTIVES.iter().filter(|directive| directive.is_live());
    let all = live.map(|directive| [directive.name, directive.args, directive.says]).chain(OWN);
    for [name, args, says] in all {
        let usage = format!("{} {args}", name.to_uppercase());
        said += &format!("\n{}\n    {says}", usage.trim_end());
    }
    said
}

/// The error that says why.
pub(crate) fn error(trouble: &str) -> Reply {
    Reply::error(format!("ERR {}", trouble.trim_end().replace(['\r', '\n'], " ")))
}

/// One line is a status, more are an array of them.
pub(crate) fn lines(text: &str) -> Reply {
    let mut all: Vec<Reply> =
        text.trim_end().lines().map(|line| Reply::Simple(line.to_owned().into())).collect();
    match all.len() {
        1 => all.remove(0),
        _ => Reply::Array(all),
    }
}

//! What `docker compose up -d` and then `docker compose logs -f` print, at this moment.
//!
//! A terminal in which both were typed: the second as soon as the first has ended. What was done is
//! decided by [`Up`] and the index; the words are those of [`print`] and of the servers' own logs.

use super::ink::plain;
use super::{Line, MOST_LINES, line};
use crate::compose::print::{self, COLUMNS, Progress};
use crate::session::Session;
use crate::session::index::{Printed, Says, until};
use crate::session::run::Run;
use crate::shapes::Spec;
use crate::shapes::spec::ContainerIx;
use crate::sim::docker::Up;
use crate::words::Time;

/// What a shell shows before a command.
const SHELL: &str = "$ ";

/// The last lines.
pub(super) fn lines(session: &Session, run: &Run) -> Vec<Line> {
    let (spec, now) = (run.world().spec(), run.world().now());
    let log = run.log();
    if session.guest.is_some() && spec.networks.is_empty() {
        // Servers of `slotlab serve --nodes`, on one machine's loopback: there is no Docker.
        let printed = run.index().printed().iter().filter(|line| line.place < log.len());
        let width = longest_name(spec);
        return printed.map(|own| shown(run, own, width, log[own.place].at)).collect();
    }
    let mut up = Up::new(spec);
    for &place in until(run.index().up_steps(), log.len()) {
        up.hear(spec, &log[place]);
    }
    let mut lines = typed(run, run.start(), "docker compose up -d");
    lines.extend(run.warnings().iter().map(|text| line(run, run.start(), text, "out")));
    lines.extend(table(run, &up, columns(session.page.stage.0)));
    let Some(over) = up.over().filter(|&over| over <= now) else { return lines };
    lines.extend(up.error().map(|why| line(run, over, why, "bad")));
    let of = session.page.logs_of.and_then(|ix| Some((ix, spec.container(ix)?)));
    let service = of.map_or(String::new(), |(_, own)| format!(" {}", own.service));
    lines.extend(typed(run, over, &format!("docker compose logs -f{service}")));
    let printed = run.index().printed();
    let printed = &printed[..printed.partition_point(|line| line.place < log.len())];
    let theirs = printed.iter().rev().filter(|line| of.is_none_or(|(ix, _)| line.of == ix));
    let last: Vec<&Printed> = theirs.take(MOST_LINES).collect();
    let width = longest_name(spec);
    // It was printed before, but nobody followed.
    let at = |printed: &Printed| log[printed.place].at.max(over);
    lines.extend(last.into_iter().rev().map(|own| shown(run, own, width, at(own))));
    lines
}

/// The containers whose lines can be shown alone; none where there is no Docker.
pub(super) fn services(session: &Session, run: &Run) -> Vec<(ContainerIx, String, bool)> {
    let spec = run.world().spec();
    if spec.networks.is_empty() {
        return Vec::new();
    }
    let of = |ix| session.page.logs_of == Some(ix);
    let all = run.world().container_ixs();
    all.filter_map(|ix| Some((ix, spec.container(ix)?.service.clone(), of(ix)))).collect()
}

fn typed(run: &Run, at: Time, command: &str) -> Vec<Line> {
    vec![Line { prompt: SHELL.into(), ..line(run, at, command, "cmd") }]
}

fn table(run: &Run, up: &Up, columns: usize) -> Vec<Line> {
    let rows = up.rows(run.world().spec(), run.world().now());
    let failed = rows.iter().map(|row| row.progress == Progress::Failed);
    let failed: Vec<bool> = std::iter::once(false).chain(failed).collect();
    let text = print::up(&rows, columns).into_iter().zip(failed);
    text.map(|(text, failed)| line(run, run.start(), text, if failed { "bad" } else { "out" }))
        .collect()
}

fn shown(run: &Run, printed: &Printed, width: usize, at: Time) -> Line {
    let name = run.container_name(printed.of);
    match &printed.says {
        Says::Line(text) => {
            let (text, prompt) = (plain(text), print::log_line(name, width, ""));
            Line { prompt, ..line(run, at, text, "out") }
        }
        Says::Exited(code) => line(run, at, print::exited(name, *code), "out"),
        Says::Refused(why) => line(run, at, why.as_str(), "bad"),
    }
}

/// Names of containers are padded to the longest.
fn longest_name(spec: &Spec) -> usize {
    spec.containers.iter().map(|container| container.name.len()).max().unwrap_or(0)
}

/// How many columns a console of this width has, in pixels: compose asks its terminal.
fn columns(width: f64) -> usize {
    /// A letter, in px, at the size of the console.
    const LETTER: f64 = 7.3;
    /// What stands beside the text: the time, and room at the right.
    const BESIDE: f64 = 72.0 + 8.0 + 16.0 + 12.0;
    (((width - BESIDE) / LETTER) as usize).min(COLUMNS)
}

//! The report `docs/fidelity/failover.md`.

use super::exact;
use super::failover::{Near, Played, Row, compare};
use super::recorded;
use super::stories::{self, STORIES};
use serde_json::Value;
use std::fmt::Write;

/// Of all that is told apart, so great a share may be by chance.
const MISTAKEN: f64 = 0.05;

/// Plays everything and writes it down.
pub(crate) fn report(seeds: u64) -> String {
    let (all, runs) = (recorded::failovers(), recorded::runs());
    let play = |&(name, script): &(&'static str, &str)| {
        let experiment = all.iter().find(|e| e["experiment"] == name).expect("it was recorded");
        (name, experiment, compare(experiment, &runs, script, seeds))
    };
    let played: Vec<(&str, &Value, Played)> = STORIES.iter().map(play).collect();
    let rows =
        || played.iter().flat_map(|(name, _, played)| played.rows.iter().map(move |r| (*name, r)));
    let p_values: Vec<f64> = rows().map(|(_, row)| row.p).collect();
    let believed = exact::believed(&p_values, MISTAKEN);
    let mut text = format!("{TITLE}Ours: {seeds} seeds each, no two experiments the same.\n");
    text += &tally(&rows().map(|(_, row)| row).collect::<Vec<_>>(), believed);
    text += "\n## What differs\n\nTold apart, or without anything in common:\n\n| experiment ";
    text += HEAD;
    text.push_str("|---");
    text += RULE;
    for (name, row) in rows().filter(|(_, row)| row.p <= believed || !row.overlap) {
        writeln!(text, "| {name} {}", row.cells(believed)).expect("a String");
    }
    text += WHY;
    for (name, experiment, played) in &played {
        text += &table(name, experiment, played, seeds, believed);
    }
    text
}

fn tally(rows: &[&Row], believed: f64) -> String {
    let count = |what: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| what(row)).count();
    let quantities = count(&|row| row.near != Near::NoMedian);
    let tenth = count(&|row| row.near == Near::Tenth);
    let grain = count(&|row| row.near == Near::Grain);
    let far = count(&|row| row.near == Near::Far);
    let far_by_chance = count(&|row| row.near == Near::Far && believed < row.p);
    let unlikely = count(&|row| row.p < 0.05);
    let apart = count(&|row| row.p <= believed);
    let overlap = count(&|row| row.overlap);
    let tests = rows.len();
    let by_chance = tests as f64 * 0.05;
    format!(
        "\n**Medians.** Of {quantities} quantities in {} experiments, {tenth} medians are within a tenth of the \
         real one, and {grain} more within 5 ms; {far} are further away, {far_by_chance} of them in samples that \
         cannot be told apart.\n\n\
         **Ranges.** Of {tests} quantities and outcomes, {overlap} have values in common.\n\n\
         **Distributions.** Of {tests} tests, {unlikely} give a p-value below 0.05, where chance alone gives \
         about {by_chance:.0}. Benjamini and Hochberg's correction for so many tests (one in twenty of \
         what is told apart may be by chance) leaves {apart} told apart and {} not.\n",
        STORIES.len(),
        tests - apart,
    )
}

fn table(name: &str, experiment: &Value, played: &Played, seeds: u64, believed: f64) -> String {
    let about = experiment["about"].as_str().unwrap_or_default();
    let repeats = &experiment["repeats"];
    let fits = played.outcomes.iter().filter(|(outcome, _)| stories::may_be(experiment, outcome));
    let fits: usize = fits.map(|(_, n)| n).sum();
    let mut text = format!(
        "\n## {name}\n\n{about}. Real: {repeats} runs. Of ours, {fits} of {seeds} end as one of those did.\n\n"
    );
    text += HEAD;
    text += RULE;
    for row in &played.rows {
        writeln!(text, "{}", row.cells(believed)).expect("a String");
    }
    text
}

const HEAD: &str =
    "| quantity | real min / median / max | ours | ratio | within 10 % | in common | p |\n";
const RULE: &str = "|---|---|---|---|---|---|---|\n";

const TITLE: &str = "# Failover: real servers and ours

Written by `cargo xtask fidelity`. Real: Redis 7.0.15 on loopback addresses, recorded with debug logs at
1 ms (the promotion as others see it: polled every 25 ms; ours are rounded and polled likewise). Ours: the
same cluster and actions, at a random phase of all timers, in the world, where `nodes.conf` takes 0.5 to 3
ms to reach the disk, as the recordings of the bus show, and a server that is started again comes up as
long after the recorder's command as theirs did. Times are milliseconds after the first action;
counts and outcomes stand with the number of runs that had them.

`within 10 %`: whether the medians are; `5 ms` if not, but the difference is no more than that. `in common`:
whether the ranges overlap, or anything that both did. `p`: how likely samples at least so different are if
both come from one distribution: for times Kolmogorov and Smirnov's test, for counts and outcomes Fisher's
exact test for any number of kinds, both exact, ties and all; what occurred in some runs only is tested for
how often it did as well. Few real runs (2 to 12) tell little apart: a difference has to be great to be seen. ";

const WHY: &str = "
Why, from the recordings' logs and the source:

- A master that slept in a command needs 10 ms after that to become a replica, ours 6 (f08): it wrote a debug
  line for every packet, and first took in twenty connections that the recorder's clients had made meanwhile.
- Whether a thawed master denies a vote (f05, f07, f08) hangs on the time of the election: a request that came
  before its sender replaced its silent link (1.2 s after it suspected the master, says its log) waits on the
  old connection, which is read before the news; of the later ones one in five comes first. By their logs at
  most 6 of the 14 real elections of f05 and f08 were that early. Here each socket is read to its end, in the
  order in which they became ready, and the process settles once a round, as `aeProcessEvents` has it.
- A candidate notes that it still waits for votes (f19, f20) unless the last one that it needs comes while it
  waits for its own disk: then all are read in one round.
- In f20 the old master learns at once, not 40 ms later, if the request for votes went out together with a
  ping, whose answer acknowledges both; it then may tell others that it is a replica before they hear who
  has its slots, and their state falls for 35 ms: in one of six real runs, and in some of ours.
- Six servers started at once on two cores wrote their first lines 11 to 85 ms after the command (f33, f34): ours
  are started when theirs were. From there on all is Redis's own.
- The disk was slower in some experiments than in others (the median `vote_round` is 6 ms in f05 and f38, and 2
  in f10 and f40 to f45); ours has one disk for all of them.
- Ticks are 101 ms apart here, and 100.8 in f37.

Not compared: what the writers of the recordings suffered.
";

//! Lines of the log, and fingerprints that tell two runs apart.

use crate::cli::io::Output;
use crate::say::{self, Arg, Lang};
use crate::sim::{Entry, Life, Report, What, Who, World};
use std::fmt::{self, Write};

/// An entry as one line of English (or more: what was printed is shown as it is).
pub fn line(world: &World, entry: &Entry) -> String {
    let who = match entry.who {
        Who::Person => "you".into(),
        Who::Container(ix) => world.name(ix).to_owned(),
        Who::Client(id) => format!("client {}", id.0),
    };
    let at = entry.at.micros_since(world.spec().start);
    let said = match &entry.what {
        What::Fact(fact) => say::fact(Lang::En, &who, fact, &|id| world.name_of(id)),
        // It has its own time.
        What::Logged(own) => return format!("{who} | {}", own.shown(entry.at)),
        What::Action(action) => format!("{who}: {action:?}"),
        What::Life(life) => format!("{who}: {}", deed(*life)),
        What::Output(Output { bytes, .. }) => {
            format!("{who} prints {:?}", String::from_utf8_lossy(bytes))
        }
        What::Reply(reply) => format!("{who} gets {reply:?}"),
        What::NoReply(why) => format!("{who} gets no reply: {why}"),
        What::Load(report) => format!("{who}: {}", load_report(Lang::En, report)),
        What::Ended(code) => format!("{who} ends with exit code {code}"),
    };
    format!("{:>4}.{:06} {said}", at / 1_000_000, at % 1_000_000)
}

fn deed(life: Life) -> String {
    match life {
        Life::Created => "created".into(),
        Life::Starting => "starting".into(),
        Life::Started => "started".into(),
        Life::Ready => "ready to accept connections".into(),
        Life::Exited(code) => format!("exited ({code})"),
        Life::RestartPlanned { in_ms } => format!("will be restarted in {in_ms} ms"),
        Life::NoNetworkToJoin => {
            "cannot start: the container whose network it joins is down".into()
        }
        Life::AddressInUse => "cannot start: its address is in use".into(),
        Life::PortAllocated { port } => format!("cannot start: port {port} is already allocated"),
        Life::LostItsNetwork => "lost its network".into(),
        Life::Paused => "paused".into(),
        Life::Resumed => "resumed".into(),
        Life::DiskLost => "lost its files".into(),
    }
}

/// What a workload reports, as a sentence.
pub fn load_report(lang: Lang, report: &Report) -> String {
    let number = |number: u32| Arg::Count(number.into());
    match report {
        Report::Written { acknowledged, unsure, refused, detours } => {
            let args = [
                ("acknowledged", number(*acknowledged)),
                ("unsure", number(*unsure)),
                ("refused", number(*refused)),
                ("moved", number(detours.moved)),
                ("asked", number(detours.asked)),
                ("waited", number(detours.waited)),
                ("cut", number(detours.cut)),
            ];
            say::text(lang, "load-written", &args)
        }
        Report::Checked(found) => {
            const SHOWN: usize = 3;
            let lost = found.lost.iter().take(SHOWN);
            let lost: Vec<String> =
                lost.map(|loss| format!("{} {}", loss.key, loss.value)).collect();
            let args = [
                ("lists", number(found.lists)),
                ("kept", number(found.kept)),
                ("lost", found.lost.len().into()),
                ("first", lost.join(", ").into()),
                ("unsure", number(found.unsure_kept)),
                ("strange", number(found.strange)),
                ("unreadable", number(found.unreadable)),
            ];
            say::text(lang, "load-checked", &args)
        }
    }
}

/// FNV-1a over text, without making the text.
struct Fnv(u64);

impl Write for Fnv {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Ok(())
    }
}

/// A fingerprint of the log, of every node's view, and of the packets in flight.
pub fn fingerprint(world: &World, log: &[Entry]) -> u64 {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    for entry in log {
        hash.write_fmt(format_args!("{entry:?}\n")).expect("hashing cannot fail");
    }
    for (ix, node) in world.nodes() {
        let view = node.cluster().topology();
        hash.write_fmt(format_args!("{} {view}\n", ix.0)).expect("hashing cannot fail");
        hash.write_fmt(format_args!("{:?}\n", node.disk())).expect("hashing cannot fail");
    }
    for (note, message) in world.packets() {
        hash.write_fmt(format_args!("{note:?} {message:?}\n")).expect("hashing cannot fail");
    }
    let (now, sent) = (world.now().0, world.packets_sent());
    hash.write_fmt(format_args!("{now} {sent}\n")).expect("hashing cannot fail");
    hash.0
}

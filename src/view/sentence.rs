//! An entry of the log in one plain sentence: the log line, the caption, the timeline's mark.

use crate::say::{self, Arg, Lang, text, word};
use crate::script::load_report;
use crate::session::run::Run;
use crate::shapes::spec::ContainerIx;
use crate::sim::{Action, Entry, Life, Place, What, Who};

/// The sentence of an entry; None for what a terminal or a server prints, which is not ours to say.
pub fn of(lang: Lang, run: &Run, entry: &Entry) -> Option<String> {
    let who = match entry.who {
        Who::Container(ix) => run.name_of(ix),
        Who::Person | Who::Client(_) => String::new(),
    };
    match &entry.what {
        What::Fact(fact) => Some(say::fact(lang, &who, fact, &|id| run.node_name(id))),
        What::Life(life) => Some(of_life(lang, &who, *life)),
        What::Action(action) => of_action(lang, run, action),
        What::Load(report) => Some(load_report(lang, report)),
        What::Logged(_) | What::Output(_) | What::Reply(_) | What::NoReply(_) | What::Ended(_) => {
            None
        }
    }
}

fn of_life(lang: Lang, who: &str, life: Life) -> String {
    let (id, count) = match life {
        Life::Created => ("life-created", 0),
        Life::Starting => ("life-starting", 0),
        Life::Started => ("life-started", 0),
        Life::Ready => ("life-ready", 0),
        Life::Exited(137) => ("life-killed", 137),
        Life::Exited(code) => ("life-exited", u64::from(code.unsigned_abs())),
        Life::RestartPlanned { in_ms } => ("life-restart-planned", in_ms),
        Life::NoNetworkToJoin => ("life-no-network", 0),
        Life::AddressInUse => ("life-address-in-use", 0),
        Life::PortAllocated { port } => ("life-port-allocated", u64::from(port)),
        Life::LostItsNetwork => ("life-lost-network", 0),
        Life::Paused => ("life-paused", 0),
        Life::Resumed => ("life-resumed", 0),
        Life::DiskLost => ("life-disk-lost", 0),
    };
    text(lang, id, &[("who", who.into()), ("count", count.into())])
}

fn of_action(lang: Lang, run: &Run, action: &Action) -> Option<String> {
    let on = |id: &str, ix: ContainerIx| {
        let container = run.world().spec().container(ix).map(|c| c.name.as_str()).unwrap_or("");
        let args = [("who", Arg::from(run.name_of(ix))), ("container", container.into())];
        Some(text(lang, id, &args))
    };
    match action {
        Action::Kill(ix) => on("did-kill-container", *ix),
        Action::KillProcess(ix) => on("did-kill-process", *ix),
        Action::Crash(ix) => on("did-crash", *ix),
        Action::Terminate(ix) => on("did-terminate", *ix),
        Action::Stop(ix) => on("did-stop", *ix),
        Action::Start(ix) => on("did-start", *ix),
        Action::Restart(ix) => on("did-restart", *ix),
        Action::Pause(ix) => on("did-pause", *ix),
        Action::Resume(ix) => on("did-resume", *ix),
        Action::LoseDisk(ix) => on("did-lose-disk", *ix),
        Action::Rule(rule) => Some(of_rule(lang, run, &rule.from)),
        Action::Heal => Some(word(lang, "did-heal")),
        Action::Latency(_) => Some(word(lang, "did-latency")),
        Action::DropPacket(_) => Some(word(lang, "did-drop-packet")),
        Action::DelayPacket(..) => Some(word(lang, "did-delay-packet")),
        Action::DeliverNow(_) => Some(word(lang, "did-deliver-now")),
        Action::Type { line, .. } => {
            Some(text(lang, "did-type", &[("line", line.as_str().into())]))
        }
        Action::Command { node, argv } => {
            let args = [("who", Arg::from(run.name_of(*node))), ("line", argv.join(" ").into())];
            Some(text(lang, "did-command", &args))
        }
        Action::RunJob { argv, .. } => {
            Some(text(lang, "did-run-job", &[("line", argv.join(" ").into())]))
        }
        Action::StartLoad { load, .. } => {
            let args =
                [("writes", u64::from(load.writes).into()), ("keys", u64::from(load.keys).into())];
            Some(text(lang, "did-start-load", &args))
        }
        Action::OpenClient { .. }
        | Action::Interrupt(_)
        | Action::CloseClient(_)
        | Action::Dial { .. }
        | Action::Bytes { .. }
        | Action::Took { .. } => None,
    }
}

fn of_rule(lang: Lang, run: &Run, from: &crate::sim::Group) -> String {
    match from {
        crate::sim::Group::These(places) => {
            let name = |place: &Place| match place {
                Place::Host => word(lang, "client"),
                Place::Container(ix) => run.name_of(*ix),
            };
            let names: Vec<String> = places.iter().map(name).collect();
            text(lang, "did-cut-off", &[("who", names.join(", ").into())])
        }
        crate::sim::Group::Everyone | crate::sim::Group::AllBut(_) => word(lang, "did-rule"),
    }
}

//! The inspector: the truth about one server and what it believes, and what can be done to it.

use super::clock::seconds;
use super::disc::Disc;
use super::member::{Member, Members, State};
use super::sentence;
use crate::say::{Arg, Lang, text, word};
use crate::session::Msg;
use crate::session::Session;
use crate::session::index::until;
use crate::session::page::InspectorTab;
use crate::session::run::Run;
use crate::shapes::message::Flags;
use crate::sim::Action;

/// The inspector of a selected server.
#[derive(Clone, PartialEq, Debug)]
pub struct Inspector {
    /// `127.0.0.1:7004`, or its container's name.
    pub title: String,
    /// `redis-replica-1, replica of 7001`
    pub sub: String,
    /// Its drawing on the stage.
    pub disc: Option<Disc>,
    /// Names and values.
    pub values: Vec<(String, String)>,
    /// The open tab.
    pub tab: InspectorTab,
    /// How many keys it has.
    pub key_count: String,
    /// The body of the open tab.
    pub body: Body,
    /// What can be done.
    pub actions: Vec<Button>,
}

/// The body of a tab.
#[derive(Clone, PartialEq, Debug)]
pub enum Body {
    /// Its beliefs, one row a node.
    Nodes {
        /// As a table.
        rows: Vec<Row>,
        /// To the letter, as its redis-cli prints it.
        text: String,
    },
    /// Lines: what stands left, what stands right.
    Lines(Vec<(String, String)>),
    /// What happened to it, the latest first.
    Log {
        /// As sentences.
        lines: Vec<(String, String)>,
        /// To the letter, as the server itself writes it, the latest last.
        text: String,
    },
    /// Why there is nothing.
    Empty(String),
}

/// What it believes of one node.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Its flags.
    pub flags: String,
    /// Its master's name.
    pub of: String,
    /// Its config epoch.
    pub epoch: String,
    /// Its slots.
    pub slots: String,
    /// `me`, `fail`, `pfail`.
    pub class: &'static str,
}

/// A button: what it does, or why it does not.
#[derive(Clone, PartialEq, Debug)]
pub struct Button {
    /// Its label.
    pub label: String,
    /// More about it; if it is off, why.
    pub title: String,
    /// What it does; None if it is off.
    pub msg: Option<Msg>,
    /// `btn`, `btn danger`, ...
    pub class: &'static str,
}

/// The inspector of a session; None if nothing is selected.
pub fn draw(session: &Session, members: &Members, discs: &[Disc]) -> Option<Inspector> {
    let run = session.run.as_ref()?;
    let member = members.get(session.selected?)?;
    let lang = session.page.lang;
    let disc = discs.iter().find(|disc| disc.ix == member.ix).cloned();
    Some(Inspector {
        title: title(run, member),
        sub: sub(lang, members, member),
        disc,
        values: values(lang, run, members, member),
        tab: session.page.inspector,
        key_count: key_count(run, member),
        body: body(session, run, members, member),
        actions: actions(lang, member),
    })
}

fn title(run: &Run, member: &Member) -> String {
    let node = run.world().node(member.ix);
    match node.and_then(|node| node.cluster().me().ip()) {
        Some(ip) => format!("{ip}:{}", member.port),
        None => member.name.clone(),
    }
}

fn sub(lang: Lang, members: &Members, member: &Member) -> String {
    let of = members.master_of(member).map(|place| members.0[place].name.clone());
    let args = [
        ("container", Arg::from(member.container.as_str())),
        ("of", of.clone().unwrap_or_default().into()),
    ];
    text(lang, if of.is_some() { "inspector-replica" } else { "inspector-master" }, &args)
}

fn values(lang: Lang, run: &Run, members: &Members, member: &Member) -> Vec<(String, String)> {
    let dash = || "–".to_owned();
    let node = run.world().node(member.ix);
    let role = match (member.candidate, members.line(member)) {
        (Some(_), _) => word(lang, "candidate"),
        (None, Some(line)) if line.flags.has(Flags::REPLICA) => word(lang, "role-replica"),
        (None, Some(_)) => word(lang, "role-master"),
        (None, None) => dash(),
    };
    let state = match member.state {
        State::Off => word(lang, "tag-off"),
        State::Loading => word(lang, "tag-loading"),
        State::Paused => word(lang, "tag-paused"),
        State::Up => match member.cluster_ok {
            Some(true) => "ok".into(),
            Some(false) => "fail".into(),
            None => dash(),
        },
    };
    let number = |value: Option<u64>| value.map_or_else(dash, |n| n.to_string());
    vec![
        (word(lang, "value-role"), role),
        (word(lang, "value-current-epoch"), number(node.map(|n| n.cluster().current_epoch().0))),
        (word(lang, "value-config-epoch"), number(members.line(member).map(|l| l.config_epoch.0))),
        (word(lang, "value-state"), state),
        (word(lang, "value-offset"), number(node.map(|n| n.replication().offset()))),
        (word(lang, "value-link"), link(lang, run, member).unwrap_or_else(dash)),
    ]
}

/// A replica's link to its master, or how many replicas a master has.
fn link(lang: Lang, run: &Run, member: &Member) -> Option<String> {
    let replication = run.world().node(member.ix)?.replication();
    Some(match replication.master() {
        Some(_) if replication.link_is_up() => word(lang, "link-up"),
        Some(_) => word(lang, "link-down"),
        None => {
            text(lang, "link-replicas", &[("count", u64::from(replication.good_replicas()).into())])
        }
    })
}

fn key_count(run: &Run, member: &Member) -> String {
    run.world().node(member.ix).map(|node| node.keyspace().len().to_string()).unwrap_or_default()
}

/// At most so many lines of a body: the rest is a command away.
const MOST_LINES: usize = 200;

fn body(session: &Session, run: &Run, members: &Members, member: &Member) -> Body {
    let lang = session.page.lang;
    match session.page.inspector {
        InspectorTab::Nodes if member.belief.is_empty() => Body::Empty(word(lang, "nodes-none")),
        InspectorTab::Nodes => Body::Nodes { rows: rows(members, member), text: raw(run, member) },
        InspectorTab::Keys => keys(lang, run, member),
        InspectorTab::Log => log(lang, run, member),
    }
}

fn log(lang: Lang, run: &Run, member: &Member) -> Body {
    let log = run.log();
    let of = until(run.index().of(member.ix), log.len()).iter().rev();
    let lines: Vec<(String, String)> = of
        .map(|&place| &log[place])
        .filter_map(|e| Some((seconds(run.start(), e.at), sentence::of(lang, run, e)?)))
        .take(MOST_LINES)
        .collect();
    let logged = until(run.index().logged(member.ix), log.len());
    let last = &logged[logged.len().saturating_sub(MOST_LINES / 2)..];
    let shown = |&place: &usize| log[place].logged().map(|line| line.shown(log[place].at) + "\n");
    match lines.is_empty() {
        true => Body::Empty(word(lang, "log-none")),
        false => Body::Log { lines, text: last.iter().filter_map(shown).collect() },
    }
}

/// What `CLUSTER NODES` answers there.
fn raw(run: &Run, member: &Member) -> String {
    run.world()
        .node(member.ix)
        .map(|node| node.cluster().topology().to_string())
        .unwrap_or_default()
}

fn rows(members: &Members, member: &Member) -> Vec<Row> {
    let mut rows: Vec<Row> = member
        .belief
        .iter()
        .map(|line| Row {
            name: members.name(line.id),
            flags: line.flags.to_string(),
            of: line.master.map_or_else(|| "–".into(), |master| members.name(master)),
            epoch: line.config_epoch.to_string(),
            slots: match line.slots.is_empty() {
                true => "–".into(),
                false => line.slots.to_string(),
            },
            class: match line.flags {
                flags if flags.has(Flags::MYSELF) => "me",
                flags if flags.has(Flags::FAIL) => "fail",
                flags if flags.has(Flags::PFAIL) => "pfail",
                _ => "",
            },
        })
        .collect();
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    rows
}

fn keys(lang: Lang, run: &Run, member: &Member) -> Body {
    let Some(node) = run.world().node(member.ix) else {
        return Body::Empty(word(lang, "nodes-none"));
    };
    let lines: Vec<(String, String)> = node
        .keyspace()
        .by_age()
        .into_iter()
        .rev()
        .take(MOST_LINES)
        .map(|(key, _)| {
            let slot = crate::words::Slot::of(key);
            (slot.to_string(), String::from_utf8_lossy(key).into_owned())
        })
        .collect();
    if lines.is_empty() { Body::Empty(word(lang, "keys-none")) } else { Body::Lines(lines) }
}

/// What can be done to a server; a button that does not work says why.
pub(super) fn actions(lang: Lang, member: &Member) -> Vec<Button> {
    let ix = member.ix;
    let isolate = if member.isolated { "act-rejoin" } else { "act-isolate" };
    let replica = member.myself().is_some_and(|line| line.flags.has(Flags::REPLICA));
    let no_replica = (!replica || !member.answers()).then_some("act-why-no-replica");
    let failover = Action::Command { node: ix, argv: vec!["CLUSTER".into(), "FAILOVER".into()] };
    let act = |words, why_not, action, class| button(lang, words, why_not, Msg::Act(action), class);
    vec![
        act(["act-kill", "act-kill-says"], is_off(member), Action::KillProcess(ix), "btn danger"),
        pause_or_resume(lang, member),
        start_or_restart(lang, member),
        act(["act-stop", "act-stop-says"], is_off(member), Action::Kill(ix), "btn danger wide"),
        button(lang, [isolate, "act-isolate-says"], None, Msg::Isolate(ix), "btn wide"),
        act(["act-failover", "act-failover-says"], no_replica, failover, "btn full"),
    ]
}

fn pause_or_resume(lang: Lang, member: &Member) -> Button {
    let ix = member.ix;
    let silent = (!member.answers()).then_some("act-why-not-running");
    let (words, why_not, action) = match member.state {
        State::Paused => (["act-resume", "act-resume-says"], None, Action::Resume(ix)),
        State::Off | State::Loading | State::Up => {
            (["act-pause", "act-pause-says"], silent, Action::Pause(ix))
        }
    };
    button(lang, words, why_not, Msg::Act(action), "btn")
}

fn start_or_restart(lang: Lang, member: &Member) -> Button {
    let (words, action) = match member.state {
        State::Off => (["act-start", "act-start-says"], Action::Start(member.ix)),
        State::Paused | State::Loading | State::Up => {
            (["act-restart", "act-restart-says"], Action::Restart(member.ix))
        }
    };
    button(lang, words, None, Msg::Act(action), "btn")
}

fn is_off(member: &Member) -> Option<&'static str> {
    (member.state == State::Off).then_some("act-why-not-running")
}

/// A button that works unless there is a reason why not, which then takes the place of its title.
fn button(
    lang: Lang,
    [label, title]: [&str; 2],
    why_not: Option<&str>,
    msg: Msg,
    class: &'static str,
) -> Button {
    Button {
        label: word(lang, label),
        title: word(lang, why_not.unwrap_or(title)),
        msg: why_not.is_none().then_some(msg),
        class,
    }
}

//! A run as a link: it comes to the same moment again, and whatever a link holds, it is read or refused.

use slotlab::say::Lang;
use slotlab::script::{self, fingerprint};
use slotlab::session::lab::Workbench;
use slotlab::session::page::Page;
use slotlab::session::share::Opening;
use slotlab::session::{Msg, Session};
use slotlab::shapes::spec::{ContainerIx, Latency};
use slotlab::shapes::{Config, Spec};
use slotlab::sim::{Action, ClientId, Group, PacketId, Place, Refusal, Rule, Verdict, World};
use slotlab::timeline::check::{LONGEST_DAYS, MOST_ACTIONS, MOST_CONTAINERS};
use slotlab::timeline::link::{MARK, MOST_JSON};
use slotlab::timeline::{Flaw, Recording, Timeline};
use slotlab::words::{Millis, Rng, Seed, Time};
use std::net::Ipv4Addr;

const START: Time = Time::from_unix_s(1_726_896_960);

fn spec(servers: u16) -> Spec {
    let config = Config { cluster_enabled: true, ..Config::default() };
    let at: Vec<_> = (7001..7001 + servers).map(|port| (Ipv4Addr::LOCALHOST, port)).collect();
    Spec::loopback(START, &config, &at)
}

fn recording(actions: Vec<(u64, Action)>) -> Recording {
    Recording { spec: spec(3), seed: Seed(7), actions, at: 2_000_000, fingerprint: None }
}

/// A recording of a run in which something happened.
fn eventful() -> Recording {
    let mut timeline = Timeline::new(World::new(&spec(3), Seed(7)));
    timeline.seek(START + Millis(300));
    let argv = ["--cluster", "create", "127.0.0.1:7001", "127.0.0.1:7002", "127.0.0.1:7003"];
    let mut argv: Vec<String> = argv.map(String::from).into();
    argv.push("--cluster-yes".into());
    let act = |timeline: &mut Timeline, action| timeline.act(action).expect("it is possible");
    act(&mut timeline, Action::RunJob { at: Place::Host, argv, stdin: None });
    timeline.seek(START + Millis(6000));
    act(&mut timeline, Action::Kill(ContainerIx(1)));
    let argv = vec!["-c".into(), "-p".into(), "7001".into()];
    let opened = act(&mut timeline, Action::OpenClient { at: Place::Host, argv });
    let client = opened.client.expect("a terminal");
    act(&mut timeline, Action::Type { client, line: "set {a}안녕 \"x y\"".into() });
    timeline.seek(START + Millis(9000));
    let fingerprint = Some(fingerprint(timeline.world(), &[]));
    Recording { fingerprint, ..timeline.recording() }
}

/// Opens a text in a page without a browser and plays it to its end.
fn open(text: String) -> Session {
    let mut session = Session::new(Workbench::tutorial(), Page::default());
    session.update(Msg::Open(text));
    for _ in 0..1_000_000 {
        if !session.is_opening() {
            break;
        }
        session.update(Msg::Frame { elapsed: 0 });
    }
    session
}

fn flaw(session: &Session) -> Option<&Flaw> {
    match session.opening.as_ref()? {
        Opening::Failed(flaw) => Some(flaw),
        Opening::Playing(_) => None,
    }
}

#[test]
fn a_link_comes_to_the_same_moment_again() {
    let told = eventful();
    for text in [
        told.to_link(),
        told.to_json(),
        format!("look: https://example.org/slotlab/{} what is this?", told.to_link()),
        told.to_link()
            .as_bytes()
            .chunks(76)
            .map(|l| std::str::from_utf8(l).unwrap())
            .collect::<Vec<_>>()
            .join("\r\n"),
    ] {
        let session = open(text);
        assert_eq!(flaw(&session), None);
        let run = session.run.as_ref().expect("it runs");
        assert_eq!(run.timeline().recording(), Recording { fingerprint: None, ..told.clone() });
        assert_eq!(Some(fingerprint(run.world(), &[])), told.fingerprint);
        assert_eq!(session.guest.as_ref().and_then(|guest| guest.same), Some(true));
        assert!(!session.playback.playing, "it stands at the recorded moment");
    }
}

#[test]
fn a_moment_that_differs_is_told() {
    let told = Recording { fingerprint: Some(1), ..eventful() };
    let session = open(told.to_link());
    assert_eq!(session.guest.as_ref().and_then(|guest| guest.same), Some(false));
}

#[test]
fn the_learners_files_and_run_outlive_what_cannot_be_opened() {
    let before = Session::new(Workbench::tutorial(), Page::default());
    let session = open(recording(vec![(0, Action::Kill(ContainerIx(9)))]).to_link());
    let who = String::new();
    let refusal = Refusal::NoSuchContainer(ContainerIx(9));
    assert_eq!(flaw(&session), Some(&Flaw::Refused { nth: 1, who, refusal }));
    assert_eq!(session.bench.files(), before.bench.files());
    assert_eq!(session.run.as_ref().map(|run| run.servers().len()), Some(6));
}

/// Opening `text` fails with `expected`, and there are words for it in both languages.
fn check(text: &str, expected: &Flaw) {
    let found = Recording::read(text).expect_err("it must not be read");
    assert_eq!(&found, expected, "{}", text.get(..80).unwrap_or(text));
    for lang in Lang::ALL {
        let (says, mend) = script::flaw(lang, &found);
        let words =
            |text: &str| text.contains(' ') && !text.contains('{') && !text.starts_with("flaw-");
        assert!(words(&says) && words(&mend), "{}: {says} / {mend}", lang.tag());
    }
}

#[test]
fn a_text_that_is_no_link_is_told() {
    for text in ["", "  ", "hello", "#stage", "https://example.org/", "[1]", "run=1.abc"] {
        check(text, &Flaw::NotARun);
    }
}

#[test]
fn a_damaged_link_is_told_whatever_letter_is_lost() {
    let link = eventful().to_link();
    for cut in (MARK.len()..link.len()).step_by(17) {
        check(&link[..cut], &Flaw::Damaged);
        let mut changed = link.clone().into_bytes();
        changed[cut] = if changed[cut] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).expect("letters");
        let found = Recording::read(&changed);
        assert!(matches!(found, Err(Flaw::Damaged)), "{cut}: {found:?}");
    }
    check("#run=1.", &Flaw::Damaged);
    check("#run=1.!!!!", &Flaw::Damaged);
    check("#run=x.abc", &Flaw::Damaged);
    check("#run=", &Flaw::Damaged);
}

#[test]
fn a_link_of_another_form_is_told() {
    check("#run=2.abc", &Flaw::OtherForm { form: "2".into() });
}

#[test]
fn json_that_is_no_recording_is_told() {
    for json in ["{", "{}", "{\"spec\":1}", &"[".repeat(100_000), &"{\"a\":".repeat(100_000)] {
        let link = link_of(json.as_bytes());
        let found = Recording::read(&link).expect_err("no recording");
        assert!(matches!(found, Flaw::NotARecording(_)), "{found:?}");
    }
    let found = Recording::read("{\"spec\":1}");
    assert!(matches!(found, Err(Flaw::NotARecording(_))), "{found:?}");
}

/// A link to any bytes, as only a stranger makes it.
fn link_of(bytes: &[u8]) -> String {
    use base64::Engine;
    let packed = miniz_oxide::deflate::compress_to_vec_zlib(bytes, 6);
    format!("{MARK}1.{}", base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(packed))
}

#[test]
fn a_bomb_is_not_unpacked() {
    let bomb = link_of(&vec![b' '; MOST_JSON + 1]);
    assert!(bomb.len() < 100_000, "it is small: {}", bomb.len());
    check(&bomb, &Flaw::TooLarge { most: MOST_JSON });
    check(&"x".repeat(MOST_JSON + 1), &Flaw::TooLarge { most: MOST_JSON });
}

#[test]
fn each_limit_is_kept() {
    let many = Recording { spec: spec(MOST_CONTAINERS as u16 + 1), ..recording(vec![]) };
    let (count, most) = (MOST_CONTAINERS + 1, MOST_CONTAINERS);
    check(&many.to_link(), &Flaw::TooManyContainers { count, most });
    let full = Recording { spec: spec(MOST_CONTAINERS as u16), ..recording(vec![]) };
    assert!(Recording::read(&full.to_link()).is_ok());

    let busy = recording(vec![(0, Action::Heal); MOST_ACTIONS + 1]);
    check(&busy.to_link(), &Flaw::TooManyActions { most: MOST_ACTIONS });
    assert!(Recording::read(&recording(vec![(0, Action::Heal); MOST_ACTIONS]).to_link()).is_ok());

    let week = LONGEST_DAYS * 24 * 60 * 60 * 1_000_000;
    let long = |at| Recording { at, ..recording(vec![]) };
    check(&long(week + 1).to_link(), &Flaw::TooLong { days: LONGEST_DAYS });
    check(&long(u64::MAX).to_link(), &Flaw::TooLong { days: LONGEST_DAYS });
    assert!(Recording::read(&long(week).to_link()).is_ok());

    let none = Recording { spec: spec(0), ..recording(vec![]) };
    check(&none.to_link(), &Flaw::NoServers);
    let mut odd = recording(vec![]);
    odd.spec.start = Time(u64::MAX);
    check(&odd.to_link(), &Flaw::Impossible("start".into()));
}

#[test]
fn actions_come_in_order_and_before_the_end() {
    let at = |times: &[u64]| recording(times.iter().map(|&at| (at, Action::Heal)).collect());
    assert!(Recording::read(&at(&[0, 5, 5, 2_000_000]).to_link()).is_ok());
    check(&at(&[0, 5, 4]).to_link(), &Flaw::OutOfOrder { nth: 3 });
    check(&at(&[2_000_001]).to_link(), &Flaw::OutOfOrder { nth: 1 });
}

#[test]
fn a_duration_that_reaches_beyond_all_time_is_refused() {
    let rule = Rule {
        from: Group::Everyone,
        to: Group::Everyone,
        port: None,
        verdict: Verdict::Slow(u64::MAX),
        both_ways: true,
    };
    let latency = Latency { base_us: 1, jitter_us: u64::MAX };
    for action in [
        Action::Rule(rule),
        Action::Latency(latency),
        Action::DelayPacket(PacketId(1), Millis(u64::MAX)),
    ] {
        let told = recording(vec![(0, Action::Heal), (0, action)]);
        check(&told.to_link(), &Flaw::Impossible("actions[1]".into()));
    }
}

#[test]
fn what_the_world_refuses_is_told_with_its_number() {
    let type_into = Action::Type { client: ClientId(4), line: "x".into() };
    let session = open(recording(vec![(0, Action::Heal), (9, type_into)]).to_link());
    let refusal = Refusal::NoSuchClient(ClientId(4));
    assert_eq!(flaw(&session), Some(&Flaw::Refused { nth: 2, who: String::new(), refusal }));
}

#[test]
fn a_piece_ends_even_where_virtual_time_stands_still() {
    let mut told = recording(vec![]);
    told.spec.latency = Latency { base_us: 0, jitter_us: 0 };
    told.actions = vec![(
        1_000_000,
        Action::RunJob {
            at: Place::Host,
            argv: ["-p", "7001", "-r", "-1", "ping"].map(String::from).into(),
            stdin: None,
        },
    )];
    let mut session = Session::new(Workbench::tutorial(), Page::default());
    session.update(Msg::Open(told.to_link()));
    for _ in 0..300 {
        session.update(Msg::Frame { elapsed: 0 });
    }
    session.update(Msg::CloseOpening);
    assert_eq!(
        session.run.as_ref().map(|run| run.servers().len()),
        Some(6),
        "the own lab is there"
    );
}

#[test]
fn no_bytes_whatsoever_panic() {
    let mut luck = Rng::new(Seed(1), 1);
    let link = eventful().to_link();
    let json = eventful().to_json();
    for _ in 0..400 {
        let noise: Vec<u8> = (0..luck.below(200)).map(|_| luck.next_u64() as u8).collect();
        let text = String::from_utf8_lossy(&noise).into_owned();
        assert!(Recording::read(&text).is_err());
        assert!(Recording::read(&format!("{MARK}1.{text}")).is_err());
        assert!(Recording::read(&link_of(&noise)).is_err());
        let at = luck.below(link.len() as u64) as usize;
        assert!(Recording::read(&format!("{}{text}", &link[..at])).is_err());
        // JSON that was changed may still be a recording; then it is played or refused.
        let mut changed = json.clone().into_bytes();
        for _ in 0..=luck.below(3) {
            let at = luck.below(changed.len() as u64) as usize;
            changed[at] = b"0123456789\"{}[],:neA"[luck.below(20) as usize];
        }
        _ = Recording::read(&String::from_utf8_lossy(&changed));
    }
}

#[test]
fn a_recording_that_was_changed_is_played_or_refused() {
    let mut luck = Rng::new(Seed(2), 1);
    let json = eventful().to_json();
    let digits: Vec<usize> =
        json.bytes().enumerate().filter(|(_, b)| b.is_ascii_digit()).map(|(at, _)| at).collect();
    let mut played = 0;
    for _ in 0..30 {
        let mut changed = json.clone().into_bytes();
        for _ in 0..=luck.below(4) {
            changed[digits[luck.below(digits.len() as u64) as usize]] = b'0' + luck.below(10) as u8;
        }
        let text = String::from_utf8(changed).expect("digits");
        let bounded = Recording::read(&text).is_ok_and(|told| told.at < 100_000_000);
        if bounded {
            played += 1;
            open(text);
        }
    }
    assert!(10 < played, "most of them can be played: {played}");
}

//! What is wrong with a recording, and what to do about it, in sentences.

use crate::say::{Arg, Lang, text};
use crate::shapes::spec::ContainerIx;
use crate::sim::Refusal;
use crate::timeline::Flaw;

/// What is wrong, and what to do.
pub fn flaw(lang: Lang, flaw: &Flaw) -> (String, String) {
    let count = |count: usize| Arg::from(count);
    let (id, args) = match flaw {
        Flaw::NotARun => ("flaw-not-a-run", vec![]),
        Flaw::Damaged => ("flaw-damaged", vec![]),
        Flaw::OtherForm { form } => ("flaw-other-form", vec![("form", Arg::from(form.as_str()))]),
        Flaw::TooLarge { most } => ("flaw-too-large", vec![("most", count(most >> 20))]),
        Flaw::NotARecording(why) => ("flaw-not-a-recording", vec![("why", why.as_str().into())]),
        Flaw::NoServers => ("flaw-no-servers", vec![]),
        Flaw::TooManyContainers { count: there, most } => {
            ("flaw-too-many-containers", vec![("count", count(*there)), ("most", count(*most))])
        }
        Flaw::TooManyActions { most } => ("flaw-too-many-actions", vec![("most", count(*most))]),
        Flaw::TooLong { days } => ("flaw-too-long", vec![("days", (*days).into())]),
        Flaw::Impossible(part) => ("flaw-impossible", vec![("part", part.as_str().into())]),
        Flaw::OutOfOrder { nth } => ("flaw-out-of-order", vec![("nth", count(*nth))]),
        Flaw::Refused { nth, who, refusal: why } => {
            let why = refusal(lang, why, &|_| who.clone());
            ("flaw-refused", vec![("nth", count(*nth)), ("why", why.into())])
        }
        Flaw::TooMuch => ("flaw-too-much", vec![]),
    };
    (text(lang, id, &args), text(lang, &format!("{id}.mend"), &args))
}

/// Why the world does not do something; `name` gives containers the names that people use.
pub fn refusal(lang: Lang, refusal: &Refusal, name: &dyn Fn(ContainerIx) -> String) -> String {
    let (id, ix) = match refusal {
        Refusal::NoSuchContainer(ix) => ("refused-no-container", Some(*ix)),
        Refusal::AlreadyRunning(ix) => ("refused-already-running", Some(*ix)),
        Refusal::NotRunning(ix) => ("refused-not-running", Some(*ix)),
        Refusal::AlreadyPaused(ix) => ("refused-already-paused", Some(*ix)),
        Refusal::NotPaused(ix) => ("refused-not-paused", Some(*ix)),
        Refusal::DiskInUse(ix) => ("refused-disk-in-use", Some(*ix)),
        Refusal::NotAServer(ix) => ("refused-not-a-server", Some(*ix)),
        Refusal::NoSuchPacket(_) => ("refused-no-packet", None),
        Refusal::NoSuchClient(_) => ("refused-no-client", None),
        Refusal::EmptyCommand => ("refused-empty-command", None),
        Refusal::NoKeys => ("refused-no-keys", None),
    };
    let name = ix.map(name).unwrap_or_default();
    text(lang, id, &[("who", Arg::from(name))])
}

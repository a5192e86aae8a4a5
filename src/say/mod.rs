//! Layer 2b, say: sentences, from the locale files alone.
//!
//! No text that a person reads is in code; it is in `www/locales/<language>/*.ftl` (Project Fluent),
//! under an id, with arguments. A fact's sentence is the log line, the caption, the screen reader's
//! text and the transcript: one source.
//!
//! Invariants: every id exists in every language and is used; a missing id shows itself as the id,
//! never as an empty string (`tests/locales.rs`). Texts of Redis, redis-cli and Docker are not
//! translated and not here: they are interface. Absent: HTML. What comes out is plain text.

mod bundle;
mod fact;
mod particle;

pub use bundle::{FILES, ids};
pub use fact::fact;

use fluent_bundle::{FluentArgs, FluentValue};
use serde::{Deserialize, Serialize};

/// A language of the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Lang {
    /// English; also what transcripts are written in.
    #[default]
    En,
    /// Korean.
    Ko,
}

impl Lang {
    /// All of them, in the order of the switch.
    pub const ALL: [Lang; 2] = [Lang::En, Lang::Ko];

    /// Its tag, as HTML's `lang` and the folder's name.
    pub const fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Ko => "ko",
        }
    }
    /// The language that a browser asks for, from a tag such as `ko-KR`; English if it is not ours.
    pub fn of_tag(tag: &str) -> Lang {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Lang::ALL.into_iter().find(|lang| primary == lang.tag()).unwrap_or_default()
    }
}

/// An argument of a sentence.
#[derive(Clone, PartialEq, Debug)]
pub enum Arg {
    /// A name, an address, a duration already written out.
    Text(String),
    /// A count: languages choose a plural form by it. Written without grouping.
    Count(u64),
}

impl From<&str> for Arg {
    fn from(text: &str) -> Arg {
        Arg::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Arg {
        Arg::Text(text)
    }
}

impl From<u64> for Arg {
    fn from(count: u64) -> Arg {
        Arg::Count(count)
    }
}

impl From<usize> for Arg {
    fn from(count: usize) -> Arg {
        Arg::Count(count as u64)
    }
}

/// The sentence `id` without arguments.
pub fn word(lang: Lang, id: &str) -> String {
    text(lang, id, &[])
}

/// The sentence `id` with these arguments; the id itself if there is no such sentence. `id.part` is
/// an attribute of `id`.
pub fn text(lang: Lang, id: &str, args: &[(&str, Arg)]) -> String {
    let bundle = bundle::of(lang);
    let pattern = match id.split_once('.') {
        None => bundle.get_message(id).and_then(|message| message.value()),
        Some((id, part)) => bundle
            .get_message(id)
            .and_then(|message| message.get_attribute(part))
            .map(|attribute| attribute.value()),
    };
    let Some(pattern) = pattern else { return id.to_owned() };
    let mut fluent = FluentArgs::with_capacity(args.len());
    for (name, arg) in args {
        fluent.set(*name, value(arg));
    }
    // Errors (an argument that is missing) stay visible in the text as `{$name}`.
    bundle.format_pattern(pattern, Some(&fluent), &mut Vec::new()).into_owned()
}

fn value(arg: &Arg) -> FluentValue<'_> {
    match arg {
        Arg::Text(text) => FluentValue::from(text.as_str()),
        Arg::Count(count) => FluentValue::from(*count),
    }
}

//! A recording as text that travels: JSON in a file, and the same behind the `#` of the page's address.
//!
//! `#run=1.` and then the JSON, packed by zlib, in the letters of base64url. What stands behind the `#`
//! is never sent to a server, and zlib's checksum finds a link that lost or changed a letter. The number
//! is the form's: a Slotlab that changes the meaning of a recording counts it up.
//!
//! Invariant: reading is total. Whatever the text, the answer is a recording that has passed
//! [`Recording::check`], or a [`Flaw`]; what it takes is bounded by [`MOST_JSON`] and [`MOST_ACTIONS`].
//! Absent: the page's own address.

use crate::shapes::Spec;
use crate::sim::Action;
use crate::timeline::Recording;
use crate::timeline::check::MOST_ACTIONS;
use crate::timeline::flaw::Flaw;
use crate::words::Seed;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use std::fmt;

/// What stands before a run in an address.
pub const MARK: &str = "#run=";
/// The form of what follows.
const FORM: &str = "1";
/// Letters of the longest link that is worth sharing: two fit into an issue of GitHub (65,536) with
/// words around them, and browsers still show such an address. Longer runs travel as files.
pub const LONGEST_LINK: usize = 32_000;
/// The most bytes of JSON that are read.
pub const MOST_JSON: usize = 32 << 20;
/// How hard zlib tries, of 10: beyond this it takes longer and saves less than one in a hundred.
const EFFORT: u8 = 7;

impl Recording {
    /// As a file has it.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
    /// The end of an address: what follows the page's own, from the `#` on.
    pub fn to_link(&self) -> String {
        let packed = compress_to_vec_zlib(self.to_json().as_bytes(), EFFORT);
        format!("{MARK}{FORM}.{}", BASE64_URL_SAFE_NO_PAD.encode(packed))
    }

    /// Reads a link (the address, or its end from `#run=` on) or a file, and checks what it says.
    pub fn read(text: &str) -> Result<Recording, Flaw> {
        if MOST_JSON < text.len() {
            return Err(Flaw::TooLarge { most: MOST_JSON });
        }
        let text = text.trim_start_matches('\u{feff}').trim();
        let recording = match text.find(MARK) {
            _ if text.starts_with('{') => from_json(text.as_bytes())?,
            Some(at) => from_json(&unpacked(&text[at + MARK.len()..])?)?,
            None => return Err(Flaw::NotARun),
        };
        recording.check()?;
        Ok(recording)
    }
}

/// The JSON in a link, after its mark. Words may follow, or mail has broken it into lines.
fn unpacked(text: &str) -> Result<Vec<u8>, Flaw> {
    let (form, packed) = text.split_once('.').ok_or(Flaw::Damaged)?;
    if form != FORM {
        let counted = (1..6).contains(&form.len()) && form.bytes().all(|b| b.is_ascii_digit());
        return Err(if counted { Flaw::OtherForm { form: form.into() } } else { Flaw::Damaged });
    }
    let first = packed.split_whitespace().next().unwrap_or_default();
    match unpacked_letters(first) {
        Err(Flaw::Damaged) => unpacked_letters(&packed.split_whitespace().collect::<String>()),
        read => read,
    }
}

fn unpacked_letters(text: &str) -> Result<Vec<u8>, Flaw> {
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let letters = text.split(|c| !letter(c)).next().unwrap_or_default();
    let packed = BASE64_URL_SAFE_NO_PAD.decode(letters).map_err(|_| Flaw::Damaged)?;
    decompress_to_vec_zlib_with_limit(&packed, MOST_JSON).map_err(|failed| match failed.status {
        TINFLStatus::HasMoreOutput => Flaw::TooLarge { most: MOST_JSON },
        _ => Flaw::Damaged,
    })
}

/// A recording whose actions are counted while they are read: a short text can hold many.
#[derive(Deserialize)]
struct Counted {
    spec: Spec,
    seed: Seed,
    #[serde(deserialize_with = "few")]
    actions: Vec<(u64, Action)>,
    at: u64,
    #[serde(default)]
    fingerprint: Option<u64>,
}

fn from_json(json: &[u8]) -> Result<Recording, Flaw> {
    let read: Counted =
        serde_json::from_slice(json).map_err(|why| Flaw::NotARecording(why.to_string()))?;
    let Counted { spec, seed, actions, at, fingerprint } = read;
    Ok(Recording { spec, seed, actions, at, fingerprint })
}

/// One action more than are played shows that there are too many; what follows is not kept.
fn few<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(u64, Action)>, D::Error> {
    struct Few;
    impl<'de> Visitor<'de> for Few {
        type Value = Vec<(u64, Action)>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of moments and actions")
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Self::Value, A::Error> {
            let mut kept = Vec::new();
            while kept.len() <= MOST_ACTIONS {
                match all.next_element()? {
                    Some(action) => kept.push(action),
                    None => return Ok(kept),
                }
            }
            while all.next_element::<IgnoredAny>()?.is_some() {}
            Ok(kept)
        }
    }
    from.deserialize_seq(Few)
}

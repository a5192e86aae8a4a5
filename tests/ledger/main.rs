//! The ledger in the repository is the one that the tests make; `REWRITE=1` writes it.

mod claims;
mod sources;
mod table;

use claims::State;
use std::path::Path;
use std::{env, fs};

const DOCUMENT: &str = "docs/LEDGER.md";
const DATA: &str = "www/ledger.json";

#[test]
fn the_ledger_says_what_the_tests_hold() {
    let claims = claims::all();
    for (path, text) in [(DOCUMENT, table::markdown(&claims)), (DATA, table::json(&claims))] {
        if env::var_os("REWRITE").is_some() {
            fs::write(path, &text).expect("it can be written");
        }
        let recorded = fs::read_to_string(path).unwrap_or_default();
        assert!(recorded == text, "{path} is out of date: REWRITE=1 cargo test --test ledger");
    }
    println!("ledger: {}", table::totals(&claims));
}

/// Time travel is ours, not Redis's.
const OURS: &str = "tests/testdata/time";

#[test]
fn every_transcript_with_comments_names_its_source() {
    let silent = |text: &str| text.contains("\n----\n") && !text.contains("\n# Source: ");
    for path in sources::files(Path::new(sources::TRANSCRIPTS), "txt") {
        let text = fs::read_to_string(&path).expect("a transcript is text");
        let claims = text.lines().any(|line| line.starts_with("# "));
        let path = path.display().to_string();
        assert!(path.starts_with(OURS) || !(claims && silent(&text)), "{path} has no source");
    }
}

#[test]
fn every_claim_has_a_source_and_every_match_a_test() {
    for claim in claims::all() {
        assert!(!claim.source.is_empty(), "{claim:?}");
        assert!(claim.state != State::Matches || !claim.test.is_empty(), "{claim:?}");
    }
}

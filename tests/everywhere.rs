//! The same conversations, word for word, on the host and in WebAssembly.
//!
//! The transcripts are compiled in, since there are no files in wasm; most end with `hash`, which
//! tells worlds apart that only look alike.

use include_dir::{Dir, include_dir};
use slotlab::script::{Runner, rewritten};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

static TRANSCRIPTS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/tests/testdata");

#[test]
fn every_transcript_says_the_same_everywhere() {
    let mut played = Vec::new();
    play_all(&TRANSCRIPTS, &mut played);
    assert!(10 < played.len(), "the transcripts are there");
    let different: Vec<String> = played.into_iter().filter_map(Result::err).collect();
    assert!(different.is_empty(), "{}", different.join("\n"));
}

fn play_all(folder: &Dir<'_>, played: &mut Vec<Result<(), String>>) {
    for file in folder.files() {
        let Some(text) = file.contents_utf8() else { continue };
        let is_transcript = text.lines().any(|line| line == "----");
        if is_transcript && file.path().extension().is_some_and(|ext| ext == "txt") {
            played.push(play(&file.path().display().to_string(), text));
        }
    }
    for inner in folder.dirs() {
        play_all(inner, played);
    }
}

/// The first line that is not what was recorded.
fn play(name: &str, recorded: &str) -> Result<(), String> {
    let mut runner = Runner::default();
    let replayed = rewritten(recorded, |input| runner.run(input));
    for (number, (old, new)) in recorded.lines().zip(replayed.lines()).enumerate() {
        if new != old {
            return Err(format!("{name}:{}:\n- {old}\n+ {new}", number + 1));
        }
    }
    match replayed.lines().count() == recorded.lines().count() {
        true => Ok(()),
        false => Err(format!("{name}: longer or shorter")),
    }
}

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
    let mut played = 0;
    play_all(&TRANSCRIPTS, &mut played);
    assert!(10 < played, "the transcripts are there");
}

fn play_all(folder: &Dir<'_>, played: &mut usize) {
    for file in folder.files() {
        let Some(text) = file.contents_utf8() else { continue };
        let is_transcript = text.lines().any(|line| line == "----");
        if is_transcript && file.path().extension().is_some_and(|ext| ext == "txt") {
            play(&file.path().display().to_string(), text);
            *played += 1;
        }
    }
    for inner in folder.dirs() {
        play_all(inner, played);
    }
}

fn play(name: &str, recorded: &str) {
    let mut runner = Runner::default();
    let replayed = rewritten(recorded, |input| runner.run(input));
    for (number, (old, new)) in recorded.lines().zip(replayed.lines()).enumerate() {
        assert_eq!(new, old, "{name}:{}", number + 1);
    }
    assert_eq!(replayed.lines().count(), recorded.lines().count(), "{name}");
}

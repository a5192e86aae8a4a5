//! Every file in `testdata` is a conversation with the simulator; `REWRITE=1` records what it says now.
//!
//! `cargo test --test transcripts -- failover` plays only the files whose path has the word.

#[path = "transcripts/shown.rs"]
mod shown;

use shown::Shown;
use slotlab::script::{Runner, rewritten};
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let wanted: Vec<String> = env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let mut failed = Vec::new();
    let mut played = 0;
    let mut shown = Shown::default();
    for path in transcripts(Path::new("tests/testdata")) {
        let name = path.display().to_string();
        let text = fs::read_to_string(&path).expect("a transcript is text");
        if !text.lines().any(|line| line == "----") {
            continue; // What redis-cli printed, for another test.
        }
        if !wanted.is_empty() && !wanted.iter().any(|word| name.contains(word.as_str())) {
            continue;
        }
        played += 1;
        if let Err(difference) = play(&path, &text, &mut shown) {
            println!("FAILED {name}\n{difference}");
            failed.push(name);
        }
    }
    let passed = played - failed.len();
    println!("transcripts: {passed} passed, {} failed", failed.len());
    for name in &failed {
        println!("  failed: {name}");
    }
    assert!(
        failed.is_empty(),
        "a transcript says something else; REWRITE=1 records it, git diff shows it"
    );
    let missing = if wanted.is_empty() { shown.missing() } else { Vec::new() };
    assert!(missing.is_empty(), "no transcript shows {}", missing.join(", "));
}

fn transcripts(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is in the repository") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            found.extend(transcripts(&path));
        } else if path.extension().is_some_and(|ext| ext == "txt") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn play(path: &Path, recorded: &str, shown: &mut Shown) -> Result<(), String> {
    let mut runner = Runner::default();
    shown.forget();
    let replayed = rewritten(recorded, |input| {
        let said = runner.run(input);
        shown.look(&runner, &said);
        said
    });
    if env::var_os("REWRITE").is_some() {
        fs::write(path, &replayed).expect("it can be written");
        return Ok(());
    }
    let different = recorded.lines().zip(replayed.lines()).position(|(old, new)| old != new);
    match different {
        None if recorded == replayed => Ok(()),
        _ => {
            let line = different.unwrap_or(recorded.lines().count().min(replayed.lines().count()));
            let at = |text: &str| text.lines().nth(line).unwrap_or("(end)").to_owned();
            let (old, new) = (at(recorded), at(&replayed));
            Err(format!("  line {}:\n  - {old}\n  + {new}", line + 1))
        }
    }
}

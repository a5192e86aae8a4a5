//! wasm-opt, from the npm package `binaryen`: smaller and faster wasm, where Node is at hand.

use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::{project, run, say, setup};

const WASM_OPT: &str = "node_modules/binaryen/bin/wasm-opt";

/// What every browser of the last years knows and rustc's output may use. `--all-features` would write
/// encodings (compact imports) that today's browsers refuse.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Shrinks a wasm file in place. Without Node the file stays as it is, and the page only larger.
pub(super) fn wasm(file: &Path) -> Result<()> {
    if !setup::have_node() {
        say::note("wasm-opt skipped: it needs Node (https://nodejs.org); the page is only larger.");
        return Ok(());
    }
    setup::npm_packages()?;
    let before = fs::metadata(file)?.len();
    say::step("Shrinking the wasm with wasm-opt", || {
        let path = file.to_string_lossy();
        let tool = project::root().join(WASM_OPT);
        run::check(run::command(
            "node",
            &[&[&*tool.to_string_lossy(), "-O3"], &FEATURES[..], &[&path, "-o", &path]].concat(),
        ))
    })?;
    say::note(format_args!("wasm-opt: {before} bytes before, {} after", fs::metadata(file)?.len()));
    Ok(())
}

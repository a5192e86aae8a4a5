//! Runs one wasm test binary in Node, for cargo (see `.cargo/config.toml`).
//!
//! wasm-bindgen's own runner, linked in: nothing to install, and never another version than the page's.

use std::ffi::OsString;

use anyhow::Result;

#[cfg(feature = "test-runner")]
pub(crate) fn run(arguments: Vec<OsString>) -> Result<()> {
    let program = OsString::from("wasm-bindgen-test-runner");
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(
        std::iter::once(program).chain(arguments),
    )
}

#[cfg(not(feature = "test-runner"))]
pub(crate) fn run(_: Vec<OsString>) -> Result<()> {
    anyhow::bail!("this xtask was built without `--features test-runner`")
}

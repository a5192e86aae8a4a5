//! From Rust to a folder of static files.
//!
//! cargo compiles the page to wasm, wasm-bindgen (a library here) writes its JavaScript, and the
//! hand-written files come along as they are: index.html and www/. A published page goes on: wasm-opt,
//! names with a hash, sizes. Every path in the page is relative, so that it works under any address.

mod bind;
mod files;
mod names;
mod shrink;
mod sizes;

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::run::{self, Stream};
use crate::{policy, project, say, setup};

pub(crate) use files::under;

/// The folder of the page that holds what wasm-bindgen wrote.
const PACKAGE: &str = "pkg";

/// How a build ended when nothing was wrong with the machine.
pub(crate) enum Outcome {
    Built,
    /// The compiler said no; its words.
    Refused(String),
}

/// Builds the page for the dev server, into `target/page`.
pub(crate) fn dev() -> Result<Outcome> {
    // Line tables make the wasm three times as large and wasm-bindgen as slow; backtraces in the
    // browser come from the name section, which stays.
    let mut cargo = compile(&[]);
    cargo.args(["--config", "profile.dev.debug=false"]);
    let (success, said) = run::listen(cargo, Stream::Stderr)?;
    if !success {
        return Ok(Outcome::Refused(said));
    }
    let next = project::target().join("page-next");
    assemble("debug", &next)?;
    files::replace(&next, &project::dev_page())?;
    Ok(Outcome::Built)
}

/// `cargo xtask build`: the page as it is published, in `dist/`.
pub(crate) fn run(arguments: Vec<OsString>) -> Result<()> {
    if let Some(unknown) = arguments.first() {
        bail!("build takes no arguments, but was given {}", unknown.to_string_lossy());
    }
    dist()
}

/// Builds the page as it is published, into `dist/`.
pub(crate) fn dist() -> Result<()> {
    setup::wasm_target()?;
    say::step("Compiling the page for release (the slow part: minutes on a cold machine)", || {
        run::check(compile(&["--release"]))
    })?;
    let next = project::target().join("dist-next");
    say::step("Writing its JavaScript with wasm-bindgen", || assemble("release", &next))?;
    shrink::wasm(&next.join(PACKAGE).join(bind::WASM))?;
    let index = next.join("index.html");
    fs::write(&index, policy::with_meta(&fs::read_to_string(&index)?)?)?;
    names::hash(&next)?;
    files::replace(&next, &project::dist())?;
    sizes::print(&project::dist())?;
    say::ready("dist/ is ready: copy it to any web server, under any path");
    Ok(())
}

fn compile(more: &[&str]) -> std::process::Command {
    let mut cargo =
        run::cargo(&["build", "--package", "slotlab", "--target", "wasm32-unknown-unknown"]);
    cargo.args(["--bin", "slotlab-page"]);
    cargo.args(more);
    cargo
}

/// Puts the compiled page and the hand-written files together in `folder`.
fn assemble(profile: &str, folder: &Path) -> Result<()> {
    files::empty(folder)?;
    let wasm =
        project::target().join("wasm32-unknown-unknown").join(profile).join("slotlab-page.wasm");
    bind::generate(&wasm, &folder.join(PACKAGE))?;
    fs::copy(project::root().join("index.html"), folder.join("index.html"))
        .context("cannot copy index.html")?;
    files::copy(&project::root().join("www"), &folder.join("www"))
}

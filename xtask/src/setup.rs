//! What the other commands need on this machine, and how it gets there.
//!
//! Each need is looked for first and installed only if it is missing. Nothing is downloaded but from
//! rustup, npm and apt; a browser in particular comes from apt or from the person.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use crate::{project, run, say};

const WASM: &str = "wasm32-unknown-unknown";

/// The standard library for wasm.
pub(crate) fn wasm_target() -> Result<()> {
    if have_wasm_target() {
        return Ok(());
    }
    if run::which("rustup").is_none() {
        bail!(
            "the Rust target {WASM} is missing, and so is rustup, which installs it.\n\
             Get rustup from https://rustup.rs, or install the target as your Rust was installed \
             (Debian: apt install libstd-rust-dev-wasm32)."
        );
    }
    say::step(format_args!("Adding the Rust target {WASM}"), || {
        run::check(run::command("rustup", &["target", "add", WASM]))
    })
}

fn have_wasm_target() -> bool {
    run::answer("rustc", &["--print", "target-libdir", "--target", WASM])
        .is_some_and(|folder| fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some()))
}

/// Whether Node and npm are there.
pub(crate) fn have_node() -> bool {
    run::which("node").is_some() && run::which("npm").is_some()
}

/// Node and npm, or how to get them.
pub(crate) fn node() -> Result<()> {
    if !have_node() {
        bail!(
            "Node (20 or newer) with npm is missing. Get it from https://nodejs.org, or on Debian: \
             apt install nodejs npm."
        );
    }
    Ok(())
}

/// The npm packages of package-lock.json, in node_modules/.
pub(crate) fn npm_packages() -> Result<()> {
    node()?;
    let wanted = fs::read(project::root().join("package-lock.json"))?;
    let stamp = project::root().join("node_modules/.slotlab-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    say::step("Installing the npm packages of package-lock.json", || {
        run::check(run::command("npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))?;
        Ok(fs::write(&stamp, &wanted)?)
    })
}

/// The Python packages of the client tests, in target/python.
pub(crate) fn python_packages() -> Result<()> {
    debian(&[Package::Pip])?;
    let wanted = project::root().join("serve/tests/clients/requirements.txt");
    let folder = project::target().join("python");
    let stamp = folder.join(".slotlab-lock");
    if fs::read(&stamp).is_ok_and(|installed| fs::read(&wanted).is_ok_and(|now| now == installed)) {
        return Ok(());
    }
    say::step("Installing the Python packages of serve/tests/clients/requirements.txt", || {
        let mut pip = run::command("python3", &["-m", "pip", "install", "--quiet", "--upgrade"]);
        pip.args(["--disable-pip-version-check", "--root-user-action=ignore", "--target"]);
        pip.arg(&folder).arg("--requirement").arg(&wanted);
        run::check(pip)?;
        Ok(fs::write(&stamp, fs::read(&wanted)?)?)
    })
}

/// Something that Debian packages and the tests use.
#[derive(Clone, Copy)]
pub(crate) enum Package {
    /// The browser that drives the page.
    Chromium,
    /// Korean letters for the pictures.
    KoreanFont,
    /// The real redis-server and redis-cli, to compare with.
    Redis,
    /// Python's package installer, for the client library that is tested with.
    Pip,
}

impl Package {
    fn name(self) -> &'static str {
        match self {
            Package::Chromium => "chromium",
            Package::KoreanFont => "fonts-noto-cjk",
            Package::Redis => "redis-server",
            Package::Pip => "python3-pip",
        }
    }

    fn is_there(self) -> bool {
        match self {
            Package::Chromium => {
                std::env::var_os("SLOTLAB_CHROMIUM").is_some() || run::which("chromium").is_some()
            }
            Package::KoreanFont => {
                Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").exists()
            }
            Package::Redis => {
                run::which("redis-server").is_some() && run::which("redis-cli").is_some()
            }
            Package::Pip => run::answer("python3", &["-m", "pip", "--version"]).is_some(),
        }
    }
}

/// Installs what is missing of these with apt, or says what is missing and how to get it.
pub(crate) fn debian(wanted: &[Package]) -> Result<()> {
    let missing: Vec<&str> =
        wanted.iter().filter(|package| !package.is_there()).map(|package| package.name()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let Some(root) = as_root() else {
        bail!(
            "missing: {names}. On Debian: sudo apt-get install {names}; elsewhere as your system \
             installs them. Another Chromium can be named in SLOTLAB_CHROMIUM.",
            names = missing.join(" ")
        );
    };
    say::step(format_args!("Installing {} with apt-get", missing.join(", ")), || {
        run::check(apt(root, &["update", "-qq"]))?;
        run::check(apt(
            root,
            &[&["install", "-y", "-qq", "--no-install-recommends"], &*missing].concat(),
        ))
    })?;
    if missing.contains(&Package::Redis.name()) {
        stop_the_redis_service(root);
    }
    Ok(())
}

/// What to put before a command that needs root, if there is a way without a question.
fn as_root() -> Option<&'static [&'static str]> {
    if !Path::new("/etc/debian_version").exists() {
        return None;
    }
    if run::answer("id", &["-u"]).as_deref() == Some("0") {
        return Some(&["env"]);
    }
    run::answer("sudo", &["-n", "true"]).map(|_| ["sudo", "-n", "env"].as_slice())
}

fn apt(root: &[&str], arguments: &[&str]) -> std::process::Command {
    let all = [&root[1..], &["DEBIAN_FRONTEND=noninteractive", "apt-get"], arguments].concat();
    run::command(root[0], &all)
}

/// Debian starts the service it installs; the tests start their own servers.
fn stop_the_redis_service(root: &[&str]) {
    let all = [&root[1..], &["service", "redis-server", "stop"]].concat();
    // Without an init system there is no service to stop.
    let _ = run::command(root[0], &all).status();
}

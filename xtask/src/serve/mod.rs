//! `cargo xtask serve`: the page on this machine, rebuilt and reloaded on every change.
//!
//! The port is taken first, so that a taken port is said at once and the browser can be opened during
//! the first build. A build that fails keeps the last good page and shows the compiler's words on it.

mod files;
mod http;
mod reload;
mod watch;

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;

use crate::build::{self, Outcome};
use crate::{project, say, setup};

use http::Answer;
use reload::Builds;

/// Runs until it is interrupted.
pub(crate) fn run(arguments: Vec<OsString>) -> Result<()> {
    let port = parse(arguments)?;
    let listener = open(port)?;
    let address = listener.local_addr()?;
    let builds = Arc::new(Builds::new());
    let page = Page { folder: project::dev_page(), prefix: "", builds: Some(Arc::clone(&builds)) };
    thread::spawn(move || http::serve(&listener, move |target| page.answer(target)));
    say::ready(format_args!("http://{address} is open; the page appears there when it is built"));
    setup::wasm_target()?;
    let mut watch = watch::Watch::new();
    loop {
        build_once(&builds, address)?;
        watch.wait_for_a_change();
    }
}

/// Serves a finished folder from a free port and below a path, for the browser tests, so that a page
/// which only works at the top of a host does not pass. Returns its URL.
pub(crate) fn folder(folder: PathBuf) -> Result<String> {
    const PREFIX: &str = "/some/where";
    let listener = open(0)?;
    let address = listener.local_addr()?;
    let page = Page { folder, prefix: PREFIX, builds: None };
    thread::spawn(move || http::serve(&listener, move |target| page.answer(target)));
    Ok(format!("http://{address}{PREFIX}/"))
}

fn parse(arguments: Vec<OsString>) -> Result<u16> {
    let mut port = 8080;
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("port") => port = parser.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(port)
}

fn open(port: u16) -> Result<TcpListener> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(listener) => Ok(listener),
        Err(error) => bail!(
            "cannot listen on 127.0.0.1:{port}: {error}.\n\
             Choose another port: cargo xtask serve --port {}",
            port.wrapping_add(1).max(1024)
        ),
    }
}

fn build_once(builds: &Builds, address: SocketAddr) -> Result<()> {
    let outcome = say::step("Building the page", build::dev).context("the build could not run")?;
    match outcome {
        Outcome::Built => {
            builds.succeeded();
            say::ready(format_args!("Open http://{address} (Ctrl-C stops; changes reload it)"));
        }
        Outcome::Refused(words) => {
            builds.failed(&words);
            say::failed("the page does not build; the last good one stays, waiting for a change");
        }
    }
    Ok(())
}

/// What is served: a folder and, in development, the news of builds.
struct Page {
    folder: PathBuf,
    /// What every path begins with, without a slash at its end.
    prefix: &'static str,
    builds: Option<Arc<Builds>>,
}

impl Page {
    fn answer(&self, target: &str) -> Answer {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        match &self.builds {
            Some(builds) if path.starts_with(reload::PREFIX) => builds.answer(path, query),
            builds => {
                let path = path.strip_prefix(self.prefix).unwrap_or_default();
                files::answer(&self.folder, path, builds.is_some())
            }
        }
    }
}

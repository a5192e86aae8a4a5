//! From a path inside a container to what is there: a file of the project, or a place on some disk.

use crate::compose::files::{Files, clean};
use crate::compose::model::mounts::{Mount, Source};
use crate::compose::model::{ConfigDef, Service};
use crate::compose::remark::Place;
use std::sync::Arc;

/// What a container sees at a path.
pub(super) enum Seen<'a> {
    /// A file with this text, which begins at this place.
    File { text: &'a str, at: Place },
    /// Docker makes an empty folder in the place of a missing file: `source` as written at `at`.
    EmptyFolder { source: &'a str, at: &'a Place },
    /// No such file.
    Nothing,
}

/// Where the processes of the official image start.
const WORKING_DIR: &str = "/data";

/// `path` of a container, made absolute and clean.
pub(super) fn absolute(service: &Service, dir: Option<&str>, path: &str) -> String {
    let base = dir.or(service.working_dir.as_deref()).unwrap_or(WORKING_DIR);
    let joined = if path.starts_with('/') { path.into() } else { format!("{base}/{path}") };
    let inside = joined.trim_start_matches('/');
    format!("/{}", clean(inside).unwrap_or_else(|| inside.into()))
}

/// The mount that covers `path`, and what of the path is left behind its target.
fn covering<'a, 'p>(service: &'a Service, path: &'p str) -> Option<(&'a Mount, &'p str)> {
    let rest = |mount: &Mount| -> Option<&'p str> {
        let rest = path.strip_prefix(mount.target.trim_end_matches('/'))?;
        (rest.is_empty() || rest.starts_with('/')).then_some(rest)
    };
    let covering = service.mounts.iter().filter_map(|mount| Some((mount, rest(mount)?)));
    covering.min_by_key(|(_, rest)| rest.len())
}

/// What the containers of `service` see at `path`.
pub(super) fn seen<'a>(
    files: &'a Files,
    configs: &'a [ConfigDef],
    service: &'a Service,
    path: &str,
) -> Seen<'a> {
    match covering(service, path) {
        Some((mount, rest)) => match &mount.source {
            Source::Host(source) => match files.get_key_value(&format!("{source}{rest}")) {
                Some((name, text)) => Seen::File { text, at: Place::file(name) },
                None if rest.is_empty() => Seen::EmptyFolder { source, at: &mount.at },
                None => Seen::Nothing,
            },
            Source::Config(name) => config(files, configs, name),
            Source::Volume(_) | Source::Own => Seen::Nothing,
        },
        None => Seen::Nothing,
    }
}

fn config<'a>(files: &'a Files, configs: &'a [ConfigDef], name: &str) -> Seen<'a> {
    let Some(def) = configs.iter().find(|def| def.key == name) else { return Seen::Nothing };
    let file = def.file.as_ref().and_then(|file| files.get_key_value(&file.value));
    match (&def.content, file) {
        (Some(content), _) => Seen::File { text: &content.value, at: content.at.clone() },
        (None, Some((name, text))) => Seen::File { text, at: Place::file(name) },
        (None, None) => Seen::Nothing,
    }
}

/// A name for the place on some disk that `path` of this container is: equal for two containers
/// exactly if they share it.
pub(super) fn disk(service: &Service, container: &str, path: &str) -> Arc<str> {
    let own = || format!("{container}:{path}");
    let place = match covering(service, path) {
        None => own(),
        Some((mount, rest)) => match &mount.source {
            Source::Own | Source::Config(_) => own(),
            Source::Volume(name) => format!("volume {name}:{rest}"),
            Source::Host(source) => {
                let whole = format!("{source}{rest}");
                clean(&whole).map_or(whole, |path| format!("./{path}"))
            }
        },
    };
    place.into()
}

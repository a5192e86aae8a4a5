//! The files of a project, by name, as an editor holds them.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Text files by their path inside the project: `docker-compose.yml`, `conf/a.conf`.
///
/// Invariant: a path is clean; it never starts with `./` and holds no `..`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Files(BTreeMap<String, String>);

/// Names of the compose file, in the order in which `docker compose` looks for them.
const COMPOSE_NAMES: [&str; 4] =
    ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// Names of the file that is laid over it, in the order in which compose looks for them.
const OVERRIDE_NAMES: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

impl Files {
    /// No files.
    pub fn new() -> Files {
        Files::default()
    }
    /// The same files and one more (or another text for it).
    pub fn with(mut self, path: &str, text: impl Into<String>) -> Files {
        self.insert(path, text);
        self
    }
    /// Adds a file, or changes its text.
    pub fn insert(&mut self, path: &str, text: impl Into<String>) {
        if let Some(path) = clean(path) {
            self.0.insert(path, text.into());
        }
    }
    /// Adds a file that need not be text: what is not UTF-8 becomes U+FFFD, and is remarked on.
    pub fn insert_bytes(&mut self, path: &str, bytes: &[u8]) {
        self.insert(path, String::from_utf8_lossy(bytes));
    }
    /// Takes a file out.
    pub fn remove(&mut self, path: &str) -> Option<String> {
        self.0.remove(&clean(path)?)
    }
    /// The text of the file at `path`.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(&clean(path)?).map(String::as_str)
    }
    /// The clean path of the file at `path`, and its text.
    pub(super) fn get_key_value(&self, path: &str) -> Option<(&str, &str)> {
        self.0.get_key_value(&clean(path)?).map(|(path, text)| (path.as_str(), text.as_str()))
    }
    /// The compose file: its name and text.
    pub fn compose_file(&self) -> Option<(&str, &str)> {
        COMPOSE_NAMES.iter().find_map(|&name| self.get(name).map(|text| (name, text)))
    }
    /// The name of the file that is laid over the compose file.
    pub(super) fn override_file(&self) -> Option<&str> {
        OVERRIDE_NAMES.into_iter().find(|name| self.get(name).is_some())
    }
    /// Whether some file lies in the folder `path`.
    pub fn has_folder(&self, path: &str) -> bool {
        clean(path).is_some_and(|folder| {
            let inside = format!("{folder}/");
            folder.is_empty() || self.0.keys().any(|path| path.starts_with(&inside))
        })
    }
    /// Paths and texts, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }
}

/// `path` without `.` and `..`; none if it leaves the project (`../x`, `/x`, `~/x`, `C:\x`).
pub(super) fn clean(path: &str) -> Option<String> {
    let path = path.replace('\\', "/");
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with(['/', '~']) || drive {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

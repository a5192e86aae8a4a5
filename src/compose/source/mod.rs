//! Which files make the project, and the one tree that they come to.
//!
//! `docker-compose.yml` and its override, or what COMPOSE_FILE lists; in each of them first `include:`,
//! then `extends:` is followed; then the later file is laid over the earlier. What is not among the
//! given files is remarked on and left out, where compose would refuse the whole project.
//!
//! Invariants: every path in the tree is relative to the project's folder; no more than [`COPIED`]
//! values are copied and no more than [`MOST_FILES`] files read, however the files name each other.
//! In compose: compose-go's loader. Absent: files of other machines (`include: oci://...`), and the
//! tags `!reset` and `!override`.

mod extend;
mod include;
mod merge;
mod relocate;
mod tree;

use super::env::Env;
use super::files::Files;
use super::remark::{Code, Place, Remarks};
use super::yaml::{self, Value};
use extend::{Bases, Step};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most values that laying trees over each other may copy.
const COPIED: usize = 200_000;

/// The most compose files that are read for one project.
const MOST_FILES: usize = 100;

/// The tree of the project's compose files, and of all that they include and extend.
pub(super) fn load(files: &Files, env: &mut Env, remarks: &mut Remarks) -> Option<Value> {
    let paths = main_files(files, env, remarks);
    let first = paths.first()?;
    let dir = relocate::folder(first).to_owned();
    project_name(files, &paths, env);
    let mut loader = Loader {
        files,
        remarks,
        bases: BTreeMap::new(),
        wholes: BTreeMap::new(),
        copies: COPIED,
        reads: MOST_FILES,
        scopes: 0,
    };
    let root = loader.merged(&paths, &mut Scope { env, dir, number: 0 }, &mut Vec::new());
    if root.is_none() && files.get(first).is_some_and(str::is_empty) && !remarks.about(first) {
        remarks.add(&Place::file(first), Code::NoServices, []);
    }
    root
}

/// What `COMPOSE_FILE` names, or what compose finds by itself.
fn main_files(files: &Files, env: &Env, remarks: &mut Remarks) -> Vec<String> {
    let listed = env.get("COMPOSE_FILE").filter(|text| !text.is_empty());
    let Some(listed) = listed else {
        let found = files.compose_file().map(|(name, _)| name);
        if found.is_none() {
            remarks.add(&Place::default(), Code::NoComposeFile, []);
        }
        let both = found.into_iter().chain(found.and_then(|_| files.override_file()));
        return both.map(str::to_owned).collect();
    };
    // A path of Windows holds a colon, and one of no system a semicolon.
    let between = if listed.contains(';') { ";" } else { ":" };
    let between =
        env.get("COMPOSE_PATH_SEPARATOR").filter(|sep| !sep.is_empty()).unwrap_or(between);
    let is_there = |path: &&str| {
        let there = files.get(path).is_some();
        if !there {
            let args = [("key", "COMPOSE_FILE".into()), ("file", (*path).into())];
            remarks.add(&env.place("COMPOSE_FILE"), Code::SourceMissing, args);
        }
        there
    };
    listed.split(between).filter(is_there).map(str::to_owned).collect()
}

/// `${COMPOSE_PROJECT_NAME}` stands for the name of the file, too, wherever that is written.
fn project_name(files: &Files, paths: &[String], env: &mut Env) {
    const VARIABLE: &str = "COMPOSE_PROJECT_NAME";
    if env.get(VARIABLE).is_some_and(|name| !name.is_empty()) {
        return;
    }
    let texts = paths.iter().filter_map(|path| files.get_key_value(path));
    for (path, text) in texts.filter(|(_, text)| text.contains(VARIABLE)) {
        let mut unsaid = Remarks::default();
        let mut say = |text: &str, _: &Place, _: &mut Remarks| text.to_owned();
        let root = yaml::read(&path.into(), text, &mut unsaid, &mut say);
        if let Some(name) = root.as_ref().and_then(|root| root.get("name")?.text()) {
            let name = env.put_in(name, &Place::file(path), &mut unsaid);
            env.set(VARIABLE, name);
        }
    }
}

/// What files are read under: variables, and the folder that paths are relative to.
struct Scope<'a> {
    env: &'a mut Env,
    dir: String,
    /// Tells the variables of one scope from those of another.
    number: usize,
}

struct Loader<'a> {
    files: &'a Files,
    remarks: &'a mut Remarks,
    /// The services of files that are extended, by scope and path.
    bases: BTreeMap<(usize, String), Bases>,
    /// Services that extend others, whole.
    wholes: BTreeMap<Step, Value>,
    /// How many more values may be copied.
    copies: usize,
    /// How many more files may be read.
    reads: usize,
    /// How many scopes there are beside the first.
    scopes: usize,
}

impl Loader<'_> {
    /// The files at `paths`, each laid over those before it; `trail` names the files that include
    /// these.
    fn merged(
        &mut self,
        paths: &[String],
        scope: &mut Scope<'_>,
        trail: &mut Vec<String>,
    ) -> Option<Value> {
        let mut merged: Option<Value> = None;
        for path in paths {
            let dir = scope.dir.clone();
            let Some(root) = self.read(path, &dir, scope) else { continue };
            trail.push(path.clone());
            let root = self.included(root, scope, trail);
            trail.pop();
            let root = self.extended(&root, path, scope);
            merged = Some(match merged {
                Some(base) => self.lay(&base, &root, &mut Vec::new()),
                None => root,
            });
        }
        merged
    }

    /// One file, its paths made relative to the project's folder.
    fn read(&mut self, path: &str, dir: &str, scope: &mut Scope<'_>) -> Option<Value> {
        let (path, text) = self.files.get_key_value(path)?;
        let file: Arc<str> = path.into();
        let Some(reads) = self.reads.checked_sub(1) else {
            let limit = [("limit", MOST_FILES.to_string())];
            self.remarks.add(&Place::file(path), Code::YamlBomb, limit);
            return None;
        };
        self.reads = reads;
        let mut say =
            |text: &str, at: &Place, remarks: &mut Remarks| scope.env.put_in(text, at, remarks);
        let root = yaml::read(&file, text, self.remarks, &mut say)?;
        Some(relocate::relocated(root, dir))
    }

    /// Says that a file is not among the given ones.
    fn missing(&mut self, at: &Place, key: &str, file: &str) {
        let args = [("key", key.into()), ("file", file.into())];
        self.remarks.add(at, Code::SourceMissing, args);
    }

    /// Says that what is named leads back to itself.
    fn circle(&mut self, at: &Place, name: &str) {
        self.remarks.add(at, Code::SourceCircle, [("name", name.into())]);
    }
}

//! `include:`: another project's services, networks and configs beside one's own.

use super::{Loader, Scope, relocate};
use crate::compose::env::Env;
use crate::compose::files::clean;
use crate::compose::remark::Place;
use crate::compose::yaml::{Kind, Value};
use std::collections::BTreeMap;

/// What an include brings.
const RESOURCES: [&str; 4] = ["services", "networks", "volumes", "configs"];

impl Loader<'_> {
    /// The tree with all that it includes; `trail` names the files on the way to it.
    pub(super) fn included(
        &mut self,
        root: Value,
        scope: &mut Scope<'_>,
        trail: &mut Vec<String>,
    ) -> Value {
        let Some(include) = root.get("include").cloned() else { return root };
        let mut root = root.without("include");
        for item in include.items() {
            let Some(imported) = self.import(item, scope, trail) else { continue };
            for key in RESOURCES {
                if let Some(theirs) = imported.get(key) {
                    root = self.beside(&root, key, theirs);
                }
            }
        }
        root
    }

    /// One entry of the list: a path, or a mapping with `path:`, whose second file is laid over the
    /// first.
    fn import(
        &mut self,
        item: &Value,
        scope: &mut Scope<'_>,
        trail: &mut Vec<String>,
    ) -> Option<Value> {
        let paths = item.get("path").unwrap_or(item);
        let mut found = Vec::new();
        for path in paths.items() {
            let text = path.text().unwrap_or_default();
            match self.files.get_key_value(text) {
                Some((name, _)) if trail.iter().any(|file| file == name) => {
                    self.circle(&path.at, name);
                }
                Some((name, _)) => found.push(name.to_owned()),
                None => self.missing(&path.at, "include", text),
            }
        }
        let own = relocate::folder(found.first()?);
        let dir = item.get("project_directory").and_then(Value::text).unwrap_or(own);
        let dir = clean(dir).unwrap_or_default();
        let mut env = scope.env.clone();
        self.variables(item, &dir, &mut env);
        self.scopes += 1;
        let mut inner = Scope { env: &mut env, dir, number: self.scopes };
        self.merged(&found, &mut inner, trail)
    }

    /// Variables of the included project's own; those that are set already stay.
    fn variables(&mut self, item: &Value, dir: &str, env: &mut Env) {
        let outer = env.clone();
        let own = Value { at: Place::default(), kind: Kind::Scalar(format!("{dir}/.env").into()) };
        let named = item.get("env_file");
        for file in named.unwrap_or(&own).items() {
            let path = file.text().unwrap_or_default();
            match self.files.get_key_value(path) {
                Some((name, text)) => env.read(name, text, self.remarks),
                None if named.is_some() => self.missing(&file.at, "env_file", path),
                None => {}
            }
        }
        env.set_all(&outer);
    }

    /// `theirs` beside what `root` has under `key`; of two with one name its own is laid over theirs.
    fn beside(&mut self, root: &Value, key: &str, theirs: &Value) -> Value {
        let Some(ours) = root.get(key) else { return root.with(key, theirs.clone()) };
        if !self.count(ours.entries().len() + theirs.entries().len(), theirs) {
            return root.clone();
        }
        let mut entries = ours.entries().to_vec();
        let index: BTreeMap<&str, usize> =
            ours.entries().iter().enumerate().map(|(at, entry)| (&*entry.key, at)).collect();
        for entry in theirs.entries() {
            match index.get(&*entry.key) {
                None => entries.push(entry.clone()),
                Some(&at) => {
                    let own = &ours.entries()[at].value;
                    entries[at].value = self.lay(&entry.value, own, &mut vec![key, &entry.key]);
                }
            }
        }
        root.with(key, ours.with_entries(entries))
    }
}

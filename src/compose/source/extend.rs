//! `extends:`: a service that begins with what another one says.

use super::{Loader, Scope, relocate};
use crate::compose::remark::{Code, Place};
use crate::compose::yaml::{Entry, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The services of a file, by name.
#[derive(Clone)]
pub(super) struct Bases {
    file: Arc<str>,
    services: Arc<BTreeMap<Arc<str>, Entry>>,
}

/// A service, by its scope, its file and its name.
pub(super) type Step = (usize, Arc<str>, Arc<str>);

impl Bases {
    fn of(root: &Value, file: &str) -> Bases {
        let services = root.get("services").map(Value::entries).unwrap_or_default();
        let by_name = services.iter().map(|entry| (entry.key.clone(), entry.clone())).collect();
        Bases { file: file.into(), services: Arc::new(by_name) }
    }
}

impl Loader<'_> {
    /// The tree of `file` with every service whole.
    pub(super) fn extended(&mut self, root: &Value, file: &str, scope: &mut Scope<'_>) -> Value {
        let extends = |entry: &Entry| entry.value.get("extends").is_some();
        let Some(services) = root.get("services").filter(|all| all.entries().iter().any(extends))
        else {
            return root.clone();
        };
        let bases = Bases::of(root, file);
        let whole = services.entries().iter().map(|entry| {
            let value = self.whole(entry, &bases, scope);
            Entry { value, ..entry.clone() }
        });
        root.with("services", services.with_entries(whole.collect()))
    }

    /// A service laid over the one that it extends, and so on to the end of the chain. Without
    /// recursion: a file may chain ten thousand services.
    fn whole(&mut self, entry: &Entry, bases: &Bases, scope: &mut Scope<'_>) -> Value {
        let (mut entry, mut bases) = (entry.clone(), bases.clone());
        let mut chain: Vec<(Step, Value)> = Vec::new();
        let mut seen: BTreeSet<Step> = BTreeSet::new();
        let mut value = loop {
            let step = (scope.number, bases.file.clone(), entry.key.clone());
            if let Some(whole) = self.wholes.get(&step) {
                break whole.clone();
            }
            let Some(extends) = entry.value.get("extends") else { break entry.value };
            let own = entry.value.without("extends");
            if !seen.insert(step.clone()) {
                self.circle(&extends.at, &entry.key);
                break own;
            }
            let Some(next) = self.base(extends, &bases, scope) else { break own };
            chain.push((step, own));
            (entry, bases) = next;
        };
        for (step, own) in chain.into_iter().rev() {
            value = self.lay(&value, &own, &mut vec!["services", &step.2]);
            self.wholes.insert(step, value.clone());
        }
        value
    }

    /// The service that `extends` names, and the file that it stands in.
    fn base(
        &mut self,
        extends: &Value,
        here: &Bases,
        scope: &mut Scope<'_>,
    ) -> Option<(Entry, Bases)> {
        let field = |key: &str| extends.get(key).and_then(Value::text);
        let Some(name) = extends.text().or_else(|| field("service")) else {
            let args = [("key", "extends".into()), ("wanted", "text".into())];
            self.remarks.add(&extends.at, Code::WrongType, args);
            return None;
        };
        let bases = match field("file") {
            None => here.clone(),
            Some(path) => self.bases(path, &extends.at, scope)?,
        };
        let found = bases.services.get(name).cloned();
        if found.is_none() {
            let args = [("service", name.into()), ("file", bases.file.to_string())];
            self.remarks.add(&extends.at, Code::ExtendsMissing, args);
        }
        Some((found?, bases))
    }

    /// The services of another file; it is read once.
    fn bases(&mut self, path: &str, at: &Place, scope: &mut Scope<'_>) -> Option<Bases> {
        let Some((path, _)) = self.files.get_key_value(path) else {
            self.missing(at, "extends", path);
            return None;
        };
        let key = (scope.number, path.to_owned());
        if let Some(bases) = self.bases.get(&key) {
            return Some(bases.clone());
        }
        let root = self.read(path, relocate::folder(path), scope)?;
        let bases = Bases::of(&root, path);
        self.bases.insert(key, bases.clone());
        Some(bases)
    }
}

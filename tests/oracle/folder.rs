//! The folder of recordings: JSON files, plain or compressed.

use flate2::read::GzDecoder;
use serde_json::Value;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A folder of recordings.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// The one named in `SLOTLAB_ORACLE`, or ours.
    pub(crate) fn oracle() -> Folder {
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle");
        Folder(std::env::var_os("SLOTLAB_ORACLE").map_or(ours, PathBuf::from))
    }
    /// A folder in it.
    pub(crate) fn sub(&self, name: &str) -> Folder {
        Folder(self.0.join(name))
    }
    /// Whether it is there.
    pub(crate) fn exists(&self) -> bool {
        self.0.is_dir()
    }
    /// Its recordings, by their names without extensions, in order of their names.
    pub(crate) fn recordings(&self) -> Vec<(String, Value)> {
        let entries = fs::read_dir(&self.0).into_iter().flatten().filter_map(Result::ok);
        let mut found: Vec<(String, PathBuf)> = entries.filter_map(|e| named(e.path())).collect();
        found.sort();
        found.into_iter().map(|(name, path)| (name, read(&path))).collect()
    }
    /// The recording of this name, if there is one.
    pub(crate) fn recording(&self, name: &str) -> Option<Value> {
        let plain = self.0.join(format!("{name}.json"));
        let packed = self.0.join(format!("{name}.json.gz"));
        [plain, packed].iter().find(|path| path.is_file()).map(|path| read(path))
    }
}

fn named(path: PathBuf) -> Option<(String, PathBuf)> {
    let name = path.file_name()?.to_str()?;
    let stem = name.strip_suffix(".json").or_else(|| name.strip_suffix(".json.gz"))?;
    Some((stem.to_owned(), path.clone()))
}

fn read(path: &Path) -> Value {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut text = String::new();
    let plain = match path.extension().is_some_and(|extension| extension == "gz") {
        true => GzDecoder::new(&bytes[..]).read_to_string(&mut text),
        false => (&bytes[..]).read_to_string(&mut text),
    };
    plain.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

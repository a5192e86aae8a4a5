//! Layer 5, compose: from `docker-compose.yml`, `.env` and `redis.conf` to what is to be built.
//!
//! [`read`] is total: whatever the bytes, it answers with what could be understood and with
//! [`Remark`]s about the rest. Text becomes a tree (`yaml`), the trees of several files one (`source`),
//! that a project as written (`model`), and that a spec (`build`).
//!
//! Absent: anything that runs. What `docker compose` prints is here because it follows from the spec.

mod build;
mod conf;
mod env;
pub mod files;
mod image;
pub mod lab;
pub mod labs;
mod model;
pub mod print;
pub mod remark;
mod shell;
mod source;
mod split;
mod yaml;

pub use files::Files;
pub use lab::Lab;
pub use remark::{Code, Place, Remark, Severity};

use crate::shapes::Spec;
use env::Env;
use remark::Remarks;

/// What the files say.
#[derive(Clone, PartialEq, Debug)]
pub struct Reading {
    /// What is to be built, if there is anything that can run.
    pub spec: Option<Spec>,
    /// Remarks, in the order of files and lines.
    pub remarks: Vec<Remark>,
    /// What the project fixes beyond its compose file.
    pub lab: Lab,
}

/// The most bytes of a file that are read: a compose file of a thousand services is smaller.
const LARGEST: usize = 1 << 20;

/// Reads a project. Never panics; takes time in proportion to the files, up to a limit on their size.
pub fn read(files: &Files) -> Reading {
    let mut remarks = Remarks::default();
    let files = readable(files, &mut remarks);
    let lab = lab(&files, &mut remarks);
    let spec = spec(&files, &lab, &mut remarks);
    Reading { spec, remarks: remarks.sorted(), lab }
}

fn spec(files: &Files, lab: &Lab, remarks: &mut Remarks) -> Option<Spec> {
    let mut env = Env::default();
    if let Some(text) = files.get(".env") {
        env.read(".env", text, remarks);
    }
    let root = source::load(files, &mut env, remarks)?;
    let project = model::read(&root, remarks)?;
    build::build(&project, files, lab, &env, remarks)
}

/// The files; one that is too large counts as empty. What is passed over is remarked on.
fn readable(files: &Files, remarks: &mut Remarks) -> Files {
    let mut readable = Files::new();
    for (path, text) in files.iter() {
        if LARGEST < text.len() {
            let sizes = [("bytes", text.len().to_string()), ("limit", LARGEST.to_string())];
            remarks.add(&Place::file(path), Code::FileTooLarge, sizes);
            readable.insert(path, "");
            continue;
        }
        let strange = |line: &str| line.contains(['\0', '\u{fffd}']);
        if let Some(line) = text.lines().position(strange) {
            remarks.add(&Place::file(path).line(line as u32 + 1), Code::NotText, []);
        }
        readable.insert(path, text);
    }
    readable
}

fn lab(files: &Files, remarks: &mut Remarks) -> Lab {
    let Some(text) = files.get(lab::LAB_FILE) else { return Lab::default() };
    serde_json::from_str(text).unwrap_or_else(|error| {
        let at = Place::file(lab::LAB_FILE).line(error.line() as u32);
        remarks.add(&at, Code::YamlBroken, [("text", error.to_string())]);
        Lab::default()
    })
}

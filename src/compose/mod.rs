//! Layer 5, compose: from `docker-compose.yml`, `.env` and `redis.conf` to what is to be built.
//!
//! [`read`] is total: whatever the bytes, it answers with what could be understood and with
//! [`Remark`]s about the rest.
//!
//! Absent: anything that runs. What `docker compose` prints is here because it follows from the spec.

pub mod files;
pub mod remark;

pub use files::Files;
pub use remark::{Code, Place, Remark, Severity};

use crate::shapes::Spec;
use remark::Remarks;

/// What the files say.
#[derive(Clone, PartialEq, Debug)]
pub struct Reading {
    /// What is to be built, if there is anything that can run.
    pub spec: Option<Spec>,
    /// Remarks, in the order of files and lines.
    pub remarks: Vec<Remark>,
}

/// Reads a project. Never panics; takes time in proportion to the files, up to a limit on their size.
pub fn read(files: &Files) -> Reading {
    let mut remarks = Remarks::default();
    if files.compose_file().is_none() {
        remarks.add(&Place::default(), Code::NoComposeFile, []);
    }
    Reading { spec: None, remarks: remarks.sorted() }
}

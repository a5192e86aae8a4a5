//! Where things are.

use std::path::{Path, PathBuf};

/// The top of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask/ is inside the repository")
}

/// Cargo's target directory, which may have been moved by the environment.
pub(crate) fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// The page as the dev server shows it.
pub(crate) fn dev_page() -> PathBuf {
    target().join("page")
}

/// The page as it is published.
pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}

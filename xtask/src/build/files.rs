//! Folders: copied, emptied, replaced and listed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// All files under a folder, as sorted paths relative to it. A missing folder has none.
pub(crate) fn under(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        if !next.is_dir() {
            continue;
        }
        for entry in
            fs::read_dir(&next).with_context(|| format!("cannot list {}", next.display()))?
        {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(folder)?.to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Copies all files under `from`.
pub(super) fn copy(from: &Path, to: &Path) -> Result<()> {
    for file in under(from)? {
        let target = to.join(&file);
        fs::create_dir_all(target.parent().expect("a file is in a folder"))?;
        fs::copy(from.join(&file), &target)
            .with_context(|| format!("cannot write {}", target.display()))?;
    }
    Ok(())
}

/// Makes sure that the folder is there and holds nothing.
pub(super) fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))
}

/// Puts a finished folder in the place of an old one, so that nobody sees half a page for long.
pub(super) fn replace(finished: &Path, old: &Path) -> Result<()> {
    if old.exists() {
        fs::remove_dir_all(old)?;
    }
    match fs::rename(finished, old) {
        Ok(()) => Ok(()),
        // Another file system (a moved target directory): a copy does it too.
        Err(_) => copy(finished, old),
    }
}

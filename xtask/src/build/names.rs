//! Names with a hash: a file that another file of the page names may be cached for ever.
//!
//! A file is renamed to `stem.hash.ext` and the files that name it follow. A file's own references come
//! first, so that its hash covers everything it loads; index.html is named by nobody and keeps its name.
//! Only references in quotes or brackets count, as in `href="./www/boot.js"` or `url(icon.svg)`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use sha2::{Digest, Sha256};

use super::files;

/// Renames what is referenced under `folder`, and mends the references.
pub(super) fn hash(folder: &Path) -> Result<()> {
    let mut page = BTreeMap::new();
    for path in files::under(folder)? {
        let bytes = fs::read(folder.join(&path))?;
        page.insert(path, bytes);
    }
    let finished = hashed(page)?;
    files::empty(folder)?;
    for (path, bytes) in finished {
        let target = folder.join(path);
        fs::create_dir_all(target.parent().expect("a file is in a folder"))?;
        fs::write(target, bytes)?;
    }
    Ok(())
}

type Page = BTreeMap<PathBuf, Vec<u8>>;

fn hashed(mut left: Page) -> Result<Page> {
    let mut finished = Page::new();
    let named: Vec<PathBuf> = left.keys().filter(|path| is_named(path, &left)).cloned().collect();
    while !left.is_empty() {
        let Some(path) = left.keys().find(|path| !names_any(path, &left)).cloned() else {
            bail!("the files {:?} name each other in a circle", left.keys().collect::<Vec<_>>());
        };
        let bytes = left.remove(&path).expect("the key was just found");
        let renames = named.contains(&path) && !is_for_people(&path);
        let new = if renames { with_hash(&path, &bytes) } else { path.clone() };
        for (other, text) in &mut left {
            *text = mended(text, other, &path, &new);
        }
        finished.insert(new, bytes);
    }
    Ok(finished)
}

fn is_named(path: &Path, page: &Page) -> bool {
    page.iter().any(|(other, bytes)| other != path && names(other, bytes, path))
}

fn names_any(path: &Path, page: &Page) -> bool {
    page.keys().any(|other| other != path && names(path, &page[path], other))
}

fn names(path: &Path, bytes: &[u8], other: &Path) -> bool {
    text(path, bytes).is_some_and(|text| !places(text, &relative(path, other)).is_empty())
}

fn mended(bytes: &[u8], path: &Path, old: &Path, new: &Path) -> Vec<u8> {
    let Some(text) = text(path, bytes) else { return bytes.to_vec() };
    let (old, new) = (relative(path, old), relative(path, new));
    let mut mended = text.to_owned();
    for start in places(text, &old).into_iter().rev() {
        mended.replace_range(start..start + old.len(), &new);
    }
    mended.into_bytes()
}

/// Files that can name others.
fn text<'a>(path: &Path, bytes: &'a [u8]) -> Option<&'a str> {
    match path.extension()?.to_str()? {
        "html" | "js" | "css" | "webmanifest" => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

/// Type declarations are read by editors, which want the name they know, and never by a browser.
fn is_for_people(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "ts")
}

/// Where `name` stands as a whole reference.
fn places(text: &str, name: &str) -> Vec<usize> {
    let whole = |start: usize| {
        let before = text[..start].strip_suffix("./").unwrap_or(&text[..start]);
        let after = &text[start + name.len()..];
        before.ends_with(['"', '\'', '(', '`'])
            && after.starts_with(['"', '\'', ')', '`', '?', '#'])
    };
    text.match_indices(name).map(|(start, _)| start).filter(|start| whole(*start)).collect()
}

/// How a file names another: the path from its folder.
fn relative(from: &Path, to: &Path) -> String {
    let from: Vec<_> = from.parent().into_iter().flat_map(Path::components).collect();
    let to: Vec<_> = to.components().collect();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut parts = vec!["..".to_owned(); from.len() - shared];
    parts.extend(to[shared..].iter().map(|part| part.as_os_str().to_string_lossy().into_owned()));
    parts.join("/")
}

fn with_hash(path: &Path, bytes: &[u8]) -> PathBuf {
    let digest = Sha256::digest(bytes);
    let short: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}.{short}.{extension}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(files: &[(&str, &str)]) -> Page {
        files.iter().map(|(path, text)| (path.into(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn a_reference_follows_the_file_it_names() {
        let page = hashed(page(&[
            ("index.html", r#"<script src="./www/boot.js"></script>"#),
            ("www/boot.js", "import('../pkg/it.js')"),
            ("pkg/it.js", "new URL('it.wasm', import.meta.url)"),
            ("pkg/it.wasm", "\0asm"),
            ("www/unnamed.txt", "left alone"),
        ]))
        .unwrap();
        let names: Vec<_> = page.keys().map(|path| path.to_str().unwrap()).collect();
        assert_eq!(names.len(), 5);
        assert!(names.contains(&"index.html") && names.contains(&"www/unnamed.txt"));
        let boot = names.iter().find(|name| name.starts_with("www/boot.")).unwrap();
        let index = String::from_utf8_lossy(&page[Path::new("index.html")]).into_owned();
        assert_eq!(index, format!(r#"<script src="./{boot}"></script>"#));
    }

    #[test]
    fn a_change_deep_down_changes_every_name_above_it() {
        let of = |wasm| {
            let files = [("index.html", "'a.js'"), ("a.js", "'b.wasm'"), ("b.wasm", wasm)];
            hashed(page(&files)).unwrap()[Path::new("index.html")].clone()
        };
        assert_ne!(of("one"), of("two"));
    }

    #[test]
    fn files_that_name_each_other_are_an_error_and_not_a_hang() {
        assert!(hashed(page(&[("a.js", "'b.js'"), ("b.js", "'a.js'")])).is_err());
    }
}

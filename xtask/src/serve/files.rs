//! Static files with the right type.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::http::Answer;
use super::reload;

/// The file for a path, or 404. With `reloads`, pages carry the script that waits for the next build.
pub(super) fn answer(folder: &Path, url_path: &str, reloads: bool) -> Answer {
    let Some(path) = inside(url_path) else { return Answer::not_found() };
    let kind = content_type(&path);
    match fs::read(folder.join(&path)) {
        Ok(html) if reloads && kind == HTML => {
            Answer::ok(kind, reload::inject(&String::from_utf8_lossy(&html)))
        }
        Ok(bytes) => Answer::ok(kind, bytes),
        Err(_) if reloads && path == Path::new("index.html") => {
            Answer::ok(HTML, reload::inject(reload::NO_PAGE_YET))
        }
        Err(_) => Answer::not_found(),
    }
}

const HTML: &str = "text/html; charset=utf-8";

/// The path below the folder; none if it tries to leave it.
fn inside(url_path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(url_path.strip_prefix('/')?);
    let stays = path.components().all(|part| matches!(part, Component::Normal(_)));
    let is_folder = url_path.ends_with('/');
    stays.then(|| if is_folder { path.join("index.html") } else { path })
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => HTML,
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "md" | "ts" | "yml" | "yaml" | "conf" | "ftl" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_leave_the_folder() {
        assert_eq!(inside("/../Cargo.toml"), None);
        assert_eq!(inside("/www/../../Cargo.toml"), None);
        assert_eq!(inside("//etc/passwd"), None);
    }

    #[test]
    fn a_folder_means_its_index() {
        assert_eq!(inside("/"), Some("index.html".into()));
        assert_eq!(inside("/lab/"), Some("lab/index.html".into()));
        assert_eq!(inside("/www/boot.js"), Some("www/boot.js".into()));
    }
}

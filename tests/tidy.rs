//! Rules that the compiler does not know, each with its reason.
//!
//! They read the source as text: a rule that needs more than that belongs into clippy or a type. Every
//! failure lists all offences at once, as `file:line: what is wrong`.

use std::fs;
use std::path::{Path, PathBuf};

/// The layers, bottom to top. A module uses its own and lower ones only, so that everything can be
/// understood, tested and reused without what is above it.
const LAYERS: [&[&str]; 12] = [
    &["words"],
    &["shapes"],
    &["say"],
    &["node"],
    &["cli", "manager"],
    &["compose"],
    &["sim"],
    &["timeline"],
    &["script"],
    &["session"],
    &["view"],
    &["ui", "api"],
];

/// The layers that decide what happens; what they say is a fact, never a sentence.
const ENGINE: [&str; 5] = ["node", "cli", "manager", "sim", "timeline"];

/// The layers that may know that there is a browser.
const BROWSER: [&str; 2] = ["ui", "api"];

const LONGEST_FILE: usize = 500;

#[test]
fn a_module_uses_only_its_own_and_lower_layers() {
    let offences = each_line(&["src"], |file, line| {
        let mine = file.layer().and_then(rank)?;
        let higher =
            used_modules(line).find(|name| rank(name).is_some_and(|other| mine < other))?;
        Some(format!("{} must not know {higher}", file.layer().unwrap_or_default()))
    });
    report("a layer knows a higher one (the list is in tests/tidy.rs)", &offences);
}

#[test]
fn every_module_at_the_top_is_in_a_layer() {
    let offences: Vec<String> = files(&["src"])
        .iter()
        .filter(|file| !["src/lib.rs", "src/main.rs"].contains(&file.path.as_str()))
        .filter(|file| file.layer().and_then(rank).is_none())
        .map(|file| format!("{}: its folder is not in LAYERS", file.path))
        .collect();
    report("a new layer needs a place in the list", &offences);
}

#[test]
fn no_module_climbs_out_of_its_layer_with_super() {
    let offences = each_line(&["src"], |file, line| {
        let depth = Path::new(&file.module_path()).components().count();
        let path = line.strip_prefix("pub ").unwrap_or(line).strip_prefix("use ")?;
        let climbs = path.matches("super::").count();
        (depth <= climbs).then(|| "say crate::layer, so that the layer rule sees it".to_owned())
    });
    report("a use climbs to the crate's root", &offences);
}

#[test]
fn the_engine_has_no_language() {
    let offences = each_line(&["src"], |file, line| {
        let is_engine = file.layer().is_some_and(|layer| ENGINE.contains(&layer));
        let speaks = used_modules(line).any(|name| name == "say");
        (is_engine && speaks).then(|| "note a Fact; its sentence is made above".to_owned())
    });
    report("an engine layer makes sentences", &offences);
}

#[test]
fn only_the_page_and_the_api_know_the_browser() {
    const NAMES: [&str; 6] =
        ["yew::", "web_sys::", "js_sys::", "gloo", "wasm_bindgen::", "#[wasm_bindgen"];
    let offences = each_line(&["src"], |file, line| {
        let may = file.layer().is_none_or(|layer| BROWSER.contains(&layer));
        NAMES.iter().find(|name| !may && line.contains(**name)).map(|name| (*name).to_owned())
    });
    report("a layer below the page knows the browser", &offences);
}

#[test]
fn nothing_is_left_to_chance() {
    const NAMES: [&str; 11] = [
        "Instant::now",
        "SystemTime",
        "thread_rng",
        "rand::random",
        "getrandom",
        "RandomState",
        "thread_local!",
        "static mut",
        "std::thread",
        "std::env::",
        "async fn",
    ];
    let offences = each_line(&["src"], |file, line| {
        let may = file.layer().is_none_or(|layer| BROWSER.contains(&layer));
        NAMES.iter().find(|name| !may && line.contains(**name)).map(|name| (*name).to_owned())
    });
    report("something the engine must not have: a clock, luck, globals, threads", &offences);
}

#[test]
fn no_result_depends_on_the_order_of_a_hash_table() {
    let mut offences = Vec::new();
    for file in files(&["src"]) {
        for (start, _) in file.text.match_indices("std::collections") {
            let used = file.text[start..].split(';').next().unwrap_or_default();
            if used.contains("Hash") || used.contains("hash_") {
                offences.push(format!("{}:{}: {used}", file.path, file.line_at(start)));
            }
        }
    }
    report("std's hash tables iterate at random; use BTreeMap or IndexMap", &offences);
}

#[test]
fn every_source_file_begins_by_saying_what_it_is() {
    let offences: Vec<String> =
        files(&["src", "tests", "benches", "examples", "serve", "xtask/src"])
            .into_iter()
            .filter(|file| !file.text.starts_with("//! "))
            .map(|file| format!("{}:1: no //! header", file.path))
            .collect();
    report("a file does not say what it is", &offences);
}

#[test]
fn no_source_file_is_too_long_to_read() {
    let offences: Vec<String> =
        files(&["src", "tests", "benches", "examples", "serve", "xtask/src"])
            .into_iter()
            .map(|file| (file.text.lines().count(), file.path))
            .filter(|(lines, _)| LONGEST_FILE < *lines)
            .map(|(lines, path)| format!("{path}: {lines} lines"))
            .collect();
    report("split where the reader would pause", &offences);
}

#[test]
fn nothing_is_left_for_later() {
    const NAMES: [&str; 6] = ["todo!", "unimplemented!", "TODO", "FIXME", "XXX", "#[ignore"];
    let mut offences = Vec::new();
    let all = files(&["src", "tests", "benches", "examples", "serve", "xtask/src"]);
    for file in all.iter().filter(|file| file.path != "tests/tidy.rs") {
        for (index, line) in file.text.lines().enumerate() {
            let found = NAMES.iter().filter(|name| has_word(line, name));
            offences.extend(found.map(|name| format!("{}:{}: {name}", file.path, index + 1)));
        }
    }
    report("finish it or write an issue", &offences);
}

#[test]
fn korean_lives_in_the_locale_files() {
    let offences = each_line(&["src"], |file, line| {
        let hangul = line.chars().any(|letter| ('\u{ac00}'..='\u{d7a3}').contains(&letter));
        (hangul && file.layer() != Some("say")).then(|| line.trim().to_owned())
    });
    report("a sentence is in code; put it into www/locales", &offences);
}

#[test]
fn no_component_holds_words_of_its_own() {
    const SPOKEN: [&str; 5] =
        ["aria-label=\"", "title=\"", "placeholder=\"", "alt=\"", "aria-description=\""];
    let offences = each_line(&["src/ui"], |_, line| {
        let literal = line.split("{ \"").skip(1).chain(line.split(">\"").skip(1));
        let attribute = SPOKEN.iter().flat_map(|name| line.split(name).skip(1));
        let is_word = |text: &str| text.chars().take(2).all(char::is_alphabetic);
        let inside_html = line.contains('<') || line.trim_start().starts_with("{ \"");
        let found = literal.filter(|_| inside_html).chain(attribute).find(|text| is_word(text))?;
        Some(format!("\"{found}"))
    });
    report("a person reads this; put it into www/locales", &offences);
}

#[test]
fn no_document_has_a_dead_link() {
    let mut offences = Vec::new();
    for file in documents() {
        for target in links(&file.text) {
            let folder = Path::new(&file.path).parent().unwrap_or(Path::new(""));
            let path = target.split('#').next().unwrap_or_default();
            if !path.is_empty() && !path.contains("://") && !root().join(folder).join(path).exists()
            {
                offences.push(format!("{}: {target}", file.path));
            }
        }
    }
    report("a link leads nowhere", &offences);
}

/// A file of the project, by its path from the top.
struct File {
    path: String,
    text: String,
}

impl File {
    fn read(path: &Path) -> File {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let path = path.strip_prefix(root()).expect("it was found under the root");
        File { path: path.to_string_lossy().replace('\\', "/"), text }
    }

    /// The folder or file right under src/.
    fn layer(&self) -> Option<&str> {
        let first = self.path.strip_prefix("src/")?.split('/').next()?;
        Some(first.strip_suffix(".rs").unwrap_or(first))
            .filter(|name| !["lib", "main"].contains(name))
    }

    /// `node/gossip` for both src/node/gossip.rs and src/node/gossip/mod.rs.
    fn module_path(&self) -> String {
        let path = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        path.trim_end_matches("/mod").to_owned()
    }

    fn line_at(&self, offset: usize) -> usize {
        self.text[..offset].lines().count()
    }
}

fn rank(layer: &str) -> Option<usize> {
    LAYERS.iter().position(|names| names.contains(&layer))
}

/// The modules that follow a `crate::` in a line, also in braces.
fn used_modules(line: &str) -> impl Iterator<Item = &str> {
    line.split("crate::").skip(1).flat_map(|rest| {
        let inside = rest.strip_prefix('{').map(|list| list.split(',').collect());
        inside.unwrap_or_else(|| vec![rest]).into_iter().map(first_name)
    })
}

/// Whether it stands in the line by itself: Redis's `CLUSTER_TODO_SAVE_CONFIG` is no note to us.
fn has_word(line: &str, word: &str) -> bool {
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(start, _)| {
        !line[..start].ends_with(part) && !line[start + word.len()..].starts_with(part)
    })
}

fn first_name(text: &str) -> &str {
    let text = text.trim_start();
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
    &text[..end.unwrap_or(text.len())]
}

/// What a rule says about each line of code; comments are free.
fn each_line(folders: &[&str], rule: impl Fn(&File, &str) -> Option<String>) -> Vec<String> {
    let mut offences = Vec::new();
    for file in files(folders) {
        for (index, line) in file.text.lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            if let Some(offence) = rule(&file, line) {
                offences.push(format!("{}:{}: {offence}", file.path, index + 1));
            }
        }
    }
    offences
}

fn files(folders: &[&str]) -> Vec<File> {
    let mut paths = Vec::new();
    for folder in folders {
        find(&root().join(folder), "rs", &mut paths);
    }
    paths.sort();
    paths.iter().map(|path| File::read(path)).collect()
}

/// The documents at the top and in the folders of ours.
fn documents() -> Vec<File> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(root()).expect("the project can be listed").flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "md") {
            paths.push(entry.path());
        }
    }
    for folder in ["tests", "docs", "benches", "labs", "reports"] {
        find(&root().join(folder), "md", &mut paths);
    }
    paths.iter().map(|path| File::read(path)).collect()
}

fn find(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            find(&path, extension, found);
        } else if path.extension().is_some_and(|it| it == extension) {
            found.push(path);
        }
    }
}

/// The targets of `[text](target)`.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn report(rule: &str, offences: &[String]) {
    assert!(offences.is_empty(), "{rule}:\n  {}", offences.join("\n  "));
}

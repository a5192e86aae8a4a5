//! The sentences: each exists in both languages, each is used, each fact has one.

use slotlab::compose::Code;
use slotlab::say::{self, Lang, ids};
use slotlab::shapes::Fact;
use slotlab::words::NodeId;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Ids that code puts together: the part before the variant's name, and the enums it is made from.
const MADE: &[(&str, &[&str])] = &[
    ("fact-", &["Fact"]),
    ("why-", &["ClearedWhy", "DownWhy", "ReplicaWhy", "Denial", "CannotWhy", "FullWhy"]),
    ("mode-", &["ManualMode"]),
    ("from-", &["DiskKind"]),
    ("role-", &["Role"]),
    ("class-", &["ClientClass"]),
];

#[test]
fn both_languages_say_the_same_things() {
    let [en, ko] = Lang::ALL.map(|lang| ids(lang).into_iter().collect::<BTreeSet<_>>());
    assert_eq!(en.difference(&ko).collect::<Vec<_>>(), Vec::<&String>::new(), "not in Korean");
    assert_eq!(ko.difference(&en).collect::<Vec<_>>(), Vec::<&String>::new(), "not in English");
}

#[test]
fn no_sentence_is_written_twice() {
    for lang in Lang::ALL {
        let mut seen = BTreeSet::new();
        let twice: Vec<String> =
            ids(lang).into_iter().filter(|id| !seen.insert(id.clone())).collect();
        assert!(twice.is_empty(), "{}: {twice:?}", lang.tag());
    }
}

#[test]
fn every_fact_and_every_reason_has_a_sentence_and_none_is_left_over() {
    let known: BTreeSet<String> = ids(Lang::En).into_iter().collect();
    for &(prefix, enums) in MADE {
        let wanted: BTreeSet<String> = enums
            .iter()
            .flat_map(|name| variants(name))
            .map(|variant| format!("{prefix}{}", kebab(&variant)))
            .collect();
        let found: BTreeSet<String> =
            known.iter().filter(|id| id.starts_with(prefix)).cloned().collect();
        assert_eq!(wanted, found, "{prefix}");
    }
}

#[test]
fn every_remark_has_a_sentence_and_none_is_left_over() {
    let wanted: BTreeSet<String> =
        Code::ALL.iter().map(|code| format!("remark-{}", code.name())).collect();
    let known = ids(Lang::En).into_iter().filter(|id| id.starts_with("remark-"));
    assert_eq!(wanted, known.collect());
}

#[test]
fn every_other_sentence_is_used_by_the_code() {
    let code = sources(Path::new("src"));
    let made = |id: &String| {
        id.starts_with("remark-") || MADE.iter().any(|(prefix, _)| id.starts_with(prefix))
    };
    let unused: Vec<String> = ids(Lang::En)
        .into_iter()
        .filter(|id| !made(id) && !code.contains(&format!("\"{id}\"")))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn a_sentence_names_nodes_as_people_do() {
    let names = |id: NodeId| format!("700{}", id.0[0]);
    let fail = Fact::Fail { peer: NodeId([1; 20]), reports: 2, needed: 2 };
    let say = |lang| say::fact(lang, "7002", &fail, &names);
    assert_eq!(say(Lang::En), "7002 marks 7001 FAIL: 2 masters report it, 2 needed");
    assert_eq!(
        say(Lang::Ko),
        "7002가 7001을 FAIL로 표시합니다: 마스터 2개가 보고했고, 2개가 필요합니다"
    );
}

/// The variants of an enum of `shapes::fact` or of a field's, read from its source: there is no list to
/// forget.
fn variants(name: &str) -> Vec<String> {
    let source = ["src/shapes/fact.rs", "src/shapes/config/limits.rs"]
        .map(|path| fs::read_to_string(path).expect("the facts"))
        .concat();
    let (_, rest) = source.split_once(&format!("pub enum {name} {{")).expect("the enum");
    let (body, _) = rest.split_once("\n}").expect("its end");
    let variant = |line: &str| {
        let line = line.strip_prefix("    ")?;
        let end = line.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(line.len());
        line.starts_with(|c: char| c.is_ascii_uppercase()).then(|| line[..end].to_owned())
    };
    body.lines().filter_map(variant).collect()
}

fn kebab(camel: &str) -> String {
    let mut out = String::new();
    for (i, c) in camel.chars().enumerate() {
        if c.is_ascii_uppercase() && i != 0 {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

fn sources(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).expect("src").flatten() {
        let path = entry.path();
        if path.is_dir() {
            text += &sources(&path);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            text += &fs::read_to_string(&path).expect("UTF-8");
        }
    }
    text
}

//! Where claims come from.

use super::claims::{Claim, State};
use slotlab::script::blocks;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the transcripts.
pub(crate) const TRANSCRIPTS: &str = "tests/testdata";
const RECORDINGS: &str = "tests/oracle";
const EXPERIMENTS: &str = "docs/fidelity/failover.md";

/// The comments of the transcripts: a paragraph a claim.
pub(crate) fn transcripts() -> Vec<Claim> {
    let mut claims = Vec::new();
    for path in files(Path::new(TRANSCRIPTS), "txt") {
        let text = fs::read_to_string(&path).expect("a transcript is text");
        let Ok(relative) = path.strip_prefix(TRANSCRIPTS) else { continue };
        let area = relative.parent().map_or(String::new(), |area| area.display().to_string());
        let mut source = String::new();
        for block in blocks(&text) {
            let comment: Vec<&str> =
                block.comment.lines().map(|line| line.trim_start_matches('#').trim()).collect();
            let comment = comment.join(" ");
            let (says, from) = comment.split_once("Source:").unwrap_or((&comment, ""));
            if !from.is_empty() {
                from.trim().clone_into(&mut source);
            }
            if !(says.trim().is_empty() || source.is_empty()) {
                claims.push(Claim {
                    area: area.clone(),
                    says: says.trim().to_owned(),
                    source: source.clone(),
                    test: path.display().to_string(),
                    state: State::Matches,
                });
            }
        }
    }
    claims
}

/// Every recording that the oracle test plays.
pub(crate) fn recordings() -> Vec<Claim> {
    let different = fs::read_to_string(format!("{RECORDINGS}/differences.txt"));
    let different = different.expect("the list of differences");
    let claim = |(family, path): (&str, PathBuf)| {
        let name = path.file_name()?.to_str()?.split('.').next()?.to_owned();
        let is_listed = different.lines().any(|line| line.starts_with(&format!("{family}/{name}")));
        Some(Claim {
            area: format!("recordings: {family}"),
            says: format!("{}: the same answers and lines", name.replace('_', " ")),
            source: "recording of redis 7.0.15".into(),
            test: format!("tests/oracle, {}", path.display()),
            state: if is_listed { State::Differs } else { State::Matches },
        })
    };
    let families = ["keyslots", "create", "commands", "manager"];
    let all = families.into_iter().flat_map(|family| {
        let folder = Path::new(RECORDINGS).join(family);
        let found = if folder.is_dir() { files(&folder, "gz") } else { Vec::new() };
        found.into_iter().map(move |path| (family, path))
    });
    let mut claims: Vec<Claim> = all.filter_map(claim).collect();
    let cases = different.lines().filter_map(|line| line.split_once('\t'));
    claims.extend(cases.filter(|(case, _)| !case.starts_with('#')).map(|(case, why)| Claim {
        area: format!("recordings: {}", case.split('/').next().unwrap_or_default()),
        says: format!("{case}: {why}"),
        source: "recording of redis 7.0.15".into(),
        test: format!("{RECORDINGS}/differences.txt"),
        state: State::Differs,
    }));
    claims
}

/// The experiments of the fidelity report, each with how much of what was measured cannot be told apart.
pub(crate) fn experiments() -> Vec<Claim> {
    let report = fs::read_to_string(EXPERIMENTS).expect("the report is in the repository");
    let sections = report.split("\n## ").filter(|section| section.starts_with('f'));
    sections.filter_map(experiment).collect()
}

/// `f01_name`, a paragraph on what was done and how it ended, and a table.
fn experiment(section: &str) -> Option<Claim> {
    let (name, rest) = section.split_once('\n')?;
    let (what, table) = rest.trim_start().split_once("\n\n")?;
    let what = what.replace('\n', " ");
    let (what, _) = what.split_once(" Real:").unwrap_or((&what, ""));
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    let apart = rows.iter().filter(|row| row.contains("**")).count();
    let (all, close) = (rows.len(), rows.len() - apart);
    Some(Claim {
        area: "failover, in time".into(),
        says: format!(
            "{name}: {what} {close} of {all} quantities and outcomes cannot be told apart from the real ones."
        ),
        source: "recording of redis 7.0.15".into(),
        test: format!("cargo xtask fidelity, {EXPERIMENTS}"),
        state: if apart == 0 { State::Matches } else { State::Open },
    })
}

/// A list by hand: area, claim and source, with tabs between them.
pub(crate) fn listed(path: &str, state: State) -> Vec<Claim> {
    let text = fs::read_to_string(path).expect("the list is in the repository");
    let lines = text.lines().filter(|line| !(line.is_empty() || line.starts_with('#')));
    let claim = |line: &str| {
        let [area, says, source] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{path}: three parts with tabs between them: {line}");
        };
        Claim {
            area: area.into(),
            says: says.into(),
            source: source.into(),
            test: String::new(),
            state,
        }
    };
    lines.map(claim).collect()
}

/// All files below a folder with this extension, sorted.
pub(crate) fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is in the repository") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|ext| ext == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

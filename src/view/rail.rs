//! The Lab rail: files, the open file with its remarks at their lines, and Boot.

use crate::compose::labs::{LABS, Project};
use crate::compose::{Remark, Severity};
use crate::say::{Arg, Lang, text, word};
use crate::session::Session;

/// The rail.
#[derive(Clone, PartialEq, Debug)]
pub struct Rail {
    /// Ready labs: name, title, and whether its files are open as they came.
    pub labs: Vec<(&'static str, String, bool)>,
    /// The files.
    pub files: Vec<FileTab>,
    /// The path of the open file.
    pub open: String,
    /// Its text.
    pub text: String,
    /// Its lines, as they are drawn under the text.
    pub lines: Vec<SourceLine>,
    /// All remarks.
    pub remarks: Vec<RemarkView>,
    /// The line that was asked for, from 1; 0 if none was.
    pub line: u32,
    /// Something was changed since the last boot.
    pub changed: bool,
}

/// A file.
#[derive(Clone, PartialEq, Debug)]
pub struct FileTab {
    /// Its path.
    pub path: String,
    /// Whether it is open.
    pub open: bool,
    /// How many remarks it has, and how grave the gravest is.
    pub remarks: Option<(usize, &'static str)>,
}

/// A line of the open file.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SourceLine {
    /// Its pieces and their classes: `key`, `cm`, or none.
    pub pieces: Vec<(&'static str, String)>,
    /// `error`, `warning`, `hint`, or nothing.
    pub remark: &'static str,
}

/// A remark.
#[derive(Clone, PartialEq, Debug)]
pub struct RemarkView {
    /// `error`, `warning`, `hint`.
    pub severity: &'static str,
    /// What is wrong.
    pub says: String,
    /// What it means, and how to mend it.
    pub more: String,
    /// `docker-compose.yml:11`
    pub place: String,
    /// Where it leads.
    pub file: String,
    /// From 1; 0 for the whole file.
    pub line: u32,
}

/// Longer files are shown without colours: a drawing of 10 MB helps nobody.
const COLOURED: usize = 200_000;

/// The rail of a session.
pub fn draw(session: &Session) -> Rail {
    let bench = &session.bench;
    let remarks = &bench.reading().remarks;
    let open = bench.open_file().to_owned();
    let source = bench.files().get(&open).unwrap_or_default().to_owned();
    let lab = |project: &Project| {
        let same = project.files() == *bench.files();
        (project.name, word(session.page.lang, project.title), same)
    };
    Rail {
        labs: LABS.iter().map(lab).collect(),
        files: bench.files().iter().map(|(path, _)| file_tab(path, &open, remarks)).collect(),
        lines: lines(&open, &source, remarks),
        text: source,
        open,
        remarks: remarks.iter().map(|remark| remark_view(session.page.lang, remark)).collect(),
        line: bench.line(),
        changed: bench.is_changed(),
    }
}

fn class(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "hint",
    }
}

fn file_tab(path: &str, open: &str, remarks: &[Remark]) -> FileTab {
    let mine: Vec<Severity> =
        remarks.iter().filter(|r| &*r.at.file == path).map(Remark::severity).collect();
    FileTab {
        path: path.to_owned(),
        open: path == open,
        remarks: mine.iter().min().map(|&gravest| (mine.len(), class(gravest))),
    }
}

fn lines(path: &str, source: &str, remarks: &[Remark]) -> Vec<SourceLine> {
    if COLOURED < source.len() {
        return Vec::new();
    }
    let yaml = path.ends_with(".yml") || path.ends_with(".yaml");
    let at = |line: u32| {
        let here = remarks.iter().filter(|r| &*r.at.file == path && r.at.line == line);
        here.map(Remark::severity).min().map_or("", class)
    };
    source
        .split('\n')
        .zip(1..)
        .map(|(line, number)| SourceLine { pieces: pieces(line, yaml), remark: at(number) })
        .collect()
}

/// Key, value, comment: enough colour to read by.
fn pieces(line: &str, yaml: bool) -> Vec<(&'static str, String)> {
    let comment =
        line.find('#').filter(|&at| line[..at].trim().is_empty() || line[..at].ends_with(' '));
    let (code, comment) = line.split_at(comment.unwrap_or(line.len()));
    let mut pieces = Vec::new();
    let key = match yaml {
        true => code
            .find(": ")
            .map(|at| at + 1)
            .or_else(|| code.trim_end().strip_suffix(':').map(|k| k.len() + 1)),
        false => code.find([' ', '=']),
    };
    let (key, value) = code.split_at(key.unwrap_or(0).min(code.len()));
    for (class, piece) in [("key", key), ("", value), ("cm", comment)] {
        if !piece.is_empty() {
            pieces.push((class, piece.to_owned()));
        }
    }
    pieces
}

fn remark_view(lang: Lang, remark: &Remark) -> RemarkView {
    let args: Vec<(&str, Arg)> =
        remark.args.iter().map(|(name, value)| (*name, Arg::from(value.as_str()))).collect();
    let id = format!("remark-{}", remark.code.name());
    let part = |part: &str| {
        let id = format!("{id}.{part}");
        Some(text(lang, &id, &args)).filter(|said| *said != id)
    };
    let more: Vec<String> = [part("meaning"), part("mend")].into_iter().flatten().collect();
    let file = remark.at.file.to_string();
    RemarkView {
        severity: class(remark.severity()),
        says: text(lang, &id, &args),
        more: more.join(" "),
        place: match remark.at.line {
            0 => file.clone(),
            line => format!("{file}:{line}"),
        },
        file,
        line: remark.at.line,
    }
}

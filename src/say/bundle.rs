//! The locale files, parsed once for each language.
//!
//! They are compiled in: the page needs no request for them, the transcripts no file.

use super::{Lang, particle};
use fluent_bundle::FluentResource;
use fluent_bundle::concurrent::FluentBundle;
use std::sync::OnceLock;

/// The files of a language, in this order: name, English, Korean.
pub const FILES: &[(&str, &str, &str)] = &[
    (
        "facts.ftl",
        include_str!("../../www/locales/en/facts.ftl"),
        include_str!("../../www/locales/ko/facts.ftl"),
    ),
    (
        "remarks.ftl",
        include_str!("../../www/locales/en/remarks.ftl"),
        include_str!("../../www/locales/ko/remarks.ftl"),
    ),
    (
        "ui.ftl",
        include_str!("../../www/locales/en/ui.ftl"),
        include_str!("../../www/locales/ko/ui.ftl"),
    ),
];

type Bundle = FluentBundle<FluentResource>;

pub(super) fn of(lang: Lang) -> &'static Bundle {
    static EN: OnceLock<Bundle> = OnceLock::new();
    static KO: OnceLock<Bundle> = OnceLock::new();
    match lang {
        Lang::En => EN.get_or_init(|| parse(lang)),
        Lang::Ko => KO.get_or_init(|| parse(lang)),
    }
}

/// The ids of a language's sentences, in the order of the files.
pub fn ids(lang: Lang) -> Vec<String> {
    let id = |line: &str| {
        let (id, _) = line.split_once(" =")?;
        id.starts_with(|c: char| c.is_ascii_lowercase()).then(|| id.to_owned())
    };
    FILES.iter().flat_map(|file| pick(lang, file).lines().filter_map(id)).collect()
}

fn parse(lang: Lang) -> Bundle {
    let tag = lang.tag().parse().expect("our tags are language tags");
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    bundle.set_use_isolating(false);
    bundle.add_function("JOSA", particle::josa).expect("added once");
    for file in FILES {
        let resource = match FluentResource::try_new(pick(lang, file).to_owned()) {
            Ok(resource) => resource,
            Err((_, errors)) => panic!("{}/{}: {errors:?}", lang.tag(), file.0),
        };
        if let Err(errors) = bundle.add_resource(resource) {
            panic!("{}/{}: {errors:?}", lang.tag(), file.0);
        }
    }
    bundle
}

fn pick(lang: Lang, file: &(&str, &'static str, &'static str)) -> &'static str {
    match lang {
        Lang::En => file.1,
        Lang::Ko => file.2,
    }
}

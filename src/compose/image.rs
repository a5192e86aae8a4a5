//! Images: which of them bring a Redis, and which one.

use super::model::fields::Text;
use super::remark::{Code, Remarks};

/// What an image is to this simulator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Image {
    /// Has `redis-server` and the official entry point.
    Redis,
    /// Redis, configured by scripts of its own.
    Bitnami,
    /// Something else.
    Other,
}

/// The version whose behaviour is simulated.
const BASELINE: &str = "7.0.15";

/// What the image `text` is; remarks on what differs from the baseline.
pub(super) fn read(text: &Text, remarks: &mut Remarks) -> Image {
    let arg = || [("image", super::env::shorten(&text.value))];
    let (path, tag) = split(&text.value);
    let name = path.rsplit('/').next().unwrap_or(path);
    match name {
        "redis" if path.contains("bitnami") => bitnami(text, remarks),
        "redis-cluster" | "valkey-cluster" => bitnami(text, remarks),
        "redis" | "valkey" | "redis-stack" | "redis-stack-server" | "keydb" => {
            match version(tag) {
                None => remarks.add_once(&text.at, Code::ImageLatest, arg()),
                Some(_) if name != "redis" => remarks.add_once(&text.at, Code::ImageOther, arg()),
                Some(tag) if covers(tag) => {}
                Some(_) => remarks.add_once(&text.at, Code::ImageOther, arg()),
            }
            Image::Redis
        }
        _ => Image::Other,
    }
}

fn bitnami(text: &Text, remarks: &mut Remarks) -> Image {
    let image = super::env::shorten(&text.value);
    remarks.add(&text.at, Code::ImageBitnami, [("image", image)]);
    Image::Bitnami
}

/// `registry:5000/path/name:tag@digest` as path and tag.
fn split(image: &str) -> (&str, &str) {
    let image = image.split_once('@').map_or(image, |(image, _)| image);
    match image.rsplit_once(':') {
        Some((path, tag)) if !tag.contains('/') => (path, tag),
        _ => (image, ""),
    }
}

/// The version in a tag such as `7.0.15-alpine`; none for `latest`, `alpine` and the like.
fn version(tag: &str) -> Option<&str> {
    let version = tag.split_once('-').map_or(tag, |(version, _)| version);
    version.starts_with(|c: char| c.is_ascii_digit()).then_some(version)
}

/// Whether the tag may well mean the baseline: `7.0`, `7.0.15`.
fn covers(version: &str) -> bool {
    version == BASELINE || version == "7.0"
}

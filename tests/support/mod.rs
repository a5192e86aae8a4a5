//! What several tests share: clusters to run `redis-cli` against, and how transcripts are compared.

#![allow(dead_code, reason = "each test uses a part of it")]

pub(crate) mod drive;
pub(crate) mod engine;
pub(crate) mod ordered;
pub(crate) mod scripted;
pub(crate) mod transcript;

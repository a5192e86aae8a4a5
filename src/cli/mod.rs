//! Layer 4: `redis-cli` 7.0.15 as a terminal program that does no input or output itself.
//!
//! [`io`] is the contract with whoever drives it. The `--cluster` commands are in
//! [`crate::manager`].

pub mod args;
pub mod io;
pub mod tape;

pub use io::{Answer, Env, LinkId, Output, Request, Step, Stream, Then};

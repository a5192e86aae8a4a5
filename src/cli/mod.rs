//! Layer 4: `redis-cli` 7.0.15 as a terminal program that does no input or output itself.
//!
//! [`io`] is the contract with whoever drives it: [`Process`] asks, the world answers. The
//! `--cluster` commands are in [`crate::manager`].

pub mod args;
pub mod connection;
pub mod format;
pub mod help;
pub mod io;
pub mod issue;
pub mod process;
pub mod session;
pub mod tape;

pub use io::{Answer, Env, LinkId, Output, Request, Step, Stream, Then};
pub use process::Process;
pub use session::Session;

//! Slotlab: a Redis Cluster that lives in a web page.
//!
//! ```text
//!   compose / conf -> spec -> world.step(event) -> timeline -> session -> view -> ui
//!                               ^                                          |
//!                               +-------------- Action <---- Msg <---------+
//! ```
//! Everything left of `ui` is a pure, deterministic library: no clock, no randomness of its own, no
//! I/O, no browser. Layers from the bottom; a module uses its own layer and lower ones only
//! (`tests/tidy.rs` holds the list).

pub mod cli;
pub mod compose;
pub mod manager;
pub mod node;
pub mod say;
pub mod script;
pub mod session;
pub mod shapes;
pub mod sim;
pub mod timeline;
#[cfg(feature = "ui")]
pub mod ui;
pub mod view;
pub mod words;

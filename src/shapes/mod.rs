//! Layer 2, shapes: what is to be built, what one node believes, what travels, what became true.
//!
//! Data with its text forms; no behaviour of nodes or of the world.

pub mod card;
pub mod config;
pub mod fact;
pub mod message;
mod sound;
pub mod spec;
pub mod stream;
pub mod topology;

pub use card::{Card, CardNo, Cards};
pub use config::Config;
pub use fact::Fact;
pub use message::{Epoch, Message};
pub use spec::{ContainerIx, Spec};
pub use topology::{NodeLine, Topology};

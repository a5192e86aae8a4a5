//! Layer 11, the page: Yew components that arrange a finished view.
//!
//! Absent: meaning. What a thing is called, whether a button works and why not, is decided in `view`.

pub mod app;
mod browser;
mod carry;
pub mod console;
pub mod dialog;
pub mod disc;
pub mod editor;
mod focus;
mod frames;
pub mod glyph;
pub mod help;
pub mod icon;
mod input;
pub mod inspector;
pub mod keyboard;
pub mod lanes;
pub mod ledger;
pub mod legend;
pub mod menu;
pub mod more;
pub mod opening;
pub mod packets;
mod panic;
pub mod parts;
pub mod place;
pub mod rail;
pub mod share;
pub mod shared;
pub mod sheet;
pub mod stage;
pub mod status;
pub mod timeline;
pub mod tip;
pub mod top;

pub use app::{App, AppProps};

/// Shows the page in `<div id="app">` and keeps it alive. The panel of `www/boot.js` lies beside it.
pub fn mount() {
    panic::report_to_the_page();
    let root = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("app"))
        .expect("index.html has an element with the id app");
    let props = AppProps { bench: browser::workbench(), page: browser::page() };
    yew::Renderer::<App>::with_root_and_props(root, props).render();
}

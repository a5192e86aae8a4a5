//! The page: Yew components that arrange a finished view.
//!
//! Absent: meaning. What a thing is called, whether a button works and why not, is decided in `view`.

mod panic;

use yew::prelude::*;

/// Shows the page in `<div id="app">` and keeps it alive. The panel of `www/boot.js` lies beside it.
pub fn mount() {
    panic::report_to_the_page();
    let root = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("app"))
        .expect("index.html has an element with the id app");
    yew::Renderer::<App>::with_root(root).render();
}

/// The whole page.
#[component]
pub fn App() -> Html {
    html! { <main></main> }
}

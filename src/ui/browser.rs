//! The browser's side: what is kept, what it prefers, how large things are.
//!
//! Storage may be forbidden or full; the page then works and forgets. Keys begin with `slotlab.`, as
//! `www/boot.js` expects.

use crate::compose::Files;
use crate::say::Lang;
use crate::session::lab::Workbench;
use crate::session::page::{Page, Theme};
use crate::session::{Msg, Session};
use crate::ui::carry;
use web_sys::{Document, Element, Storage, Window};
use yew::NodeRef;

const FILES: &str = "slotlab.files";
const LANG: &str = "slotlab.lang";
const THEME: &str = "slotlab.theme";
/// Read by `www/boot.js` when the page has stopped.
const REPORT: &str = "slotlab.report";

fn window() -> Option<Window> {
    web_sys::window()
}

fn document() -> Option<Document> {
    window()?.document()
}

fn local() -> Option<Storage> {
    window()?.local_storage().ok()?
}

fn keep(storage: Option<Storage>, key: &str, value: &str) {
    if let Some(storage) = storage {
        // Full or forbidden: the page goes on without a memory.
        let _ = storage.set_item(key, value);
    }
}

fn kept(key: &str) -> Option<String> {
    local()?.get_item(key).ok()?
}

/// The files the learner left, or the tutorial's.
pub(super) fn workbench() -> Workbench {
    let files: Option<Files> = kept(FILES).and_then(|json| serde_json::from_str(&json).ok());
    files.map_or_else(Workbench::tutorial, Workbench::new)
}

/// Language and theme: what was chosen, else what the browser prefers.
pub(super) fn page() -> Page {
    let language = || window().and_then(|window| window.navigator().language());
    let lang = kept(LANG).or_else(language).map(|tag| Lang::of_tag(&tag)).unwrap_or_default();
    let theme = match kept(THEME).as_deref() {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ if prefers("(prefers-color-scheme: light)") => Theme::Light,
        _ => Theme::Dark,
    };
    let still = prefers("(prefers-reduced-motion: reduce)");
    Page { lang, theme, still, address: carry::address(), ..Page::default() }
}

fn prefers(what: &str) -> bool {
    let query = window().and_then(|window| window.match_media(what).ok()?);
    query.is_some_and(|query| query.matches())
}

/// Tells the document its language and theme.
pub(super) fn dress(page: &Page) {
    let Some(root) = document().and_then(|document| document.document_element()) else { return };
    // A document always takes these two.
    let _ = root.set_attribute("lang", page.lang.tag());
    let _ = root.set_attribute("data-theme", theme_name(page.theme));
}

fn theme_name(theme: Theme) -> &'static str {
    match theme {
        Theme::Dark => "dark",
        Theme::Light => "light",
    }
}

/// Keeps what a message changed.
pub(super) fn remember(msg: &Msg, session: &Session) {
    match msg {
        Msg::Lang(lang) => keep(local(), LANG, lang.tag()),
        Msg::Theme(theme) => keep(local(), THEME, theme_name(*theme)),
        Msg::Edit { .. } => {
            if let Ok(json) = serde_json::to_string(session.bench.files()) {
                keep(local(), FILES, &json);
            }
        }
        Msg::OpenLab(_) => {
            if let Some(storage) = local() {
                // Nothing kept is as good as removed.
                let _ = storage.remove_item(FILES);
            }
        }
        Msg::Boot | Msg::Act(_) | Msg::Isolate(_) | Msg::Submit => {
            let storage = window().and_then(|window| window.session_storage().ok()?);
            if let Some(report) = session.report() {
                keep(storage, REPORT, &report);
            }
        }
        _ => {}
    }
}

/// The sizes of the stage and of the timeline's track.
pub(super) fn sizes(stage: &NodeRef, track: &NodeRef) -> Option<Msg> {
    let stage = stage.cast::<Element>()?.get_bounding_client_rect();
    let track = track.cast::<Element>()?.get_bounding_client_rect();
    let (width, height) = (stage.width(), stage.height());
    // A stage that is hidden behind a phone's sheet keeps its size.
    let visible = width > 0.0 && height > 40.0;
    visible.then(|| Msg::Resized { width, height, track: track.width() })
}

/// The wall clock in microseconds.
pub(super) fn wall() -> Option<u64> {
    let millis = window()?.performance()?.now();
    Some((millis * 1000.0) as u64)
}

/// Whether a key event belongs to a text field or a button rather than to the page.
pub(super) fn is_typing() -> bool {
    let active = document().and_then(|document| document.active_element());
    active.is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
    })
}

/// Whether the focused element answers to Space and Enter itself.
pub(super) fn on_button() -> bool {
    let active = document().and_then(|document| document.active_element());
    active.is_some_and(|element| {
        element.tag_name() == "BUTTON" || element.get_attribute("role").as_deref() == Some("button")
    })
}

/// Puts the focus on the element with this id.
pub(super) fn focus(id: &str) {
    use wasm_bindgen::JsCast;
    let element = document().and_then(|document| document.get_element_by_id(id));
    if let Some(element) = element.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
        // An element that is hidden takes no focus, and needs none.
        let _ = element.focus();
    }
}

//! The focus of dialogs: it goes into one that opens, and back to where it was when that closes.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

/// Takes the focus to `element` for as long as the component is there.
#[hook]
pub fn use_focus(element: &NodeRef) {
    let element = element.clone();
    use_effect_with((), move |()| {
        let before = active();
        give(element.cast());
        move || give(before)
    });
}

fn active() -> Option<HtmlElement> {
    web_sys::window()?.document()?.active_element()?.dyn_into().ok()
}

fn give(element: Option<HtmlElement>) {
    if let Some(element) = element {
        // Without focus a dialog still closes with Esc.
        let _ = element.focus();
    }
}

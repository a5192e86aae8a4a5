//! The focus of dialogs: it goes into one that opens, stays inside, and goes back to where it was when
//! that closes.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};
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

/// What can have the focus. (A field for a file is reached through its label's input.)
const REACHABLE: &str = "button:not([disabled]), input, select, textarea, a[href], [tabindex='0']";

/// Leads Tab from the last of a dialog's elements to its first, and back. The handler of the dialog.
pub(super) fn keep_inside(event: &KeyboardEvent) {
    if event.key() != "Tab" {
        return;
    }
    // Yew listens at the root of the page, so that the current target says nothing.
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let dialog = target.and_then(|target| target.closest("[aria-modal=true]").ok()?);
    let Some(all) = dialog.and_then(|dialog| dialog.query_selector_all(REACHABLE).ok()) else {
        return;
    };
    let at = |place: u32| all.item(place).and_then(|node| node.dyn_into::<HtmlElement>().ok());
    let (first, last) = (at(0), at(all.length().saturating_sub(1)));
    let (edge, next) = if event.shift_key() { (first, last) } else { (last, at(0)) };
    if active() == edge {
        event.prevent_default();
        give(next);
    }
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

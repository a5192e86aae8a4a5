//! From browser events to messages.

use crate::session::Msg;
use wasm_bindgen::JsCast;
use web_sys::{Event, EventTarget, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::Callback;

/// The text of the field that an event comes from.
pub(super) fn value(event: &Event) -> String {
    event.target().map(|target| of(&target)).unwrap_or_default()
}

fn of(target: &EventTarget) -> String {
    if let Some(field) = target.dyn_ref::<HtmlInputElement>() {
        return field.value();
    }
    if let Some(field) = target.dyn_ref::<HtmlTextAreaElement>() {
        return field.value();
    }
    target.dyn_ref::<HtmlSelectElement>().map(HtmlSelectElement::value).unwrap_or_default()
}

/// A callback that sends a message for some events and lets the others pass.
pub(super) fn sometimes<E: 'static>(
    on_msg: &Callback<Msg>,
    message: impl Fn(E) -> Option<Msg> + 'static,
) -> Callback<E> {
    let on_msg = on_msg.clone();
    Callback::from(move |event: E| {
        if let Some(msg) = message(event) {
            on_msg.emit(msg);
        }
    })
}

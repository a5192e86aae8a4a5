//! What the browser calls: frames, keys, and a new size of the window.

use crate::session::Msg;
use crate::ui::{browser, carry};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DragEvent, KeyboardEvent, ResizeObserver};
use yew::html::Scope;
use yew::{Callback, NodeRef};

use super::app::{App, Input};

/// Callbacks that live as long as the page.
#[derive(Debug)]
pub(super) struct Callbacks {
    frame: Closure<dyn FnMut()>,
    _key: Closure<dyn FnMut(KeyboardEvent)>,
    _address: Closure<dyn FnMut()>,
    _drag: Closure<dyn FnMut(DragEvent)>,
    _resize: Option<(ResizeObserver, Closure<dyn FnMut()>)>,
}

impl Callbacks {
    /// Connects the page with the browser.
    pub(super) fn new(app: &Scope<App>, elements: &[&NodeRef]) -> Callbacks {
        let link = app.clone();
        let frame = Closure::<dyn FnMut()>::new(move || link.send_message(Input::Frame));
        let link = app.clone();
        let key = Closure::<dyn FnMut(KeyboardEvent)>::new(move |event: KeyboardEvent| {
            link.send_message(Input::Key(event));
        });
        let link = app.clone();
        let address = Closure::<dyn FnMut()>::new(move || link.send_message(Input::Address));
        let on_msg = app.callback(Input::Msg);
        let drag = Closure::<dyn FnMut(DragEvent)>::new(move |event| dragged(&event, &on_msg));
        listen("keydown", key.as_ref());
        listen("hashchange", address.as_ref());
        listen("dragover", drag.as_ref());
        listen("drop", drag.as_ref());
        let resize = observe(app, elements);
        let callbacks =
            Callbacks { frame, _key: key, _address: address, _drag: drag, _resize: resize };
        callbacks.ask_for_frame();
        callbacks
    }
    /// Asks for the next frame.
    pub(super) fn ask_for_frame(&self) {
        if let Some(window) = web_sys::window() {
            // Only a window that is gone refuses; then there is nothing to draw on.
            let _ = window.request_animation_frame(self.frame.as_ref().unchecked_ref());
        }
    }
}

fn listen(event: &str, callback: &JsValue) {
    if let Some(window) = web_sys::window() {
        // The window outlives the page.
        let _ = window.add_event_listener_with_callback(event, callback.unchecked_ref());
    }
}

/// A file over the page, or dropped on it. Whatever else is dragged is no business of ours.
fn dragged(event: &DragEvent, on_msg: &Callback<Msg>) {
    let Some(held) = event.data_transfer() else { return };
    if !held.types().includes(&"Files".into(), 0) {
        return;
    }
    event.prevent_default();
    if event.type_() == "drop" {
        carry::open_first(held.files(), on_msg.clone());
    }
}

fn observe(
    app: &Scope<App>,
    elements: &[&NodeRef],
) -> Option<(ResizeObserver, Closure<dyn FnMut()>)> {
    let link = app.clone();
    let resized = Closure::<dyn FnMut()>::new(move || link.send_message(Input::Resized));
    let observer = ResizeObserver::new(resized.as_ref().unchecked_ref()).ok()?;
    for element in elements.iter().filter_map(|node| node.cast::<web_sys::Element>()) {
        observer.observe(&element);
    }
    Some((observer, resized))
}

/// How much wall time has passed since the frame before, in microseconds.
#[derive(Debug, Default)]
pub(super) struct Stopwatch {
    last: Option<u64>,
}

impl Stopwatch {
    /// Since the last call; 0 at the first.
    pub(super) fn lap(&mut self) -> u64 {
        let now = browser::wall();
        let elapsed = self.last.zip(now).map_or(0, |(last, now)| now.saturating_sub(last));
        self.last = now;
        elapsed
    }
}

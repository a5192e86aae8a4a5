//! A panic becomes a message for `www/boot.js`, which shows it with a way back.
//!
//! After a panic no Rust may run any more: the state may be half changed. So this only says what
//! happened; the panel around it is plain HTML that needs none of us.

use wasm_bindgen::JsValue;
use web_sys::{CustomEvent, CustomEventInit, console};

const EVENT: &str = "slotlab:panic";

/// From now on a panic dispatches [`EVENT`] on the window with the message as its detail.
pub(super) fn report_to_the_page() {
    yew::set_custom_panic_hook(Box::new(|panic| report(&panic.to_string())));
}

fn report(message: &str) {
    let message = JsValue::from_str(message);
    console::error_1(&message);
    let options = CustomEventInit::new();
    options.set_detail(&message);
    if let Ok(event) = CustomEvent::new_with_event_init_dict(EVENT, &options)
        && let Some(window) = web_sys::window()
    {
        // Nobody to tell but the console, which already knows.
        let _ = window.dispatch_event(&event);
    }
}

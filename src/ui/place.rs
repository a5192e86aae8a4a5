//! Puts what floats over the stage where the view says. The policy forbids `style` attributes; a script
//! may set a style.

use web_sys::HtmlElement;
use yew::prelude::*;

/// Moves the element to `at`, in pixels of what it lies in.
#[hook]
pub fn use_place(element: &NodeRef, at: (f64, f64)) {
    let element = element.clone();
    use_effect_with(at, move |&(x, y)| {
        if let Some(element) = element.cast::<HtmlElement>() {
            for (name, value) in [("left", x), ("top", y)] {
                // A style sheet takes any length.
                let _ = element.style().set_property(name, &format!("{value:.0}px"));
            }
        }
    });
}

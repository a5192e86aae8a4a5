//! The name of what the pointer or the focus is on: after a moment under the pointer, at once with the
//! focus. It never holds the only copy of what it says.

use crate::ui::place::use_place;
use yew::prelude::*;

/// Properties of [`Tip`].
#[derive(Properties, PartialEq)]
pub struct TipProps {
    /// What it says.
    pub text: String,
    /// Where its upper edge's middle lies, in pixels of the stage.
    pub at: (f64, f64),
    /// Whether the pointer brought it, and not the focus.
    pub pointed: bool,
}

/// A tip.
#[component]
pub fn Tip(TipProps { text, at, pointed }: &TipProps) -> Html {
    let element = use_node_ref();
    use_place(&element, *at);
    html! {
        <div class={classes!("tip", pointed.then_some("late"))} role="tooltip" ref={element}>{ text }</div>
    }
}

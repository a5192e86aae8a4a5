//! The menu of a node: arrow keys go through it, Escape and a press elsewhere close it.

use crate::session::Msg;
use crate::ui::place::use_place;
use crate::ui::shared::Shared;
use crate::view::inspector::Button;
use crate::view::menu::Menu;
use web_sys::{FocusEvent, HtmlElement, KeyboardEvent, Node};
use yew::prelude::*;

/// Properties of [`NodeMenu`].
#[derive(Properties, PartialEq)]
pub struct NodeMenuProps {
    /// The menu, if it is open.
    pub menu: Shared<Option<Menu>>,
    /// Where it sends what the learner did.
    pub on_msg: Callback<Msg>,
}

/// The menu, if it is open.
#[component]
pub fn NodeMenu(NodeMenuProps { menu, on_msg }: &NodeMenuProps) -> Html {
    match &**menu {
        Some(open) => html! { <Open menu={open.clone()} {on_msg} /> },
        None => html! {},
    }
}

#[derive(Properties, PartialEq)]
struct OpenProps {
    menu: Menu,
    on_msg: Callback<Msg>,
}

#[component]
fn Open(OpenProps { menu, on_msg }: &OpenProps) -> Html {
    let frame = use_node_ref();
    use_place(&frame, menu.at);
    {
        let frame = frame.clone();
        use_effect_with((), move |()| focus(&frame, 0));
    }
    let press = {
        let (frame, on_msg, count) = (frame.clone(), on_msg.clone(), menu.items.len() as i32);
        Callback::from(move |event: KeyboardEvent| {
            let step = match event.key().as_str() {
                "ArrowDown" => 1,
                "ArrowUp" => count - 1,
                "Escape" | "Tab" => {
                    on_msg.emit(Msg::CloseMenu);
                    0
                }
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            if step != 0 {
                focus(&frame, (focused(&frame) + step).rem_euclid(count));
            }
        })
    };
    let leave = {
        let (frame, on_msg) = (frame.clone(), on_msg.clone());
        Callback::from(move |event: FocusEvent| {
            use wasm_bindgen::JsCast;
            let to = event.related_target().and_then(|to| to.dyn_into::<Node>().ok());
            let inside = frame.cast::<Node>().is_some_and(|frame| frame.contains(to.as_ref()));
            if !inside {
                on_msg.emit(Msg::CloseMenu);
            }
        })
    };
    html! {
        <div class="menu" role="menu" tabindex="-1" aria-label={menu.title.clone()} ref={frame} onkeydown={press}
            onfocusout={leave}>
            { for menu.items.iter().map(|button| item(button, on_msg)) }
        </div>
    }
}

/// An item that does not work stays reachable and says why.
fn item(button: &Button, on_msg: &Callback<Msg>) -> Html {
    let (on_msg, msg) = (on_msg.clone(), button.msg.clone());
    let off = msg.is_none();
    let onclick = Callback::from(move |_: MouseEvent| {
        if let Some(msg) = msg.clone() {
            on_msg.emit(Msg::CloseMenu);
            on_msg.emit(msg);
        }
    });
    let danger = button.class.contains("danger").then_some("danger");
    html! {
        <button role="menuitem" class={classes!(danger)} title={button.title.clone()} aria-disabled={off.to_string()}
            {onclick}>{ &button.label }</button>
    }
}

fn items(frame: &NodeRef) -> Option<web_sys::HtmlCollection> {
    Some(frame.cast::<HtmlElement>()?.children())
}

fn focus(frame: &NodeRef, nth: i32) {
    use wasm_bindgen::JsCast;
    let item = items(frame).and_then(|items| items.item(nth.unsigned_abs()));
    if let Some(item) = item.and_then(|item| item.dyn_into::<HtmlElement>().ok()) {
        // What cannot be focused is gone, and the menu with it.
        let _ = item.focus();
    }
}

/// Which item has the focus; the first if none.
fn focused(frame: &NodeRef) -> i32 {
    let active = web_sys::window().and_then(|window| window.document()?.active_element());
    let Some(items) = items(frame) else { return 0 };
    (0..items.length()).find(|&n| items.item(n) == active).map_or(0, |n| n as i32)
}

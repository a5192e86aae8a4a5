//! How far a recording is that is being opened, or why it cannot be.

use crate::say::{Lang, word};
use crate::session::Msg;
use crate::ui::focus::{keep_inside, use_focus};
use crate::view::share::OpeningView;
use yew::prelude::*;

/// Properties of [`OpeningDialog`].
#[derive(Properties, PartialEq)]
pub struct OpeningDialogProps {
    /// What to show.
    pub opening: OpeningView,
    /// The language.
    pub lang: Lang,
    /// Where it sends what the learner did.
    pub on_msg: Callback<Msg>,
}

/// The dialog. Its only button takes the focus.
#[component]
pub fn OpeningDialog(OpeningDialogProps { opening, lang, on_msg }: &OpeningDialogProps) -> Html {
    let close = use_node_ref();
    use_focus(&close);
    let role = if opening.percent.is_some() { "dialog" } else { "alertdialog" };
    html! {
        <div class="dialog">
            <section class="opening" {role} aria-modal="true" aria-labelledby="opening-title"
                aria-describedby="opening-says"
                onkeydown={Callback::from(|event: KeyboardEvent| keep_inside(&event))}>
                <h2 id="opening-title">{ &opening.title }</h2>
                <div id="opening-says">
                    <p>{ &opening.says }</p>
                    if !opening.mend.is_empty() { <p class="sec">{ &opening.mend }</p> }
                </div>
                if let Some(percent) = opening.percent {
                    <progress max="100" value={percent.to_string()} aria-label={word(*lang, "opening-progress")} />
                }
                <p class="row-of">
                    <button class="btn" ref={close} onclick={on_msg.reform(|_| Msg::CloseOpening)}>{ &opening.close }</button>
                </p>
            </section>
        </div>
    }
}

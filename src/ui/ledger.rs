//! The ledger of claims about Redis, in a dialog: search, states, claims by area.

use crate::say::{Lang, word};
use crate::session::Msg;
use crate::session::page::LedgerFilter;
use crate::ui::dialog::DialogFrame;
use crate::ui::focus::use_focus;
use crate::ui::input;
use crate::view::ledger::{self, Area, Choice};
use yew::prelude::*;

/// Properties of [`Ledger`].
#[derive(Properties, PartialEq)]
pub struct LedgerProps {
    /// The language.
    pub lang: Lang,
    /// What the reader looks for.
    pub filter: LedgerFilter,
    /// Where it sends what the reader did.
    pub on_msg: Callback<Msg>,
}

/// The dialog. The search field takes the focus.
#[component]
pub fn Ledger(LedgerProps { lang, filter, on_msg }: &LedgerProps) -> Html {
    let search = use_node_ref();
    use_focus(&search);
    let shown = use_memo((*lang, filter.clone()), |(lang, filter)| ledger::draw(*lang, filter));
    html! {
        <DialogFrame name="ledger" title={word(*lang, "ledger-title")} lang={*lang} {on_msg}>
            <p class="sec">{ word(*lang, "ledger-note") }</p>
            <input type="search" ref={search} value={filter.words.clone()} aria-label={word(*lang, "ledger-search")}
                placeholder={word(*lang, "ledger-search")}
                oninput={on_msg.reform(|event: InputEvent| Msg::LedgerWords(input::value(&event)))} />
            <div class="chips" role="group" aria-label={word(*lang, "ledger-states")}>
                { for shown.states.iter().map(|choice| chip(choice, on_msg)) }
            </div>
            <p class="sec" role="status">{ &shown.shown }</p>
            { for shown.areas.iter().map(area) }
        </DialogFrame>
    }
}

fn chip(choice: &Choice, on_msg: &Callback<Msg>) -> Html {
    let which = choice.which;
    html! {
        <button aria-pressed={choice.chosen.to_string()}
            onclick={on_msg.reform(move |_| Msg::LedgerState(which))}>{ &choice.text }</button>
    }
}

fn area(area: &Area) -> Html {
    html! {
        <section key={area.name.clone()}>
            <h3>{ &area.name }</h3>
            <ul>
                { for area.rows.iter().map(|row| html! {
                    <li>
                        <p><span class={classes!("claim", row.state.1)}>{ &row.state.0 }</span>{ " " }{ &row.says }</p>
                        <p class="from">{ &row.source }</p>
                        if !row.test.is_empty() { <p class="from">{ &row.test }</p> }
                    </li>
                }) }
            </ul>
        </section>
    }
}

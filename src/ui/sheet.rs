//! The tabs of a phone's sheet: one panel at a time below the stage.

use crate::say::word;
use crate::session::Msg;
use crate::session::page::{ConsoleTab, Page, Sheet, SheetSize};
use crate::ui::icon::{Icon, IconView};
use yew::prelude::*;

/// Properties of [`SheetTabs`].
#[derive(Properties, PartialEq)]
pub struct SheetTabsProps {
    /// What is open.
    pub page: Page,
    /// Where it sends what the learner did.
    pub on_msg: Callback<Msg>,
}

/// The tabs.
#[component]
pub fn SheetTabs(SheetTabsProps { page, on_msg }: &SheetTabsProps) -> Html {
    let lang = page.lang;
    let tab = |label: String, selected: bool, msg: Msg| {
        let onclick = on_msg.reform(move |_: MouseEvent| msg.clone());
        html! { <button role="tab" aria-selected={selected.to_string()} {onclick}>{ label }</button> }
    };
    let console = |label: String, which: ConsoleTab| {
        let selected = page.sheet == Sheet::Console && page.console == which;
        tab(label, selected, Msg::Console(which))
    };
    let icon = if page.sheet_size == SheetSize::Shut { Icon::Up } else { Icon::Down };
    let icon = if page.sheet_size == SheetSize::Half { Icon::Up } else { icon };
    html! {
        <div class="sheet-tabs tabs" role="tablist" aria-label={word(lang, "panels")}>
            { tab(word(lang, "sheet-node"), page.sheet == Sheet::Node, Msg::Sheet(Sheet::Node)) }
            { console("redis-cli".into(), ConsoleTab::Cli) }
            { console(word(lang, "console-log"), ConsoleTab::Log) }
            { console("compose".into(), ConsoleTab::Compose) }
            { tab(word(lang, "lab"), page.sheet == Sheet::Lab, Msg::Sheet(Sheet::Lab)) }
            <span class="grow" />
            <button class="ib" aria-label={word(lang, "sheet-size")} title={word(lang, "sheet-size")}
                onclick={on_msg.reform(|_| Msg::SheetSize)}><IconView {icon} /></button>
        </div>
    }
}

//! The console: redis-cli, the log, docker compose.

use crate::say::{Lang, word};
use crate::session::Msg;
use crate::session::page::ConsoleTab;
use crate::shapes::spec::ContainerIx;
use crate::ui::input::{sometimes, value};
use crate::ui::shared::Shared;
use crate::view::console::{Console, Line, Span};
use web_sys::HtmlElement;
use yew::prelude::*;

/// Properties of [`ConsoleView`].
#[derive(Properties, PartialEq)]
pub struct ConsoleViewProps {
    /// What to show.
    pub console: Shared<Console>,
    /// The language.
    pub lang: Lang,
    /// Where it sends what the learner did.
    pub on_msg: Callback<Msg>,
}

/// The console. It stays at its last line unless the learner scrolled away.
#[component]
pub fn ConsoleView(ConsoleViewProps { console, lang, on_msg }: &ConsoleViewProps) -> Html {
    let say = |id: &str| word(*lang, id);
    let body = use_node_ref();
    {
        let body = body.clone();
        use_effect_with((console.tab, console.lines.len()), move |_| {
            if let Some(body) = body.cast::<HtmlElement>() {
                body.set_scroll_top(body.scroll_height());
            }
        });
    }
    html! {
        <section class="con" aria-label={say("console")}>
            <div class="tabs">
                <div role="tablist" class="tablist" aria-label={say("console")}>
                    { tab(console, ConsoleTab::Cli, "redis-cli".into(), on_msg) }
                    { tab(console, ConsoleTab::Log, say("console-log"), on_msg) }
                    { tab(console, ConsoleTab::Compose, "docker compose".into(), on_msg) }
                </div>
                <span class="grow" />
                if console.tab == ConsoleTab::Cli { { tools(console, *lang, on_msg) } }
                if console.tab == ConsoleTab::Compose { { services(console, *lang, on_msg) } }
            </div>
            <div class="body" ref={body} role="tabpanel" tabindex="0">
                { for console.lines.iter().map(|line| line_view(line, on_msg)) }
                { empty(console, *lang) }
                if console.tab == ConsoleTab::Cli {
                    <Entry console={console.clone()} lang={*lang} on_msg={on_msg.clone()} />
                }
            </div>
        </section>
    }
}

fn tab(console: &Console, tab: ConsoleTab, label: String, on_msg: &Callback<Msg>) -> Html {
    let onclick = on_msg.reform(move |_: MouseEvent| Msg::Console(tab));
    html! {
        <button role="tab" aria-selected={(console.tab == tab).to_string()} {onclick}>{ label }</button>
    }
}

fn tools(console: &Console, lang: Lang, on_msg: &Callback<Msg>) -> Html {
    let follow = !console.follow;
    let label = word(lang, "follow");
    let choose = sometimes(on_msg, |event: Event| {
        Some(Msg::OpenTerminal(ContainerIx(value(&event).parse().ok()?)))
    });
    html! {
        <div class="tools">
            <button class="switch" role="switch" aria-checked={console.follow.to_string()}
                aria-label={label.clone()} title={label} onclick={on_msg.reform(move |_| Msg::Follow(follow))}>
                <i /><code>{ "-c" }</code>
            </button>
            <select class="select" aria-label={word(lang, "ask-node")} onchange={choose}>
                { for console.choices.iter().map(|(ix, name, chosen)| html! {
                    <option value={ix.0.to_string()} selected={*chosen}>{ name }</option>
                }) }
            </select>
        </div>
    }
}

/// Whose lines `docker compose logs` shows.
fn services(console: &Console, lang: Lang, on_msg: &Callback<Msg>) -> Html {
    if console.services.is_empty() {
        return html! {};
    }
    let choose = sometimes(on_msg, |event: Event| {
        Some(Msg::LogsOf(value(&event).parse().ok().map(ContainerIx)))
    });
    let all = console.services.iter().all(|(.., chosen)| !chosen);
    html! {
        <div class="tools">
            <select class="select" aria-label={word(lang, "logs-of")} onchange={choose}>
                <option value="" selected={all}>{ word(lang, "logs-all") }</option>
                { for console.services.iter().map(|(ix, name, chosen)| html! {
                    <option value={ix.0.to_string()} selected={*chosen}>{ name }</option>
                }) }
            </select>
        </div>
    }
}

fn line_view(line: &Line, on_msg: &Callback<Msg>) -> Html {
    let class = classes!("l", (line.class == "say").then_some("row"));
    let body = html! {
        <>
            <time>{ &line.time }</time>
            <span><span class="prompt">{ &line.prompt }</span><span class={line.class}>{ for line.spans.iter().map(span) }</span></span>
        </>
    };
    if line.class != "say" {
        return html! { <div {class}>{ body }</div> };
    }
    let at = line.at;
    html! {
        <button {class} onclick={on_msg.reform(move |_: MouseEvent| Msg::Seek(at))}>{ body }</button>
    }
}

fn span(Span { text, ink }: &Span) -> Html {
    match ink.class() {
        None => html! { text },
        Some(class) => html! { <b {class}>{ text }</b> },
    }
}

fn empty(console: &Console, lang: Lang) -> Html {
    let id = match console.tab {
        ConsoleTab::Cli => "cli-empty",
        ConsoleTab::Log | ConsoleTab::Compose => "log-empty",
    };
    if console.lines.is_empty() {
        html! { <div class="l"><time /><span class="say mut">{ word(lang, id) }</span></div> }
    } else {
        html! {}
    }
}

#[derive(Properties, PartialEq)]
struct EntryProps {
    console: Shared<Console>,
    lang: Lang,
    on_msg: Callback<Msg>,
}

/// The line to type into.
#[component]
fn Entry(EntryProps { console, lang, on_msg }: &EntryProps) -> Html {
    let entry = &console.entry;
    let press = sometimes(on_msg, |event: KeyboardEvent| {
        let msg = match (event.key().as_str(), event.is_composing()) {
            ("Enter", false) => Msg::Submit,
            ("ArrowUp", false) => Msg::Older,
            ("ArrowDown", false) => Msg::Newer,
            ("Tab", false) if !event.shift_key() && !value(&event).is_empty() => Msg::Complete,
            _ => return None,
        };
        event.prevent_default();
        Some(msg)
    });
    let input = on_msg.reform(|event: InputEvent| Msg::Input(value(&event)));
    let hint = format!("{}{}", entry.line, entry.hint);
    html! {
        <div class="entry">
            <span />
            <label class="prompt" for="cli">{ &entry.prompt }</label>
            <span class="typed">
                if !entry.hint.is_empty() { <span class="hint" aria-hidden="true">{ hint }</span> }
                <input id="cli" aria-label={word(*lang, "command-line")} autocomplete="off" autocapitalize="off"
                    autocorrect="off" spellcheck="false" enterkeyhint="send" disabled={!entry.works}
                    value={entry.line.clone()} oninput={input} onkeydown={press} />
            </span>
        </div>
    }
}

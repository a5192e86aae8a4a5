//! The top bar: brand, state, clock, transport, speed, language, theme, help.

use crate::say::{Lang, text, word};
use crate::session::Msg;
use crate::session::page::{Dialog, Theme};
use crate::ui::icon::{Icon, IconView};
use crate::ui::input::value;
use crate::ui::more::theme_switch;
use crate::ui::shared::Shared;
use crate::view::top::Top;
use yew::prelude::*;

/// Properties of [`TopBar`].
#[derive(Properties, PartialEq)]
pub struct TopBarProps {
    /// What to show.
    pub top: Shared<Top>,
    /// The clock.
    pub clock: AttrValue,
    /// The language.
    pub lang: Lang,
    /// The theme.
    pub theme: Theme,
    /// Where it sends what the learner did.
    pub on_msg: Callback<Msg>,
}

/// The top bar.
#[component]
pub fn TopBar(props: &TopBarProps) -> Html {
    let TopBarProps { top, clock, lang, theme, on_msg } = props;
    let lang = *lang;
    let say = |id: &str| word(lang, id);
    html! {
        <header class="top">
            <div class="brand">
                <button class="ib menu-only" aria-label={say("rail-toggle")} title={say("rail-toggle")}
                    onclick={on_msg.reform(|_| Msg::Rail)}><IconView icon={Icon::Menu} /></button>
                <Logo />
                <span class="name">{ say("brand") }</span>
                <span class="chip" title={say("baseline-says")}>{ say("baseline") }</span>
            </div>
            <div class="ctr">
                <span class={classes!("state", top.tone)}>
                    <IconView icon={icon(top.tone)} />
                    <span>{ &top.state }</span>
                    <i>{ &top.detail }</i>
                </span>
                <div class="run">
                    <div class="clock" role="timer" aria-label={say("virtual-time")}>
                        <b>{ clock.clone() }</b><span>{ say("virtual-time") }</span>
                    </div>
                    <Transport playing={top.playing} {lang} {on_msg} />
                    <Speed top={top.clone()} {lang} {on_msg} />
                </div>
            </div>
            <div class="end">
                <Languages {lang} {on_msg} />
                <ThemeSwitch theme={*theme} {lang} {on_msg} />
                <button class="ib phone-only" aria-label={say("more-open")} title={say("more-open")}
                    onclick={on_msg.reform(|_| Msg::Dialog(Some(Dialog::More)))}><IconView icon={Icon::Menu} /></button>
                <button class="ib desk-only" aria-label={say("share-open")} title={say("share-open")}
                    onclick={on_msg.reform(|_| Msg::Dialog(Some(Dialog::Share)))}><IconView icon={Icon::Share} /></button>
                <button class="ib desk-only" aria-label={say("help-open")} title={say("help-open")}
                    onclick={on_msg.reform(|_| Msg::Dialog(Some(Dialog::Help)))}><IconView icon={Icon::Help} /></button>
                <button class="ib menu-only insp-toggle" aria-label={say("inspector-toggle")}
                    title={say("inspector-toggle")} onclick={on_msg.reform(|_| Msg::InspectorPanel)}>
                    <IconView icon={Icon::Panel} />
                </button>
            </div>
        </header>
    }
}

fn icon(tone: &str) -> Icon {
    match tone {
        "pill down" => Icon::Stop,
        "pill warn" => Icon::Warning,
        "pill idle" => Icon::Info,
        _ => Icon::Check,
    }
}

/// Three arcs of a ring around a node.
#[component]
fn Logo() -> Html {
    html! {
        <svg class="logo" viewBox="0 0 28 28" aria-hidden="true" fill="none" stroke="currentColor"
            stroke-width="4.5">
            <path d="M15.2 4.07A10 10 0 0 1 23.4 17.4" />
            <path d="M22 19.99A10 10 0 0 1 6 19.99" opacity=".62" />
            <path d="M4.6 17.4A10 10 0 0 1 12.8 4.07" opacity=".34" />
            <circle cx="14" cy="14" r="3" fill="currentColor" stroke="none" />
        </svg>
    }
}

#[derive(Properties, PartialEq)]
struct TransportProps {
    playing: bool,
    lang: Lang,
    on_msg: Callback<Msg>,
}

#[component]
fn Transport(TransportProps { playing, lang, on_msg }: &TransportProps) -> Html {
    let button = |class: &'static str, icon: Icon, id: &str, msg: Msg| {
        let label = word(*lang, id);
        let solid = match class {
            "play" => "solid",
            _ => "",
        };
        let onclick = on_msg.reform(move |_: MouseEvent| msg.clone());
        html! {
            <button {class} aria-label={label.clone()} title={label} {onclick}>
                <IconView {icon} class={solid} />
            </button>
        }
    };
    let (icon, play) = if *playing { (Icon::Pause, "go-pause") } else { (Icon::Play, "go-play") };
    html! {
        <div class="transport" role="group" aria-label={word(*lang, "transport")}>
            { button("first", Icon::Start, "go-start", Msg::Start) }
            { button("", Icon::Back, "go-back", Msg::Back) }
            { button("play", icon, play, Msg::TogglePlay) }
            { button("", Icon::Next, "go-next", Msg::Next) }
            { button("", Icon::Skim, "go-skim", Msg::Skim) }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct SpeedProps {
    top: Shared<Top>,
    lang: Lang,
    on_msg: Callback<Msg>,
}

#[component]
fn Speed(SpeedProps { top, lang, on_msg }: &SpeedProps) -> Html {
    let (rung, rungs) = top.rung;
    let spoken = text(*lang, "speed-spoken", &[("speed", top.speed.as_str().into())]);
    let slide = {
        let on_msg = on_msg.clone();
        Callback::from(move |event: InputEvent| {
            if let Ok(rung) = value(&event).parse() {
                on_msg.emit(Msg::Speed(rung));
            }
        })
    };
    // On a phone there is no room for the slider: a touch goes one rung up, then around.
    let next = on_msg.reform(move |_: MouseEvent| Msg::Speed((rung + 1) % rungs));
    html! {
        <div class="speed">
            <input type="range" min="0" max={(rungs - 1).to_string()} step="1" value={rung.to_string()}
                aria-label={word(*lang, "speed")} aria-valuetext={spoken.clone()} title={spoken.clone()}
                oninput={slide} />
            <button aria-label={spoken} onclick={next}><output>{ &top.speed }</output></button>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct LanguagesProps {
    lang: Lang,
    on_msg: Callback<Msg>,
}

#[component]
fn Languages(LanguagesProps { lang, on_msg }: &LanguagesProps) -> Html {
    html! {
        <div class="seg" role="group" aria-label={word(*lang, "language")}>
            { for Lang::ALL.map(|one| {
                let onclick = on_msg.reform(move |_: MouseEvent| Msg::Lang(one));
                html! {
                    <button lang={one.tag()} aria-pressed={(one == *lang).to_string()} {onclick}>
                        { one.tag().to_uppercase() }
                    </button>
                }
            }) }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct ThemeSwitchProps {
    theme: Theme,
    lang: Lang,
    on_msg: Callback<Msg>,
}

#[component]
fn ThemeSwitch(ThemeSwitchProps { theme, lang, on_msg }: &ThemeSwitchProps) -> Html {
    let (next, icon, id) = theme_switch(*theme);
    let label = word(*lang, id);
    html! {
        <button class="ib desk-only" aria-label={label.clone()} title={label}
            onclick={on_msg.reform(move |_| Msg::Theme(next))}><IconView {icon} /></button>
    }
}

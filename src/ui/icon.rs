//! Icons: one path each on a 16 x 16 grid, drawn with the text's colour.

use yew::prelude::*;

/// Which icon.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "named for what they show")]
pub enum Icon {
    Start,
    Back,
    Play,
    Pause,
    Next,
    Skim,
    Sun,
    Moon,
    Menu,
    Left,
    Warning,
    Info,
    Check,
    Cross,
    Stop,
    Copy,
    File,
    Help,
    Terminal,
    Panel,
    Up,
    Down,
    Share,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Icon::Start => "M4 3v10M13 3.5 6.5 8l6.5 4.5Z",
            Icon::Back => "M3.5 3v10M12.5 3.5 6 8l6.5 4.5",
            Icon::Play => "M5 3.2v9.6L13 8Z",
            Icon::Pause => "M5.5 3.5v9M10.5 3.5v9",
            Icon::Next => "M12.5 3v10M3.5 3.5 10 8l-6.5 4.5",
            Icon::Skim => "M2.5 3.5 8 8l-5.5 4.5M8.5 3.5 14 8l-5.5 4.5",
            Icon::Sun => {
                "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6ZM8 1.6v1.2M8 13.2v1.2M1.6 8h1.2M13.2 8h1.2\
                 M3.5 3.5l.8.8M11.7 11.7l.8.8M12.5 3.5l-.8.8M4.3 11.7l-.8.8"
            }
            Icon::Moon => "M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8Z",
            Icon::Menu => "M3 4.5h10M3 8h10M3 11.5h10",
            Icon::Left => "M9.5 4.5 6 8l3.5 3.5M13 3v10",
            Icon::Warning => "M8 2.2 14.4 13.3H1.6ZM8 6.4v3.2M8 11.5v.1",
            Icon::Info => "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.4v3.4M8 5.2v.1",
            Icon::Check => "M3.5 8.5 6.5 11.5 12.5 4.8",
            Icon::Cross => "M4.2 4.2l7.6 7.6M11.8 4.2l-7.6 7.6",
            Icon::Stop => {
                "M5.4 2h5.2L14 5.4v5.2L10.6 14H5.4L2 10.6V5.4ZM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4"
            }
            Icon::Copy => "M5.5 5.5h7v8h-7ZM3.5 10.5v-8h7",
            Icon::File => "M4 2.2h5L12 5.2v8.6H4ZM9 2.2v3h3",
            Icon::Help => {
                "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM6.3 6.4a1.7 1.7 0 1 1 2.6 1.5c-.6.4-.9.7-.9 1.4M8 11.2v.1"
            }
            Icon::Terminal => "M2.2 3.2h11.6v9.6H2.2ZM4.8 6.2 6.6 8l-1.8 1.8M8.2 10h2.8",
            Icon::Panel => "M2.2 3.2h11.6v9.6H2.2ZM10 3.2v9.6",
            Icon::Up => "M4.5 9.5 8 6l3.5 3.5",
            Icon::Down => "M4.5 6.5 8 10l3.5-3.5",
            Icon::Share => "M8 9.5v-7M5 5.2 8 2.2l3 3M4.5 7.5H3v6h10v-6h-1.5",
        }
    }
}

/// Properties of [`IconView`].
#[derive(Properties, PartialEq)]
pub struct IconViewProps {
    /// Which.
    pub icon: Icon,
    /// More classes: `wrn`, `bad`, `solid`.
    #[prop_or_default]
    pub class: &'static str,
}

/// An icon. Never the only carrier of a meaning: a label stands with it.
#[component]
pub fn IconView(IconViewProps { icon, class }: &IconViewProps) -> Html {
    html! {
        <svg class={classes!("ic", *class)} viewBox="0 0 16 16" aria-hidden="true">
            <path d={icon.path()} />
        </svg>
    }
}

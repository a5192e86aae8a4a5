//! The timeline: a track to scrub on, with marks to jump to.

use crate::say::{Lang, text, word};
use crate::session::Msg;
use crate::session::milestone::Milestone;
use crate::ui::input::sometimes;
use crate::ui::shared::Shared;
use crate::view::timeline::{Mark, TimelineView, Window};
use web_sys::{Element, PointerEvent};
use yew::prelude::*;

/// Properties of [`TimelineTrack`].
#[derive(Properties, PartialEq)]
pub struct TimelineTrackProps {
    /// The track.
    pub timeline: Shared<TimelineView>,
    /// The playhead in pixels.
    pub head: f64,
    /// The clock at the playhead.
    pub clock: AttrValue,
    /// The language.
    pub lang: Lang,
    /// The track's element: its width is measured.
    pub track: NodeRef,
    /// Where it sends what the learner did.
    pub on_msg: Callback<Msg>,
}

/// The track's height in pixels, as in the style sheet; a phone cuts off what is above its lane.
const HEIGHT: f64 = 88.0;
const LANE: f64 = 56.0;

/// The timeline.
#[component]
pub fn TimelineTrack(props: &TimelineTrackProps) -> Html {
    let TimelineTrackProps { timeline, head, clock, lang, track, on_msg } = props;
    let scrubbing = use_mut_ref(|| false);
    let seek = {
        let (timeline, track, on_msg) = (timeline.clone(), track.clone(), on_msg.clone());
        move |event: &PointerEvent| {
            if let Some(element) = track.cast::<Element>() {
                let x = f64::from(event.client_x()) - element.get_bounding_client_rect().left();
                on_msg.emit(Msg::Seek(timeline.time_at(x)));
            }
        }
    };
    let down = {
        let (seek, scrubbing, track) = (seek.clone(), scrubbing.clone(), track.clone());
        Callback::from(move |event: PointerEvent| {
            *scrubbing.borrow_mut() = true;
            if let Some(element) = track.cast::<Element>() {
                // The pointer may leave the track while it scrubs; if it cannot be held, it stops there.
                let _ = element.set_pointer_capture(event.pointer_id());
            }
            seek(&event);
        })
    };
    let drag = {
        let scrubbing = scrubbing.clone();
        Callback::from(move |event: PointerEvent| {
            if *scrubbing.borrow() {
                seek(&event);
            }
        })
    };
    let up = Callback::from(move |_: PointerEvent| *scrubbing.borrow_mut() = false);
    html! {
        <section class="time" aria-label={word(*lang, "timeline")}>
            <div class="lab"><b>{ word(*lang, "this-run") }</b></div>
            <div class="track" ref={track.clone()} onpointerdown={down} onpointermove={drag}
                onpointerup={up.clone()} onpointercancel={up}>
                <Lane timeline={timeline.clone()} lang={*lang} on_msg={on_msg.clone()} />
                <Head timeline={timeline.clone()} {head} {clock} lang={*lang} on_msg={on_msg.clone()} />
            </div>
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct LaneProps {
    timeline: Shared<TimelineView>,
    lang: Lang,
    on_msg: Callback<Msg>,
}

#[component]
fn Lane(LaneProps { timeline, lang, on_msg }: &LaneProps) -> Html {
    let width = timeline.width.to_string();
    let seen = timeline.seen;
    html! {
        <svg class="lane" width={width.clone()} height={HEIGHT.to_string()} role="group">
            <defs>
                <pattern id="dots" width="8" height="8" patternUnits="userSpaceOnUse">
                    <circle class="dot" cx="4" cy="4" r="1" />
                </pattern>
                <pattern id="dense" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <path class="dense" d="M0 0V5" />
                </pattern>
            </defs>
            { for timeline.ticks.iter().map(|(x, label)| html! {
                <>
                    <path class="tl-tick" d={format!("M{x:.1} 24v5")} />
                    <text class="mono mut mid" x={x.max(8.0).to_string()} y="16">{ label }</text>
                </>
            }) }
            <rect class="tl-future" x={seen.to_string()} y="34" height="46"
                width={(timeline.width - seen).max(0.0).to_string()} />
            { for timeline.windows.iter().map(window) }
            <path class="tl-line" d={format!("M0 {LANE}H{width}")} />
            <path class="tl-past" d={format!("M0 {LANE}H{seen:.1}")} />
            { for timeline.marks.iter().map(|mark| mark_view(mark, timeline, *lang, on_msg)) }
        </svg>
    }
}

fn window(window: &Window) -> Html {
    let width = (window.to - window.from).max(1.0).to_string();
    html! {
        <>
            <rect x={window.from.to_string()} y="44" {width} height="24" rx="4" fill="url(#dense)"
                class="window-edge-fill" />
        </>
    }
}

fn mark_view(mark: &Mark, timeline: &TimelineView, lang: Lang, on_msg: &Callback<Msg>) -> Html {
    let at = mark.at;
    let go = on_msg.reform(move |_: ()| Msg::Seek(at));
    let hold = Callback::from(|event: PointerEvent| event.stop_propagation());
    let click = {
        let go = go.clone();
        Callback::from(move |_: MouseEvent| go.emit(()))
    };
    let press = Callback::from(move |event: KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            event.stop_propagation();
            go.emit(());
        }
    });
    let since = at.micros_since(timeline.start) / 1000;
    let seconds = format!("{}.{:03}", since / 1000, since % 1000);
    let spoken =
        text(lang, "mark-spoken", &[("at", seconds.into()), ("text", mark.text.as_str().into())]);
    html! {
        <g class="ev" transform={format!("translate({:.1} {LANE})", mark.x)} role="button" tabindex="0"
            key={format!("{}-{:?}", at.0, mark.kind)}
            aria-label={spoken.clone()} onpointerdown={hold} onclick={click} onkeydown={press}>
            <title>{ spoken }</title>
            <rect class="hit" x="-12" y="-12" width="24" height="24" rx="6" />
            { shape(mark.kind) }
        </g>
    }
}

fn shape(kind: Milestone) -> Html {
    const CROSS: &str = "M-2.6-2.6 2.6 2.6M2.6-2.6-2.6 2.6";
    const TICK: &str = "M-3 .2-.9 2.4 3-2.2";
    match kind {
        Milestone::Fault => {
            html! { <><circle class="m full" r="6.5" /><path class="m inv" d={CROSS} /></> }
        }
        Milestone::Repair => html! {
            <><circle class="m" r="6.5" /><path class="m in" d="M0 3V-3M-2.5-.6 0-3 2.5-.6" /></>
        },
        Milestone::Command => html! {
            <><rect class="m" x="-6" y="-4" width="12" height="8" rx="2" /><path class="m in" d="M-3 0H3" /></>
        },
        Milestone::Suspect => html! { <circle class="m warn" r="6" /> },
        Milestone::Fail => html! {
            <>
                <path class="m fail" d="M-2.8-6.8h5.6L6.8-2.8v5.6l-4 4h-5.6l-4-4v-5.6Z" />
                <path class="m in fail" d={CROSS} />
            </>
        },
        Milestone::Election => html! { <path class="m" d="M0-7 7 0 0 7-7 0Z" /> },
        Milestone::Promotion => html! {
            <><rect class="m ink" x="-6" y="-6" width="12" height="12" rx="3" /><path class="m inv" d={TICK} /></>
        },
        Milestone::Ok => html! { <><circle class="m" r="6.5" /><path class="m in" d={TICK} /></> },
        Milestone::Other => html! { <circle class="m" r="4" /> },
    }
}

#[derive(Properties, PartialEq)]
struct HeadProps {
    timeline: Shared<TimelineView>,
    head: f64,
    clock: AttrValue,
    lang: Lang,
    on_msg: Callback<Msg>,
}

#[component]
fn Head(HeadProps { timeline, head, clock, lang, on_msg }: &HeadProps) -> Html {
    let press = sometimes(on_msg, |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowLeft" => -100_000,
            "ArrowRight" => 100_000,
            _ => return None,
        };
        event.prevent_default();
        event.stop_propagation();
        Some(Msg::Nudge(step))
    });
    // The plate stays inside the track.
    let half = clock.len() as f64 * 3.7 + 6.0;
    let plate = head.clamp(half, (timeline.width - half).max(half));
    html! {
        <svg class="heads" width={timeline.width.to_string()} height={HEIGHT.to_string()}>
            <g class="head" role="slider" tabindex="0" aria-label={word(*lang, "scrubber")}
                aria-valuemin="0" aria-valuemax={timeline.width.round().to_string()}
                aria-valuenow={head.round().to_string()} aria-valuetext={clock.clone()} onkeydown={press}>
                <path class="tl-now" d={format!("M{head:.1} 0V{HEIGHT}")} />
                <rect class="tl-plate" x={(plate - half).to_string()} y="2" rx="6" height="20"
                    width={(half * 2.0).to_string()} />
                <text class="tl-clock" x={plate.to_string()} y="16">{ clock.clone() }</text>
            </g>
        </svg>
    }
}

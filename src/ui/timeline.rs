//! The timeline: a track to scrub on, with marks to jump to.

use crate::say::{Lang, text, word};
use crate::session::Msg;
use crate::ui::input::sometimes;
use crate::ui::lanes::{OtherLaneView, mark_shape, window_view};
use crate::ui::shared::Shared;
use crate::view::lanes::{Label, THIS_RUN};
use crate::view::timeline::{Mark, TimelineView};
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

/// The track's height in pixels, as in the style sheet, and what another lane adds to it; a phone shows
/// no more than the line of this run.
const HEIGHT: f64 = 88.0;
const MORE: f64 = 26.0;
const LANE: f64 = THIS_RUN;

fn height(timeline: &TimelineView) -> String {
    (HEIGHT + MORE * timeline.lanes.len() as f64).to_string()
}

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
            <div class="lab">{ label(&timeline.label, on_msg) }</div>
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
        <svg class="lane" width={width.clone()} height={height(timeline)} role="group">
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
            { for timeline.windows.iter().map(|window| window_view(window, LANE, 24.0)) }
            <path class="tl-line" d={format!("M0 {LANE}H{width}")} />
            <path class="tl-past" d={format!("M0 {LANE}H{seen:.1}")} />
            { for timeline.lanes.iter().map(|lane| html! {
                <OtherLaneView key={lane.id.0} lane={lane.clone()} {on_msg} />
            }) }
            { for timeline.marks.iter().map(|mark| mark_view(mark, timeline, *lang, on_msg)) }
        </svg>
    }
}

/// What stands beside the track: this run, and the way to the next one.
fn label(label: &Label, on_msg: &Callback<Msg>) -> Html {
    let Some(next) = label.next else { return html! { <b>{ &label.text }</b> } };
    html! {
        <button class="link" title={label.title.clone()}
            onclick={on_msg.reform(move |_: MouseEvent| Msg::Lane(next))}>{ &label.text }</button>
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
            <rect class="hit" rx="6" />
            { mark_shape(mark.kind) }
        </g>
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
        <svg class="heads" width={timeline.width.to_string()} height={height(timeline)}>
            <g class="head" role="slider" tabindex="0" aria-label={word(*lang, "scrubber")}
                aria-valuemin="0" aria-valuemax={timeline.width.round().to_string()}
                aria-valuenow={head.round().to_string()} aria-valuetext={clock.clone()} onkeydown={press}>
                <path class="tl-now" d={format!("M{head:.1} 0V{}", height(timeline))} />
                <rect class="tl-plate" x={(plate - half).to_string()} y="2" rx="6" height="20"
                    width={(half * 2.0).to_string()} />
                <text class="tl-clock" x={plate.to_string()} y="16">{ clock.clone() }</text>
            </g>
        </svg>
    }
}

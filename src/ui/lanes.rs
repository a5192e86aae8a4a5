//! Other lanes of history below this run, and the shapes of marks.

use crate::session::Msg;
use crate::session::milestone::Milestone;
use crate::view::lanes::OtherLane;
use crate::view::timeline::Window;
use web_sys::PointerEvent;
use yew::prelude::*;

/// Properties of [`OtherLaneView`].
#[derive(Properties, PartialEq)]
pub struct OtherLaneProps {
    /// What to draw.
    pub lane: OtherLane,
    /// Where it sends what the learner did.
    pub on_msg: Callback<Msg>,
}

/// Another lane: a button as a whole, with a thin line and small marks.
#[component]
pub fn OtherLaneView(OtherLaneProps { lane, on_msg }: &OtherLaneProps) -> Html {
    let id = lane.id;
    let hold = Callback::from(|event: PointerEvent| event.stop_propagation());
    let click = on_msg.reform(move |_: MouseEvent| Msg::Lane(id));
    let press = {
        let on_msg = on_msg.clone();
        Callback::from(move |event: KeyboardEvent| {
            if matches!(event.key().as_str(), "Enter" | " ") {
                event.prevent_default();
                event.stop_propagation();
                on_msg.emit(Msg::Lane(id));
            }
        })
    };
    let (from, to) = lane.reach;
    html! {
        <g class="fork" role="button" tabindex="0" aria-label={lane.spoken.clone()} onpointerdown={hold}
            onclick={click} onkeydown={press}>
            <title>{ &lane.spoken }</title>
            <rect class="hit" x={from.to_string()} y={(lane.y - 12.0).to_string()} height="24" rx="6"
                width={(to - from).to_string()} />
            { for lane.windows.iter().map(|window| window_view(window, lane.y, 16.0)) }
            <path class="tl-fork" d={lane.path.clone()} />
            { for lane.marks.iter().map(|mark| html! {
                <g class="ev" transform={format!("translate({:.1} {}) scale(.8)", mark.x, lane.y)}>
                    { mark_shape(mark.kind) }
                </g>
            }) }
            <text class={classes!("halo", lane.anchor)} x={lane.name_at.to_string()} y={(lane.y + 4.0).to_string()}>
                { &lane.name }
            </text>
        </g>
    }
}

/// A time in which the cluster was down.
pub(super) fn window_view(window: &Window, y: f64, height: f64) -> Html {
    let width = (window.to - window.from).max(1.0).to_string();
    let top = (y - height / 2.0).to_string();
    html! {
        <rect x={window.from.to_string()} y={top} {width} height={height.to_string()} rx="4"
            fill="url(#dense)" class="window-edge-fill" />
    }
}

/// The shape of a mark: that of the state or packet it stands for.
pub(super) fn mark_shape(kind: Milestone) -> Html {
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

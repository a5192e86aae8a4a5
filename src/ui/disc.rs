//! A node on the stage: a button with a drawing.

use crate::session::Msg;
use crate::shapes::spec::ContainerIx;
use crate::view::disc::{Disc, Mark};
use web_sys::KeyboardEvent;
use yew::prelude::*;

/// Properties of [`DiscView`].
#[derive(Properties, PartialEq)]
pub struct DiscViewProps {
    /// What to draw.
    pub disc: Disc,
    /// Where it sends what the learner did.
    pub on_msg: Callback<Msg>,
    /// Where it sends whether it is pointed at or has the focus.
    pub on_point: Callback<Option<Pointed>>,
}

/// What the pointer or the focus is on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pointed {
    /// A node; `true`: the pointer is on it, and not the focus.
    Node(ContainerIx, bool),
    /// The packet in flight with this number has the focus. (Under the pointer, its title shows.)
    Packet(u64),
}

/// A node. Click selects; Enter and Space too.
#[component]
pub fn DiscView(DiscViewProps { disc, on_msg, on_point }: &DiscViewProps) -> Html {
    let ix = disc.ix;
    let select = on_msg.reform(move |_: MouseEvent| Msg::Select(ix));
    let open = on_msg.reform(move |_: MouseEvent| Msg::OpenTerminal(ix));
    let menu = on_msg.reform(move |event: MouseEvent| {
        event.prevent_default();
        Msg::Menu(ix)
    });
    let point = |on: bool, pointed: bool| {
        on_point.reform(move |()| on.then_some(Pointed::Node(ix, pointed)))
    };
    let (over, out) = (point(true, true), point(false, true));
    let (focus, blur) = (point(true, false), point(false, false));
    let press = {
        let on_msg = on_msg.clone();
        Callback::from(move |event: KeyboardEvent| {
            let msg = match event.key().as_str() {
                "Enter" | " " => Msg::Select(ix),
                "ContextMenu" => Msg::Menu(ix),
                "F10" if event.shift_key() => Msg::Menu(ix),
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            on_msg.emit(msg);
        })
    };
    let port = match disc.name_y < disc.radius {
        true => "port",
        false => "portout halo",
    };
    let failed = disc.marks.iter().any(|mark| matches!(mark, Mark::Fail { .. }));
    html! {
        <g class={disc.class.clone()} transform={disc.at.translate()} role="button" tabindex="0"
            aria-label={disc.spoken.clone()} aria-pressed={disc.selected.to_string()}
            data-node={disc.name.clone()} onclick={select} ondblclick={open} onkeydown={press}
            oncontextmenu={menu} onpointerenter={move |_| over.emit(())} onpointerleave={move |_| out.emit(())}
            onfocus={move |_| focus.emit(())} onblur={move |_| blur.emit(())}>
            <circle class="hit" r={(disc.radius + 8.0).to_string()} />
            if disc.selected {
                <path class="sel" d={brackets(disc.radius + 13.0)} />
            }
            <circle class="cut" r={(disc.radius + 4.0).to_string()} />
            <circle class="disc" r={disc.radius.to_string()} />
            { for disc.marks.iter().map(|mark| mark_view(mark, disc.radius)) }
            if failed && disc.name_y < disc.radius {
                <rect class="plate" x={(-plate(&disc.name)).to_string()} y="-10" rx="4" height="20"
                    width={(plate(&disc.name) * 2.0).to_string()} />
            }
            <text class={port}
                y={disc.name_y.to_string()}>{ &disc.name }</text>
            { beside(disc) }
        </g>
    }
}

/// Half the width of a name's plate.
fn plate(name: &str) -> f64 {
    name.chars().count() as f64 * 4.0 + 5.0
}

fn brackets(r: f64) -> String {
    let c = r - 9.0;
    format!("M-{r} -{c}V-{r}H-{c}M{c} -{r}H{r}V-{c}M{r} {c}V{r}H{c}M-{c} {r}H-{r}V{c}")
}

fn mark_view(mark: &Mark, radius: f64) -> Html {
    match mark {
        Mark::Fail { hatch } => {
            let c = radius * std::f64::consts::FRAC_1_SQRT_2;
            html! {
                <>
                    <circle class="hatchdisc" r={radius.to_string()} fill={hatch.clone()} />
                    <path class="x" d={format!("M-{c:.1} -{c:.1}L{c:.1} {c:.1}M{c:.1} -{c:.1}L-{c:.1} {c:.1}")} />
                </>
            }
        }
        Mark::Pfail => html! { <circle class="pfail" r={(radius + 5.5).to_string()} /> },
        Mark::Bars => {
            html! { <path class="bars" d={format!("M-5 {0}v6M5 {0}v6", radius * 0.42)} /> }
        }
        Mark::Walls => {
            let (x, h) = (radius + 8.0, radius * 0.9);
            html! { <path class="wall" d={format!("M-{x} -{h}V{h}M{x} -{h}V{h}")} /> }
        }
        Mark::Part(path) => html! { <path class="part" d={path.clone()} /> },
        Mark::Second => html! { <circle class="second" r={(radius - 4.0).to_string()} /> },
        Mark::Vote(path, counted) => {
            html! { <path class={classes!("vote", counted.then_some("counted"))} d={path.clone()} /> }
        }
    }
}

fn beside(disc: &Disc) -> Html {
    let end = disc.anchor == "end";
    let (x, y) = (disc.beside.x, disc.beside.y);
    html! {
        <>
            if let Some(tag) = &disc.tag {
                <g transform={format!("translate({} {})", if end { x - tag.width } else { x }, y - 2.0)}>
                    <rect class={format!("tag-{}", tag.tone)} width={tag.width.to_string()} height="22" rx="11" />
                    <text class={classes!("b", "mid", tone(tag.tone))}
                        x={(tag.width / 2.0).to_string()} y="15.5">{ &tag.text }</text>
                </g>
            }
            if let Some((title, more)) = &disc.note {
                <text class={classes!("halo", "b", end.then_some("end"))} x={x.to_string()}
                    y={(y + 4.0).to_string()}>{ title }</text>
                <text class={classes!("halo", "mut", end.then_some("end"))} x={x.to_string()}
                    y={(y + 21.0).to_string()}>{ more }</text>
            }
        </>
    }
}

fn tone(tone: &str) -> &'static str {
    match tone {
        "fail" => "bad",
        "warn" => "wrn",
        _ => "sec",
    }
}

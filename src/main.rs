//! Mounts the page; nothing else.

#[cfg(target_arch = "wasm32")]
fn main() {
    slotlab::ui::mount();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!(
        "This program is the page and needs a browser around it: cargo xtask serve\n\
         The command line is another one: cargo run --release -- help"
    );
}

//! Mounts the page; nothing else.

fn main() {
    slotlab::ui::mount();
}

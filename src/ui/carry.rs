//! What leaves the page and comes into it: its address, the clipboard, files.
//!
//! A browser may refuse any of it (an old one, a page without TLS, a policy); then the text is still in
//! its field, to be copied by hand.

use crate::session::Msg;
use crate::timeline::Flaw;
use crate::timeline::link::{MARK, MOST_JSON};
use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, BlobPropertyBag, File, FileList, HtmlAnchorElement, HtmlInputElement, Location, Url,
};
use yew::Callback;

fn location() -> Option<Location> {
    Some(web_sys::window()?.location())
}

/// The page's own address, without what stands behind its `#`.
pub(super) fn address() -> String {
    let href = location().and_then(|location| location.href().ok()).unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_owned()
}

/// The run in the page's address, if there is one.
pub(super) fn link() -> Option<String> {
    location()?.hash().ok().filter(|hash| hash.starts_with(MARK))
}

/// Takes the run out of the page's address: it is not what is open.
pub(super) fn forget_link() {
    let history = web_sys::window().and_then(|window| window.history().ok());
    if let (Some(_), Some(history)) = (link(), history) {
        // An address that stays opens the run again with the next load, no more.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address()));
    }
}

/// Copies the text of a field; `told` hears whether that was possible. The field is selected in any case.
pub(super) fn copy(field: &HtmlInputElement, told: Callback<bool>) {
    field.select();
    let Some(writing) = write_to_clipboard(&field.value()) else { return told.emit(false) };
    after(writing, move |written| told.emit(written.is_ok()));
}

/// None where there is no clipboard, as on a page without TLS.
fn write_to_clipboard(text: &str) -> Option<Promise> {
    let navigator = web_sys::window()?.navigator();
    let clipboard = Reflect::get(&navigator, &"clipboard".into()).ok()?;
    (!clipboard.is_undefined()).then(|| navigator.clipboard().write_text(text))
}

/// Calls `then` with what comes of a promise.
fn after(promise: Promise, then: impl FnOnce(Result<JsValue, JsValue>) + 'static) {
    spawn_local(async move { then(JsFuture::from(promise).await) });
}

/// Gives the learner a file.
pub(super) fn save(name: &str, text: &str) {
    // A browser that refuses says so itself.
    let _ = try_save(name, text);
}

fn try_save(name: &str, text: &str) -> Result<(), JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("application/json");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &kind)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let document = web_sys::window().and_then(|window| window.document());
    let anchor = document.ok_or(JsValue::NULL)?.create_element("a")?;
    let anchor: HtmlAnchorElement = anchor.dyn_into()?;
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    Url::revoke_object_url(&url)
}

/// Reads the first of some files and opens it.
pub(super) fn open_first(files: Option<FileList>, on_msg: Callback<Msg>) {
    if let Some(file) = files.and_then(|files| files.item(0)) {
        open(&file, on_msg);
    }
}

fn open(file: &File, on_msg: Callback<Msg>) {
    if (MOST_JSON as f64) < file.size() {
        return on_msg.emit(Msg::Fail(Flaw::TooLarge { most: MOST_JSON }));
    }
    after(file.text(), move |text| {
        // A folder, or a file that has gone, is empty.
        let text = text.ok().and_then(|text| text.as_string()).unwrap_or_default();
        on_msg.emit(Msg::Open(text));
    });
}

/// How much memory the page's wasm has, in bytes; 0 where that cannot be told.
pub(super) fn memory() -> u64 {
    let memory = wasm_bindgen::memory();
    let buffer = Reflect::get(&memory, &"buffer".into());
    let length = buffer.and_then(|buffer| Reflect::get(&buffer, &"byteLength".into()));
    length.ok().and_then(|length| length.as_f64()).unwrap_or_default() as u64
}

//! wasm-bindgen, as a library.

use std::path::Path;

use anyhow::Result;
use wasm_bindgen_cli_support::Bindgen;

/// The name of the wasm file that the written JavaScript loads.
pub(super) const WASM: &str = "slotlab_bg.wasm";

/// Writes `slotlab.js` and [`WASM`] into `folder`, as a module that a browser loads without a bundler.
pub(super) fn generate(wasm: &Path, folder: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.web(true)?;
    // So that starting the page needs no path: the JavaScript finds the wasm beside itself.
    bindgen.omit_default_module_path(false);
    bindgen.input_path(wasm).out_name("slotlab").typescript(true).generate(folder)
}

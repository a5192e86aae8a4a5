//! How fast it is: natively with `cargo bench`, and the same work in wasm, in Node, as a test (what runs
//! wasm for cargo has no benchmarks without a harness): `cargo test --no-default-features --profile bench
//! --target wasm32-unknown-unknown --bench everywhere -- --nocapture`.
//!
//! Each figure is the best of some runs, so that other work on the machine disturbs it least.

mod work;

/// Seconds on a clock that only benchmarks read.
#[cfg(not(target_arch = "wasm32"))]
fn seconds() -> f64 {
    use std::time::{SystemTime, UNIX_EPOCH};
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

#[cfg(target_arch = "wasm32")]
fn seconds() -> f64 {
    js_sys::Date::now() / 1000.0
}

/// Memory of this process that is in use, in MiB, if it can be known.
#[cfg(not(target_arch = "wasm32"))]
fn memory_mib() -> Option<f64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: f64 = statm.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4096.0 / 1024.0 / 1024.0)
}

#[cfg(target_arch = "wasm32")]
fn memory_mib() -> Option<f64> {
    Some(core::arch::wasm32::memory_size(0) as f64 * 64.0 / 1024.0)
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    for (name, work) in work::ALL {
        if wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str())) {
            println!("{name}: {}", work());
        }
    }
}

#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen_test::wasm_bindgen_test]
fn figures() {
    for (name, work) in work::ALL {
        wasm_bindgen_test::console_log!("{name}: {}", work());
    }
}

//! The one place that holds the page's Content-Security-Policy.
//!
//! The dev server sends it as a header from the first day, so that nothing can grow that a strict host
//! would refuse: no inline script, no inline style, nothing from another origin. A published page also
//! carries it as a meta element, for hosts on which headers cannot be set.

use anyhow::{Context, Result};

/// Only our own files, plus the right to compile wasm.
pub(crate) const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; \
    script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
    object-src 'none'; base-uri 'none'";

/// Puts the policy into a page, before anything it could apply to.
pub(crate) fn with_meta(html: &str) -> Result<String> {
    let after_charset = html
        .find("<meta charset")
        .and_then(|start| html[start..].find('>').map(|length| start + length + 1))
        .context("index.html: no <meta charset=...> to put the policy after")?;
    let (before, after) = html.split_at(after_charset);
    Ok(format!(
        "{before}\n    <meta http-equiv=\"Content-Security-Policy\" \
         content=\"{CONTENT_SECURITY_POLICY}\" />{after}"
    ))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_policy_comes_right_after_the_charset() {
        let html = super::with_meta("<head><meta charset=\"utf-8\" /><title>").unwrap();
        assert!(html.starts_with("<head><meta charset=\"utf-8\" />\n    <meta http-equiv="));
        assert!(html.ends_with("base-uri 'none'\" /><title>"));
    }

    #[test]
    fn a_page_without_a_charset_is_refused() {
        assert!(super::with_meta("<head><title>").is_err());
    }
}

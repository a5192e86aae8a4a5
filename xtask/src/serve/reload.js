// Waits for the next build and reloads the page, or shows what the compiler said.
// Served by `cargo xtask serve` only; never part of a published page.

const retryAfterMs = 1000;

async function next(known) {
  const after = known === null ? '' : `?after=${known}`;
  const answer = await fetch(`/_dev/build${after}`, { cache: 'no-store' });
  const text = await answer.text();
  const end = text.indexOf('\n');
  return { build: Number(text.slice(0, end)), error: text.slice(end + 1) };
}

function showError(error) {
  let banner = document.getElementById('dev-build-error');
  if (!error) {
    banner?.remove();
    return;
  }
  if (!banner) {
    banner = document.createElement('pre');
    banner.id = 'dev-build-error';
    banner.setAttribute('role', 'alert');
    Object.assign(banner.style, {
      position: 'fixed', inset: 'auto 0 0 0', maxHeight: '60vh', overflow: 'auto', margin: '0',
      padding: '1em', background: '#400', color: '#fee', font: '13px/1.4 monospace', zIndex: '9999',
      whiteSpace: 'pre-wrap',
    });
    document.documentElement.append(banner);
  }
  banner.textContent = `The page does not build. This is the last good one.\n\n${error}`;
}

async function follow() {
  let known = null;
  for (;;) {
    try {
      const { build, error } = await next(known);
      if (known !== null && build !== known && !error) {
        location.reload();
        return;
      }
      showError(error);
      known = build;
    } catch {
      // The server is gone or starting; its first answer will be a build we do not know.
      await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
    }
  }
}

follow();

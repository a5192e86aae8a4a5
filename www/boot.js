// Starts the page's wasm; shows a report and a way back when it cannot start or panics.
//
// The Rust side keeps the moment as a link (`#run=...`: spec, seed and actions) in sessionStorage under
// `slotlab.report`, so that the report's address opens the run in the page, and dispatches `slotlab:panic` with the panic's message. Everything of ours in
// localStorage and sessionStorage has a key that begins with `slotlab.`; starting over removes it.

const REPORT_KEY = 'slotlab.report';
const OURS = 'slotlab.';

const element = (id) => document.getElementById(id);

function stored(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null; // Storage may be forbidden; the report is then only shorter.
  }
}

/** The page's address, without a run. */
const address = () => location.href.split('#')[0];

function report(what) {
  const run = stored(REPORT_KEY);
  return [
    what,
    '',
    `page: ${address()}`,
    `browser: ${navigator.userAgent}`,
    '',
    run ? `the run: ${address()}${run}` : '(no run was saved)',
    '',
  ].join('\n');
}

function showBroken(what) {
  const panel = element('broken');
  if (!panel.hidden) {
    return; // The first message says why; what follows is fallout.
  }
  element('broken-report').value = report(what);
  panel.hidden = false;
  document.body.classList.add('is-broken');
  element('broken-copy').focus();
}

async function copyReport() {
  const text = element('broken-report');
  text.select();
  try {
    await navigator.clipboard.writeText(text.value);
  } catch {
    document.execCommand('copy'); // No clipboard permission: the old way still works on a selection.
  }
}

function startOver() {
  for (const storage of [localStorage, sessionStorage]) {
    for (const key of Object.keys(storage).filter((key) => key.startsWith(OURS))) {
      storage.removeItem(key);
    }
  }
  location.replace(location.pathname);
}

// A run that stopped the page would stop it again.
function loadAgain() {
  if (location.hash) {
    location.replace(address());
  } else {
    location.reload();
  }
}

function isWasmTrap(error) {
  return error instanceof WebAssembly.RuntimeError;
}

element('broken-copy').addEventListener('click', copyReport);
element('broken-reload').addEventListener('click', loadAgain);
element('broken-reset').addEventListener('click', startOver);

addEventListener('slotlab:panic', (event) => showBroken(String(event.detail)));
addEventListener('error', (event) => {
  if (isWasmTrap(event.error)) {
    showBroken(event.error.stack ?? String(event.error));
  }
});
addEventListener('unhandledrejection', (event) => {
  if (isWasmTrap(event.reason)) {
    showBroken(event.reason.stack ?? String(event.reason));
  }
});

try {
  const { default: start } = await import('../pkg/slotlab.js');
  await start();
} catch (error) {
  console.error(error);
  showBroken(error?.stack ?? String(error));
}

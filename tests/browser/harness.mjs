// A browser, a page and a tally for the tests in this folder.
//
// Chromium is the one of the machine (SLOTLAB_CHROMIUM, /usr/bin/chromium, ...); nothing is downloaded.
// The page under test is at SLOTLAB_URL, by default the dev server of `cargo xtask serve`.
// Every console error, warning and uncaught exception of a page fails the test that opened it.

import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const desktop = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };

const address = process.env.SLOTLAB_URL ?? 'http://127.0.0.1:8080/';
const screenshots = fileURLToPath(new URL('../../target/screenshots/', import.meta.url));

// Without a sandbox because CI runs as root; the rest keeps the browser from talking to the network.
const flags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

const tests = [];

/** Declares a test: a sentence, and `async ({ open }) => {}`. `open(options)` gives a new page. */
export function test(sentence, run) {
  tests.push({ sentence, run });
}

/** Fails unless it is true. */
export function check(holds, message) {
  if (!holds) {
    throw new Error(message);
  }
}

/** Keeps a picture of the page under target/screenshots/. */
export async function screenshot(page, name) {
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: `${screenshots}${name}.png` });
}

/** Runs the declared tests, prints TAP lines and `# N passed, N failed`, and ends the process. */
export async function runAll() {
  const browser = await chromium.launch({ executablePath: findChromium(), args: flags });
  let failed = 0;
  console.log(`1..${tests.length}`);
  for (const [index, { sentence, run }] of tests.entries()) {
    const error = await runOne(browser, run);
    console.log(`${error ? 'not ok' : 'ok'} ${index + 1} - ${sentence}`);
    if (error) {
      failed += 1;
      console.log(indent(error.stack ?? String(error)));
    }
  }
  await browser.close();
  console.log(`# ${tests.length - failed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

async function runOne(browser, run) {
  const contexts = [];
  const complaints = [];
  const open = async (options = {}) => {
    const context = await browser.newContext({ viewport: desktop, locale: 'en-US', ...options });
    contexts.push(context);
    const page = await context.newPage();
    listen(page, complaints);
    await page.goto(new URL(options.path ?? '', address).href, { waitUntil: 'load' });
    return page;
  };
  try {
    await run({ open });
    check(complaints.length === 0, `the page complained:\n${complaints.join('\n')}`);
    return null;
  } catch (error) {
    await keepEvidence(contexts);
    error.stack += complaints.length ? `\nthe page said:\n${complaints.join('\n')}` : '';
    return error;
  } finally {
    await Promise.all(contexts.map((context) => context.close()));
  }
}

function listen(page, complaints) {
  page.on('console', (message) => {
    if (['error', 'warning', 'assert'].includes(message.type())) {
      complaints.push(`${message.type()}: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.stack ?? error}`));
  page.on('requestfailed', (request) => {
    if (!request.url().includes('/_dev/')) {
      complaints.push(`request failed: ${request.url()}`);
    }
  });
}

async function keepEvidence(contexts) {
  for (const page of contexts.flatMap((context) => context.pages())) {
    await screenshot(page, 'failed').catch(() => {});
  }
}

function findChromium() {
  const candidates = [
    process.env.SLOTLAB_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ];
  const found = candidates.find((path) => path && existsSync(path));
  if (!found) {
    throw new Error('no Chromium: apt install chromium, or name one in SLOTLAB_CHROMIUM');
  }
  return found;
}

const indent = (text) => text.split('\n').map((line) => `  ${line}`).join('\n');

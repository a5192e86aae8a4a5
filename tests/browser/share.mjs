// A run as a link: shared, opened elsewhere, broken on its way, and recorded by the real `slotlab serve`.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { check, desktop, phone, screenshot, test } from './harness.mjs';

const minute = { timeout: 60_000 };
const ok = (page) => page.locator('.state', { hasText: 'Cluster ok' }).waitFor(minute);
const node = (page, name) => page.locator(`[data-node="${name}"]`);
const clock = async (page) => page.locator('.clock b').textContent();
const field = (page) => page.getByLabel('Link to this moment');
const files = (page) => page.evaluate(() => localStorage.getItem('slotlab.files'));

/** The facts that the log shows. */
async function facts(page) {
  await page.locator('.con').getByRole('tab', { name: 'Log' }).click();
  return page.locator('.con .say').allTextContents();
}

/** The link in the dialog, without the address of the page. */
async function link(page) {
  await page.keyboard.press('l');
  const whole = await field(page).inputValue(minute);
  return whole.slice(whole.indexOf('#'));
}

test('a moment after a kill is the same moment for whoever opens its link', async ({ open }) => {
  const page = await open();
  await ok(page);
  await page.locator('.con').getByRole('tab', { name: 'redis-cli' }).click();
  await page.locator('#cli').fill('set hello world');
  await page.locator('#cli').press('Enter');
  await page.locator('.con .out', { hasText: 'OK' }).waitFor(minute);
  await node(page, '7002').click();
  await page.keyboard.press('k');
  await page.locator('[data-node="7002"].fail').waitFor({ state: 'attached', ...minute });
  await page.locator('.transport .play').click();
  const [before, known] = [await clock(page), await facts(page)];
  const run = await link(page);
  await screenshot(page, 'share-dialog-1440x900');
  check(run.startsWith('#run=1.') && run.length < 8000, `the link has ${run.length} characters`);

  const other = await open({ path: run });
  await other.getByRole('heading', { name: 'A shared run is open' }).waitFor(minute);
  await other.getByText('This is the recorded moment, bit by bit.').waitFor(minute);
  check(await clock(other) === before, `${await clock(other)} is not ${before}`);
  const told = await facts(other);
  check(JSON.stringify(told) === JSON.stringify(known), `other facts:\n${told.join('\n')}`);
  check(await link(other) === run, 'sharing it again gives another link');
  await other.keyboard.press('Escape');
  await other.locator('.con').getByRole('tab', { name: 'redis-cli' }).click();
  await other.locator('.con .cmd', { hasText: 'set hello world' }).waitFor(minute);
  await screenshot(other, 'share-opened-1440x900');

  await other.locator('#cli').fill('cluster myid');
  await other.locator('#cli').press('Enter');
  await other.locator('.con .out', { hasText: '"1bf0696c178451cb38576a5df8a9e551a1fa1cf6"' }).waitFor(minute);
  await other.getByRole('button', { name: 'Back to your own lab' }).click();
  await other.locator('.guest').waitFor({ state: 'detached', ...minute });
  check(!other.url().includes('#run'), 'the link stays in the address');
});

test('the files of whoever opens a link are kept', async ({ open }) => {
  const page = await open();
  await ok(page);
  const run = await link(page);
  await page.keyboard.press('Escape');
  await page.locator('.ed textarea').fill('services:\n  mine: {image: "redis:7.0", command: redis-server}\n');
  const mine = await files(page);
  await page.evaluate((run) => { location.hash = run; }, run);
  await page.locator('.guest').waitFor(minute);
  check(await files(page) === mine, 'the files were touched');
  check((await page.locator('.ed textarea').inputValue()).includes('mine:'), 'they are not shown');
  await page.getByRole('button', { name: 'Back to your own lab' }).click();
  await page.locator('[data-node]').first().waitFor(minute);
  check(await page.locator('[data-node]').count() === 1, 'it is not the own lab that runs');
});

test('a link that was cut off says so, and the page goes on', async ({ open }) => {
  const page = await open();
  await ok(page);
  const run = await link(page);
  for (const [name, viewport] of Object.entries({ desktop, phone })) {
    const other = await open({ viewport, path: run.slice(0, -9) });
    const error = other.getByRole('alertdialog', { name: 'This recording cannot be opened' });
    await error.waitFor(minute);
    check((await error.textContent()).includes('Copy it again'), 'it does not say what to do');
    check(await error.getByRole('button').evaluate((it) => it === document.activeElement), 'no focus');
    await screenshot(other, `share-error-${viewport.width}x${viewport.height}`);
    await other.keyboard.press('Escape');
    await ok(other);
    check(!other.url().includes('#run'), `${name}: the broken link stays in the address`);
  }
});

test('the dialog fits a phone, in both languages', async ({ open }) => {
  for (const [lang, locale] of [['en', 'en-US'], ['ko', 'ko-KR']]) {
    const page = await open({ viewport: phone, locale });
    await page.locator('[data-node]').first().waitFor(minute);
    await page.locator('.sheet-tabs [role=tab]').last().click();
    await page.locator('.foot .ib').click();
    await page.locator('.share').waitFor(minute);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    check(wide <= 0, `the page is ${wide} px wider than the window`);
    await screenshot(page, `share-dialog-${lang}-390x844`);
    await page.keyboard.press('Escape');
    await page.locator('.share').waitFor({ state: 'detached', ...minute });
    const back = await page.locator('.foot .ib').evaluate((it) => it === document.activeElement);
    check(back, 'the focus is not back where it was');
  }
});

test('a run can be kept as a file, and opened or dropped on the page again', async ({ open }) => {
  const page = await open();
  await ok(page);
  await page.locator('.transport .play').click();
  const before = await clock(page);
  await page.keyboard.press('l');
  const [download] = await Promise.all([
    page.waitForEvent('download', minute),
    page.getByRole('button', { name: 'Download as a file' }).click(),
  ]);
  const path = await download.path();
  check(JSON.parse(readFileSync(path, 'utf8')).spec.project !== undefined, 'it is no recording');
  const other = await open();
  await ok(other);
  await other.keyboard.press('l');
  await other.locator('.share input[type=file]').setInputFiles(path);
  await other.locator('.guest').waitFor(minute);
  check(await clock(other) === before, `${await clock(other)} is not ${before}`);

  const third = await open();
  await ok(third);
  const taken = await third.evaluate((text) => {
    const carried = new DataTransfer();
    carried.items.add(new File([text], 'run.json', { type: 'application/json' }));
    const over = (type) => new DragEvent(type, { dataTransfer: carried, bubbles: true, cancelable: true });
    // A browser lets go only where somebody wants what is carried.
    return ['dragover', 'drop'].map((type) => !document.body.dispatchEvent(over(type)));
  }, readFileSync(path, 'utf8'));
  check(taken.every(Boolean), `the page leaves the file to the browser: ${taken}`);
  await third.locator('.guest').waitFor(minute);
  check(await clock(third) === before, `dropped, ${await clock(third)} is not ${before}`);
});

test('a recording of slotlab serve with redis-cli opens in the page', async ({ open }) => {
  const slotlab = fileURLToPath(new URL('../../target/debug/slotlab', import.meta.url));
  const missing = [slotlab, '/usr/bin/redis-cli'].filter((program) => !existsSync(program));
  if (missing.length) {
    check(process.env.CI !== 'true', `CI must have ${missing}`);
    console.log(`# skipped: ${missing} is missing`);
    return;
  }
  const port = 20_000 + (process.pid % 20_000);
  const serve = spawn(slotlab, ['serve', '--quiet', '--nodes', '6', '--replicas', '1', '--port', String(port)]);
  const cli = (...words) => spawnSync('redis-cli', ['-c', '-p', String(port), ...words], { encoding: 'utf8' }).stdout;
  try {
    for (let n = 0; n < 100 && cli('ping') !== 'PONG\n'; n += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    check(cli('set', '{user}:1', 'Ada Lovelace') === 'OK\n', 'it is not served');
    check(cli('get', '{user}:1') === 'Ada Lovelace\n', 'it is not served');
    cli('slotlab', 'kill', String(port + 1));
    const address = cli('slotlab', 'record', 'link').trim();
    check(address.startsWith('http://127.0.0.1:8080/#run=1.'), address);
    const page = await open({ path: address.slice(address.indexOf('#')) });
    await page.getByText('This is the recorded moment, bit by bit.').waitFor(minute);
    await page.locator(`[data-node="${port + 1}"].off`).waitFor({ state: 'attached', ...minute });
    await page.locator('.con').getByRole('tab', { name: 'redis-cli' }).click();
    await page.locator('.con .cmd', { hasText: 'set {user}:1 "Ada Lovelace"' }).first().waitFor(minute);
    await page.locator('.con .out', { hasText: '"Ada Lovelace"' }).waitFor(minute);
    await screenshot(page, 'share-served-1440x900');
    await page.locator('.transport .play').click();
    await page.locator(`[data-node="${port + 1}"].fail`).waitFor({ state: 'attached', ...minute });
  } finally {
    serve.kill();
  }
});

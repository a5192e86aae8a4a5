// What can be done on the stage and on the timeline: the menu of a node, packets that are lost, forks.

import { check, phone, screenshot, test } from './harness.mjs';

const minute = { timeout: 60_000 };
const ok = (page) => page.locator('.state', { hasText: 'Cluster ok' }).waitFor(minute);
const node = (page, name) => page.locator(`[data-node="${name}"]`);
const clock = async (page) => page.locator('.clock b').textContent();

test('the menu of a node opens by keyboard, stops time and gives it back', async ({ open }) => {
  const page = await open();
  await ok(page);
  await node(page, '7002').focus();
  await page.getByRole('tooltip').waitFor(minute);
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menu').waitFor(minute);
  await page.keyboard.press('ArrowDown');
  check(await page.getByRole('menuitem', { name: 'Pause' }).evaluate((item) => item === document.activeElement),
    'the second item has no focus');
  const before = await clock(page);
  await screenshot(page, 'stage-menu-1440x900');
  check(await clock(page) === before, 'time runs under an open menu');
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached', ...minute });
  await page.waitForFunction((then) => document.querySelector('.clock b').textContent !== then, before);
});

test('an isolated node loses packets with a cross, and the page goes on', async ({ open }) => {
  const page = await open();
  await ok(page);
  await node(page, '7001').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Isolate' }).click();
  await page.locator('.ghost .cross').first().waitFor({ state: 'attached', ...minute });
  await screenshot(page, 'stage-isolated-1440x900');
  // Kernels send again after 0.2 s, 0.4 s, ...: the same packets die again.
  await page.locator('[data-node="7001"].fail, [data-node="7001"] .pfail').first().waitFor({ state: 'attached', ...minute });
});

test('acting in the past leaves the old run below, and one can go back to it', async ({ open }) => {
  const page = await open();
  await ok(page);
  await node(page, '7003').click();
  await page.keyboard.press('k');
  await page.locator('.transport .play').click();
  await page.keyboard.press(',');
  await page.keyboard.press(',');
  await page.keyboard.press('p');
  await page.locator('.fork').waitFor(minute);
  await page.getByRole('button', { name: 'Run 2 of 2' }).waitFor(minute);
  await screenshot(page, 'stage-fork-1440x900');
  await page.locator('.fork').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Run 1 of 2' }).waitFor(minute);
  await page.keyboard.press('b');
  await page.getByRole('button', { name: 'Run 2 of 2' }).waitFor(minute);
});

test('while time stands still the focus reaches a packet, which says what it is', async ({ open }) => {
  const page = await open();
  await ok(page);
  await page.locator('.con [role=tab]', { hasText: 'redis-cli' }).click();
  for (let rung = 0; rung < 12; rung += 1) await page.keyboard.press('-');
  // In the slowest motion the 60 microseconds that a packet takes are more than half a second.
  await page.locator('#cli').fill('PING');
  await page.keyboard.press('Enter');
  await page.locator('.flight').first().waitFor({ state: 'attached', ...minute });
  await page.locator('.transport .play').click();
  const packet = page.locator('.flight[tabindex="0"]').first();
  await packet.focus();
  const tip = await page.getByRole('tooltip').textContent(minute);
  check(tip === await packet.getAttribute('aria-label') && tip.includes('→'), `the tip says ${tip}`);
  await screenshot(page, 'stage-packet-1440x900');
});

test('a phone reaches theme, sharing, ledger and legend, and Tab stays inside', async ({ open }) => {
  const page = await open({ viewport: phone });
  await page.locator('.phone-only').click();
  await page.locator('.more .legend').waitFor(minute);
  await screenshot(page, 'stage-more-390x844');
  const inside = () => page.evaluate(() => document.activeElement.closest('[aria-modal=true]') !== null);
  for (let step = 0; step < 6; step += 1) {
    await page.keyboard.press('Tab');
    check(await inside(), `Tab number ${step + 1} left the dialog`);
  }
  await page.keyboard.press('Shift+Tab');
  check(await inside(), 'Shift+Tab left the dialog');
  await page.getByRole('button', { name: 'Share this moment' }).click();
  await page.getByRole('dialog', { name: 'Share this moment' }).waitFor(minute);
  await page.keyboard.press('Escape');
  check(await page.evaluate(() => document.activeElement.matches('.phone-only')), 'the focus did not come back');
});

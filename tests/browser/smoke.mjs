// The least a page must do: start, under the real policy, and complain about nothing.

import { check, desktop, phone, screenshot, test } from './harness.mjs';

for (const [name, viewport] of Object.entries({ desktop, phone })) {
  test(`the page starts on a ${name} without a word in the console`, async ({ open }) => {
    const page = await open({ viewport });
    await page.waitForSelector('#app > *', { state: 'attached' });
    check(await page.locator('#broken').isHidden(), 'the panel of a broken page is shown');
    await screenshot(page, `smoke-${name}-${viewport.width}x${viewport.height}`);
  });
}

test('a panic shows a report and a way back', async ({ open }) => {
  const page = await open();
  await page.waitForSelector('#app > *', { state: 'attached' });
  await page.evaluate(() => {
    sessionStorage.setItem('slotlab.report', '#run=1.abc');
    dispatchEvent(new CustomEvent('slotlab:panic', { detail: 'the agenda ran backwards' }));
  });
  const report = await page.locator('#broken-report').inputValue();
  check(report.includes('the agenda ran backwards'), `no message in the report:\n${report}`);
  check(report.includes('/#run=1.abc'), `no run in the report:\n${report}`);
  await page.locator('#broken-reset').click();
  await page.waitForSelector('#broken', { state: 'hidden' });
});

// What a learner does on the first page: the tutorial boots by itself, two commands, a dead master, a
// failover, the old master's return, and back in time.

import { check, desktop, phone, screenshot, test } from './harness.mjs';

// Word for word from the tutorial; what compose prints before the bar is not part of it.
const transcript = [
  '>>> Performing hash slots allocation on 6 nodes...',
  'Master[0] -> Slots 0 - 5460',
  'Master[1] -> Slots 5461 - 10922',
  'Master[2] -> Slots 10923 - 16383',
  'Adding replica 127.0.0.1:7005 to 127.0.0.1:7001',
  'Adding replica 127.0.0.1:7006 to 127.0.0.1:7002',
  'Adding replica 127.0.0.1:7004 to 127.0.0.1:7003',
  '>>> Trying to optimize slaves allocation for anti-affinity',
  '[WARNING] Some slaves are in the same host as their master',
  'M: 1bf0696c178451cb38576a5df8a9e551a1fa1cf6 127.0.0.1:7001',
  '   slots:[0-5460] (5461 slots) master',
  'M: 0fae62ed32710043f84f23cb850217351381f7f2 127.0.0.1:7002',
  '   slots:[5461-10922] (5462 slots) master',
  'M: e733ef723a8d50c329934572b210464755617087 127.0.0.1:7003',
  '   slots:[10923-16383] (5461 slots) master',
  'S: 2643a97dae654e4a0528703679ee1d28f6551db9 127.0.0.1:7004',
  '   replicates 1bf0696c178451cb38576a5df8a9e551a1fa1cf6',
  'S: 3830bbde2d4cc06ae26b96cadbdf9cd64621f519 127.0.0.1:7005',
  '   replicates 0fae62ed32710043f84f23cb850217351381f7f2',
  'S: 2aab12c62f8b32fc9d58135f321858b40535d636 127.0.0.1:7006',
  '   replicates e733ef723a8d50c329934572b210464755617087',
  '[OK] All 16384 slots covered.',
];

const ok = { en: 'Cluster ok', ko: '클러스터 정상' };
const minute = { timeout: 60_000 };

const state = (page, text) => page.locator('.state', { hasText: text }).waitFor(minute);
const tab = (page, name) => page.locator('.con').getByRole('tab', { name }).click();
const node = (page, name) => page.locator(`[data-node="${name}"]`);
const press = (page, name) => page.locator('.acts').getByRole('button', { name, exact: true }).click();
const speed = (page, rung) => page.locator('.speed input').fill(String(rung));
const line = (page, hasText) => page.locator('.con .l', { hasText }).waitFor(minute);
const nodeIs = (page, name, role) =>
  page.locator(`[data-node="${name}"].${role}`).waitFor(minute);

/** Lines in this order; `how`: whole ones, or what stands `in` them. */
async function printed(page, lines, how = 'whole') {
  const text = await page.locator('.con .body .l > span').allTextContents();
  const plain = text.map((line) => line.replace(/^.*? {2}\| /, ''));
  let from = 0;
  for (const line of lines) {
    const at = plain.findIndex((found, n) => n >= from && (how === 'in' ? found.includes(line) : found === line));
    check(at >= 0, `missing or out of order: ${line}\n${plain.join('\n')}`);
    from = at + 1;
  }
}

async function type(page, line) {
  await page.locator('#cli').fill(line);
  await page.locator('#cli').press('Enter');
}

/** Frames a second while time runs, counted by the browser itself. */
async function framesPerSecond(page) {
  return page.evaluate(() => new Promise((resolve) => {
    let frames = 0;
    const start = performance.now();
    const count = (now) => {
      frames += 1;
      if (now - start < 2000) requestAnimationFrame(count);
      else resolve(Math.round((frames * 1000) / (now - start)));
    };
    requestAnimationFrame(count);
  }));
}

test('the tutorial: boot, write, kill, fail over, come back, rewind', async ({ open }) => {
  const page = await open();
  await state(page, ok.en);
  await printed(page, ['$ docker compose up -d', '[+] Running 8/8', '$ docker compose logs -f']);
  await printed(page, ['oO0OoO0OoO0Oo', 'Ready to accept connections'], 'in');
  const service = page.locator('.con select');
  await service.selectOption({ label: 'redis_cluster_entry' });
  await printed(page, [...transcript, 'redis_cluster_entry exited with code 0']);
  await service.selectOption({ label: 'All services' });
  await screenshot(page, 'tutorial-1-ok-1440x900');
  console.log(`# ${await framesPerSecond(page)} frames a second while a cluster of 6 runs`);

  await tab(page, 'redis-cli');
  await page.locator('.con select').selectOption({ label: '7002' });
  await type(page, 'set hello world');
  await line(page, '-> Redirected to slot [866] located at 127.0.0.1:7001');
  await type(page, 'get hello');
  await line(page, '"world"');
  await screenshot(page, 'tutorial-2-redirected-1440x900');

  // A replica that has never had its master's data is not promoted: real servers sync after 5 s.
  await node(page, '7004').click();
  await page.locator('.values dd', { hasText: /^up$/ }).waitFor(minute);
  await node(page, '7001').click();
  await press(page, 'Kill process');
  await speed(page, 11);
  await nodeIs(page, '7001', 'fail');
  await screenshot(page, 'tutorial-3-fail-1440x900');
  await nodeIs(page, '7004', 'master');
  await state(page, ok.en);

  await tab(page, 'redis-cli');
  await page.locator('.con select').selectOption({ label: '7004' });
  await type(page, 'get hello');
  await line(page, '127.0.0.1:7004> get hello');
  await page.waitForFunction(
    () => [...document.querySelectorAll('.con .out')].filter((e) => e.textContent === '"world"').length === 2,
  );
  await node(page, '7001').click();
  await press(page, 'Start');
  await nodeIs(page, '7001', 'replica');
  await screenshot(page, 'tutorial-4-back-as-replica-1440x900');

  await page.locator('.transport .play').click();
  await page.locator('.ev[aria-label*="kills the process of 7001"]').click();
  await page.keyboard.press(',');
  await nodeIs(page, '7001', 'master');
  await nodeIs(page, '7004', 'replica');
  await screenshot(page, 'tutorial-5-rewound-1440x900');
});

// 7001 is selected when the page opens; a second click would go on to its replica.
test('killing the container of redis-master-1 takes the shared network along', async ({ open }) => {
  const page = await open();
  await state(page, ok.en);
  await press(page, 'Kill container');
  await tab(page, 'Log');
  await page.getByText('7002 lost its network').waitFor(minute);
});

for (const [name, viewport] of Object.entries({ desktop, phone })) {
  for (const [lang, locale] of [['en', 'en-US'], ['ko', 'ko-KR']]) {
    for (const colorScheme of ['dark', 'light']) {
      test(`a ${name} shows the cluster in ${lang}, ${colorScheme}`, async ({ open }) => {
        const page = await open({ viewport, locale, colorScheme });
        await state(page, ok[lang]);
        await node(page, '7004').click();
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        check(wide <= 0, `the page is ${wide} px wider than the window`);
        await screenshot(page, `page-${lang}-${colorScheme}-${viewport.width}x${viewport.height}`);
      });
    }
  }
}

test('what is typed into the editor outlives a reload', async ({ open }) => {
  const page = await open();
  const editor = page.locator('.ed textarea');
  await editor.fill('services: {} # </textarea><script>1</script>\n');
  await page.reload();
  check((await editor.inputValue()).includes('</textarea><script>'), 'the text is gone');
  check(await page.locator('.app script').count() === 0, 'text became markup');
});

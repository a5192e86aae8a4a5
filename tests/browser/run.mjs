// All browser tests: `node tests/browser/run.mjs [name...]`, or `cargo xtask test --only browser`.
// A test file is listed here and nowhere else.

import { runAll } from './harness.mjs';

const files = ['smoke', 'tutorial', 'stage', 'share'];

const wanted = process.argv.slice(2);
for (const file of files.filter((file) => wanted.length === 0 || wanted.includes(file))) {
  await import(`./${file}.mjs`);
}
await runAll();

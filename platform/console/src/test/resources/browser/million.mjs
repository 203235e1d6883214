// Opens the dead-letter page over a million of them, again and again, and writes what it took:
//   node million.mjs <folder with node_modules> <url of the server> <folder for screenshots> <runs>
// The result is times.json beside the screenshots: { "<what>": [milliseconds of each run] }. MillionDeadLettersIT reads it.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { base, finish, page, screenshots, shot, size, step } from './browser.mjs';

const [runs] = process.argv.slice(5);
const PATIENCE = { timeout: 240_000 };
const times = {};

async function timed(what, run) {
  const began = performance.now();
  await run();
  (times[what] ??= []).push(Math.round(performance.now() - began));
}

/** As when somebody types the address: nothing of an earlier page is left. */
async function opened(hash, shown, ...parameters) {
  await page.goto(`${base}/#${hash}`);
  await page.waitForFunction(shown, PATIENCE, ...parameters);
}

const has = words => document.body.innerText.includes(words);

await size(1280, 'light');
for (let run = 0; run < Number(runs); run += 1) {
  await step(`run ${run}`, async () => {
    await page.goto('about:blank');
    await timed('overview', () => opened('/dead-letters', has, '1,000,000 dead letters'));
    await page.goto('about:blank');
    const began = performance.now();
    await timed('groups, first rows', () => opened('/dead-letters/q/dlq.orders', () => document.querySelector('.dl-group') !== null));
    await page.click('.dl-do button:not([disabled])');
    await timed('plan of a group, first answer', () => page.waitForFunction(() => {
      const words = document.querySelector('dialog button.primary')?.textContent ?? '';
      return /\d/.test(words);
    }, PATIENCE));
    await shot('plan-first');
    await timed('plan of a group, exact', () => page.waitForFunction(
      () => document.querySelector('dialog button.primary')?.textContent === 'Redrive 25,000', PATIENCE));
    await shot('plan');
    await page.keyboard.press('Escape');
    await page.waitForFunction(has, PATIENCE, 'scanned 1,000,000 of 1,000,000 · exact');
    (times['groups, exact'] ??= []).push(Math.round(performance.now() - began));
    await shot('groups');
    await page.goto('about:blank');
    await timed('letters, first rows', () => opened('/dead-letters/q/dlq.orders/all', () => document.querySelector('.dl-letter') !== null));
    await page.goto('about:blank');
  });
}

writeFileSync(join(screenshots, 'times.json'), JSON.stringify(times, null, 2));
await finish();

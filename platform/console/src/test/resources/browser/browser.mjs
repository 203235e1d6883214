// A real browser, and what the scripts that drive it share. Each is run as
//   node drive.mjs <folder with node_modules> <url of the server> <folder for screenshots> ...
// and writes results.json beside the screenshots: { "<step>": "ok" | what was wrong }.

import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const PATIENCE = 60000;

const [modules, url, folder] = process.argv.slice(2);
process.env.AWS_LAMBDA_JS_RUNTIME = 'nodejs20.x'; // Makes the package unpack the libraries that it brings along.

const require = createRequire(join(modules, 'package.json'));
const load = async name => (await import(pathToFileURL(require.resolve(name)))).default;
const chromium = await load('@sparticuz/chromium');
const puppeteer = await load('puppeteer-core');

// One process for all, as the package asks for, ends as a whole when a page does.
const flags = chromium.args.filter(each => each !== '--single-process');

async function launched() {
  try {
    return await puppeteer.launch({
      executablePath: await chromium.executablePath(), args: flags, headless: 'shell', protocolTimeout: 2 * PATIENCE });
  } catch (failure) {
    console.log(String(failure));
    process.exit(3); // The test is skipped, and says so.
  }
}

const browser = await launched();
const results = {};

export const base = url;
export const screenshots = folder;
export const page = await browser.newPage();
page.setDefaultTimeout(PATIENCE);

/** What the browser itself did not like: errors of scripts, of the policy, of missing files. */
export const complaints = [];
page.on('console', message => { if (message.type() === 'error') complaints.push(`${message.text()} ${message.location()?.url ?? ''}`); });
page.on('pageerror', error => complaints.push(String(error)));
page.on('dialog', dialog => { complaints.push(`a script asked: ${dialog.message()}`); dialog.dismiss(); });

/** All that was asked for. */
export const addresses = [];
page.on('request', request => addresses.push(request.url()));

export const elsewhere = () => addresses.filter(each => !each.startsWith(base) && !each.startsWith('data:'));

const picture = name => page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });

/** For who wants to look: with MILLRACE_SCREENSHOTS in the environment. What failed is always there to be looked at. */
export const shot = async name => { if (process.env.MILLRACE_SCREENSHOTS) await picture(name); };

export async function step(name, run) {
  try {
    await run();
    results[name] = 'ok';
  } catch (failure) {
    results[name] = String(failure.stack ?? failure);
    await picture(`failed-${name}`).catch(() => {});
  }
}

export function expect(condition, what) { if (!condition) throw new Error(what); }

export async function size(width, scheme) {
  await page.setViewport({ width, height: width < 600 ? 740 : 860 });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
}

/** Waits until this is true in the page; looks by the clock, as a browser without a screen may draw no frames for long. */
export async function until(condition, ...args) {
  const met = await page.waitForFunction(condition, { polling: 50 }, ...args);
  await met.dispose();
}

/** Waits until the page's text has all of `parts`. */
export async function sees(...parts) {
  try {
    await until(wanted => wanted.every(each => document.body.innerText.includes(each)), parts);
  } catch {
    throw new Error(`expected ${JSON.stringify(parts)} in: ${await page.evaluate(() => document.body.innerText)}`);
  }
}

/** Goes to a page and waits until it, not the one before, has all of `parts`. */
export async function open(hash, ...parts) {
  await page.evaluate(to => { location.hash = to; }, hash);
  await until(() => document.querySelector('main .page')?.dataset.of === location.hash);
  await sees(...parts);
}

const pause = millis => new Promise(done => { setTimeout(done, millis); });

/**
 * Clicks the first of these that may be clicked, once it is there, in one go: a page may draw it again at any time. Asks
 * for itself and does not wait in the page: what waits there begins again in the page that a click led to.
 */
export async function press(selector) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await pause(50)) {
    const isClicked = await page.evaluate(css => {
      const found = [...document.querySelectorAll(css)].find(each => !each.disabled);
      found?.click();
      return found !== undefined;
    }, selector);
    if (isClicked) return;
  }
  throw new Error(`nothing to click at ${selector} in: ${await page.evaluate(() => document.body.innerText)}`);
}

export async function finish() {
  await browser.close();
  writeFileSync(join(screenshots, 'results.json'), JSON.stringify(results, null, 2));
}

// Drives a real browser through the dead-letter page, as a user would, and writes what it saw:
//   node dead-letters.mjs <folder with node_modules> <url of the server> <folder for screenshots> <id of the hostile letter>
// The result is results.json beside the screenshots: { "<step>": "ok" | what was wrong }. DeadLetterPageIT reads it.

import { addresses, base, complaints, elsewhere, expect, finish, open, page, press, sees, shot, size, step, until } from './browser.mjs';

const [hostile] = process.argv.slice(5);

/** Clicks what has this text, once it is there and may be clicked. */
async function click(words, within = 'body') {
  await until((text, place) => {
    const found = [...document.querySelectorAll(`${place} button, ${place} a`)]
      .find(each => each.textContent.trim().startsWith(text) && !each.disabled);
    found?.click();
    return found !== undefined;
  }, words, within);
}

const text = selector => page.$eval(selector, each => each.textContent);

await size(1280, 'light');
await page.goto(`${base}/#/dead-letters`);

await step('queues', async () => {
  await sees('14 dead letters in 1 queue', 'dlq.orders', 'millrace dlq ls');
  await shot('queues');
});

await step('groups', async () => {
  await click('orders', 'main');
  await sees('14 dead letters in 2 groups', 'scanned 14 of 14 · exact', 'java.lang.IllegalStateException', 'cannot ship');
  const counts = await page.$$eval('.dl-count b', all => all.map(each => each.textContent));
  expect(counts.join() === '13,1', `counts are ${counts}`);
  expect(await page.$$eval('.dl-trend-bar', all => all.length) > 0, 'no trend is drawn');
  await shot('groups');
});

await step('letters', async () => {
  await press('.dl-group .dl-strong');
  await sees('13 dead letters, which is all.');
  expect(await page.$$eval('.dl-letter', all => all.length) === 13, 'not 13 rows');
  await shot('letters');
});

await step('compared', async () => {
  const boxes = await page.$$('.dl-letter input');
  await boxes[0].click();
  await boxes[1].click();
  await click('Compare two');
  await sees('Two failures compared', 'Body, JSON by its fields', '/fail');
  await shot('compared');
});

await step('hostile', async () => {
  const letter = `#/dead-letters/q/dlq.orders/letter/${hostile}`;
  await open(letter, 'cannot ship <img src=x onerror=alert(1)>', 'Stack trace', 'Shout.handleRequest');
  await shot('cause');
  await open(`${letter}?tab=body`, '<script>alert(2)</script>');
  await shot('body');
  await open(`${letter}?tab=headers`, 'message-id', 'millrace_error_message');
  await open(`${letter}?tab=history`, 'Published', '1 attempt', 'Died');
  await open(`${letter}?tab=raw`, 'Whole message');
  expect(await page.$$eval('main img, main script', all => all.length) === 0, 'the body became elements of the page');
});

await step('edited', async () => {
  await open('#/dead-letters/q/dlq.orders', 'exact');
  await press('.dl-group .dl-strong');
  await sees('which is all.');
  await press('.dl-letter-id a');
  await click('Edit and retry');
  await page.waitForSelector('textarea');
  await page.$eval('textarea', box => { box.value = '{"mended":true}'; box.dispatchEvent(new Event('input', { bubbles: true })); });
  await click('Preview the change');
  await sees('What changes', '+   "mended": true', 'to invoke.orders');
  await shot('edit');
  await click('Send it to invoke.orders');
  await sees('The new message is');
});

await step('redriven', async () => {
  await open('#/dead-letters/q/dlq.orders', 'Redrive all');
  await click('Count again');
  await sees('scanned 13 of 13 · exact');
  await until(() => document.querySelector('.dl-count b')?.textContent === '12');
  await page.focus('.dl-do button');
  await page.keyboard.press('Enter');
  await sees('Redrive 12', 'invoke.orders exists');
  expect(await page.evaluate(() => document.activeElement.closest('dialog') !== null), 'the focus is not in the dialog');
  await shot('dialog');
  const [to] = await page.$$('dialog input');
  await to.type('nowhere');
  await sees("queue 'nowhere' does not exist", 'create it or name another queue');
  expect(await page.$eval('dialog button.primary', each => each.disabled), 'what is refused can be started');
  await shot('refused');
  for (let i = 0; i < 7; i += 1) await page.keyboard.press('Backspace');
  await until(() => !document.querySelector('dialog button.primary').disabled);
  const reason = await page.$$('dialog input');
  await reason.at(-1).type('labels are back');
  await page.keyboard.press('Enter');
  await until(() => document.querySelector('.dl-job-state')?.textContent.includes('completed'));
  await until(() => [...document.querySelectorAll('.figure')].some(each => each.textContent === 'Resolved12'));
  await page.reload();
  await sees('completed', 'labels are back', 'Resolved');
  await shot('job');
});

await step('history', async () => {
  await open('#/dead-letters/jobs', 'labels are back', '12 of 12', 'completed');
  await shot('history');
});

await step('phone', async () => {
  await size(360, 'dark');
  const job = await page.$eval('main td a', each => each.getAttribute('href'));
  for (const [name, hash, part] of [['queues', '#/dead-letters', 'dlq.orders'], ['groups', '#/dead-letters/q/dlq.orders', 'exact'],
    ['letters', '#/dead-letters/q/dlq.orders/all', 'which is all'], ['job', job, 'completed'],
    ['edit', `#/dead-letters/q/dlq.orders/edit/${hostile}`, 'Preview'], ['headers', `#/dead-letters/q/dlq.orders/letter/${hostile}?tab=headers`, 'message-id']]) {
    await open(hash, part);
    await shot(`phone-${name}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide <= 360, `${name} is ${wide} wide`);
  }
});

await step('kept', async () => {
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  expect(!kept.includes('fail') && !kept.includes('mended'), `the browser keeps ${kept}`);
  const told = addresses.filter(each => each.includes('fail') || each.includes('mended') || each.includes('%3C'));
  expect(told.length === 0, `addresses say what is in bodies: ${told}`);
  expect(elsewhere().length === 0, `something was asked of elsewhere: ${elsewhere()}`);
});

await step('quiet', async () => { expect(complaints.length === 0, complaints.join('; ')); });

await finish();

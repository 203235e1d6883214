// Drives a real browser through the console, as a user would, and writes what it saw:
//   node console.mjs <folder with node_modules> <url of the server> <folder for screenshots>
// The result is results.json beside the screenshots: { "<step>": "ok" | what was wrong }. ConsoleIT reads it.

import { base, complaints, elsewhere, expect, finish, open, page, press, sees, shot, size, step, until } from './browser.mjs';

/** Runs the function of the page with an event and waits until the result has `part`. */
async function invoke(event, part) {
  await page.waitForSelector('textarea');
  await page.$eval('textarea', (box, text) => { box.value = text; }, event);
  await press('#invoke');
  await until(text => document.querySelector('#answer')?.textContent.includes(text), part);
}

await size(1280, 'light');
await page.goto(base);

await step('overview', async () => {
  await sees('orders', 'payments', 'accepted = ');
  await until(() => [...document.querySelectorAll('tr')].some(row =>
    row.innerText.startsWith('orders') && row.innerText.includes('25')));
  await sees('Every event accounted for');
  await until(() => document.querySelectorAll('.card svg.chart path.series').length >= 5);
  await shot('overview');
});

await step('keyboard', async () => {
  const seen = [];
  await page.evaluate(() => document.activeElement?.blur());
  for (let presses = 0; presses < 9; presses += 1) {
    await page.keyboard.press('Tab');
    seen.push(await page.evaluate(() => {
      const at = document.activeElement;
      const style = getComputedStyle(at);
      return { words: at.textContent.trim(), ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 };
    }));
  }
  const words = seen.map(each => each.words);
  for (const wanted of ['Skip to content', 'Overview', 'Functions', 'Queues', 'Mappings', 'Dead letters', 'orders']) {
    expect(words.includes(wanted), `${wanted} is not reached by the tabulator: ${words}`);
  }
  expect(seen.every(each => each.ring), `focus is not visible on ${seen.filter(each => !each.ring).map(each => each.words)}`);
  const unlabelled = await page.$$eval('input, select, textarea, button', all =>
    all.filter(each => !each.labels?.length && !each.textContent.trim() && !each.getAttribute('aria-label')).length);
  expect(unlabelled === 0, `${unlabelled} controls have no label`);
});

await step('focus', async () => {
  await open('#/', 'accepted = ');
  await page.evaluate(() => new Promise(focused => {
    addEventListener('hashchange', () => { document.querySelector('#nav a[href="#/queues"]').focus(); focused(); }, { once: true });
    location.hash = '#/mappings';
  }));
  await sees('orders-in');
  expect(await page.evaluate(() => document.activeElement.textContent) === 'Queues', 'a page that was ready took the focus away');
});

await step('invoke', async () => {
  await open('#/functions/orders', 'Test event');
  await invoke('{"pieces":2}', '"pieces": 2');
  await sees('Succeeded', 'got 12 bytes', 'REPORT RequestId', 'half within');
  await shot('function');
});

await step('escaped', async () => {
  const evil = '{"note":"<img src=x onerror=alert(1)><script>alert(2)</script>"}';
  await page.$eval('textarea', (box, text) => { box.value = text; }, evil);
  await press('#invoke');
  await until(() => document.querySelector('#answer')?.textContent.includes('<img src=x onerror=alert(1)>')
    && document.querySelector('#log')?.textContent.includes('<script>alert(2)</script>'));
  expect(await page.$$eval('main img, main script', all => all.length) === 0, 'the event became elements of the page');
});

await step('saved', async () => {
  await page.type('input[aria-label^="Name to save"]', 'two <b>pieces</b>');
  await page.$eval('textarea', box => { box.value = '{"pieces":2}'; });
  await Promise.all([sees('Saved “two <b>pieces</b>”'), press('form button')]); // Which is shown for five seconds.
  await page.reload();
  await page.waitForSelector('select option[value="two <b>pieces</b>"]');
  await page.select('select', 'two <b>pieces</b>');
  expect(await page.$eval('textarea', box => box.value) === '{"pieces":2}', 'the saved event did not come back');
  expect(!page.url().includes('pieces'), 'the event is in the address');
});

await step('failure', async () => {
  await open('#/functions/payments', 'payments', 'Test event');
  await invoke('"please fail"', 'cannot ship');
  await sees('Function error', 'cannot ship "please fail"'.replaceAll('"', '\\"'));
  await shot('function-error');
});

await step('waits', async () => {
  await open('#/functions/patient', 'reserved concurrency 1 is used up');
  expect(await page.$eval('ul[aria-label="Why events wait"]', list => list.innerText.includes('1 waits:')), 'not how many wait');
});

await step('tabs', async () => {
  await open('#/functions/orders?tab=configuration', 'Handler', 'Shout');
  await open('#/functions/orders?tab=logs', 'Logs');
  // A server may be set to keep none.
  await until(() => ['keeps no logs of functions', 'got 12 bytes'].some(each => document.body.innerText.includes(each)));
  await open('#/functions/orders?tab=versions', 'Aliases', '$LATEST');
  await open('#/functions/orders?tab=limits', 'Reserved concurrency', 'Shares the unreserved');
  await page.type('input[type=number]', '7');
  await press('main button.primary');
  await sees('7 can always run at once');
  await shot('function-limits');
});

await step('queues', async () => {
  await open('#/queues', 'dlq.payments', 'orders-in', 'internal queues are not shown');
  await press('input[type=checkbox]');
  await sees('call.orders');
  await page.type('input[type=search]', 'dlq.');
  await until(() => !document.body.innerText.includes('call.orders'));
  await shot('queues');
});

await step('mappings', async () => {
  await open('#/mappings', 'orders-in', 'Enabled');
  await press('button[aria-label^="Disable mapping"]');
  await page.waitForSelector('button[aria-label^="Enable mapping"]:not([disabled])');
  await sees('Disabled');
  await shot('mappings');
});

await step('phone', async () => {
  for (const [name, hash, part] of [
    ['overview', '#/', 'accepted = '], ['function', '#/functions/orders', 'Test event'], ['functions', '#/functions', 'payments'],
    ['queues', '#/queues', 'dlq.payments'], ['mappings', '#/mappings', 'orders-in'], ['limits', '#/functions/orders?tab=limits', 'Reserved'],
    ['dead-letters', '#/dead-letters', 'Dead letters']]) {
    await size(360, 'light');
    await open(hash, part);
    const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    expect(wide <= seen, `${name} is ${wide} wide on a phone of ${seen}`);
    if (['overview', 'mappings', 'function'].includes(name)) await shot(`phone-${name}`);
  }
});

await step('dark', async () => {
  const background = async scheme => {
    await size(1280, scheme);
    return page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number).reduce((sum, each) => sum + each));
  };
  await open('#/', 'accepted = ');
  const [light, dark] = [await background('light'), await background('dark')];
  expect(light > 600 && dark < 150, `light is ${light}, dark is ${dark}`);
  await shot('overview-dark');
  await size(1280, 'light');
});

await step('away', async () => {
  await page.setOfflineMode(true);
  await sees('The server does not answer', 'accepted = ');
  await page.setOfflineMode(false);
  await until(() => document.getElementById('banner').hidden);
});

await step('quiet', async () => {
  // What a server may be set not to keep is asked for once. The browser may be late to tell that it was offline.
  const heard = complaints.filter(each => !each.includes('ERR_INTERNET_DISCONNECTED')
    && !(each.includes('404') && /\/(metrics|logs|waiting)\b/.test(each)));
  expect(heard.length === 0, `the browser complained: ${heard.join('\n')}`);
  expect(elsewhere().length === 0, `the page asked elsewhere: ${elsewhere()}`);
});

// From here on the server has a key, and wants to know who asks.
await step('sign-in', async () => {
  const { AccessKeyId: id, SecretAccessKey: secret } = await (await fetch(`${base}/_millrace/keys`, {
    method: 'POST', body: JSON.stringify({ User: 'ada', Role: 'admin' }) })).json();
  await sees('Sign in');
  const type = async (at, text) => {
    await page.evaluate(nth => {
      const input = document.querySelectorAll('form.sign-in input')[nth];
      input.focus();
      input.select();
    }, at);
    await page.keyboard.type(text);
  };
  await type(0, id);
  await type(1, 'wrong');
  await page.keyboard.press('Enter');
  await sees('its secret is another');
  await shot('sign-in');
  await type(0, id);
  await type(1, secret);
  await page.keyboard.press('Enter');
  await sees('ada (admin)', 'accepted = ');
  expect(await page.evaluate(() => document.cookie) === '', 'scripts see the cookie');
  await open('#/functions/orders', 'Test event');
  await invoke('{"pieces":3}', '"pieces": 3');
  // A reading that is refused may show the form before the page is loaded again, which is what is waited for.
  await page.evaluate(() => { window.isBefore = true; });
  await press('#account button');
  await until(() => !window.isBefore && document.querySelector('form.sign-in') !== null);
});

await finish();

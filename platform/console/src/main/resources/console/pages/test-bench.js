// Runs a function with a test event and shows what came back. Everything that came from outside is text.

import { all, ApiError, every, request } from '../api.js';
import { histogram } from '../charts.js';
import { pretty as indented } from '../dead-letters/json.js';
import { h, put } from '../dom.js';
import { FIRST, remove, save, saved } from '../events.js';
import { bytes, count, span } from '../format.js';
import { handlerTimes } from '../metrics.js';
import { button, card, cli, confirm, errorBox, field, notify, pill } from '../ui.js';

/** As much of an answer as is shown; a page with megabytes of text would crawl. */
const SHOWN = 256 * 1024;
/** Upper ends of the histogram's buckets, in milliseconds. */
const ENDS = [2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000];

/** Times of test invocations since the console was opened, by function: gone with the tab. */
const times = new Map();

export async function testBench(panel, name, base, signal) {
  const [versions, aliases] = await Promise.all([
    all(`${base}/versions`, 'Versions', signal), all(`${base}/aliases`, 'Aliases', signal)]);
  const body = h('textarea', { rows: 10, spellcheck: 'false', value: FIRST, autocapitalize: 'off' });
  const qualifier = h('select', {}, [...aliases.map(each => each.Name), ...versions.map(each => each.Version).reverse()]
    .map(each => h('option', { value: each }, each)));
  qualifier.value = '$LATEST';
  const type = h('select', {}, h('option', { value: 'RequestResponse' }, 'Wait for the result'), h('option', { value: 'Event' }, 'Send as an event'));
  const repeats = h('select', {}, ['1', '10', '100'].map(each => h('option', { value: each }, each)));
  const outcome = h('div', { class: 'stack', 'aria-live': 'polite' }, h('p', { class: 'muted' }, 'The result, and the last 4 KB of the log, appear here.'));
  const latency = h('div', {});
  let measured = null;
  let isAsked = true; // Until the server turns out to have no metrics.
  const go = h('button', { class: 'primary', id: 'invoke' }, 'Invoke');
  const form = h('form', { class: 'stack', on: { submit: event => {
    event.preventDefault();
    run();
  } } },
  savedEvents(name, body), field('Event', body, 'JSON. Ctrl+Enter invokes.'),
  h('div', { class: 'row' }, field('Version or alias', qualifier), field('How', type), field('Times', repeats), go));
  body.addEventListener('keydown', event => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  async function measure() {
    if (!isAsked) return;
    measured = await handlerTimes(name, signal);
    isAsked = measured !== null;
    drawLatency(latency, name, measured);
  }

  async function run() {
    go.disabled = true;
    try {
      const wanted = Number(repeats.value);
      for (let done = 0; done < wanted && !signal.aborted; done += 1) {
        const result = await invoke(base, body.value, qualifier.value, type.value, signal);
        if (result.isRun) note(name, result.millis);
        put(outcome, ...resultOf(result, wanted > 1 ? `${done + 1} of ${wanted}` : ''));
        if (result.isRun) drawLatency(latency, name, measured);
        if (result.failure) break;
      }
      await measure();
    } catch (failure) {
      if (!signal.aborted) put(outcome, errorBox(failure));
    } finally {
      go.disabled = false;
    }
  }

  drawLatency(latency, name, measured);
  every(10000, signal, measure);
  put(panel, h('div', { class: 'grid' }, card('Test event', null, form), card('Result', null, outcome)),
    card('Latency', null, latency),
    cli(`millrace invoke ${name} --file event.json`));
}

function note(name, millis) {
  if (!times.has(name)) times.set(name, []);
  times.get(name).push(millis);
}

async function invoke(base, body, qualifier, type, signal) {
  const began = performance.now();
  const path = `${base}/invocations?Qualifier=${encodeURIComponent(qualifier)}`;
  try {
    const response = await request(path, {
      method: 'POST', body: new TextEncoder().encode(body), signal,
      headers: { 'Content-Type': 'application/json', 'X-Amz-Invocation-Type': type, 'X-Amz-Log-Type': type === 'Event' ? 'None' : 'Tail' } });
    const answer = await response.text();
    return {
      isRun: type !== 'Event', millis: performance.now() - began, answer, type,
      error: response.headers.get('x-amz-function-error'),
      version: response.headers.get('x-amz-executed-version'),
      id: response.headers.get('x-amzn-requestid'),
      log: decoded(response.headers.get('x-amz-log-result')),
    };
  } catch (failure) {
    if (!(failure instanceof ApiError)) throw failure;
    return { isRun: false, failure, millis: performance.now() - began };
  }
}

function decoded(base64) {
  if (!base64) return '';
  return new TextDecoder().decode(Uint8Array.from(atob(base64), letter => letter.charCodeAt(0)));
}

function pretty(answer) {
  if (answer.length > SHOWN) return `${answer.slice(0, SHOWN)}\n… ${bytes(answer.length - SHOWN)} more`;
  try {
    JSON.parse(answer);
    return indented(answer); // Not what was parsed: numbers stay as they were written.
  } catch {
    return answer;
  }
}

function resultOf(result, progress) {
  if (result.failure) return [errorBox(result.failure)];
  const facts = [span(result.millis), result.version ? `version ${result.version}` : '', bytes(new Blob([result.answer]).size), progress];
  const head = h('div', { class: 'actions', id: 'verdict' },
    result.type === 'Event' ? pill('Accepted', 'good') : result.error ? pill('Function error', 'bad') : pill('Succeeded', 'good'),
    h('span', { class: 'muted' }, facts.filter(each => each).join(' · ')));
  if (result.type === 'Event') {
    return [head, h('p', { class: 'muted' }, 'The broker has the event; the figures above tell when it ran. Request id:'),
      h('code', { class: 'break' }, result.id ?? '–')];
  }
  return [head,
    h('pre', { id: 'answer', class: result.error ? 'bad' : '', tabindex: '0', 'aria-label': 'Result' }, pretty(result.answer)),
    h('h3', {}, 'End of the log'),
    result.log ? h('pre', { id: 'log', tabindex: '0', 'aria-label': 'End of the log' }, result.log)
      : h('p', { class: 'muted' }, 'The function wrote no log that the server can attribute to this run.')];
}

/** The server's own measurements of all runs where it has them; always those of this page's tests. */
function drawLatency(place, name, measured) {
  const taken = (times.get(name) ?? []).slice().sort((one, other) => one - other);
  const isMeasured = measured?.some(each => each.count > 0);
  const buckets = isMeasured ? measured : [...ENDS, Infinity].map((end, at) => ({
    end, count: taken.filter(each => each <= end && each > (ENDS[at - 1] ?? 0)).length }));
  const ran = buckets.reduce((sum, each) => sum + each.count, 0);
  put(place,
    ran ? histogram(isMeasured ? 'How long handlers ran' : 'Latency of test invocations', buckets.map((each, at) => ({
      count: each.count, label: each.end === Infinity ? `> ${short(buckets[at - 1]?.end ?? 0)}` : `≤ ${short(each.end)}` }))) : null,
    isMeasured ? h('p', { class: 'muted' }, `How long the handler ran in ${count(ran)} attempts since the server began, as the server measured it.`) : null,
    h('p', { class: 'muted' }, testsOf(taken, isMeasured)));
}

function short(millis) { return span(millis).replace('.0', ''); }

function testsOf(taken, isMeasured) {
  if (taken.length === 0) {
    return isMeasured ? 'No test invocation of this page yet.'
      : 'How long test invocations of this page took, as this browser saw it. None yet; this server has no histogram of the function.';
  }
  const at = part => span(taken[Math.min(taken.length - 1, Math.floor(part * taken.length))]);
  return `${count(taken.length)} test ${taken.length === 1 ? 'invocation' : 'invocations'} of this page: half within ${at(0.5)}, `
    + `95 % within ${at(0.95)}, longest ${at(1)}, as this browser saw it, its way to the server included.`
    + (isMeasured ? '' : ' Events of others are not in it: this server has no histogram of the function.');
}

function savedEvents(name, body) {
  const chosen = h('select', {});
  const label = h('input', { type: 'text', maxlength: 60, placeholder: 'Name', 'aria-label': 'Name to save the event under', autocomplete: 'off' });
  const draw = current => {
    put(chosen, h('option', { value: '' }, saved(name).length ? 'Choose …' : 'None saved yet'),
      saved(name).map(each => h('option', { value: each.name }, each.name)));
    chosen.value = current;
    forget.disabled = current === '';
  };
  const keep = button('Save', () => {
    const wanted = label.value.trim() || chosen.value;
    if (!wanted) {
      label.focus();
      notify('Give the event a name first.');
      return;
    }
    try {
      save(name, wanted, body.value);
      label.value = '';
      draw(wanted);
      notify(`Saved “${wanted}” in this browser.`, 'good');
    } catch (failure) {
      notify(failure.message, 'bad');
    }
  });
  const forget = button('Delete', async () => {
    const wanted = chosen.value;
    if (wanted && await confirm({ title: `Delete the event “${wanted}”?`, body: 'It is saved in this browser only.', action: 'Delete', danger: true })) {
      remove(name, wanted);
      draw('');
    }
  });
  chosen.addEventListener('change', () => {
    const event = saved(name).find(each => each.name === chosen.value);
    if (event) body.value = event.body;
    forget.disabled = chosen.value === '';
  });
  draw('');
  return h('div', { class: 'row' }, field('Saved event', chosen), field('Save as', label), keep, forget);
}

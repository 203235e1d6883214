// What a function wrote: the last lines, then each as it comes.

import { ApiError, request } from '../api.js';
import { h, put } from '../dom.js';
import { button, card, cli, errorBox, field } from '../ui.js';

const FIRST = 200;
/** A page with more would crawl; the rest is on the server. */
const MOST = 2000;
const WAIT_SECONDS = 20;

export async function showLogs(panel, name, signal) {
  const path = `/_millrace/functions/${encodeURIComponent(name)}/logs`;
  const id = h('input', { type: 'search', placeholder: 'All of them', spellcheck: 'false', autocomplete: 'off' });
  const lines = h('div', { class: 'log', role: 'log', tabindex: '0', 'aria-label': `Log of ${name}` });
  const state = h('small', {});
  const problem = h('div', {});
  let reading = new AbortController();
  signal.addEventListener('abort', () => reading.abort());

  const begin = () => {
    reading.abort();
    if (signal.aborted) return;
    reading = new AbortController();
    put(lines);
    follow(reading.signal);
  };
  id.addEventListener('change', begin);

  async function follow(ended) {
    // The last lines of one invocation may be far from the end.
    let query = id.value.trim() ? { limit: '1000' } : { last: String(FIRST) };
    while (!ended.aborted) {
      try {
        const wanted = id.value.trim();
        const asked = new URLSearchParams(wanted ? { ...query, 'request-id': wanted } : query);
        const page = await (await request(`${path}?${asked}`, { signal: ended })).json();
        put(problem);
        add(page);
        state.textContent = lines.childElementCount ? 'New lines appear as they are written.' : 'No lines yet; they appear here as they are written.';
        query = { cursor: page.cursor, wait: page.more ? '0' : String(WAIT_SECONDS), limit: '1000' };
      } catch (failure) {
        if (ended.aborted) return;
        if (!(failure instanceof ApiError)) throw failure;
        if (failure.status === 404) {
          put(panel, h('p', { class: 'muted' }, 'This server keeps no logs of functions. A test shows the end of the log of its run.'));
          return;
        }
        if (!failure.isAway) put(problem, errorBox(failure));
        if (failure.status === 400 || failure.status === 403) return;
        await pause(2000, ended);
      }
    }
  }

  function add(page) {
    const isAtEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 40;
    if (page.gap) lines.append(h('div', { class: 'gap' }, 'Lines before this were deleted: the log is full.'));
    for (const line of page.lines) lines.append(row(line, only));
    while (lines.childElementCount > MOST) lines.firstElementChild.remove();
    if (isAtEnd) lines.scrollTop = lines.scrollHeight;
  }

  function only(requestId) {
    id.value = requestId;
    begin();
  }

  put(panel, problem, card('', null,
    h('div', { class: 'row' }, field('Request id', id), button('All', () => only(''))), lines, state),
  cli(`millrace logs ${name}`));
  begin();
}

function row(line, only) {
  const request = line.requestId ?? '';
  return h('div', { class: 'line' },
    h('time', { datetime: line.time, title: line.time }, clock(line.time)),
    request ? button(request.slice(0, 8), () => only(request), 'quiet', { title: `Only request ${request}`, 'aria-label': `Only request ${request}` }) : h('span', {}),
    h('span', { class: 'text' }, line.text));
}

/** 12:01:02.345, of this browser's clock */
function clock(time) {
  const at = new Date(time);
  const two = n => String(n).padStart(2, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

function pause(millis, ended) {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, millis);
    ended.addEventListener('abort', () => { clearTimeout(timer); resolve(); });
  });
}

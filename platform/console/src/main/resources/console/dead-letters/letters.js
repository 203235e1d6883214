// The dead letters of a group, or all that a filter lets through: a list that goes on as it is scrolled.

import { ApiError } from '../api.js';
import { h, put, text } from '../dom.js';
import { bytes, count } from '../format.js';
import { button, cli, emptyState, errorBox, heading } from '../ui.js';
import * as doors from './doors.js';
import { selectionOf } from './groups.js';
import { redriveDialog } from './redrive.js';
import { both, crumbs, dlq, filterOf, inWords, options, plural, toCompare, toLetter, toQueue, when } from './words.js';

const PAGE = 50;
/** Of rows at once; more are a click away, so that a phone is not made to hold a million. */
const MOST_AT_ONCE = 1000;

export async function show(root, queue, [key], query, signal) {
  await doors.knowBroker(signal);
  const by = query.get('by') || 'cause';
  const group = key === undefined ? {} : selectionOf(by, key) ?? {};
  const filter = inWords(filterOf(queue));
  const selection = both(filterOf(queue), group);
  const title = key === undefined ? 'All dead letters' : by === 'cause' ? `Group ${key}` : `${by}: ${key}`;
  const chosen = new Map();
  const lead = h('p', { class: 'lead' }, filter ? `Where ${filter}.` : '');
  const head = heading(title, '', button('Redrive these…', () => redriveDialog({ queue, selection, title }), 'primary'));
  head.firstElementChild.append(lead);
  const cause = h('div');
  const list = h('ul', { class: 'dl-letters', 'aria-label': 'Dead letters, from the head of the queue' });
  const end = h('div', { class: 'dl-end', role: 'status' });
  const selected = h('div', { class: 'dl-selected', hidden: true, role: 'status' });
  root.append(crumbs([queue, toQueue(queue)], [title]), head, cause, list, end, selected,
    cli(dlq('ls', queue, ...options(selection))));
  drawSelected();

  let cursor = null;
  let shown = 0;
  let allowed = MOST_AT_ONCE;
  let reading = false;
  let over = false;

  async function more() {
    if (reading || over || signal.aborted || shown >= allowed) return;
    reading = true;
    try {
      const page = await doors.letters(cursor ? { cursor, limit: PAGE } : { queue, selection, limit: PAGE }, signal);
      cursor = page.cursor;
      over = page.cursor === null;
      page.letters.forEach(each => list.append(row(each)));
      shown += page.letters.length;
      if (shown && !cause.firstChild && by === 'cause' && key !== undefined) put(cause, causeOf(page.letters[0]));
      drawEnd(page);
    } catch (failure) {
      if (signal.aborted) return;
      if (!(failure instanceof ApiError)) throw failure;
      over = true;
      const isLeft = failure.code === 'CursorExpiredException';
      put(end, errorBox(failure), button(isLeft ? 'Start again' : 'Try again', () => {
        put(list);
        shown = 0;
        cursor = null;
        over = false;
        more();
      }));
    } finally {
      reading = false;
    }
    // What is found seldom fills the page with several answers.
    if (!over && isEndInSight()) setTimeout(more, 0);
  }

  const isEndInSight = () => end.getBoundingClientRect().top < window.innerHeight + 600;

  function drawEnd(page) {
    if (over && shown === 0) {
      put(end, emptyState('Nothing here', 'What was here has been redriven, edited or deleted meanwhile, or the filter lets nothing through.'));
    } else if (over) {
      text(end, `${plural(shown, 'dead letter')}, which is all.`);
    } else if (shown >= allowed) {
      put(end, `${count(shown)} shown. `, button('Show more', () => {
        allowed += MOST_AT_ONCE;
        more();
      }));
    } else {
      text(end, `${count(shown)} shown · looked at ${count(page.looked)} of ${count(page.visible)}…`);
    }
  }

  function row(letter) {
    const box = h('input', { type: 'checkbox', 'aria-label': `Choose ${letter.id}`, disabled: letter.id === '' });
    box.addEventListener('change', () => {
      if (box.checked) chosen.set(letter.id, box);
      else chosen.delete(letter.id);
      drawSelected();
    });
    return h('li', { class: 'dl-letter' }, box,
      h('div', { class: 'dl-letter-id' },
        letter.id === '' ? h('span', { class: 'muted' }, 'has no id') : h('a', { href: toLetter(queue, letter.id), class: 'mono' }, letter.id),
        h('small', {}, when(letter.diedAt), letter.attempts ? ` · ${plural(letter.attempts, 'attempt')}` : '', letter.redrives ? ` · redriven ${letter.redrives}×` : '', ` · ${bytes(letter.size)}`)),
      h('div', { class: 'dl-letter-what' },
        by !== 'cause' || key === undefined ? h('b', {}, letter.errorType ?? 'No cause recorded') : null,
        h('span', { class: 'dl-message' }, letter.errorMessage ?? ''),
        h('code', { class: 'dl-body muted' }, letter.body)));
  }

  function drawSelected() {
    selected.hidden = chosen.size === 0;
    const ids = [...chosen.keys()];
    put(selected, h('b', {}, `${count(ids.length)} chosen`),
      button(`Redrive ${count(ids.length)}…`, () => redriveDialog({ queue, selection: { ids }, title: plural(ids.length, 'chosen one') }), 'primary'),
      button('Compare two', () => { location.hash = toCompare(queue, ids[0], ids[1]); }, '', { disabled: ids.length !== 2 }),
      button('Choose none', () => {
        chosen.forEach(box => { box.checked = false; });
        chosen.clear();
        drawSelected();
      }, 'quiet'));
  }

  const watching = new IntersectionObserver(() => more(), { rootMargin: '600px' });
  watching.observe(end);
  signal.addEventListener('abort', () => watching.disconnect());
  await more();
}

/** What all of a group have in common, as the first of them says it. */
function causeOf(letter) {
  return h('section', { class: 'card dl-cause' }, h('h2', {}, letter.errorType ?? 'No cause recorded'),
    letter.errorMessage ? h('p', { class: 'break' }, letter.errorMessage) : null,
    letter.function ? h('small', {}, `Function ${letter.function}${letter.version ? `, version ${letter.version}` : ''}`) : null);
}

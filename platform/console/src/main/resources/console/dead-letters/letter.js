// One dead letter: why it died, what it says, where it came from and what happened to it.

import { h, put } from '../dom.js';
import { bytes, count, time } from '../format.js';
import { button, card, choice, cli, emptyState, errorBox, facts, heading, notify, pill, table } from '../ui.js';
import { ApiError } from '../api.js';
import * as doors from './doors.js';
import { pretty } from './json.js';
import { redriveDialog } from './redrive.js';
import { crumbs, dlq, plural, stateOf, toCompare, toEdit, toGroup, toJob, toLetter, toQueue, when } from './words.js';

const TABS = [['cause', 'Cause'], ['body', 'Body'], ['headers', 'Headers'], ['history', 'History'], ['raw', 'Raw']];

export const KINDS = {
  EMPTY: 'empty', JSON: 'JSON', TEXT: 'text', BINARY: 'binary', AMQP_VALUE: 'AMQP value, as JSON',
  JAVA_OBJECT: 'Java object, not deserialized',
};

/** The one to compare the next with; in memory only. */
let held = null;

export async function show(root, queue, [id], query, signal) {
  await doors.knowBroker(signal);
  const place = crumbs([queue, toQueue(queue)], [id]);
  let letter;
  try {
    letter = await doors.letter(queue, id, signal);
  } catch (failure) {
    if (!(failure instanceof ApiError) || failure.status !== 404) throw failure;
    root.append(place, heading(id), emptyState('It is not here any more',
      'It has been redriven, edited, moved or deleted since. The history of redrives tells which.', dlq('jobs', 'ls')));
    return;
  }
  const tab = TABS.some(([name]) => name === query.get('tab')) ? query.get('tab') : 'cause';
  const content = h('div', { class: 'stack' });
  root.append(
    crumbs([queue, toQueue(queue)], [`Group ${letter.fingerprint}`, toGroup(queue, letter.fingerprint)], ['Letter']),
    heading(letter.id, headline(letter),
      compareButton(queue, letter),
      h('a', { class: 'button', href: toEdit(queue, letter.id) }, 'Edit and retry…'),
      button('Redrive…', () => redriveDialog({ queue, selection: { ids: [letter.id] }, title: 'this one' }), 'primary')),
    h('nav', { class: 'tabs', 'aria-label': 'Parts' }, TABS.map(([name, title]) => h('a', {
      href: toLetter(queue, letter.id, name), 'aria-current': name === tab ? 'page' : null }, title))),
    content);
  put(content, ...{ cause, body, headers, history, raw }[tab](letter, queue, signal));
}

function headline(letter) {
  const known = letter.cause;
  const where = letter.origin ? ` in ${letter.origin}` : '';
  return known ? `${known.errorType || known.condition}, ${time(known.diedAt)}${where}` : `The broker gave it up${where}; nobody wrote down why.`;
}

function compareButton(queue, letter) {
  if (held && held.queue === queue && held.id !== letter.id) {
    const other = held.id;
    return button(`Compare with ${other.slice(0, 12)}…`, () => {
      held = null;
      location.hash = toCompare(queue, other, letter.id);
    });
  }
  return button('Compare…', () => {
    held = { queue, id: letter.id };
    notify('Now open the one to compare it with, and choose Compare there.');
  });
}

function cause(letter, queue) {
  const known = letter.cause ?? letter.earlierCause;
  if (!known) {
    return [card('No cause recorded', null, h('p', {},
      'No worker wrote down why: the broker itself gave it up, after its consumer failed or went away too often. The log of '
      + 'whoever takes from ', h('code', {}, letter.origin ?? 'its queue'), ' says more.')), cli(dlq('show', queue, letter.id))];
  }
  return [
    letter.cause ? null : card('Redriven, then given up by the broker', null,
      h('p', {}, 'Of this death nobody wrote down why. What follows is why it died the time before.')),
    card(known.errorType || 'Failed', pill(known.condition, 'bad'),
      h('p', { class: 'dl-error break' }, known.errorMessage),
      facts([
        ['Function', letter.function && `${letter.function}${known.version ? `, version ${known.version}` : ''}`],
        ['Attempts', count(known.attempts)],
        ['Died', time(known.diedAt)],
        ['Died in', letter.origin],
        ['Redriven', letter.redrives ? plural(letter.redrives, 'time') : null],
        ['Group', h('a', { href: toGroup(queue, letter.fingerprint) }, letter.fingerprint)],
      ])),
    card('Stack trace', null, known.stackTrace ? h('pre', { tabindex: '0' }, known.stackTrace) : h('p', { class: 'muted' }, 'None was recorded.')),
    cli(dlq('show', queue, letter.id))];
}

/** The text of a body in a box, or what is to be said instead. */
export function bodyBox(body, laidOut) {
  if (body.kind === 'EMPTY') return h('p', { class: 'muted' }, 'The body is empty.');
  if (body.kind === 'JAVA_OBJECT') {
    return h('p', {}, 'A serialized Java object of class ', h('code', {}, body.text), '. It is never deserialized here.');
  }
  return h('pre', { tabindex: '0', class: 'dl-text', 'aria-label': 'Body' }, laidOut ? pretty(body.text) : body.text);
}

function body(letter, queue, signal) {
  const box = h('div');
  const isJson = letter.body.kind === 'JSON';
  const draw = form => put(box, bodyBox(letter.body, isJson && form === 'pretty'));
  draw('pretty');
  const cut = letter.body.cut ? `Only its beginning is shown. ` : '';
  return [
    card('Body', h('div', { class: 'actions' },
      isJson ? choice('Layout', [['pretty', 'Laid out'], ['raw', 'As it is']], 'pretty', draw) : null,
      button('Download', () => save(queue, letter.id, signal))),
    h('p', { class: 'dl-meta' }, pill(KINDS[letter.body.kind]), `${cut}${bytes(letter.body.length)}`, letter.contentType ? h('code', {}, letter.contentType) : null),
    box),
    cli(dlq('show', queue, letter.id))];
}

async function save(queue, id, signal) {
  try {
    await doors.download(queue, id, signal);
  } catch (failure) {
    if (!(failure instanceof ApiError)) throw failure;
    notify(failure.message, 'bad');
  }
}

function headers(letter, queue) {
  const columns = [
    { title: 'Name', class: 'mono dl-name', cell: ([name]) => name },
    { title: 'Value', label: '', class: 'break wide', cell: ([, value]) => (typeof value === 'string' ? value : h('code', {}, String(value))) }];
  const own = Object.entries(letter.properties).filter(([name]) => !isOurs(name));
  const ours = Object.entries(letter.properties).filter(([name]) => isOurs(name) && name !== 'millrace_stack_trace');
  const part = (title, entries, none) => card(title, null, entries.length ? table(columns, entries, title) : h('p', { class: 'muted' }, none));
  return [
    part('Properties', own, 'Its publisher set none.'),
    part('Headers of the protocol', Object.entries(letter.headers), 'None.'),
    part('Written by the platform and the broker', ours, 'Nothing.'),
    cli(dlq('show', queue, letter.id, '--json'))];
}

const isOurs = name => name.startsWith('millrace_') || name.startsWith('_AMQ_');

function history(letter, queue, signal) {
  const known = letter.cause;
  const steps = [];
  const step = (title, at, detail) => steps.push(h('li', {}, h('div', {}, h('b', {}, title), at ? h('span', { class: 'muted' }, ` ${time(at)}`) : null),
    detail ? h('p', { class: 'muted break' }, detail) : null));
  const edited = letter.properties.dlq_edited_from;
  if (edited) step('Edited', null, `It is a new message made of dead letter ${edited}.`);
  step('Published', letter.firstSeen, letter.headers['message-id'] ? `Message id ${letter.headers['message-id']}` : '');
  if (letter.earlierCause) {
    step('Died before', letter.earlierCause.diedAt, `${letter.earlierCause.errorType}: ${letter.earlierCause.errorMessage}`);
  }
  if (letter.redrives || letter.earlierCause) step(letter.redrives > 1 ? `Redriven ${letter.redrives} times` : 'Redriven', null, '');
  if (known) {
    step(plural(known.attempts, 'attempt'), null, known.version ? `of version ${known.version}` : '');
    step('Died', known.diedAt, `${known.condition}: ${known.errorType}${letter.origin ? `, in ${letter.origin}` : ''}`);
  } else {
    step('Given up by the broker', null, letter.origin ? `in ${letter.origin}, at a time nobody recorded` : 'at a time nobody recorded');
  }
  step('Lies here', null, queue);
  const jobs = h('div');
  doors.jobs(signal).then(found => {
    const since = letter.firstSeen ? Date.parse(letter.firstSeen) : 0;
    const ofQueue = found.jobs.filter(each => each.queue === letter.queue && Date.parse(each.startedAt) >= since);
    put(jobs, ofQueue.length ? card('Redrives of this queue since then', null, h('ul', { class: 'dl-plain-list' }, ofQueue.slice(0, 20).map(each =>
      h('li', {}, h('a', { href: toJob(each.job) }, each.job), ' ', stateOf(each), ' ', when(each.startedAt), ` by ${each.by}`,
        each.reason ? `: ${each.reason}` : '')))) : null);
  }).catch(failure => { if (!signal.aborted) put(jobs, errorBox(failure)); });
  return [card('What happened to it', null, h('ol', { class: 'dl-history' }, steps)), jobs, cli(dlq('show', queue, letter.id))];
}

function raw(letter, queue, signal) {
  return [
    card('The message', button('Download body', () => save(queue, letter.id, signal)),
      facts([
        ['Whole message', bytes(letter.size)], ['Body', `${bytes(letter.body.length)}, ${KINDS[letter.body.kind]}`],
        ['Content type', letter.contentType || null], ['Id', letter.id], ['Queue', letter.queue]])),
    card(letter.body.cut ? 'The beginning of its body, as it is' : 'Its body, as it is', null, bodyBox(letter.body, false)),
    cli(dlq('export', queue, '--id', letter.id, '--to', 'letter.jsonl'))];
}

// Addresses of pages, command lines, and small things that all pages of dead letters show.

import { h, put, svg } from '../dom.js';
import { ago, count, time } from '../format.js';
import { pill } from '../ui.js';
import { brokerAddress } from './doors.js';

const BASE = '#/dead-letters';
const DEFAULT_BROKER = 'amqp://127.0.0.1:5672';

const part = encodeURIComponent;

export const toQueues = () => BASE;
export const toQueue = queue => `${BASE}/q/${part(queue)}`;
export const toGroup = (queue, key) => `${toQueue(queue)}/group/${part(key)}`;
export const toAll = queue => `${toQueue(queue)}/all`;
export const toLetter = (queue, id, tab = '') => `${toQueue(queue)}/letter/${part(id)}${tab ? `?tab=${tab}` : ''}`;
export const toEdit = (queue, id) => `${toQueue(queue)}/edit/${part(id)}`;
export const toCompare = (queue, one, other) => `${toQueue(queue)}/compare/${part(one)}/${part(other)}`;
export const toJobs = () => `${BASE}/jobs`;
export const toJob = id => `${BASE}/jobs/${part(id)}`;

/** Where this page is below which others: [[title, address], ...]. */
export function crumbs(...steps) {
  return h('nav', { class: 'dl-crumbs', 'aria-label': 'Where this is' },
    [['Dead letters', toQueues()], ...steps].map(([title, address]) => (address
      ? [h('a', { href: address }, title), h('span', { 'aria-hidden': 'true' }, '/')]
      : h('span', { 'aria-current': 'page' }, title))));
}

/* Command lines */

export function quoted(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** `millrace dlq` with a verb, arguments and the broker. */
export function dlq(...words) {
  const broker = brokerAddress();
  const all = ['millrace', 'dlq', ...words];
  if (broker && broker !== DEFAULT_BROKER) all.push('--broker', broker);
  return all.filter(word => word !== null && word !== '').map(quoted).join(' ');
}

const OPTIONS = {
  error: '--error', where: '--where', since: '--since', until: '--until', function: '--function',
  version: '--function-version', bodyContains: '--body-contains', group: '--group',
};

/** A selection as options of the command line. */
export function options(selection) {
  const words = [];
  for (const [name, option] of Object.entries(OPTIONS)) {
    if (selection[name]) words.push(option, selection[name]);
  }
  (selection.ids ?? []).forEach(id => words.push('--id', id));
  Object.entries(selection.headers ?? {}).forEach(([name, value]) => words.push('--header', `${name}=${value}`));
  Object.entries(selection.json ?? {}).forEach(([pointer, value]) => words.push('--json-path', `${pointer}=${value}`));
  return words;
}

/* Filters, of each queue; kept in memory only, as they may say something of what is in bodies. */

const filters = new Map();

export const filterOf = queue => filters.get(queue) ?? {};
export function setFilter(queue, selection) { filters.set(queue, selection); }

/** What both choose: neither may widen the other. */
export function both(one, other) {
  const chosen = { ...one, ...other };
  if (one.headers && other.headers) chosen.headers = { ...one.headers, ...other.headers };
  if (one.json && other.json) chosen.json = { ...one.json, ...other.json };
  if (one.where && other.where) chosen.where = `(${one.where}) AND (${other.where})`;
  if (one.since && other.since) chosen.since = Date.parse(one.since) > Date.parse(other.since) ? one.since : other.since;
  if (one.until && other.until) chosen.until = Date.parse(one.until) < Date.parse(other.until) ? one.until : other.until;
  return chosen;
}

/** A selection in words; empty for all. */
export function inWords(selection) {
  const words = [];
  const names = { error: 'error', where: 'where', since: 'since', until: 'until', function: 'function', version: 'version', bodyContains: 'body contains' };
  for (const [name, title] of Object.entries(names)) {
    if (selection[name]) words.push(`${title} ${name === 'since' || name === 'until' ? time(selection[name]) : selection[name]}`);
  }
  Object.entries(selection.headers ?? {}).forEach(([name, value]) => words.push(`${name} = ${value}`));
  Object.entries(selection.json ?? {}).forEach(([pointer, value]) => words.push(`${pointer} = ${value}`));
  return words.join(', ');
}

/* Small things */

/** A time as how long ago, with the time itself where a pointer rests. */
export const when = value => (value ? h('time', { datetime: value, title: time(value) }, ago(value)) : h('span', { class: 'zero' }, '–'));

export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

/**
 * How many died when, as bars over the time of all groups.
 * @param trend [[millis of a step's begin, deaths], ...]
 */
export function trendBars(trend, stepSeconds, from, to) {
  const width = 120;
  const bars = 30;
  const span = Math.max(1, to - from);
  const counts = new Array(bars).fill(0);
  for (const [at, deaths] of trend) {
    // A step may be wider than a bar: its deaths are spread over those it covers.
    const first = Math.max(0, Math.min(bars - 1, Math.floor(((at - from) / span) * bars)));
    const last = Math.max(first, Math.min(bars - 1, Math.ceil(((at + stepSeconds * 1000 - from) / span) * bars) - 1));
    for (let bar = first; bar <= last; bar += 1) counts[bar] += deaths / (last - first + 1);
  }
  const most = Math.max(...counts, 1e-9);
  const words = trend.length ? `deaths from ${time(from)} to ${time(to)}, most at ${time(trend.reduce((a, b) => (b[1] > a[1] ? b : a))[0])}` : 'times of death not recorded';
  return svg('svg', { class: 'dl-trend', viewBox: `0 0 ${width} 24`, preserveAspectRatio: 'none', role: 'img', 'aria-label': words },
    svg('title', {}, words),
    svg('line', { class: 'dl-trend-line', x1: 0, x2: width, y1: 23.5, y2: 23.5 }),
    counts.map((deaths, at) => {
      const tall = deaths > 0 ? Math.max(1.5, (deaths / most) * 22) : 0;
      return tall ? svg('rect', { class: 'dl-trend-bar', x: at * (width / bars) + 0.5, y: 23 - tall, width: width / bars - 1, height: tall }) : null;
    }));
}

const STATES = {
  RUNNING: ['running', 'info'], PAUSED: ['paused', 'warn'], STOPPED: ['stopped', 'bad'],
  CANCELLED: ['cancelled', ''], COMPLETED: ['completed', 'good'],
};

export function stateOf(job) {
  if (job.state === 'RUNNING' && job.driven === false) return pill('not being driven', 'bad');
  const [title, kind] = STATES[job.state] ?? [job.state, ''];
  return pill(title, kind);
}

/** Fills an element anew; what had the focus has it again, if it is still there (by data-focus). */
export function refill(element, ...children) {
  const focused = element.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
  put(element, ...children);
  if (focused !== undefined) element.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  return element;
}

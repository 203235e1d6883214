// The dead letters of one queue by what they have in common.

import { h, put, text } from '../dom.js';
import { ago, count, span } from '../format.js';
import { button, cli, emptyState, errorBox, field, heading, pill } from '../ui.js';
import { ApiError } from '../api.js';
import * as doors from './doors.js';
import { redriveDialog } from './redrive.js';
import { both, crumbs, dlq, filterOf, inWords, options, plural, refill, setFilter, toAll, toGroup, toQueue, trendBars, when } from './words.js';

const BY = [
  ['cause', 'Cause'], ['function', 'Function'], ['version', 'Version'], ['origin', 'Queue it died in'], ['minute', 'Minute of death']];
const MORE_BY = { 'header:': 'Header…', 'json:/': 'JSON field…' };
const UNKNOWN = '-';
const MINUTE_MILLIS = 60_000;
/** A trend shows no less: what died within one minute is one bar, not a wall of them. */
const SHORTEST_TREND_MILLIS = 30 * MINUTE_MILLIS;

/** What of the queue a group means; null where it cannot be said. */
export function selectionOf(by, key) {
  if (key === UNKNOWN || key === null) return null;
  if (by === 'cause') return { group: key };
  if (by === 'function' || by === 'version') return { [by]: key };
  if (by === 'origin') return { where: `_AMQ_ORIG_QUEUE = '${key.replaceAll("'", "''")}'` };
  if (by === 'minute') return { since: key, until: new Date(Date.parse(key) + MINUTE_MILLIS).toISOString() };
  if (by.startsWith('header:')) return { headers: { [by.slice(7)]: key } };
  if (by.startsWith('json:')) return { json: { [by.slice(5)]: key } };
  return null;
}

export async function showGroups(root, queue, query, signal) {
  const by = query.get('by') || 'cause';
  const lead = h('p', { class: 'lead' }, 'Counting…');
  const all = button('Redrive all…', () => redrive({}, 'all of the queue'), 'primary', { disabled: true });
  const head = heading(queue, '', h('a', { class: 'button', href: toAll(queue) }, 'List letters'), all);
  head.firstElementChild.append(lead);
  const quality = h('span', { role: 'status' });
  const bar = h('progress', { max: 1, value: 0, 'aria-label': 'Scanned' });
  const again = button('Count again', () => look(true), 'quiet');
  const list = h('ol', { class: 'dl-groups', 'aria-label': 'Groups, the largest first' });
  const line = h('div');
  root.append(crumbs([queue]), head, controls(queue, by, () => look(false)),
    h('div', { class: 'dl-quality' }, bar, quality, again), list, line);
  await doors.knowBroker(signal);
  let looking = new AbortController();
  signal.addEventListener('abort', () => looking.abort());

  function redrive(selection, title) {
    redriveDialog({ queue, selection: both(filterOf(queue), selection), title });
  }

  async function look(fresh) {
    looking.abort();
    looking = new AbortController();
    const mine = looking.signal;
    const selection = filterOf(queue);
    put(line, cli(dlq('groups', queue, ...(by === 'cause' ? [] : ['--by', by]), ...options(selection))));
    bar.hidden = false;
    again.disabled = true;
    try {
      await doors.groups({ queue, by, selection, fresh }, answer => {
        if (mine.aborted) return;
        draw(answer);
      }, mine);
    } catch (failure) {
      if (mine.aborted || signal.aborted) return;
      if (!(failure instanceof ApiError)) throw failure;
      bar.hidden = true;
      text(quality, '');
      text(lead, 'They could not be counted.');
      put(list, h('li', { class: 'dl-plain' }, errorBox(failure)));
    } finally {
      if (!mine.aborted) again.disabled = false;
    }
  }

  function draw(answer) {
    const groups = answer.groups ?? [];
    const filter = inWords(filterOf(queue));
    const seen = answer.seen ?? 0;
    bar.hidden = answer.done;
    bar.max = Math.max(1, answer.total ?? 1);
    bar.value = seen;
    const matched = answer.matched ?? groups.reduce((sum, each) => sum + each.count, answer.others ?? 0);
    text(lead, answer.done
      ? `${plural(matched, 'dead letter')} in ${plural(groups.length, 'group')}${filter ? `, where ${filter}` : ''}${answer.hidden ? `; ${count(answer.hidden)} more are with a consumer or scheduled, where nobody sees them` : ''}.`
      : 'Counting…');
    text(quality, qualityOf(answer, seen));
    all.disabled = answer.done && matched === 0;
    all.textContent = filter ? 'Redrive these…' : 'Redrive all…';
    refill(list, groups.length ? rows(answer, groups) : null, answer.done && groups.length === 0 ? nothing(filter) : null,
      answer.others ? h('li', { class: 'dl-plain muted' }, `${count(answer.others)} more are in other groups.`) : null);
  }

  function nothing(filter) {
    return h('li', { class: 'dl-plain' }, filter
      ? emptyState('None match', `No dead letter of this queue is one where ${filter}.`)
      : emptyState('No dead letters here', 'What is given up of this queue’s function from now on appears here, grouped by what went wrong.', dlq('groups', queue)));
  }

  function rows(answer, groups) {
    const known = groups.filter(each => each.firstDeath);
    const from = Math.min(...known.map(each => Date.parse(each.firstDeath)));
    const to = Math.max(...known.map(each => Date.parse(each.lastDeath)));
    const most = Math.max(...groups.map(each => each.count));
    const matched = groups.reduce((sum, each) => sum + each.count, answer.others ?? 0);
    return groups.map(each => groupRow(each, { from, to, most, matched }));
  }

  function groupRow(group, { from, to, most, matched }) {
    const selection = selectionOf(by, group.key);
    const share = h('span', { class: 'dl-share' });
    share.style.width = `${Math.max(0.5, (group.count / most) * 100)}%`;
    const title = by === 'cause' ? group.errorType ?? 'No cause recorded' : group.key === UNKNOWN ? 'Not known' : group.key;
    const address = by === 'cause' ? toGroup(queue, group.key) : `${toGroup(queue, group.key)}?by=${encodeURIComponent(by)}`;
    const message = by === 'cause'
      ? group.errorMessage ?? `The broker gave them up in ${group.origin ?? 'a queue nobody wrote down'}: nobody wrote down why.`
      : [group.errorType ?? 'No cause recorded', group.errorMessage].filter(Boolean).join(': ');
    return h('li', { class: 'dl-group' },
      h('div', { class: 'dl-count' }, h('b', {}, count(group.count)),
        h('span', { class: 'dl-bar', role: 'img', 'aria-label': `${Math.round((group.count / Math.max(1, matched)) * 100)} percent` }, share)),
      h('div', { class: 'dl-what' },
        selection ? h('a', { class: 'dl-strong', href: address, dataset: { focus: `group ${group.key}` } }, title) : h('span', { class: 'dl-strong' }, title),
        h('p', { class: 'dl-message' }, message),
        h('p', { class: 'dl-meta' },
          group.topFrame ? h('code', {}, group.topFrame) : null,
          group.function ? pill(group.function) : null,
          group.lastDeath ? h('span', {}, 'last ', when(group.lastDeath)) : null,
          by === 'cause' && group.fingerprint ? h('code', { class: 'muted', title: 'Fingerprint: the same for failures of one kind' }, group.fingerprint) : null)),
      known(group) ? trendBars(group.trend, group.trendStepSeconds, Math.min(from, to - SHORTEST_TREND_MILLIS), to) : h('span'),
      h('div', { class: 'dl-do' }, button('Redrive…', () => redrive(selection, title), '', {
        disabled: selection === null, 'aria-label': `Redrive the group ${title}`, dataset: { focus: `redrive ${group.key}` } })));
  }

  await look(false);
}

const known = group => group.firstDeath && group.trend.length > 0;

function qualityOf(answer, seen) {
  if (!answer.done) return `scanned ${count(seen)} of ${count(answer.total ?? 0)}`;
  const words = [`scanned ${count(seen)} of ${count(answer.total)}`];
  if (answer.exact) words.push('exact');
  if (answer.partial) words.push('not all could be seen');
  if (answer.unread) words.push(`${count(answer.unread)} bodies were too large to look into`);
  words.push(`in ${span(answer.tookMillis)}`);
  const old = Date.now() - Date.parse(answer.countedAt);
  if (old > 2000) words.push(`counted ${ago(answer.countedAt)}`);
  return words.join(' · ');
}

/* What to group by, and which of them. */

function controls(queue, by, onFilter) {
  const chosen = BY.some(([value]) => value === by) ? by : Object.keys(MORE_BY).find(each => by.startsWith(each)) ?? 'cause';
  const select = h('select', {}, [...BY, ...Object.entries(MORE_BY)].map(([value, title]) => h('option', { value, selected: value === chosen }, title)));
  const name = h('input', { type: 'text', spellcheck: 'false', value: by.slice(chosen.length) });
  const nameField = field(chosen === 'json:/' ? 'Field, such as order/id' : 'Name', name);
  nameField.hidden = !(chosen in MORE_BY);
  const go = value => { location.hash = `${toQueue(queue)}${value === 'cause' ? '' : `?by=${encodeURIComponent(value)}`}`; };
  select.addEventListener('change', () => {
    nameField.hidden = !(select.value in MORE_BY);
    if (nameField.hidden) go(select.value);
    else {
      text(nameField.querySelector('label'), select.value === 'json:/' ? 'Field, such as order/id' : 'Name');
      name.value = '';
      name.focus();
    }
  });
  name.addEventListener('change', () => { if (name.value.trim()) go(select.value + name.value.trim().replace(/^\//, '')); });
  return h('div', { class: 'dl-controls' }, field('Group by', select), nameField, filterForm(queue, onFilter));
}

/** Which dead letters are looked at; what is typed stays in this page's memory. */
export function filterForm(queue, onFilter) {
  const now = filterOf(queue);
  const input = (value, placeholder) => h('input', { type: 'text', spellcheck: 'false', autocomplete: 'off', value: value ?? '', placeholder });
  const pair = (map) => Object.entries(map ?? {}).map(([name, value]) => `${name}=${value}`)[0];
  const fields = {
    error: input(now.error, 'shop.Out*'),
    function: input(now.function, 'orders'),
    version: input(now.version, '3'),
    ago: input('', '2h, 30m, 3d'),
    header: input(pair(now.headers), 'tenant=north'),
    json: input(pair(now.json), '/order/id=7'),
    bodyContains: input(now.bodyContains, 'text'),
    where: input(now.where, 'a selector of the broker'),
  };
  const problem = h('p', { class: 'dl-problem', role: 'alert' });
  const summary = h('summary', {}, inWords(now) ? `Filter: ${inWords(now)}` : 'Filter');
  const form = h('form', { on: { submit: event => {
    event.preventDefault();
    try {
      setFilter(queue, read(fields, filterOf(queue)));
      text(problem, '');
      text(summary, inWords(filterOf(queue)) ? `Filter: ${inWords(filterOf(queue))}` : 'Filter');
      onFilter();
    } catch (wrong) {
      text(problem, wrong.message);
    }
  } } },
  h('div', { class: 'row' },
    field('Error type', fields.error), field('Function', fields.function), field('Version', fields.version), field('Died within', fields.ago)),
  h('div', { class: 'row' },
    field('Header', fields.header), field('JSON value', fields.json), field('Body contains', fields.bodyContains), field('Selector', fields.where)),
  problem,
  h('div', { class: 'actions' }, h('button', { class: 'primary' }, 'Apply'),
    button('Clear', () => {
      Object.values(fields).forEach(each => { each.value = ''; });
      setFilter(queue, {});
      text(summary, 'Filter');
      onFilter();
    })));
  return h('details', { class: 'dl-filter' }, summary, form);
}

const UNITS = { s: 1, m: 60, h: 3600, d: 86400 };

function read(fields, before) {
  const selection = {};
  for (const name of ['error', 'function', 'version', 'bodyContains', 'where']) {
    if (fields[name].value.trim()) selection[name] = fields[name].value.trim();
  }
  const within = fields.ago.value.trim();
  if (within) {
    const found = /^(\d{1,6})([smhd])$/.exec(within);
    if (!found) throw new Error(`Died within is “${within}”, expected a time such as 30m, 2h or 3d.`);
    selection.since = new Date(Date.now() - Number(found[1]) * UNITS[found[2]] * 1000).toISOString();
  } else if (before.since) {
    selection.since = before.since;
  }
  const header = pairOf(fields.header.value, 'Header', 'name=value');
  if (header) selection.headers = header;
  const json = pairOf(fields.json.value, 'JSON value', '/order/id=7');
  if (json) selection.json = json;
  return selection;
}

function pairOf(value, title, expected) {
  const typed = value.trim();
  if (!typed) return null;
  const equals = typed.indexOf('=');
  if (equals < 1) throw new Error(`${title} is “${typed}”, expected ${expected}.`);
  return { [typed.slice(0, equals)]: typed.slice(equals + 1) };
}


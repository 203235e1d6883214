// Two failures side by side: what differs in their causes, headers and bodies.

import { h } from '../dom.js';
import { button, card, cli, heading, pill, table } from '../ui.js';
import * as doors from './doors.js';
import { flatten, lineDiff } from './json.js';
import { crumbs, dlq, plural, toLetter, toQueue } from './words.js';

export async function show(root, queue, [one, other], query, signal) {
  await doors.knowBroker(signal);
  const [left, right] = await Promise.all([doors.letter(queue, one, signal), doors.letter(queue, other, signal)]);
  const heads = [left, right].map(each => h('a', { href: toLetter(queue, each.id), class: 'mono' }, each.id));
  root.append(crumbs([queue, toQueue(queue)], ['Compare']),
    heading('Two failures compared', '', button('Swap', () => { location.hash = `${toQueue(queue)}/compare/${encodeURIComponent(other)}/${encodeURIComponent(one)}`; })),
    section('Cause', causes(left), causes(right), heads),
    section('Properties and headers', named(left), named(right), heads),
    bodies(left, right, heads),
    h('div', { class: 'stack' }, cli(dlq('show', queue, one)), cli(dlq('show', queue, other))));
}

function causes(letter) {
  const known = letter.cause ?? {};
  return new Map(Object.entries({
    'Error type': known.errorType, 'Message': known.errorMessage, 'Condition': known.condition,
    'Function': letter.function, 'Version': known.version, 'Attempts': known.attempts, 'Redrives': letter.redrives,
    'Died': known.diedAt, 'Died in': letter.origin, 'Group': letter.fingerprint, 'Stack trace': known.stackTrace,
  }).filter(([, value]) => value !== undefined && value !== null && value !== '').map(([name, value]) => [name, String(value)]));
}

function named(letter) {
  const own = Object.entries(letter.properties).filter(([name]) => !name.startsWith('millrace_') && !name.startsWith('_AMQ_'));
  return new Map([...own, ...Object.entries(letter.headers)].map(([name, value]) => [name, String(value)]));
}

/** What differs in a table; what is the same below it, folded. */
function section(title, left, right, heads) {
  const names = [...new Set([...left.keys(), ...right.keys()])];
  const differ = names.filter(name => left.get(name) !== right.get(name));
  const same = names.filter(name => left.get(name) === right.get(name));
  const value = side => name => (side.has(name) ? h('span', { class: 'dl-value' }, side.get(name)) : h('span', { class: 'zero' }, 'none'));
  return card(title, differ.length ? pill(plural(differ.length, 'difference'), 'warn') : pill('the same', 'good'),
    differ.length ? h('div', { class: 'dl-compare' }, table([
      { title: 'Name', class: 'mono dl-name', cell: name => name || '(all)' },
      { title: heads[0].cloneNode(true), label: 'one', class: 'break', cell: value(left) },
      { title: heads[1].cloneNode(true), label: 'other', class: 'break', cell: value(right) },
    ], differ, `Differences in ${title}`)) : null,
    same.length ? h('details', {}, h('summary', {}, `${plural(same.length, 'value')} the same`),
      h('dl', { class: 'dl-same' }, same.map(name => h('div', {}, h('dt', { class: 'mono' }, name || '(all)'), h('dd', { class: 'dl-value' }, left.get(name)))))) : null);
}

function bodies(left, right, heads) {
  const fromLeft = left.body.kind === 'JSON' ? flatten(left.body.text) : null;
  const fromRight = right.body.kind === 'JSON' ? flatten(right.body.text) : null;
  if (fromLeft && fromRight) return section('Body, JSON by its fields', fromLeft, fromRight, heads);
  if (left.body.text === right.body.text && left.body.kind === right.body.kind) {
    return card('Body', pill('the same', 'good'), h('p', { class: 'muted' }, left.body.cut ? 'So far as it is shown.' : ''));
  }
  return card('Body', pill('differs', 'warn'), diffBox(lineDiff(left.body.text, right.body.text)));
}

/** Lines with - and +, and what they mean said to those who see no colours. */
export function diffBox(lines) {
  if (lines === null) return h('p', {}, 'Too many lines differ to show which.');
  return h('pre', { class: 'dl-diff', tabindex: '0', 'aria-label': 'Differences: lines with minus are before, with plus after' },
    lines.map(([sign, line]) => h('span', { class: { '-': 'dl-minus', '+': 'dl-plus', ' ': '' }[sign] }, `${sign} ${line}\n`)));
}

import { all, every, get, send } from '../api.js';
import { h, put } from '../dom.js';
import { compact, span } from '../format.js';
import { button, card, cli, emptyState, errorBox, heading, notify, pill, table } from '../ui.js';

const PATH = '/2015-03-31/event-source-mappings/';

const STATES = { Enabled: 'good', Disabled: '', Creating: 'info', Enabling: 'info', Disabling: 'info', Updating: 'info', Deleting: 'warn' };

const number = value => (value === undefined ? h('span', { class: 'zero' }, '–')
  : h('span', { class: value === 0 ? 'zero' : '' }, compact(value)));

/** `arn:..:function:orders:live` as orders:live */
function functionOf(arn) { return arn.split(':').slice(6).join(':'); }

/** What it reads, in few words: the last part of an ARN, or topics. */
function sourceOf(mapping, counts) {
  if (mapping.Queues?.length) return mapping.Queues.join(', ');
  if (mapping.EventSourceArn) return mapping.EventSourceArn.split(':').slice(5).join(':');
  return counts?.source ?? [...(mapping.Topics ?? []), ...(mapping.Queues ?? [])].join(', ');
}

export async function render(root, params, signal) {
  const problem = h('div', {});
  const place = h('div', { class: 'stack' });
  put(root, heading('Mappings', 'What feeds functions from queues and streams. Counts are since the server began.'), problem, place);
  let shown = '';
  const read = async () => {
    const [mappings, stats] = await Promise.all([
      all(PATH, 'EventSourceMappings', signal), get('/_millrace/stats', signal)]);
    put(problem);
    const rows = mappings.map(mapping => ({ mapping, counts: stats.mappings?.[mapping.UUID] }));
    const now = JSON.stringify(rows);
    if (now === shown) return; // Nothing new: focus and selection stay.
    shown = now;
    draw(place, rows, change);
  };
  const change = async (mapping, enabled) => {
    try {
      await send('PUT', PATH + mapping.UUID, { Enabled: enabled });
      notify(enabled ? 'The mapping reads again.' : 'The mapping stops reading; what it has is finished first.', 'good');
      await read();
    } catch (failure) {
      notify(failure.message, 'bad');
    }
  };
  await every(2000, signal, read, failure => put(problem, errorBox(failure)));
}

function draw(place, rows, change) {
  const focused = document.activeElement?.dataset?.uuid;
  if (rows.length === 0) {
    put(place, emptyState('No mappings yet',
      'A mapping reads a queue or a stream in batches and runs a function with each.',
      'millrace queue create orders-in', 'millrace mapping create --queue orders-in --function orders --batch-size 10'));
    return;
  }
  put(place, card('', null, table([
    { title: 'Source', label: '', cell: row => [h('span', { class: 'mono' }, sourceOf(row.mapping, row.counts)),
      h('div', {}, h('small', { class: 'mono' }, row.mapping.UUID))] },
    { title: 'Function', cell: row => link(functionOf(row.mapping.FunctionArn)) },
    { title: 'State', cell: row => pill(row.mapping.State, STATES[row.mapping.State] ?? 'bad') },
    { title: 'Batch', class: 'num', cell: row => number(row.mapping.BatchSize) },
    { title: 'Read', class: 'num', cell: row => number(row.counts?.polled) },
    { title: 'Filtered out', class: 'num', cell: row => number(row.counts?.filteredOut) },
    { title: 'Failed', class: 'num', cell: row => number(row.counts?.failedInvoke) },
    { title: 'Done', class: 'num', cell: row => number(row.counts?.deleted ?? row.counts?.committed) },
    { title: 'Backlog', class: 'num', cell: backlog },
    { title: 'Last result', cell: row => result(row.counts?.lastProcessingResult ?? row.mapping.LastProcessingResult) },
    { title: '', class: 'num', cell: row => toggle(row.mapping, change) },
  ], rows, 'Event source mappings')), cli('millrace mapping ls'));
  if (focused) place.querySelector(`[data-uuid="${CSS.escape(focused)}"]`)?.focus();
}

function link(qualified) {
  const name = qualified.split(':')[0];
  return h('a', { href: `#/functions/${encodeURIComponent(name)}` }, qualified);
}

function backlog({ counts }) {
  if (counts?.backlog !== undefined) return number(counts.backlog);
  if (counts?.iteratorAgeMillis !== undefined) return h('span', { title: 'Age of the newest record of the oldest batch in hand' }, span(counts.iteratorAgeMillis));
  return number(undefined);
}

function result(words) {
  if (!words) return h('span', { class: 'zero' }, '–');
  const kind = words === 'OK' ? 'good' : /^No records/i.test(words) ? '' : 'warn';
  return words.length <= 28 ? pill(words, kind) : h('span', { class: 'break' }, words);
}

function toggle(mapping, change) {
  const isOn = mapping.State === 'Enabled' || mapping.State === 'Enabling';
  const isSettled = mapping.State === 'Enabled' || mapping.State === 'Disabled';
  const done = button(isOn ? 'Disable' : 'Enable', async () => {
    done.disabled = true;
    await change(mapping, !isOn);
    done.disabled = false;
  }, '', { disabled: !isSettled, dataset: { uuid: mapping.UUID }, 'aria-label': `${isOn ? 'Disable' : 'Enable'} mapping ${mapping.UUID}` });
  return done;
}

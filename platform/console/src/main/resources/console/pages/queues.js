import { every, get } from '../api.js';
import { h, put } from '../dom.js';
import { compact, count } from '../format.js';
import { card, cli, emptyState, errorBox, field, heading, pill, table } from '../ui.js';

const KINDS = {
  events: ['events of a function', 'info'],
  expired: ['too old', 'warn'],
  'dead-letters': ['dead letters', 'bad'],
  queue: ['queue', ''],
  internal: ['internal', ''],
};

const number = value => h('span', { class: value === 0 ? 'zero' : '' }, compact(value));

const COLUMNS = [
  { title: 'Queue', label: '', cell: queue => [h('span', { class: 'mono' }, queue.name), ' ', kind(queue)] },
  { title: 'Messages', class: 'num', cell: queue => number(queue.messages) },
  { title: 'Scheduled', class: 'num', cell: queue => number(queue.scheduled) },
  { title: 'In delivery', class: 'num', cell: queue => number(queue.delivering) },
  { title: 'Consumers', class: 'num', cell: consumers },
  { title: 'Ever added', class: 'num', cell: queue => number(queue.added) },
];

function kind(queue) {
  const [words, shade] = KINDS[queue.kind] ?? KINDS.queue;
  return pill(words, queue.messages === 0 && queue.kind !== 'events' ? '' : shade);
}

function consumers(queue) {
  const unread = queue.consumers === 0 && queue.messages > 0 && queue.kind === 'queue';
  return unread ? pill('0, nobody reads it', 'warn') : number(queue.consumers);
}

export async function render(root, params, signal) {
  const search = h('input', { type: 'search', placeholder: 'Part of a name', spellcheck: 'false' });
  const internal = h('input', { type: 'checkbox' });
  const place = h('div', { class: 'stack' });
  const problem = h('div', {});
  put(root, heading('Queues', 'What waits in the broker, the fullest first.'),
    card('', null, h('div', { class: 'row' }, field('Find', search),
      h('label', { class: 'check' }, internal, 'Also those that the platform keeps for itself'))),
    problem, place);
  let asked = 0;
  const read = async () => {
    const mine = ++asked;
    const query = new URLSearchParams({ name: search.value.trim(), all: String(internal.checked), limit: '200' });
    const found = await get(`/_millrace/queues?${query}`, signal);
    if (mine !== asked) return; // Something else has been asked for since.
    put(problem);
    draw(place, found, search.value.trim());
  };
  const failed = failure => put(problem, errorBox(failure));
  const now = () => read().catch(failure => { if (!signal.aborted && !failure.isAway) failed(failure); });
  search.addEventListener('input', now);
  internal.addEventListener('change', now);
  await every(2000, signal, read, failed);
}

function draw(place, found, wanted) {
  if (found.total === 0) {
    put(place, wanted
      ? emptyState('No such queue', `No queue has “${wanted}” in its name.`)
      : emptyState('No queues yet', 'Each function has queues of its own. Others are for mappings, which feed functions from them.',
        'millrace queue create orders-in', 'millrace mapping create --queue orders-in --function orders --batch-size 10'));
    return;
  }
  put(place, card('', null, table(COLUMNS, found.queues, 'Queues')),
    found.total > found.queues.length
      ? h('p', { class: 'muted' }, `${count(found.queues.length)} of ${count(found.total)} queues, the fullest; find others by name.`) : null,
    found.hidden ? h('p', { class: 'muted' }, `${count(found.hidden)} internal ${found.hidden === 1 ? 'queue is' : 'queues are'} not shown.`) : null,
    cli('millrace queue ls'));
}

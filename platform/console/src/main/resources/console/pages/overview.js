import { balance, lineChart, sparkline } from '../charts.js';
import { h, put, text } from '../dom.js';
import { compact, count, rate } from '../format.js';
import { imbalance, MILLIS, newest, watch } from '../stats.js';
import { card, emptyState, errorBox, heading, pill } from '../ui.js';

const FIGURES = [
  { name: 'Accepted', unit: '/s', of: total => rate(total.accepted.last) },
  { name: 'Succeeded', unit: '/s', of: total => rate(total.succeeded.last) },
  { name: 'Waiting', of: total => compact(total.now.waiting) },
  { name: 'Retry later', of: total => compact(total.now.delayed) },
  { name: 'Running', of: total => compact(total.now.running) },
  { name: 'Dead letters', of: total => compact(total.now.deadLettered), bad: total => total.now.deadLettered > 0 },
];

export async function render(root, params, signal) {
  const body = h('div', { class: 'stack' });
  const problem = h('div', {});
  put(root, heading('Overview', 'Events, from the moment the broker took them until they are done.'), problem, body);
  let drawn = null;
  const draw = state => {
    put(problem);
    const isEmpty = state.functions.size === 0;
    // After a long pause there is a new history, and charts of it are needed.
    if (!drawn || drawn.isEmpty !== isEmpty || drawn.total !== state.total) {
      drawn = isEmpty ? welcome(body) : dashboard(body, state);
      drawn.isEmpty = isEmpty;
      drawn.total = state.total;
    }
    drawn.draw(state);
  };
  const before = newest();
  if (before) draw(before);
  await watch(signal, draw, failure => put(problem, errorBox(failure)));
}

function welcome(body) {
  put(body, emptyState('No functions yet',
    'A function runs for each event that is sent to its queue. Make one from a folder, an archive or a jar, send it an event, and watch it here.',
    'millrace function create hello --zip examples/scripts/double.py --runtime python3.12 --handler double.handler',
    'millrace publish invoke.hello \'{"number": 21}\'',
    'millrace demo'));
  return { draw() {} };
}

function dashboard(body, state) {
  const values = FIGURES.map(each => ({ each, value: h('span', {}), box: null }));
  const figures = h('div', { class: 'figures' }, values.map(entry => {
    entry.box = h('div', { class: 'figure' }, h('div', { class: 'name' }, entry.each.name),
      h('div', { class: 'value' }, entry.value, entry.each.unit ? h('small', {}, entry.each.unit) : null));
    return entry.box;
  }));
  const { total } = state;
  const flow = lineChart('Events per second', [
    { name: 'Accepted', series: total.accepted }, { name: 'Succeeded', series: total.succeeded },
    { name: 'Expired or dead', series: total.failed }], { millis: MILLIS });
  const stock = lineChart('Events waiting and running', [
    { name: 'Waiting', series: total.waiting }, { name: 'Running', series: total.running }],
  { millis: MILLIS, format: compact });
  const rows = h('div', {});
  const accounts = h('div', {});
  const verdict = h('span', {});
  put(body, figures,
    h('div', { class: 'grid' }, card('Flow', null, flow.element), card('Backlog', null, stock.element)),
    card('Functions', null, rows),
    card('Where the accepted events are', verdict, accounts));
  const lines = functionRows(rows);
  return {
    draw(now) {
      for (const { each, value, box } of values) {
        text(value, each.of(now.total));
        box.classList.toggle('bad', Boolean(each.bad?.(now.total)));
      }
      flow.draw();
      stock.draw();
      lines(now);
      drawBalance(accounts, verdict, now.total.now);
    },
  };
}

/** The table is made anew when functions come or go; else only its texts change, so that focus stays. */
function functionRows(place) {
  let shown = '';
  let cells = new Map();
  const columns = ['Accepted /s', 'Waiting', 'Retry later', 'Running', 'Succeeded', 'Dead', 'Expired'];
  const figuresOf = history => [rate(history.accepted.last), compact(history.now.waiting), compact(history.now.delayed),
    compact(history.now.running), compact(history.now.succeeded), compact(history.now.deadLettered), compact(history.now.expired)];
  return state => {
    const names = [...state.functions.keys()];
    const key = names.join('\n');
    if (key !== shown) {
      shown = key;
      cells = new Map();
      const lines = names.map(name => {
        const history = state.functions.get(name);
        const spark = sparkline(history.accepted, last => `${name}: ${rate(last)} events per second`);
        const values = columns.map(() => h('span', {}));
        cells.set(name, { spark, values });
        return h('tr', {},
          h('td', { 'data-label': '' }, h('a', { href: `#/functions/${encodeURIComponent(name)}` }, name)),
          h('td', { 'data-label': 'Last minutes' }, spark.element),
          values.map((value, at) => h('td', { class: 'num', 'data-label': columns[at] }, value)));
      });
      put(place, h('div', { class: 'table' }, h('table', {},
        h('caption', { class: 'hidden' }, 'Functions and their events'),
        h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Function'), h('th', { scope: 'col' }, 'Last minutes'),
          columns.map(each => h('th', { scope: 'col', class: 'num' }, each)))),
        h('tbody', {}, lines))));
    }
    for (const [name, { spark, values }] of cells) {
      const history = state.functions.get(name);
      spark.draw();
      figuresOf(history).forEach((value, at) => {
        text(values[at], value);
        values[at].className = value === '0' ? 'zero' : columns[at] === 'Dead' ? 'bad' : '';
      });
    }
  };
}

function drawBalance(place, verdict, counts) {
  const off = imbalance(counts);
  put(verdict, off === 0
    ? pill('Every event accounted for', 'good')
    : h('span', { class: 'pill', title: 'The counts are read one after another: while events move, a few are seen twice or not yet.' },
      `${count(Math.abs(off))} on the move`));
  put(place, balance('Accepted events', [
    { name: 'Succeeded', value: counts.succeeded, shade: 's1' },
    { name: 'Waiting, retry later or running', value: counts.waiting + counts.delayed + counts.running, shade: 's2' },
    { name: 'Expired', value: counts.expired, shade: 's3' },
    { name: 'Dead letters', value: counts.deadLettered, shade: 's4' }], count),
  h('p', { class: 'muted sum' }, `${count(counts.accepted)} accepted = `,
    `${count(counts.succeeded)} succeeded + ${count(counts.waiting)} waiting + ${count(counts.delayed)} to be retried later + `
    + `${count(counts.running)} running + ${count(counts.deadLettered)} dead + ${count(counts.expired)} expired`
    + (off === 0 ? '' : ` + ${count(off)} on the move`)));
}

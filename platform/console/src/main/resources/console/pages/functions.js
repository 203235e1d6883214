import { all, every } from '../api.js';
import { h, put } from '../dom.js';
import { ago, bytes } from '../format.js';
import { card, cli, emptyState, errorBox, heading, pill, table } from '../ui.js';
import { renderFunction } from './function.js';

export const STATES = { Active: 'good', Pending: 'info', Inactive: '', Failed: 'bad' };

export async function render(root, params, signal) {
  if (params.path.length > 0) {
    await renderFunction(root, params, signal);
    return;
  }
  const place = h('div', { class: 'stack' });
  const problem = h('div', {});
  put(root, heading('Functions'), problem, place);
  let shown = '';
  await every(5000, signal, async () => {
    const functions = await all('/2015-03-31/functions/', 'Functions', signal);
    put(problem);
    const now = JSON.stringify(functions);
    if (now !== shown) draw(place, functions);
    shown = now;
  }, failure => put(problem, errorBox(failure)));
}

function draw(place, functions) {
  if (functions.length === 0) {
    put(place, emptyState('No functions yet',
      'A function is code that runs once for each event. Make one from a file, a folder or a jar.',
      'millrace function create double --zip examples/scripts/double.py --runtime python3.12 --handler double.handler',
      'millrace invoke double \'{"number": 21}\''));
    return;
  }
  put(place, card('', null, table([
    { title: 'Function', label: '', cell: each => [h('a', { href: `#/functions/${encodeURIComponent(each.FunctionName)}` }, each.FunctionName),
      each.Description ? h('div', {}, h('small', {}, each.Description)) : null] },
    { title: 'Runtime', cell: each => each.Runtime ?? '–' },
    { title: 'Handler', class: 'wide', cell: each => h('span', { class: 'mono' }, each.Handler ?? '–') },
    { title: 'Memory', class: 'num', cell: each => `${each.MemorySize} MB` },
    { title: 'Timeout', class: 'num', cell: each => `${each.Timeout} s` },
    { title: 'Code', class: 'num', cell: each => (each.CodeSize ? bytes(each.CodeSize) : pill('embedded')) },
    { title: 'Changed', class: 'num', cell: each => h('span', { title: each.LastModified }, ago(each.LastModified)) },
  ], functions, 'Functions')), cli('millrace function ls'));
}

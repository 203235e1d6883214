// Edit and retry: a new message made of a dead letter, which ends in the same transaction.

import { ApiError } from '../api.js';
import { h, put, text } from '../dom.js';
import { button, card, cli, errorBox, field, heading, notify, pill, table } from '../ui.js';
import { diffBox } from './compare.js';
import * as doors from './doors.js';
import { lineDiff, pretty } from './json.js';
import { KINDS } from './letter.js';
import { crumbs, dlq, toLetter, toQueue } from './words.js';

const EDITABLE_HEADERS = ['content-type', 'subject', 'correlation-id', 'reply-to'];

export async function show(root, queue, [id], query, signal) {
  await doors.knowBroker(signal);
  const letter = await doors.letter(queue, id, signal);
  const before = letter.body.kind === 'EMPTY' ? '' : letter.body.text;
  const body = h('textarea', { rows: '14', spellcheck: 'false', autocomplete: 'off', 'aria-label': 'New body', disabled: !letter.body.editable });
  body.value = letter.body.editable ? before : '';
  // A browser makes other line ends of some: what was not touched is not sent.
  const untouched = body.value;
  const to = h('input', { type: 'text', spellcheck: 'false', autocomplete: 'off', placeholder: letter.origin ?? 'a function or queue' });
  const values = headerInputs(letter);
  const rows = h('div', { class: 'stack' });
  values.forEach(each => rows.append(each.element));
  const added = [];
  const preview = h('div', { class: 'stack', role: 'status' });
  const show = button('Preview the change', look, 'primary');
  [body, to].forEach(each => each.addEventListener('input', stale));
  rows.addEventListener('input', stale);
  root.append(
    crumbs([queue, toQueue(queue)], [id, toLetter(queue, id)], ['Edit']),
    heading('Edit and retry', 'What you send is a new message with an id of its own, that names this one. This one is gone in the same instant.'),
    h('div', { class: 'dl-edit' },
      card('Body', letter.body.kind === 'JSON' ? button('Lay out', () => { body.value = pretty(body.value); stale(); }, 'quiet') : pill(KINDS[letter.body.kind]),
        letter.body.editable ? body : h('p', { class: 'muted' }, `The body is ${KINDS[letter.body.kind]}${letter.body.cut ? ' and large' : ''}: it stays as it is, byte for byte. Its headers can be edited.`)),
      card('Properties and headers', button('Add', add, 'quiet'), rows)),
    card('Send it to', null, field('Function or queue; where it died unless you name another', to)),
    h('div', { class: 'actions' }, show, h('a', { class: 'button', href: toLetter(queue, id) }, 'Back')),
    preview, cli(dlq('edit', queue, id)));

  function add() {
    const name = h('input', { type: 'text', 'aria-label': 'Name', placeholder: 'name', spellcheck: 'false' });
    const value = h('input', { type: 'text', 'aria-label': 'Value', placeholder: 'value', spellcheck: 'false' });
    added.push({ name, value });
    rows.append(h('div', { class: 'row' }, h('div', { class: 'field' }, name), h('div', { class: 'field' }, value)));
    name.focus();
  }

  function stale() { put(preview); }

  function asked() {
    const headers = {};
    values.filter(each => each.input.value !== each.before).forEach(each => { headers[each.name] = each.input.value; });
    added.filter(each => each.name.value.trim()).forEach(each => { headers[each.name.value.trim()] = each.value.value; });
    const change = { queue, id, headers };
    if (letter.body.editable && body.value !== untouched) change.body = body.value;
    if (to.value.trim()) change.to = to.value.trim();
    return change;
  }

  async function look() {
    const change = asked();
    if (change.body === undefined && Object.keys(change.headers).length === 0) {
      put(preview, h('p', { class: 'dl-problem' }, 'Nothing is changed yet. To send it as it is, redrive it.'));
      return;
    }
    show.disabled = true;
    try {
      const plan = await doors.previewEdit(change, signal);
      draw(plan, change);
    } catch (failure) {
      if (signal.aborted) return;
      if (!(failure instanceof ApiError)) throw failure;
      put(preview, errorBox(failure));
    } finally {
      show.disabled = false;
    }
  }

  function draw(plan, change) {
    const shown = side => (side.kind === 'JSON' ? pretty(side.text) : side.text);
    const send = button(`Send it to ${plan.target}, and end the old one`, async () => {
      send.disabled = true;
      try {
        const done = await doors.edit(change);
        notify(`Sent to ${done.target} as ${done.newId}.`, 'good');
        put(preview, card('Sent', pill('done', 'good'), h('p', { class: 'break' }, 'The new message is ', h('code', { class: 'dl-new-id' }, done.newId), ` in ${done.target}. The dead letter ${done.id} is gone.`),
          h('p', {}, h('a', { href: toQueue(queue) }, `Back to ${queue}`))));
      } catch (failure) {
        if (!(failure instanceof ApiError)) throw failure;
        put(preview, errorBox(failure));
      }
    }, 'primary');
    put(preview,
      card('What changes', pill(`to ${plan.target}`, 'info'),
        plan.differences.length ? h('div', {}, table([
          { title: 'Name', class: 'mono dl-name', cell: each => each.name },
          { title: 'Before', class: 'break', cell: each => each.before ?? h('span', { class: 'zero' }, 'none') },
          { title: 'After', class: 'break', cell: each => each.after ?? h('span', { class: 'zero' }, 'none') },
        ], plan.differences, 'Properties and headers that change')) : h('p', { class: 'muted' }, 'No header changes.'),
        plan.bodyDiffers ? h('div', { class: 'dl-diff-box' }, diffBox(lineDiff(shown(plan.before), shown(plan.after)))) : h('p', { class: 'muted' }, 'The body stays byte for byte.'),
        plan.bodyDiffers && shown(plan.before) === shown(plan.after) ? h('p', { class: 'muted' }, 'Only the spaces between its values change.') : null),
      h('div', { class: 'actions' }, send));
    send.focus();
    text(show, 'Preview again');
  }
}

function headerInputs(letter) {
  const own = Object.entries(letter.properties)
    .filter(([name]) => !name.startsWith('millrace_') && !name.startsWith('_AMQ_') && !name.startsWith('dlq_'));
  const known = EDITABLE_HEADERS.filter(name => typeof letter.headers[name] === 'string').map(name => [name, letter.headers[name]]);
  return [...own, ...known].map(([name, value]) => {
    const input = h('input', { type: 'text', value: String(value), spellcheck: 'false', autocomplete: 'off' });
    return { name, input, before: String(value), element: field(name, input) };
  });
}

// What pages are made of. Nothing here knows the server.

import { h, put } from './dom.js';

/** A page's head: its title, a line below, and buttons at the right. */
export function heading(title, lead = '', ...actions) {
  return h('div', { class: 'heading' },
    h('div', {}, h('h1', {}, title), lead ? h('p', { class: 'lead' }, lead) : null),
    actions.length ? h('div', { class: 'actions' }, ...actions) : null);
}

/** A box with a title; `extra` stands at the right of the title. */
export function card(title, extra, ...children) {
  return h('section', { class: 'card' },
    title || extra ? h('div', { class: 'card-head' }, h('h2', {}, title), extra) : null, ...children);
}

/** A small label: kind is one of '', 'good', 'warn', 'bad', 'info'. */
export function pill(label, kind = '') { return h('span', { class: `pill ${kind}` }, label); }

/** A button: kind is one of '', 'primary', 'danger', 'quiet'. */
export function button(label, onClick, kind = '', attributes = {}) {
  return h('button', { type: 'button', class: kind, on: { click: onClick }, ...attributes }, label);
}

/** A command to copy. */
export function cli(line) {
  const copied = button('Copy', async () => {
    try {
      await navigator.clipboard.writeText(line);
      copied.textContent = 'Copied';
    } catch {
      // Not on http of another machine: select it, so that one key does.
      const range = document.createRange();
      range.selectNodeContents(code);
      const selection = window.getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      copied.textContent = 'Selected';
    }
    setTimeout(() => { copied.textContent = 'Copy'; }, 1500);
  }, 'quiet', { 'aria-label': `Copy: ${line}` });
  const code = h('code', { tabindex: '0' }, line);
  return h('div', { class: 'cli' }, code, copied);
}

/** Where there is nothing yet: says what this is for and how to get the first. */
export function emptyState(title, explanation, ...lines) {
  return h('div', { class: 'empty' }, h('h2', {}, title), h('p', {}, explanation), ...lines.map(cli));
}

/** What went wrong, in the server's words. */
export function errorBox(failure) {
  return h('div', { class: 'error', role: 'alert' },
    h('strong', {}, failure.code && failure.code !== 'Unreachable' ? failure.code : 'It did not work'),
    h('p', {}, failure.message));
}

/**
 * A table. Columns: { title, cell(row) -> node or text, class ('num' for numbers), label (for phones; else the title) }.
 * On a phone each row becomes a block with its titles.
 */
export function table(columns, rows, caption) {
  return h('div', { class: 'table' }, h('table', {},
    caption ? h('caption', { class: 'hidden' }, caption) : null,
    h('thead', {}, h('tr', {}, columns.map(each => h('th', { scope: 'col', class: each.class }, each.title)))),
    h('tbody', {}, rows.map(row => h('tr', {}, columns.map(each =>
      h('td', { class: each.class, 'data-label': each.label ?? each.title }, each.cell(row))))))));
}

/** Names and values, [name, value] or, for a long one, [name, value, 'wide']; those whose value is null are left out. */
export function facts(entries) {
  return h('dl', { class: 'facts' }, entries.filter(each => each && each[1] !== null && each[1] !== undefined)
    .map(([name, value, kind]) => h('div', { class: kind }, h('dt', {}, name), h('dd', {}, value))));
}

/** A labelled input, select or textarea, with a hint below. */
export function field(label, input, hint = '') {
  const id = input.id || `f${Math.random().toString(36).slice(2)}`;
  input.id = id;
  if (hint) input.setAttribute('aria-describedby', `${id}-hint`);
  return h('div', { class: 'field' }, h('label', { for: id }, label), input,
    hint ? h('small', { id: `${id}-hint` }, hint) : null);
}

/** Tells something at the bottom for a while: kind is one of '', 'good', 'bad'. */
export function notify(message, kind = '') {
  const notices = document.getElementById('notices');
  const notice = h('div', { class: `notice ${kind}` }, message);
  notices.append(notice);
  setTimeout(() => notice.remove(), kind === 'bad' ? 10000 : 5000);
}

/**
 * Asks before something is done. `body` is a node or text; with `type`, that text has to be typed first.
 * @return whether to go on
 */
export function confirm({ title, body, action = 'OK', danger = false, type = '' }) {
  return new Promise(resolve => {
    const typed = h('input', { type: 'text', autocomplete: 'off', spellcheck: 'false' });
    const go = h('button', { class: danger ? 'danger' : 'primary', value: 'yes', disabled: Boolean(type) }, action);
    typed.addEventListener('input', () => { go.disabled = typed.value !== type; });
    const dialog = h('dialog', { 'aria-label': title },
      h('form', { method: 'dialog' },
        h('h2', {}, title), h('div', { class: 'dialog-body' }, body),
        type ? field(`Type ${type} to go on`, typed) : null,
        h('div', { class: 'actions' }, h('button', { value: 'no', formnovalidate: true }, 'Cancel'), go)));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes' && (!type || typed.value === type));
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Buttons of which one is pressed: options are [value, label] pairs. */
export function choice(label, options, value, onChange) {
  const group = h('div', { class: 'choice', role: 'group', 'aria-label': label });
  const draw = chosen => put(group, ...options.map(([each, words]) => h('button', {
    type: 'button',
    'aria-pressed': String(each === chosen),
    on: { click: () => { draw(each); group.querySelector('[aria-pressed=true]').focus(); onChange(each); } },
  }, words)));
  draw(value);
  return group;
}

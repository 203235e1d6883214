// The redrive dialog is the plan: what speaks against it first, then where to, how fast, how many and why; the count on
// the button is what will be moved.

import { ApiError } from '../api.js';
import { h, put, svg, text } from '../dom.js';
import { count } from '../format.js';
import { button, cli, errorBox, field } from '../ui.js';
import * as doors from './doors.js';
import { dlq, options, plural, toJob } from './words.js';

const TYPING_MILLIS = 350;
const CHECK = () => svg('svg', { viewBox: '0 0 12 12', width: 12, height: 12 },
  svg('path', { d: 'M2 6.5l2.6 2.6L10 3.4', fill: 'none', stroke: 'currentColor', 'stroke-width': 2 }));
const SIGNS = {
  refuse: [() => '×', 'Refused'], risk: [() => '!', 'Risk'], note: [() => 'i', 'Note'], ok: [CHECK, 'Fine'] };
const ORDER = ['refuse', 'risk', 'note', 'ok'];

/** @param what { queue, selection, title } */
export function redriveDialog({ queue, selection, title }) {
  const input = (attributes) => h('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', ...attributes });
  const to = input({ placeholder: 'where each died' });
  const rate = input({ inputmode: 'decimal', placeholder: 'as fast as it goes' });
  const max = input({ inputmode: 'numeric', placeholder: 'all' });
  const canary = input({ inputmode: 'numeric', placeholder: 'none' });
  const stop = input({ inputmode: 'decimal', placeholder: 'never' });
  const reason = input({ maxlength: '500', placeholder: 'such as: price API is back' });
  const findings = h('ul', { class: 'dl-findings', 'aria-label': 'Findings' });
  const problem = h('div', { role: 'alert' });
  const line = h('div');
  const go = h('button', { class: 'primary', type: 'submit', disabled: true }, 'Counting…');
  const dialog = h('dialog', { class: 'dl-dialog', 'aria-label': `Redrive ${title}` },
    h('form', { on: { submit: event => { event.preventDefault(); start(); } } },
      h('div', {}, h('h2', {}, `Redrive ${title}`), h('small', {}, queue)),
      findings,
      field('Send to', to, 'A function, function:version or queue'),
      h('div', { class: 'row' }, field('Rate, per second', rate), field('At most', max)),
      h('details', {}, h('summary', {}, 'Try a few first, stop when they come back'),
        h('div', { class: 'row' }, field('So many first, then 30 s', canary), field('Stop above % returned', stop))),
      field('Reason', reason, 'Written down with the job'),
      problem, line,
      h('div', { class: 'actions' }, button('Cancel', () => dialog.close()), go)));
  let asking = new AbortController();
  let typing = 0;
  const later = () => { clearTimeout(typing); go.disabled = true; typing = setTimeout(look, TYPING_MILLIS); };
  [to, max].forEach(each => each.addEventListener('input', later));
  [rate, canary, stop, reason].forEach(each => each.addEventListener('input', () => drawLine()));
  const leave = () => dialog.close();
  window.addEventListener('hashchange', leave);
  dialog.addEventListener('close', () => {
    window.removeEventListener('hashchange', leave);
    clearTimeout(typing);
    asking.abort();
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  look();

  /** What is asked for; throws in words what cannot be read. */
  function asked() {
    const question = { queue, selection };
    if (to.value.trim()) question.to = to.value.trim();
    const most = number(max, 'At most', /^\d{1,15}$/, 'a whole number above 0');
    if (most !== null) question.max = most;
    const perSecond = number(rate, 'Rate', /^\d{1,7}(\.\d{1,3})?$/, 'messages per second above 0');
    if (perSecond !== null) question.rate = perSecond;
    const first = number(canary, 'So many first', /^\d{1,9}$/, 'a whole number above 0');
    if (first !== null) question.canary = first;
    const share = stop.value.trim();
    if (share) {
      if (!/^\d{1,3}(\.\d{1,3})?%?$/.test(share) || parseFloat(share) > 100) throw new Error(`Stop above is “${share}”, expected 0 to 100 %.`);
      question.stopIfReturning = parseFloat(share) / 100;
    }
    if (reason.value.trim()) question.reason = reason.value.trim();
    return question;
  }

  function drawLine() {
    let question;
    try {
      question = asked();
      put(problem);
    } catch (wrong) {
      put(problem, h('p', { class: 'dl-problem' }, wrong.message));
      return;
    }
    put(line, cli(dlq('redrive', queue, ...options(selection),
      ...(question.to ? ['--to', question.to] : []), ...(question.rate ? ['--rate', `${question.rate}/s`] : []),
      ...(question.max ? ['--max', String(question.max)] : []), ...(question.canary ? ['--canary', String(question.canary)] : []),
      ...(question.stopIfReturning !== undefined ? ['--stop-if-returning', `${question.stopIfReturning * 100}%`] : []),
      ...(question.reason ? ['--reason', question.reason] : []))));
  }

  async function look() {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    drawLine();
    go.disabled = true;
    text(go, 'Counting…');
    try {
      const plan = await doors.plan(asked(), soFar => { if (!signal.aborted) drawCounting(soFar); }, signal);
      if (signal.aborted) return;
      draw(plan);
    } catch (failure) {
      if (signal.aborted) return;
      text(go, 'Redrive');
      if (failure instanceof ApiError) put(findings, h('li', { class: 'dl-plain' }, errorBox(failure)));
    }
  }

  /** A counting of a million takes a while; what it has so far is no promise. */
  function drawCounting(soFar) {
    text(go, soFar.atLeast ? `Counting… at least ${count(soFar.atLeast)}` : 'Counting…');
    put(findings, h('li', { class: 'dl-finding note' }, h('span', { class: 'dl-sign', 'aria-hidden': 'true' }, 'i'),
      h('div', {}, h('b', {}, 'Counting: '), soFar.seen
        ? `at least ${count(soFar.atLeast)} so far, ${count(soFar.seen)} of ${count(soFar.total)} scanned.`
        : `how many of the queue’s ${count(soFar.total)} are meant.`)));
  }

  function draw(plan) {
    const sorted = [...plan.findings].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
    put(findings, sorted.map(each => h('li', { class: `dl-finding ${each.severity}` },
      h('span', { class: 'dl-sign', 'aria-hidden': 'true' }, SIGNS[each.severity][0]()),
      h('div', {}, h('b', {}, `${SIGNS[each.severity][1]}: `), each.text, each.fix ? h('p', { class: 'muted' }, forPage(each.fix)) : null))));
    const isRefused = plan.findings.some(each => each.severity === 'refuse');
    go.disabled = isRefused || plan.planned === 0;
    text(go, `Redrive ${count(plan.planned)}`);
    go.setAttribute('aria-label', `Redrive ${plural(plan.planned, 'dead letter')}`);
  }

  async function start() {
    if (go.disabled) return;
    go.disabled = true;
    const words = go.textContent;
    text(go, 'Starting…'); // It counts once more, what there is at its beginning.
    try {
      const begun = await doors.redrive(asked());
      if (begun.job === null) {
        put(problem, h('p', { class: 'dl-problem' }, 'Nothing was there to move any more.'));
        return;
      }
      dialog.close();
      location.hash = toJob(begun.job);
    } catch (failure) {
      if (failure instanceof ApiError) put(problem, errorBox(failure));
      else put(problem, h('p', { class: 'dl-problem' }, failure.message));
      text(go, words);
      go.disabled = false;
    }
  }
}

/** The library's words are of the command line; here the same are fields. */
const forPage = fix => fix.replace('with --to', 'under Send to').replace('with --max', 'under At most');

function number(field, name, pattern, expected) {
  const typed = field.value.trim();
  if (!typed) return null;
  if (!pattern.test(typed) || Number(typed) <= 0) throw new Error(`${name} is “${typed}”, expected ${expected}.`);
  return Number(typed);
}

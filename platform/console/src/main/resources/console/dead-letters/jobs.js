// Redrive jobs: all, and one while it runs. A job is a record at the broker; this page only looks at it.

import { ApiError, every } from '../api.js';
import { balance } from '../charts.js';
import { h, put, text } from '../dom.js';
import { count, rate, span, time } from '../format.js';
import { button, card, cli, confirm, emptyState, errorBox, facts, heading, notify, table } from '../ui.js';
import * as doors from './doors.js';
import { crumbs, dlq, plural, refill, stateOf, toJob, toJobs, toQueue, when } from './words.js';


const LIST_MILLIS = 3000;
const RUNNING_MILLIS = 700;
const ENDED_MILLIS = 3000;

/** For a table of jobs. */
export const JOB_COLUMNS = [
  { title: 'Job', class: 'wide', cell: job => job.link },
  { title: 'State', cell: job => job.state },
  { title: 'Started', class: 'num', cell: job => job.started },
  { title: 'Moved', class: 'num', cell: job => job.moved },
  { title: 'Came back', class: 'num', cell: job => job.returned },
  { title: 'By', cell: job => job.by },
  { title: 'Queue and reason', class: 'wide', cell: job => job.what },
];

export function jobRow(job) {
  return {
    link: h('a', { href: toJob(job.job), class: 'mono', dataset: { focus: job.job } }, job.job),
    state: stateOf(job),
    started: when(job.startedAt),
    moved: `${count(job.moved)} of ${count(job.planned)}`,
    returned: job.returned ? h('b', { class: 'dl-bad' }, count(job.returned)) : h('span', { class: 'zero' }, '0'),
    by: job.by,
    what: h('div', {}, job.queue, job.undone ? ` · ${count(job.undone)} undone` : '',
      job.reason ? h('p', { class: 'muted break' }, job.reason) : null, job.outcome ? h('p', { class: 'muted break' }, job.outcome) : null),
  };
}

export async function showJobs(root, signal) {
  await doors.knowBroker(signal);
  const list = h('div');
  root.append(crumbs(['Redrives']), heading('Redrives', 'Who moved what, when, why, and what became of it. Kept at the broker, also those of the command line.'),
    list, cli(dlq('jobs', 'ls')));
  await every(LIST_MILLIS, signal, async () => {
    const found = await doors.jobs(signal);
    refill(list, found.jobs.length ? h('section', { class: 'card' }, table(JOB_COLUMNS, found.jobs.map(jobRow), 'Redrive jobs, the youngest first'))
      : emptyState('No redrives yet', 'Choose Redrive at a queue, a group or a letter. Each redrive becomes a job that survives this page, the '
        + 'server and the broker, and that can be paused, resumed, cancelled and undone.', dlq('redrive', 'orders', '--dry-run')));
  }, failure => put(list, errorBox(failure)));
}

export async function showJob(root, id, signal) {
  await doors.knowBroker(signal);
  const head = h('div', { class: 'dl-job-head' });
  const body = h('div', { class: 'stack', 'aria-live': 'off' });
  const said = h('p', { class: 'visually-hidden', role: 'status' });
  root.append(crumbs(['Redrives', toJobs()], [id]), head, body, said, cli(dlq('jobs', 'show', id)));
  let acting = false;
  let last = null;

  const look = async () => {
    if (acting) return;
    const job = await doors.job(id, signal);
    if (!acting && !signal.aborted) draw(job);
  };

  function draw(job) {
    last = job;
    refill(head, heading(`Redrive of ${job.queue}`, `${time(job.startedAt)} by ${job.by}${job.reason ? `: ${job.reason}` : ''}`, buttons(job)));
    refill(body, lost(job), progress(job), details(job));
    text(said, `${job.state.toLowerCase()}, ${count(job.moved)} of ${count(job.planned)} moved`);
  }

  function buttons(job) {
    const isOver = job.state === 'CANCELLED' || job.state === 'COMPLETED';
    const runs = job.state === 'RUNNING' && job.driven;
    return [
      runs ? act('Pause', 'pause') : null,
      !isOver && !runs ? act('Resume', 'resume', 'primary') : null,
      !isOver ? act('Cancel', 'cancel', '', { title: 'Cancel this redrive?', body: 'What was moved stays moved; undo brings back what nobody has taken. A cancelled job cannot be resumed.', action: 'Cancel the redrive' }) : null,
      !runs && job.waiting > 0 ? act(`Undo (${count(job.waiting)} not taken yet)`, 'undo', 'danger', {
        title: 'Bring them back?', body: `${plural(job.waiting, 'message')} that nobody has taken yet would go back to ${job.queue}.`, action: 'Bring them back' }) : null,
    ].filter(Boolean);
  }

  function act(title, what, kind = '', question = null) {
    return button(title, async () => {
      if (question && !await confirm(question)) return;
      acting = true;
      head.querySelectorAll('button').forEach(each => { each.disabled = true; });
      try {
        const answer = await doors.change(id, what);
        if (what === 'undo') notify(`${plural(answer.broughtBack, 'message')} came back to ${last.queue}.`, 'good');
      } catch (failure) {
        if (!(failure instanceof ApiError)) throw failure;
        notify(failure.message, 'bad');
      } finally {
        acting = false;
      }
      if (!signal.aborted) await look();
    }, kind, { dataset: { focus: what } });
  }

  const failed = failure => { if (!last) put(body, errorBox(failure)); };
  const turn = async () => {
    await every(RUNNING_MILLIS, signal, async () => {
      const isOver = last && last.state !== 'RUNNING';
      if (isOver && Date.now() - turn.at < ENDED_MILLIS) return;
      turn.at = Date.now();
      await look();
    }, failed);
  };
  turn.at = 0;
  await turn();
}

/** Where the process that drove it is gone. */
function lost(job) {
  if (job.state !== 'RUNNING' || job.driven) return null;
  return h('div', { class: 'dl-lost', role: 'alert' },
    h('strong', {}, 'Nobody drives this job.'),
    h('p', {}, `Whoever did was stopped or lost the broker; last heard of at ${time(job.updatedAt)}. Nothing is lost or doubled: Resume goes on with what is left, here.`),
    job.lastFailure ? h('p', { class: 'muted break' }, job.lastFailure) : null);
}

function progress(job) {
  const left = Math.max(0, job.planned - job.moved);
  const toMove = Math.max(0, left - job.held);
  const figure = (name, value, kind = '', title = '') => h('div', { class: `figure ${kind}`, title }, h('div', { class: 'name' }, name), h('div', { class: 'value' }, count(value)));
  const runs = job.state === 'RUNNING' && job.driven;
  const words = [];
  if (runs && job.ratePerSecond) words.push(`${rate(job.ratePerSecond)}/s`);
  if (runs && job.ratePerSecond > 0 && toMove > 0) words.push(`about ${span((toMove / job.ratePerSecond) * 1000)} left`);
  if (job.endedAt) words.push(`took ${span(Date.parse(job.endedAt) - Date.parse(job.startedAt))}`);
  return card('Progress', h('span', { class: 'dl-job-state' }, stateOf(job), words.length ? h('span', { class: 'muted' }, ` ${words.join(' · ')}`) : null),
    h('div', { class: 'stack' },
      h('div', { class: 'figures' },
        figure('Planned', job.planned, '', 'matched when it began'),
        figure('Moved', job.moved, '', `of ${count(job.planned)}`),
        figure('Waiting', job.waiting, '', 'where they went, not taken yet'),
        figure('Resolved', job.resolved, '', 'moved, and neither waiting nor back: inferred, not counted'),
        figure('Came back', job.returned, job.returned ? 'bad' : '', 'dead again'),
        figure('Held', job.held, job.held ? 'bad' : '', 'cannot go on, see below')),
      balance('Of those planned', [
        { name: 'resolved', value: job.resolved, shade: 's1' }, { name: 'waiting', value: job.waiting, shade: 's2' },
        { name: 'still to move', value: left, shade: 's3' }, { name: 'came back', value: job.returned, shade: 's4' }], count)));
}

function details(job) {
  return card('Order', null, h('div', { class: 'stack' },
    facts([
      ['Planned', count(job.planned)], ['From', h('a', { href: toQueue(job.queue) }, job.queue)], ['Which', job.selection],
      ['Rate', job.limitPerSecond ? `${rate(job.limitPerSecond)}/s at most` : 'as fast as it goes'],
      ['Started', time(job.startedAt)], ['Ended', job.endedAt ? time(job.endedAt) : null], ['By', job.by], ['Reason', job.reason || null],
      ['Left there', job.withoutOrigin ? `${count(job.withoutOrigin)}: nobody wrote down where they died` : null],
      ['Undone', job.undone ? count(job.undone) : null], ['Outcome', job.outcome || null]]),
    h('ul', { class: 'dl-plain-list' }, job.targets.map(each => h('li', { class: 'break' },
      `To ${each.target}${each.qualifier ? `, version ${each.qualifier}` : ''}: ${count(each.planned)}${job.state === 'RUNNING' ? '' : `, of which ${count(each.moved)} moved`}`,
      each.held ? h('p', { class: 'dl-problem' }, `Held: ${each.held}`) : null)))));
}

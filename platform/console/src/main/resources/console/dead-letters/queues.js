// The dead-letter queues, what redrive jobs go on, and what to do where there is none.

import { every } from '../api.js';
import { h, text } from '../dom.js';
import { count, rate } from '../format.js';
import { card, cli, emptyState, heading, table } from '../ui.js';
import * as doors from './doors.js';
import { jobRow, JOB_COLUMNS } from './jobs.js';
import { dlq, plural, refill, toJobs, toQueue, when } from './words.js';

const AGAIN_MILLIS = 4000;

export async function showQueues(root, signal) {
  const lead = h('p', { class: 'lead' }, 'Looking for dead-letter queues…');
  const head = heading('Dead letters', '', h('a', { class: 'button', href: toJobs() }, 'Redrive history'));
  head.firstElementChild.append(lead);
  const queues = h('div', { class: 'stack' });
  const jobs = h('div', { hidden: true });
  root.append(head, jobs, queues);
  const failed = failure => text(lead, failure.message);
  every(AGAIN_MILLIS, signal, async () => {
    const going = (await doors.jobs(signal)).jobs.filter(job => !['COMPLETED', 'CANCELLED'].includes(job.state));
    jobs.hidden = going.length === 0;
    if (going.length) refill(jobs, card('Redrives that are not over', null, table(JOB_COLUMNS, going.map(jobRow), 'Redrive jobs')));
  }, failed);
  return every(AGAIN_MILLIS, signal, async () => {
    const found = await doors.queues(signal);
    const all = found.queues.reduce((sum, each) => sum + each.messages, 0);
    text(lead, all === 0
      ? `None. Watching ${plural(found.queues.length, 'dead-letter queue')} of ${found.broker}.`
      : `${plural(all, 'dead letter')} in ${plural(found.queues.filter(each => each.messages).length, 'queue')}.`);
    refill(queues, all === 0 ? nothing(found) : null, found.queues.length ? list(found.queues) : null, cli(dlq('ls')));
  }, failed);
}

function list(queues) {
  const filled = queues.filter(each => each.messages);
  const rows = [...filled.sort((a, b) => b.messages - a.messages), ...queues.filter(each => !each.messages)];
  return h('section', { class: 'card dl-queues' }, table([
    { title: 'Queue', class: 'wide', cell: each => [
      h('a', { href: toQueue(each.queue), class: 'dl-strong', dataset: { focus: each.queue } }, each.function ?? each.queue),
      h('small', { class: 'dl-below' }, each.function ? each.queue : each.origins.slice(0, 3).join(', '))] },
    { title: 'Dead', class: 'num', cell: each => h('b', { class: each.messages ? '' : 'zero' }, count(each.messages)) },
    { title: 'Not seen', class: 'num', cell: each => (each.scheduled + each.delivering
      ? h('span', { title: `${each.scheduled} scheduled, ${each.delivering} with a consumer` }, `+${count(each.scheduled + each.delivering)}`)
      : h('span', { class: 'zero' }, '0')) },
    { title: 'Oldest', class: 'num', cell: each => when(each.oldest) },
    { title: 'Arriving', class: 'num', cell: each => (each.arrivalsPerSecond
      ? `${rate(each.arrivalsPerSecond)}/s` : h('span', { class: 'zero' }, '0/s')) },
  ], rows, 'Dead-letter queues, the fullest first'));
}

function nothing(found) {
  const example = found.queues.find(each => each.function)?.function ?? 'orders';
  return emptyState('No dead letters',
    'An event whose function failed in all its attempts, or that waited too long, comes to rest in the dead-letter queue '
    + 'of the function, with the error, the stack trace and the number of attempts. Here you then see what failed and how '
    + 'often, look at single events, mend and retry them, or send all of a kind back.',
    `millrace dlq ls`, `millrace dlq groups ${example}`);
}

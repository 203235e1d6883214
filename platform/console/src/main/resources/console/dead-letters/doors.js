// What the pages of dead letters ask the server. What says which are meant travels in bodies, never in addresses.

import { get, request, send } from '../api.js';

const PATH = '/_millrace/dead-letters/';

let broker = '';

/** The broker's address, for command lines; empty until the queues were asked for. */
export function brokerAddress() { return broker; }

export async function queues(signal) {
  const found = await get(`${PATH}queues`, signal);
  broker = found.broker;
  return found;
}

/** So that the lines to copy can name the broker, whichever page is looked at first. */
export async function knowBroker(signal) {
  if (!broker) ({ broker } = await get(`${PATH}broker`, signal));
}

/**
 * Counts groups. `shown(answer)` is called with what is known so far, again and again until all are counted.
 * @param question { queue, by, selection, fresh }
 */
export async function groups(question, shown, signal) {
  let answer = await send('POST', `${PATH}groups`, question, signal);
  shown(answer);
  while (!answer.done && !signal.aborted) {
    const { fresh, ...same } = question;
    answer = await send('POST', `${PATH}groups`, { ...same, scan: answer.scan, after: answer.version }, signal);
    shown(answer);
  }
  return answer;
}

export const letters = (question, signal) => send('POST', `${PATH}letters`, question, signal);

const named = (queue, id) => `?queue=${encodeURIComponent(queue)}&id=${encodeURIComponent(id)}`;

export const letter = (queue, id, signal) => get(`${PATH}letter${named(queue, id)}`, signal);

/** Saves the bytes of a body as a file; nothing of them is shown. */
export async function download(queue, id, signal) {
  const response = await request(`${PATH}letter/body${named(queue, id)}`, { signal });
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = address;
  link.download = `${id.replace(/[^\w.-]+/g, '_').slice(0, 80)}.bin`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/**
 * What a redrive would do. `counting(answer)` is called with what has been counted so far, again and again until the
 * plan is there.
 */
export async function plan(question, counting, signal) {
  let answer = await send('POST', `${PATH}plan`, question, signal);
  while (answer.counting && !signal.aborted) {
    counting(answer);
    answer = await send('POST', `${PATH}plan`, question, signal);
  }
  return answer;
}

export const redrive = question => send('POST', `${PATH}jobs`, question);
export const jobs = signal => get(`${PATH}jobs`, signal);
export const job = (id, signal) => get(`${PATH}jobs/${encodeURIComponent(id)}`, signal);
export const change = (id, what) => send('POST', `${PATH}jobs/${encodeURIComponent(id)}/${what}`);
export const previewEdit = (edit, signal) => send('POST', `${PATH}edit/preview`, edit, signal);
export const edit = change => send('POST', `${PATH}edit`, change);

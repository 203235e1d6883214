// What the server measured itself, from its Prometheus text. A server may keep no metrics, and a key may not see them.

import { ApiError, request } from './api.js';

const LINE = /^millrace_duration_seconds_bucket\{(.*)\} (\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

function labels(text) {
  return Object.fromEntries([...text.matchAll(LABEL)].map(([, name, value]) =>
    [name, value.replace(/\\(.)/g, (all, letter) => (letter === 'n' ? '\n' : letter))]));
}

/** How long handlers of a function ran, of all versions: [{ end: milliseconds, count }], null where the server does not tell. */
export async function handlerTimes(name, signal) {
  let text;
  try {
    text = await (await request('/metrics', { signal, quiet: true })).text();
  } catch (failure) {
    if (failure instanceof ApiError && !failure.isAway) return null;
    throw failure;
  }
  const sums = new Map();
  text.split('\n').map(line => LINE.exec(line)).filter(match => match)
    .map(([, inside, value]) => ({ ...labels(inside), sum: Number(value) }))
    .filter(each => each.function === name)
    .map(each => ({ end: each.le === '+Inf' ? Infinity : Number(each.le) * 1000, sum: each.sum }))
    .forEach(({ end, sum }) => sums.set(end, (sums.get(end) ?? 0) + sum));
  const buckets = [...sums].map(([end, sum]) => ({ end, sum }))
    .sort((one, other) => one.end - other.end);
  if (buckets.length === 0) return null;
  return buckets.map((each, at) => ({ end: each.end, count: each.sum - (buckets[at - 1]?.sum ?? 0) }));
}

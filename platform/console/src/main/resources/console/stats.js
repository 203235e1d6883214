// The server's counts, read every 1.5 s while a page looks, with the last three minutes of what they say: one
// reader for all pages. Rates are made here, from the difference of two readings.

import { every, get } from './api.js';
import { Series } from './charts.js';

const SAMPLES = 120;
/** The time between two readings. */
export const MILLIS = 1500;
/** A longer pause than this makes a rate that says nothing about now. */
const LONGEST_GAP = 10000;

export const NOTHING = { accepted: 0, waiting: 0, delayed: 0, running: 0, succeeded: 0, deadLettered: 0, expired: 0 };

class History {
  constructor() {
    this.accepted = new Series(SAMPLES);
    this.succeeded = new Series(SAMPLES);
    this.failed = new Series(SAMPLES);
    this.waiting = new Series(SAMPLES);
    this.running = new Series(SAMPLES);
    this.dead = new Series(SAMPLES);
    this.now = NOTHING;
  }

  add(now, seconds) {
    // A count that went down is of a function made anew under its name.
    const perSecond = (after, before) => (seconds > 0 ? Math.max(0, after - before) / seconds : 0);
    this.accepted.push(perSecond(now.accepted, this.now.accepted));
    this.succeeded.push(perSecond(now.succeeded, this.now.succeeded));
    this.failed.push(perSecond(now.deadLettered + now.expired, this.now.deadLettered + this.now.expired));
    this.waiting.push(now.waiting + now.delayed);
    this.running.push(now.running);
    this.dead.push(now.deadLettered);
    this.now = now;
  }
}

let readAt = 0;
let total = new History();
let functions = new Map();
let mappings = {};

/** The newest reading: { total: History, functions: Map name -> History, mappings }, null before the first. */
export function newest() { return readAt ? { total, functions, mappings } : null; }

/** What is left to explain: accepted less all that events can be. 0 while nothing moves. */
export function imbalance(counts) {
  return counts.accepted - counts.waiting - counts.delayed - counts.running - counts.succeeded - counts.deadLettered - counts.expired;
}

async function read(signal) {
  // Another page has just read; rates of an instant say nothing.
  if (readAt && performance.now() - readAt < MILLIS / 2) return;
  const answer = await get('/_millrace/stats', signal);
  const at = performance.now();
  const gap = readAt ? at - readAt : 0;
  if (gap > LONGEST_GAP) {
    total = new History();
    functions = new Map();
  }
  const seconds = gap > LONGEST_GAP ? 0 : gap / 1000;
  const sum = { ...NOTHING };
  const left = new Set(functions.keys());
  for (const [name, counts] of Object.entries(answer.functions)) {
    for (const key of Object.keys(NOTHING)) sum[key] += counts[key];
    const known = functions.has(name);
    if (!known) functions.set(name, new History());
    functions.get(name).add(counts, known ? seconds : 0);
    left.delete(name);
  }
  left.forEach(name => functions.delete(name));
  total.add(sum, seconds);
  mappings = answer.mappings || {};
  readAt = at;
}

/** Reads now and again until `signal` aborts, and calls `draw` with what newest() has after each. */
export function watch(signal, draw, failed) {
  return every(MILLIS, signal, async () => {
    await read(signal);
    if (!signal.aborted) draw(newest());
  }, failed);
}

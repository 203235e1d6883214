// Saved test events: in this browser only, per function. What is in them is never put into an address.

const PREFIX = 'millrace.event.';
const MOST = 30;

export const FIRST = '{\n  "hello": "world"\n}';

function key(name) { return PREFIX + name; }

/** [{ name, body }], as they were saved */
export function saved(functionName) {
  try {
    const events = JSON.parse(localStorage.getItem(key(functionName)) ?? '[]');
    return Array.isArray(events) ? events.filter(each => typeof each?.name === 'string' && typeof each?.body === 'string') : [];
  } catch {
    return []; // Not ours, or no storage in this browser.
  }
}

/** @throws Error in words for people if the browser keeps nothing more */
export function save(functionName, name, body) {
  const others = saved(functionName).filter(each => each.name !== name);
  if (others.length >= MOST) throw new Error(`At most ${MOST} events are kept for a function; delete one first.`);
  try {
    localStorage.setItem(key(functionName), JSON.stringify([...others, { name, body }]));
  } catch {
    throw new Error('This browser keeps nothing more for this page.');
  }
}

export function remove(functionName, name) {
  const left = saved(functionName).filter(each => each.name !== name);
  try {
    if (left.length) localStorage.setItem(key(functionName), JSON.stringify(left));
    else localStorage.removeItem(key(functionName));
  } catch {
    // No storage, so nothing is saved.
  }
}

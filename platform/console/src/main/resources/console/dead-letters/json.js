// JSON as text: read and laid out without making numbers of its numbers, which may have more digits than those have.

/** Indents JSON; every value stays as it was written. Text that is no JSON comes back with other line ends at most. */
export function pretty(text) {
  const out = [];
  let depth = 0;
  let at = 0;
  const line = () => out.push('\n', '  '.repeat(Math.max(0, depth)));
  while (at < text.length) {
    const c = text[at];
    if (c === '"') {
      const end = endOfString(text, at);
      out.push(text.slice(at, end));
      at = end;
      continue;
    }
    at += 1;
    if (c === '{' || c === '[') {
      const close = c === '{' ? '}' : ']';
      const next = skipBlank(text, at);
      if (text[next] === close) {
        out.push(c, close);
        at = next + 1;
      } else {
        depth += 1;
        out.push(c);
        line();
      }
    } else if (c === '}' || c === ']') {
      depth -= 1;
      line();
      out.push(c);
    } else if (c === ',') {
      out.push(c);
      line();
    } else if (c === ':') {
      out.push(': ');
    } else if (!isBlank(c)) {
      out.push(c);
    }
  }
  return out.join('');
}

const isBlank = c => c === ' ' || c === '\n' || c === '\r' || c === '\t';

function skipBlank(text, from) {
  let at = from;
  while (at < text.length && isBlank(text[at])) at += 1;
  return at;
}

function endOfString(text, start) {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return Math.min(text.length, at + 1);
}

/**
 * The values of a JSON text by their pointers, as they are written; null where it is no JSON, or deeper than anybody
 * compares.
 */
export function flatten(text) {
  const found = new Map();
  let at = 0;
  const fail = () => { throw new SyntaxError('no JSON'); };
  const expect = c => { if (text[at] !== c) fail(); at = skipBlank(text, at + 1); };
  const string = () => {
    if (text[at] !== '"') fail();
    const start = at;
    at = endOfString(text, at);
    const read = text.slice(start, at);
    at = skipBlank(text, at);
    return read;
  };
  const value = (pointer, depth) => {
    if (depth > 200) fail();
    if (text[at] === '{') {
      expect('{');
      if (text[at] === '}') { expect('}'); found.set(pointer, '{}'); return; }
      for (;;) {
        const name = JSON.parse(string());
        expect(':');
        value(`${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth + 1);
        if (text[at] !== ',') break;
        expect(',');
      }
      expect('}');
    } else if (text[at] === '[') {
      expect('[');
      if (text[at] === ']') { expect(']'); found.set(pointer, '[]'); return; }
      for (let index = 0; ; index += 1) {
        value(`${pointer}/${index}`, depth + 1);
        if (text[at] !== ',') break;
        expect(',');
      }
      expect(']');
    } else if (text[at] === '"') {
      found.set(pointer, string());
    } else {
      const literal = /^[-+.\w]+/.exec(text.slice(at, at + 400));
      if (!literal) fail();
      at = skipBlank(text, at + literal[0].length);
      found.set(pointer, literal[0]);
    }
  };
  try {
    JSON.parse(text);
    at = skipBlank(text, 0);
    value('', 0);
    return found;
  } catch {
    return null;
  }
}

const MOST_COMPARED = 3_000_000;

/** Lines as [' ' or '-' or '+', text]; null where there are too many to compare. */
export function lineDiff(before, after) {
  const old = before.split('\n');
  const now = after.split('\n');
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  const a = old.slice(head, old.length - tail);
  const b = now.slice(head, now.length - tail);
  if (a.length * b.length > MOST_COMPARED) return null;
  const same = list => list.map(line => [' ', line]);
  return [...same(old.slice(0, head)), ...changed(a, b), ...same(old.slice(old.length - tail))];
}

function changed(a, b) {
  const width = b.length + 1;
  const common = new Int32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      common[i * width + j] = a[i] === b[j] ? common[(i + 1) * width + j + 1] + 1
        : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  const lines = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push([' ', a[i]]);
      i += 1;
      j += 1;
    } else if (j === b.length || (i < a.length && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      lines.push(['-', a[i]]);
      i += 1;
    } else {
      lines.push(['+', b[j]]);
      j += 1;
    }
  }
  return lines;
}

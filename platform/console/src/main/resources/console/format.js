// Numbers and times for people, in the browser's language, UTC offset and all.

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });

/** 12,408 */
export function count(value) { return whole.format(value); }

/** 12.4K from ten thousand on */
export function compact(value) { return Math.abs(value) < 10000 ? whole.format(value) : short.format(value); }

/** Of a rate per second: 0, 0.4, 12, 1.2K */
export function rate(value) {
  if (value === 0) return '0';
  if (value < 10) return value.toFixed(1);
  return compact(Math.round(value));
}

export function bytes(value) {
  if (value < 1024) return `${value} B`;
  const units = ['KB', 'MB', 'GB', 'TB'];
  let size = value / 1024;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) { size /= 1024; unit += 1; }
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

/** Milliseconds as 0.8 ms, 120 ms, 1.4 s, 3 min, 2 h, 5 d */
export function span(millis) {
  if (millis < 10) return `${millis.toFixed(1)} ms`;
  if (millis < 1000) return `${Math.round(millis)} ms`;
  const seconds = millis / 1000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}

/** A time as 2026-11-21 22:41:07, of this browser's clock. */
export function time(value) {
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) return '';
  const two = n => String(n).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} `
      + `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** How long ago: 4 s ago */
export function ago(value, now = Date.now()) {
  const at = new Date(value).getTime();
  return Number.isNaN(at) ? '' : `${span(Math.max(0, now - at))} ago`;
}

// Charts in SVG. Colour is never the only sign: each has a legend with its numbers, or a title that says them.

import { h, put, svg } from './dom.js';
import { rate, span } from './format.js';

const SHADES = ['s1', 's2', 's3', 's4'];
/** So few samples fill the width of a chart that has just begun. */
const FEWEST = 40;
/** Before a chart is on the page it has no width of its own. */
const WIDTH = 640;

/** Calls draw(width in pixels) now and whenever the place a chart has changes, so that its letters stay their size. */
function sized(plot, height, draw) {
  let width = 0;
  const resize = () => {
    const now = Math.round(plot.getBoundingClientRect().width) || WIDTH;
    if (now === width) return;
    width = now;
    plot.setAttribute('viewBox', `0 0 ${width} ${height}`);
    plot.setAttribute('height', height);
    draw(width);
  };
  new ResizeObserver(resize).observe(plot);
  resize();
  return () => draw(width);
}

/** The last `size` values of a quantity, oldest first. */
export class Series {
  constructor(size) {
    this.size = size;
    this.values = [];
  }

  push(value) {
    this.values.push(value);
    if (this.values.length > this.size) this.values.shift();
  }

  get last() { return this.values.at(-1) ?? 0; }
}

/** A round number not below value. */
function ceiling(value) {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map(step => step * power).find(step => step >= value) ?? 10 * power;
}

/** How many samples the width shows: all there are, but not fewer than FEWEST. */
function shown(series) { return Math.max(FEWEST, ...series.map(each => each.values.length)); }

function points(values, size, top, width, height) {
  const step = width / Math.max(1, size - 1);
  const start = size - values.length;
  return values.map((value, at) => [(start + at) * step, height - (value / top) * height]);
}

const path = list => list.map(([x, y], at) => `${at ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');

/**
 * A chart of some series over the same time. `draw()` shows what the series hold now.
 * @param series [{ name, series: Series }], at most four
 * @param options format(value), millis: the time between two samples, height in pixels
 */
export function lineChart(label, series, { format = rate, millis = 0, height = 140 } = {}) {
  const plot = svg('svg', { class: 'chart', role: 'img' });
  const legend = h('div', { class: 'legend' });
  const draw = sized(plot, height + 24, width => {
    const most = ceiling(Math.max(0, ...series.flatMap(each => each.series.values)));
    const samples = shown(series.map(each => each.series));
    put(plot,
      svg('title', {}, `${label}: ${series.map(each => `${each.name} ${format(each.series.last)}`).join(', ')}`),
      [0, 0.5, 1].map(part => svg('line', {
        class: 'axis', x1: 0, x2: width, y1: 6 + height * part, y2: 6 + height * part })),
      series.map((each, at) => {
        const line = points(each.series.values, samples, most, width, height).map(([x, y]) => [x, y + 6]);
        if (line.length < 2) return null;
        const area = `${path(line)}L${line.at(-1)[0].toFixed(1)} ${height + 6}L${line[0][0].toFixed(1)} ${height + 6}Z`;
        return [svg('path', { class: `area ${SHADES[at]}`, d: area }), svg('path', { class: `series ${SHADES[at]}`, d: path(line) })];
      }).reverse(),
      svg('text', { x: 0, y: 19 }, format(most)),
      svg('text', { x: 0, y: height + 20 }, millis ? `${span(samples * millis)} ago` : ''),
      svg('text', { x: width, y: height + 20, 'text-anchor': 'end' }, 'now'));
    put(legend, series.map((each, at) => h('span', { class: SHADES[at] }, `${each.name} `, h('b', {}, format(each.series.last)))));
  });
  return { element: h('div', { class: 'stack' }, plot, legend), draw };
}

/** A small line without axes, for a row of a table. */
export function sparkline(series, label) {
  const plot = svg('svg', { class: 'spark chart', viewBox: '0 0 96 22', preserveAspectRatio: 'none', role: 'img' });
  const draw = () => {
    const most = Math.max(1e-9, ...series.values);
    const line = points(series.values, shown([series]), most, 96, 18).map(([x, y]) => [x, y + 2]);
    put(plot, svg('title', {}, label(series.last)),
      line.length < 2 ? null : svg('path', { class: 'series s1', d: path(line) }));
  };
  draw();
  return { element: plot, draw };
}

/** Bars over buckets: [{ label, count }]. Every bar has a title with its numbers. */
export function histogram(label, buckets, { height = 110 } = {}) {
  const plot = svg('svg', { class: 'chart', role: 'img', 'aria-label':
    `${label}: ${buckets.filter(each => each.count).map(each => `${each.count} at ${each.label}`).join(', ')}` });
  const most = Math.max(1, ...buckets.map(each => each.count));
  sized(plot, height + 20, all => {
    const width = all / Math.max(1, buckets.length);
    const every = Math.ceil(52 / width); // Labels that would run into each other are left out.
    put(plot, buckets.map((each, at) => {
      const tall = each.count ? Math.max(2, (each.count / most) * (height - 16)) : 0;
      return [
        svg('rect', { class: 'bar s1', x: at * width + width * 0.1, y: height - tall, width: width * 0.8, height: tall, rx: 2 },
          svg('title', {}, `${each.label}: ${each.count}`)),
        each.count ? svg('text', { x: (at + 0.5) * width, y: height - tall - 4, 'text-anchor': 'middle' }, each.count) : null,
        at % every === 0 ? svg('text', { x: (at + 0.5) * width, y: height + 16, 'text-anchor': 'middle' }, each.label) : null,
      ];
    }),
    svg('line', { class: 'axis', x1: 0, x2: all, y1: height, y2: height }));
  });
  return plot;
}

/** One bar of parts: [{ name, value, shade: 's1'..'s4' }], with a legend. */
export function balance(label, parts, format = String) {
  const total = parts.reduce((sum, each) => sum + each.value, 0);
  const bar = h('div', { class: 'balance', role: 'img', 'aria-label': `${label}: ${parts.map(each => `${each.name} ${format(each.value)}`).join(', ')}` });
  for (const each of parts) {
    const part = h('span', { class: each.shade });
    part.style.flexGrow = String(total ? each.value : 0);
    bar.append(part);
  }
  return h('div', {}, bar, h('div', { class: 'legend' },
    parts.map(each => h('span', { class: each.shade }, `${each.name} `, h('b', {}, format(each.value))))));
}

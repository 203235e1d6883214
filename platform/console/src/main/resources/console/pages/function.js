// One function: what it is, what it does now, and a place to try it.

import { all, every, get, getIfThere, send } from '../api.js';
import { lineChart } from '../charts.js';
import { h, put, text } from '../dom.js';
import { bytes, compact, count, rate, span, time } from '../format.js';
import { MILLIS, newest, watch } from '../stats.js';
import { button, card, cli, errorBox, facts, field, heading, notify, pill, table } from '../ui.js';
import { showLogs } from './function-logs.js';
import { testBench } from './test-bench.js';

const TABS = [['test', 'Test'], ['logs', 'Logs'], ['configuration', 'Configuration'], ['versions', 'Versions and aliases'], ['limits', 'Limits and retries']];
const STATES = { Active: 'good', Pending: 'info', Inactive: '', Failed: 'bad' };

/** An argument for a shell, as it is or quoted. */
function quoted(argument) { return /^[\w.:@/=+-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`; }

export async function renderFunction(root, params, signal) {
  const name = params.path[0];
  const base = `/2015-03-31/functions/${encodeURIComponent(name)}`;
  const found = await getIfThere(base, signal);
  if (!found) {
    put(root, heading('There is no such function', name), h('p', {}, h('a', { href: '#/functions' }, 'All functions')));
    return;
  }
  const configuration = found.Configuration;
  const known = TABS.some(([each]) => each === params.query.get('tab'));
  const tab = known ? params.query.get('tab') : 'test';
  const live = liveFigures(name);
  const panel = h('div', { class: 'stack' });
  put(root,
    heading(name, configuration.Description ?? '',
      pill(configuration.State ?? 'Active', STATES[configuration.State ?? 'Active'] ?? 'bad'),
      pill(configuration.Runtime ?? 'Java, embedded')),
    configuration.StateReason ? h('p', { class: 'muted' }, configuration.StateReason) : null,
    live.element,
    whyItWaits(name, signal),
    h('nav', { class: 'tabs', 'aria-label': 'Parts of the page' }, TABS.map(([each, title]) => h('a', {
      href: `#/functions/${encodeURIComponent(name)}?tab=${each}`, 'aria-current': each === tab ? 'page' : null }, title))),
    panel);
  const charts = []; // Of the part that is shown, drawn with each reading.
  const drawLive = state => {
    live.draw(state.functions.get(name));
    charts.forEach(each => each.draw());
  };
  if (newest()) drawLive(newest());
  watch(signal, drawLive);
  if (tab === 'configuration') showConfiguration(panel, name, found);
  else if (tab === 'logs') await showLogs(panel, name, signal);
  else if (tab === 'versions') await showVersions(panel, name, base, signal);
  else if (tab === 'limits') await showLimits(panel, name, charts, signal);
  else await testBench(panel, name, base, signal);
}

function liveFigures(name) {
  const figures = [
    ['Accepted', '/s', of => rate(of.accepted.last)], ['Waiting', '', of => compact(of.now.waiting)],
    ['Retry later', '', of => compact(of.now.delayed)], ['Running', '', of => compact(of.now.running)],
    ['Succeeded', '', of => compact(of.now.succeeded)], ['Dead letters', '', of => compact(of.now.deadLettered)],
  ].map(([title, unit, of]) => ({ title, unit, of, value: h('span', {}, '–') }));
  const element = h('div', { class: 'figures', role: 'group', 'aria-label': `Events of ${name}` }, figures.map(each => {
    each.box = h('div', { class: 'figure' }, h('div', { class: 'name' }, each.title),
      h('div', { class: 'value' }, each.value, each.unit ? h('small', {}, each.unit) : null));
    return each.box;
  }));
  return {
    element,
    draw(history) {
      if (!history) return;
      figures.forEach(each => text(each.value, each.of(history)));
      figures.at(-1).box.classList.toggle('bad', history.now.deadLettered > 0);
    },
  };
}

/** Why events of the function wait, in the server's words; nothing where none does, or the server does not say. */
function whyItWaits(name, signal) {
  const place = h('ul', { class: 'waits', 'aria-label': 'Why events wait' });
  place.hidden = true;
  let isTold = true;
  every(3000, signal, async () => {
    const now = newest()?.functions.get(name)?.now;
    const waits = isTold && now && now.waiting + now.delayed > 0;
    const answer = waits ? await getIfThere(`/_millrace/functions/${encodeURIComponent(name)}/waiting`, signal) : null;
    if (waits && !answer) isTold = false;
    const reasons = answer?.reasons ?? [];
    place.hidden = reasons.length === 0;
    put(place, reasons.map(each => h('li', {}, `${count(each.events)} ${each.events === 1 ? 'waits' : 'wait'}: ${each.detail || each.reason}`,
      each.until ? ` (until ${time(each.until)})` : '')));
  });
  return place;
}

function showConfiguration(panel, name, { Configuration: of, Concurrency: concurrency }) {
  const variables = Object.entries(of.Environment?.Variables ?? {});
  const layers = (of.Layers ?? []).map(each => each.Arn);
  put(panel,
    card('Configuration', null, facts([
      ['Handler', h('span', { class: 'mono' }, of.Handler ?? '–')],
      ['Runtime', of.Runtime ?? 'Java, in the server'],
      ['Architecture', (of.Architectures ?? []).join(', ') || null],
      ['Memory', `${of.MemorySize} MB`],
      ['Timeout', `${of.Timeout} s`],
      ['Temporary files', of.EphemeralStorage ? `${of.EphemeralStorage.Size} MB` : null],
      ['Reserved', concurrency?.ReservedConcurrentExecutions ?? 'none'],
      ['Code', of.CodeSize ? bytes(of.CodeSize) : 'embedded'],
      ['Changed', time(of.LastModified)],
      ['Last update', of.LastUpdateStatus ?? null],
      ['Code SHA-256', of.CodeSha256 ? h('span', { class: 'mono' }, of.CodeSha256) : null, 'wide'],
      ['ARN', h('span', { class: 'mono' }, of.FunctionArn), 'wide'],
      ['Role', of.Role ? h('span', { class: 'mono' }, of.Role) : null, 'wide'],
      ['Layers', layers.length ? layers.join(', ') : null, 'wide'],
    ])),
    card('Environment variables', variables.length ? null : pill('none'), variables.length ? variablesTable(variables) : null),
    cli(`millrace function show ${quoted(name)}`));
}

/** Values are often secrets: shown when asked for. */
function variablesTable(variables) {
  return table([
    { title: 'Name', label: '', cell: ([key]) => h('span', { class: 'mono' }, key) },
    { title: 'Value', class: 'wide', cell: ([key, value]) => {
      const shown = h('span', { class: 'mono' }, '••••••••');
      const reveal = button('Show', () => {
        const hide = shown.textContent === value;
        shown.textContent = hide ? '••••••••' : value;
        reveal.textContent = hide ? 'Show' : 'Hide';
      }, 'quiet', { 'aria-label': `Show the value of ${key}` });
      return h('span', {}, shown, ' ', reveal);
    } },
  ], variables, 'Environment variables');
}

async function showVersions(panel, name, base, signal) {
  const [versions, aliases] = await Promise.all([
    all(`${base}/versions`, 'Versions', signal), all(`${base}/aliases`, 'Aliases', signal)]);
  put(panel,
    card('Aliases', aliases.length ? null : pill('none'), aliases.length ? table([
      { title: 'Alias', label: '', cell: each => h('strong', {}, each.Name) },
      { title: 'Versions', cell: weights },
      { title: 'Description', class: 'wide', cell: each => each.Description || '–' },
    ], aliases, 'Aliases') : h('p', { class: 'muted' }, 'An alias is a name that points to a version, or shares its events between two.')),
    card('Versions', null, table([
      { title: 'Version', label: '', cell: each => h('strong', {}, each.Version) },
      { title: 'Runtime', cell: each => each.Runtime ?? '–' },
      { title: 'Handler', class: 'wide', cell: each => h('span', { class: 'mono' }, each.Handler ?? '–') },
      { title: 'Code', class: 'num', cell: each => (each.CodeSize ? bytes(each.CodeSize) : '–') },
      { title: 'Changed', class: 'num', cell: each => time(each.LastModified) },
    ], versions.slice().reverse(), 'Versions')),
    cli(`millrace function publish ${quoted(name)}`),
    cli(`millrace function alias create ${quoted(name)} live --to 1`));
}

function weights(alias) {
  const others = Object.entries(alias.RoutingConfig?.AdditionalVersionWeights ?? {});
  const rest = others.reduce((left, [, weight]) => left - weight, 1);
  const percent = share => `${Math.round(share * 1000) / 10} %`;
  return others.length === 0 ? `all to ${alias.FunctionVersion}`
    : [`${percent(rest)} to ${alias.FunctionVersion}`, ...others.map(([version, weight]) => `${percent(weight)} to ${version}`)].join(', ');
}

async function showLimits(panel, name, charts, signal) {
  const encoded = encodeURIComponent(name);
  const [reserved, provisioned, configs, account] = await Promise.all([
    get(`/2019-09-30/functions/${encoded}/concurrency`, signal),
    all(`/2019-09-30/functions/${encoded}/provisioned-concurrency?List=ALL`, 'ProvisionedConcurrencyConfigs', signal),
    all(`/2019-09-25/functions/${encoded}/event-invoke-config/list`, 'FunctionEventInvokeConfigs', signal),
    get('/2016-08-19/account-settings/', signal)]);
  const redraw = () => showLimits(panel, name, charts, signal);
  const { AccountLimit: limit } = account;
  const history = newest()?.functions.get(name);
  charts.length = 0;
  if (history) charts.push(lineChart('Events running', [{ name: 'Running', series: history.running }], { millis: MILLIS, format: compact, height: 110 }));
  put(panel, h('div', { class: 'grid' },
    card('Reserved concurrency', null, reservation(name, reserved.ReservedConcurrentExecutions, limit, redraw)),
    charts.map(each => card('Running', null, each.element))),
  card('Provisioned concurrency', provisioned.length ? null : pill('none'), provisioned.length ? table([
    { title: 'Version or alias', label: '', cell: each => h('strong', {}, each.FunctionArn.split(':').at(-1)) },
    { title: 'Wanted', class: 'num', cell: each => count(each.RequestedProvisionedConcurrentExecutions) },
    { title: 'Ready', class: 'num', cell: each => count(each.AvailableProvisionedConcurrentExecutions) },
    { title: 'Status', cell: each => pill(each.Status, { READY: 'good', FAILED: 'bad' }[each.Status] ?? 'info') },
    { title: 'Reason', class: 'wide', cell: each => each.StatusReason ?? '–' },
  ], provisioned, 'Provisioned concurrency')
    : [h('p', { class: 'muted' }, 'Environments that are kept ready for a version or an alias, so that no event waits for a cold start.'),
      cli(`millrace function provisioned set ${quoted(`${name}:live`)} 1`)]),
  card('Retries and destinations of asynchronous events', configs.length ? null : pill('the platform’s defaults'),
    configs.length ? table([
      { title: 'Of', label: '', cell: each => h('strong', {}, each.FunctionArn.split(':').slice(6).join(':')) },
      { title: 'Retries', class: 'num', cell: each => each.MaximumRetryAttempts ?? 'default' },
      { title: 'Longest age', class: 'num', cell: each => (each.MaximumEventAgeInSeconds === undefined ? 'default' : span(each.MaximumEventAgeInSeconds * 1000)) },
      { title: 'On success', class: 'wide', cell: each => each.DestinationConfig?.OnSuccess?.Destination ?? '–' },
      { title: 'On failure', class: 'wide', cell: each => each.DestinationConfig?.OnFailure?.Destination ?? '–' },
    ], configs, 'Event invoke configurations')
      : h('p', { class: 'muted' }, 'Events that fail are tried again by the platform’s settings; then they become dead letters.')));
}

function reservation(name, reserved, limit, redraw) {
  const path = `/2017-10-31/functions/${encodeURIComponent(name)}/concurrency`;
  const input = h('input', { type: 'number', min: 0, step: 1, value: reserved ?? '', placeholder: 'none', inputmode: 'numeric' });
  const problem = h('div', {});
  const change = async (act, said) => {
    try {
      await act();
      notify(said, 'good');
      await redraw();
    } catch (failure) {
      put(problem, errorBox(failure));
    }
  };
  return h('form', { class: 'stack', on: { submit: event => {
    event.preventDefault();
    if (input.value === '') return;
    change(() => send('PUT', path, { ReservedConcurrentExecutions: Number(input.value) }), `Reserved ${input.value} for ${name}.`);
  } } },
  h('p', { class: 'muted' }, reserved === undefined
    ? `Shares the unreserved ${count(limit.UnreservedConcurrentExecutions)} of ${count(limit.ConcurrentExecutions)} with others. With a reservation so many can always run, and no more; 0 switches the function off.`
    : reserved === 0 ? 'Switched off: nothing runs, events wait.' : `${count(reserved)} can always run at once, and never more.`),
  h('div', { class: 'row' }, field('How many may run at once', input),
    h('button', { class: 'primary' }, 'Reserve'),
    button('No reservation', () => change(() => send('DELETE', path), 'No reservation any more.'), '', { disabled: reserved === undefined })),
  problem);
}

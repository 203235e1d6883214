// The shell: which page is shown, who is signed in, and whether the server is there.
//
// A page is a module in pages/ with `async function render(root, params, signal)`: it fills `root` (empty, in <main>),
// gets the parts of the hash behind its name and its query in `params` ({ path: [..], query: URLSearchParams }), and
// ends what it started when `signal` aborts, which is when another page is shown.

import { get, send, onReachable, onSignInNeeded, signedIn, ApiError } from './api.js';
import { h, put } from './dom.js';
import { button, errorBox, field } from './ui.js';

const PAGES = [
  { name: '', title: 'Overview', module: './pages/overview.js' },
  { name: 'functions', title: 'Functions', module: './pages/functions.js' },
  { name: 'queues', title: 'Queues', module: './pages/queues.js' },
  { name: 'mappings', title: 'Mappings', module: './pages/mappings.js' },
  { name: 'dead-letters', title: 'Dead letters', module: './pages/dead-letters.js' },
];

const main = document.getElementById('main');
const nav = document.getElementById('nav');
const banner = document.getElementById('banner');
const account = document.getElementById('account');

let showing = new AbortController();
let signingIn = false;

/** `#/functions/orders?tab=test` as { name: 'functions', path: ['orders'], query }. */
function route() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const [name = '', ...rest] = path.split('/').filter(part => part !== '');
  return { name, path: rest.map(decoded), query: new URLSearchParams(query) };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

async function show() {
  const { name, path, query } = route();
  const page = PAGES.find(each => each.name === name);
  showing.abort();
  showing = new AbortController();
  const { signal } = showing;
  drawNav(name);
  const root = h('div', { class: 'page', dataset: { of: location.hash } });
  put(main, root);
  if (!page) {
    document.title = 'Not found · Millrace';
    put(root, h('h1', {}, 'There is no such page'), h('p', {}, h('a', { href: '#/' }, 'To the overview')));
    return;
  }
  document.title = `${path[0] ?? page.title} · Millrace`;
  try {
    const { render } = await import(page.module);
    if (!signal.aborted) await render(root, { path, query }, signal);
  } catch (failure) {
    if (signal.aborted || signingIn) return;
    if (!(failure instanceof ApiError)) console.error(failure);
    put(root, errorBox(failure), button('Try again', show));
    if (failure.isAway) retryWhenBack = true;
  }
}

let retryWhenBack = false;

function drawNav(current) {
  put(nav, ...PAGES.map(page => h('a', {
    href: `#/${page.name}`, 'aria-current': page.name === current ? 'page' : null,
  }, page.title)));
}

/* The server away: what is on the page stays, and so that it is not taken for now, a banner says so. */

let knocking = 0;

onReachable(isThere => {
  document.body.classList.toggle('away', !isThere);
  banner.hidden = isThere;
  if (isThere) {
    clearInterval(knocking);
    knocking = 0;
    if (retryWhenBack) {
      retryWhenBack = false;
      show();
    }
    return;
  }
  put(banner, 'The server does not answer. What you see is from before; the page goes on by itself when it is back.');
  if (!knocking) knocking = setInterval(() => get('/_millrace/session').catch(() => {}), 2000);
});

/* Who asks: nobody in particular where the server has no keys. */

function drawAccount(session) {
  if (!session.keysRequired) {
    put(account, h('span', { class: 'muted', title: 'This server has no access keys: whoever reaches it may do everything.' }, 'open server'));
    return;
  }
  if (!session.signedIn) {
    put(account);
    return;
  }
  put(account, h('span', { class: 'muted', title: `Key ${session.keyId}` }, `${session.user} (${session.role})`),
    button('Sign out', async () => {
      await send('DELETE', '/_millrace/session');
      location.reload();
    }, 'quiet'));
}

function signIn() {
  if (signingIn) return;
  signingIn = true;
  showing.abort();
  const key = h('input', { type: 'text', autocomplete: 'username', required: true, spellcheck: 'false', autocapitalize: 'off' });
  const secret = h('input', { type: 'password', autocomplete: 'current-password', required: true });
  const problem = h('div', { role: 'alert' });
  const go = h('button', { class: 'primary' }, 'Sign in');
  const form = h('form', { class: 'card sign-in', on: { submit: async event => {
    event.preventDefault();
    go.disabled = true;
    try {
      const session = await send('POST', '/_millrace/session', { accessKeyId: key.value.trim(), secretAccessKey: secret.value });
      signingIn = false;
      signedIn();
      drawAccount(session);
      await show();
    } catch (failure) {
      put(problem, h('div', { class: 'error' }, failure.message));
      secret.value = '';
      secret.focus();
    } finally {
      go.disabled = false;
    }
  } } },
  h('h1', {}, 'Sign in'),
  h('p', { class: 'muted' }, 'With an access key of this server, as ', h('code', {}, 'millrace key create'), ' printed it.'),
  field('Access key id', key), field('Secret access key', secret), problem, go);
  put(main, form);
  put(account);
  put(nav);
  key.focus();
}

onSignInNeeded(signIn);

window.addEventListener('hashchange', () => {
  if (signingIn) return;
  show();
  main.focus({ preventScroll: true }); // At once: whoever is on the way to a button already is left there.
  window.scrollTo(0, 0);
});

async function start() {
  drawNav(route().name);
  try {
    const session = await get('/_millrace/session');
    drawAccount(session);
    if (session.keysRequired && !session.signedIn) {
      signIn();
      return;
    }
  } catch (failure) {
    if (!(failure instanceof ApiError)) throw failure;
  }
  await show();
}

start();

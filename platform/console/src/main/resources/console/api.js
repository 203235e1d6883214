// The one way to the server: same origin, the console's own header (which no form and no foreign page can send),
// errors as exceptions with the server's own words.

/** What the server refused, or that it could not be reached (then status is 0). */
export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }

  get isAway() { return this.status === 0; }
}

const listeners = { state: [], signIn: [] };
let reachable = true;

/** Told true or false whenever the server comes back or goes away. */
export function onReachable(listener) { listeners.state.push(listener); }

/** Called when the server wants to know who asks. */
export function onSignInNeeded(listener) { listeners.signIn.push(listener); }

let signIns = 0;

/** To be told of each sign-in: what was asked before it and is refused after it says nothing of who asks now. */
export function signedIn() { signIns += 1; }

function reached(now) {
  if (now === reachable) return;
  reachable = now;
  listeners.state.forEach(each => each(now));
}

/**
 * Sends a request.
 * @param options method, body (an object is sent as JSON; a string or bytes as they are), headers, signal, quiet (does
 *     not ask to sign in when the server wants to know who asks)
 * @return the Response, whose status is 2xx
 * @throws ApiError otherwise; what `signal` aborts throws its AbortError
 */
export async function request(path, options = {}) {
  const { method = 'GET', body, headers = {}, signal, quiet = false } = options;
  const sent = { 'X-Millrace-Console': '1', ...headers };
  const isObject = body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array) && !(body instanceof Blob);
  if (isObject && !('Content-Type' in sent)) sent['Content-Type'] = 'application/json';
  const asker = signIns;
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: sent,
      body: isObject ? JSON.stringify(body) : body,
      signal,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
    });
  } catch (failure) {
    if (failure.name === 'AbortError') throw failure;
    reached(false);
    throw new ApiError(0, 'Unreachable', 'The server does not answer.');
  }
  reached(true);
  if (response.ok) return response;
  const error = await refusal(response);
  if (!quiet && asker === signIns && isSignInNeeded(error)) listeners.signIn.forEach(each => each());
  throw error;
}

const UNKNOWN_CALLER = new Set([
  'MissingAuthenticationTokenException', 'UnrecognizedClientException', 'ExpiredTokenException']);

function isSignInNeeded(error) { return error.status === 403 && UNKNOWN_CALLER.has(error.code); }

async function refusal(response) {
  const code = response.headers.get('x-amzn-errortype') || String(response.status);
  let message = '';
  try {
    const body = await response.json();
    message = body.Message || body.message || '';
  } catch {
    message = '';
  }
  return new ApiError(response.status, code, message || `The server answered with status ${response.status}.`);
}

/** The JSON at a path. */
export async function get(path, signal) {
  return (await request(path, { signal })).json();
}

/** Changes something; the JSON of the answer, or null where it has no body. */
export async function send(method, path, body, signal) {
  const response = await request(path, { method, body, signal });
  const answer = await response.text();
  return answer === '' ? null : JSON.parse(answer);
}

/** Null instead of a 404. */
export async function getIfThere(path, signal) {
  try {
    return await get(path, signal);
  } catch (failure) {
    if (failure instanceof ApiError && failure.status === 404) return null;
    throw failure;
  }
}

/** All pages of a Lambda list: `path` with its query, `member` of the answer that has the rows. */
export async function all(path, member, signal) {
  const rows = [];
  let marker = '';
  do {
    const separator = path.includes('?') ? '&' : '?';
    const page = await get(path + (marker ? `${separator}Marker=${encodeURIComponent(marker)}` : ''), signal);
    rows.push(...(page[member] || []));
    marker = page.NextMarker || '';
  } while (marker);
  return rows;
}

/**
 * Runs `task` now and every `millis` until `signal` aborts; waits for one before it starts the next. A task that fails
 * is tried again at the next turn: what is on the page stays. `failed` is told why, except of a server that is away,
 * of which the banner tells. Does nothing while the page is hidden.
 */
export function every(millis, signal, task, failed = () => {}) {
  let timer = 0;
  const turn = async () => {
    if (signal.aborted) return;
    if (!document.hidden) {
      try {
        await task(signal);
      } catch (failure) {
        if (signal.aborted) return;
        if (failure instanceof ApiError) {
          if (!failure.isAway) failed(failure);
        } else {
          console.error(failure);
          failed(failure);
        }
      }
    }
    if (!signal.aborted) timer = setTimeout(turn, millis);
  };
  signal.addEventListener('abort', () => clearTimeout(timer));
  return turn();
}

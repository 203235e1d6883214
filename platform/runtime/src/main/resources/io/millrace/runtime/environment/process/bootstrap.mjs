// Runs a Node.js function where the vendor's aws-lambda-ric is not at hand; no dependencies.
// Errors, context object and log lines are shaped as the vendor's.

import http from 'node:http';
import path from 'node:path';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
let currentRequestId = '';
let currentStream;

function call(method, target, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const options = { host, port, method, path: '/2018-06-01/runtime' + target, agent, headers };
    if (body !== undefined) {
      options.headers = { ...headers, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    }
    const request = http.request(options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ response, body: Buffer.concat(chunks).toString() }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

class Fault extends Error {
  constructor(kind, message) {
    super(message);
    this.name = kind;
  }
}

/** errorType, errorMessage and trace of whatever was thrown. */
function describe(error) {
  if (error instanceof Error || (error && typeof error === 'object' && 'stack' in error)) {
    return {
      errorType: error.name ?? 'Error',
      errorMessage: error.message,
      trace: String(error.stack ?? '').split('\n'),
    };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

function fail(target, error) {
  const description = describe(error);
  return call('POST', target, JSON.stringify(description), {
    'Lambda-Runtime-Function-Error-Type': description.errorType,
  });
}

/** What a streaming handler writes its response to; it goes out as it is written. */
class ResponseStream extends Writable {
  constructor(id) {
    super();
    this.id = id;
    this.contentType = 'application/octet-stream';
    this.answered = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
    this.answered.catch(() => {}); // Whoever awaits it hears of it.
  }

  get begun() {
    return this.request !== undefined;
  }

  setContentType(contentType) {
    this.contentType = contentType;
  }

  open() {
    if (!this.begun) {
      const headers = {
        'Content-Type': this.contentType,
        'Lambda-Runtime-Function-Response-Mode': 'streaming',
        'Transfer-Encoding': 'chunked',
        Trailer: 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body',
      };
      const target = `/2018-06-01/runtime/invocation/${this.id}/response`;
      this.request = http.request({ host, port, method: 'POST', path: target, agent, headers }, (response) => {
        response.resume();
        response.on('end', this.resolve);
        response.on('error', this.reject);
      });
      this.request.on('error', this.reject);
    }
    return this.request;
  }

  _write(chunk, encoding, callback) {
    const request = this.open();
    if (request.write(chunk, encoding)) {
      callback();
    } else {
      request.once('drain', callback);
    }
  }

  _final(callback) {
    this.open().end();
    callback();
  }

  /** What was written stays; the error goes behind it. */
  breakOff(error) {
    const description = describe(error);
    const body = Buffer.from(JSON.stringify(description)).toString('base64');
    this.open().addTrailers([
      ['Lambda-Runtime-Function-Error-Type', String(description.errorType).replace(/[^\x21-\x7e]/g, '?')],
      ['Lambda-Runtime-Function-Error-Body', body],
    ]);
    this.request.end();
    return this.answered;
  }
}

function installStreaming() {
  globalThis.awslambda = {
    streamifyResponse(handler) {
      handler[STREAMING] = true;
      return handler;
    },
    HttpResponseStream: {
      from(stream, metadata) {
        stream.setContentType('application/vnd.awslambda.http-integration-response');
        stream.write(JSON.stringify(metadata));
        stream.write(Buffer.alloc(8));
        return stream;
      },
    },
  };
}

function installConsole() {
  const write = (level) => (...values) => {
    const line = format(...values).replace(/\n/g, '\r');
    fs.writeSync(1, `${new Date().toISOString()}\t${currentRequestId || 'undefined'}\t${level}\t${line}\n`);
  };
  console.log = write('INFO');
  console.info = write('INFO');
  console.warn = write('WARN');
  console.error = write('ERROR');
  console.debug = write('DEBUG');
  console.trace = write('TRACE');
}

function logError(kind, error) {
  const description = describe(error);
  console.error(`${kind}\t${JSON.stringify({ ...description, stack: description.trace, trace: undefined })}`);
}

async function load(root, handler) {
  const file = path.basename(handler);
  const match = /^([^.]*)\.(.*)$/.exec(file);
  if (!match || handler.includes('..')) {
    throw new Fault('Runtime.MalformedHandlerName', `Bad handler '${handler}': expected module.function`);
  }
  const folder = path.join(root, handler.slice(0, handler.length - file.length));
  const module = await loadModule(path.join(folder, match[1]));
  let found = module;
  for (const name of match[2].split('.')) {
    found = found?.[name];
  }
  if (found === undefined) {
    throw new Fault('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  }
  if (typeof found !== 'function') {
    throw new Fault('Runtime.HandlerNotFound', `${handler} is not a function`);
  }
  return found;
}

async function loadModule(base) {
  try {
    for (const extension of ['', '.js']) {
      if (fs.existsSync(base + extension) && fs.statSync(base + extension).isFile()) {
        const module = await import(pathToFileURL(base + extension));
        return module.default !== undefined && !hasOwnExports(module) ? module.default : module;
      }
    }
    if (fs.existsSync(base + '.mjs')) {
      return await import(pathToFileURL(base + '.mjs'));
    }
    return createRequire(import.meta.url)(base);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw Object.assign(new Fault('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`), { stack: error.stack });
    }
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND') {
      throw Object.assign(new Fault('Runtime.ImportModuleError', `Error: ${error.message}`), { stack: error.stack });
    }
    throw error;
  }
}

/** A CommonJS module shows its exports as the default one, and as names only where they could be guessed. */
function hasOwnExports(module) {
  return Object.keys(module).some((name) => name !== 'default' && name !== 'module.exports');
}

function contextOf(headers, callbacks) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const clientContext = headers['lambda-runtime-client-context'];
  const identity = headers['lambda-runtime-cognito-identity'];
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: clientContext ? JSON.parse(clientContext) : undefined,
    identity: identity ? JSON.parse(identity) : undefined,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    succeed: (result) => callbacks.resolve(result),
    fail: (error) => callbacks.reject(error),
    done: (error, result) => (error ? callbacks.reject(error) : callbacks.resolve(result)),
  };
}

/** A handler answers by what it returns, by a promise, or by its callback. */
function invoke(handler, event, headers) {
  return new Promise((resolve, reject) => {
    const context = contextOf(headers, { resolve, reject });
    const callback = (error, result) => (error !== undefined && error !== null ? reject(error) : resolve(result));
    const returned = handler(event, context, callback);
    if (returned && typeof returned.then === 'function') {
      returned.then(resolve, reject);
    } else if (handler.length < 3 && returned !== undefined) {
      resolve(returned);
    }
  });
}

/** The handler ends its stream; if it does not, its own end does. */
async function invokeStreaming(handler, event, headers) {
  const id = headers['lambda-runtime-aws-request-id'];
  const stream = new ResponseStream(id);
  currentStream = stream;
  const context = contextOf(headers, { resolve: () => stream.end(), reject: (error) => stream.destroy(error) });
  try {
    const failed = new Promise((resolve, reject) => stream.once('error', reject));
    failed.catch(() => {});
    await Promise.race([handler(event, stream, context), failed]);
    if (!stream.writableEnded) {
      stream.end();
    }
    await Promise.race([stream.answered, failed]);
  } catch (error) {
    logError('Invoke Error', error);
    await (stream.begun ? stream.breakOff(error) : fail(`/invocation/${id}/error`, error));
  } finally {
    currentStream = undefined;
  }
}

function serialize(result) {
  try {
    return JSON.stringify(result === undefined ? null : result);
  } catch (error) {
    throw new Fault('Runtime.MarshalError', `Unable to stringify response body: ${error.message}`);
  }
}

/** The process is in no known state after these, so it ends, as the vendor's does. */
function installFatalHandlers() {
  const die = (kind, error) => {
    logError(kind, error);
    if (currentStream?.begun) {
      currentStream.breakOff(error).finally(() => process.exit(kind === 'Uncaught Exception' ? 129 : 128));
      return;
    }
    const target = currentRequestId ? `/invocation/${currentRequestId}/error` : '/init/error';
    fail(target, error).finally(() => process.exit(kind === 'Uncaught Exception' ? 129 : 128));
  };
  process.on('uncaughtException', (error) => die('Uncaught Exception', error));
  process.on('unhandledRejection', (reason, promise) => {
    const rejection = new Fault('Runtime.UnhandledPromiseRejection', describe(reason).errorMessage);
    rejection.reason = reason;
    rejection.promise = promise;
    die('Unhandled Promise Rejection', rejection);
  });
  process.on('beforeExit', () => {
    if (currentRequestId) {
      const id = currentRequestId;
      currentRequestId = '';
      const left = new Fault('Runtime.NodejsExit', 'The event loop is empty and the handler has not answered');
      fail(`/invocation/${id}/error`, left).finally(() => process.exit(1));
    }
  });
}

async function main() {
  installConsole();
  installStreaming();
  installFatalHandlers();
  let handler;
  try {
    handler = await load(process.env.LAMBDA_TASK_ROOT, process.argv[2] ?? process.env._HANDLER);
  } catch (error) {
    logError('Uncaught Exception', error);
    await fail('/init/error', error);
    process.exit(1);
  }
  for (;;) {
    const { response, body } = await call('GET', '/invocation/next');
    const id = response.headers['lambda-runtime-aws-request-id'];
    const trace = response.headers['lambda-runtime-trace-id'];
    currentRequestId = id;
    if (trace) {
      process.env._X_AMZN_TRACE_ID = trace;
    } else {
      delete process.env._X_AMZN_TRACE_ID;
    }
    if (handler[STREAMING]) {
      await invokeStreaming(handler, JSON.parse(body), response.headers);
      currentRequestId = '';
      continue;
    }
    try {
      const result = serialize(await invoke(handler, JSON.parse(body), response.headers));
      currentRequestId = '';
      await call('POST', `/invocation/${id}/response`, result);
    } catch (error) {
      logError('Invoke Error', error);
      currentRequestId = '';
      await fail(`/invocation/${id}/error`, error);
    }
  }
}

await main();

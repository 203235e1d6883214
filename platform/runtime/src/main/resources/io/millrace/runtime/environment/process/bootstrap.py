"""Runs a Python function where the vendor's awslambdaric is not at hand; standard library only.

Errors, context object and log lines are shaped as the vendor's.
"""

import http.client
import importlib
import json
import logging
import os
import sys
import time
import traceback
from decimal import Decimal

BASE = "/2018-06-01/runtime"
NO_BREAK_SPACE = "\u00a0"
# The vendor's client escapes all but ASCII up to this version, and writes UTF-8 since.
ESCAPES = os.environ.get("AWS_EXECUTION_ENV", "").rpartition("python3.")[2] in ("8", "9", "10", "11")
_current_request_id = ""


class Fault(Exception):
    """The function's code cannot be used; kind is the error type."""

    def __init__(self, kind, message, trace=()):
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.trace = list(trace)


class RuntimeApi:
    """One kept-alive connection."""

    def __init__(self, authority):
        self._connection = http.client.HTTPConnection(authority)

    def call(self, method, path, body=None, headers=None):
        try:
            return self._call(method, path, body, headers)
        except http.client.RemoteDisconnected:  # It was closed while nobody used it.
            self._connection.close()
            return self._call(method, path, body, headers)

    def _call(self, method, path, body, headers):
        self._connection.request(method, BASE + path, body, headers or {})
        response = self._connection.getresponse()
        content = response.read()
        return response, content

    def next(self):
        response, content = self.call("GET", "/invocation/next")
        if response.status != 200:
            raise RuntimeError("asking for an invocation was answered %d %r" % (response.status, content))
        return response.headers, content

    def respond(self, request_id, body):
        self.call("POST", "/invocation/%s/response" % request_id, body, {"Content-Type": "application/json"})

    def fail(self, path, error):
        headers = {"Content-Type": "application/json", "Lambda-Runtime-Function-Error-Type": error["errorType"]}
        self.call("POST", path, json.dumps(error).encode(), headers)


class CognitoIdentity:
    def __init__(self):
        self.cognito_identity_id = None
        self.cognito_identity_pool_id = None


class Client:
    def __init__(self, values):
        for name in ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"):
            setattr(self, name, values.get(name))


class ClientContext:
    def __init__(self, values):
        self.custom = values.get("custom")
        self.env = values.get("env")
        self.client = Client(values["client"]) if values.get("client") else None


class LambdaContext:
    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.tenant_id = headers.get("Lambda-Runtime-Aws-Tenant-Id")
        self.identity = CognitoIdentity()
        client_context = headers.get("Lambda-Runtime-Client-Context")
        self.client_context = ClientContext(json.loads(client_context)) if client_context else None
        self._deadline_millis = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_millis - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))


class LogHandler(logging.Handler):
    def emit(self, record):
        sys.stdout.write(self.format(record))
        sys.stdout.flush()


class LogFilter(logging.Filter):
    def filter(self, record):
        record.aws_request_id = _current_request_id
        return True


def setup_logging():
    handler = LogHandler()
    formatter = logging.Formatter(
        "[%(levelname)s]\t%(asctime)s.%(msecs)dZ\t%(aws_request_id)s\t%(message)s\n", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.addFilter(LogFilter())
    logging.getLogger().addHandler(handler)


def load(handler):
    try:
        module_name, function_name = handler.rsplit(".", 1)
    except ValueError as e:
        raise Fault("Runtime.MalformedHandlerName", "Bad handler '%s': %s" % (handler, e))
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as e:
        raise Fault("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_name, e))
    except SyntaxError as e:
        trace = ['  File "%s" Line %s\n    %s\n' % (e.filename, e.lineno, (e.text or "").rstrip())]
        raise Fault("Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, e), trace)
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise Fault(
            "Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (function_name, module_name)
        )


def own_frames(error):
    frames = traceback.extract_tb(error.__traceback__)
    ours = os.path.dirname(os.path.abspath(__file__))
    return traceback.format_list(
        [f for f in frames if os.path.abspath(f.filename) != os.path.join(ours, "bootstrap.py")
         and "importlib" not in f.filename]
    )


def describe(error, request_id):
    if isinstance(error, Fault):
        kind, message, trace = error.kind, error.message, error.trace
    else:
        kind, message, trace = type(error).__name__, str(error), own_frames(error)
    return {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": trace}


def log_error(error):
    lines = ["[ERROR] %s: %s" % (error["errorType"], error["errorMessage"])]
    if error["stackTrace"]:
        lines.append("Traceback (most recent call last):")
        for frame in error["stackTrace"]:
            for line in frame.rstrip("\n").split("\n"):
                indent = len(line) - len(line.lstrip(" "))
                lines.append(NO_BREAK_SPACE * indent + line.lstrip(" "))
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def default(value):
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)


def run(handler, headers, event):
    try:
        event = json.loads(event) if event else None
    except ValueError as e:
        raise Fault("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % e)
    response = handler(event, LambdaContext(headers))
    try:
        return json.dumps(response, ensure_ascii=ESCAPES, default=default).encode()
    except Exception as e:
        raise Fault("Runtime.MarshalError", "Unable to marshal response: %s" % e)


def main():
    global _current_request_id
    api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"])
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    setup_logging()
    try:
        handler = load(sys.argv[1] if len(sys.argv) > 1 else os.environ["_HANDLER"])
    except Exception as e:
        error = describe(e, "")
        log_error(error)
        api.fail("/init/error", error)
        sys.exit(1)
    while True:
        headers, event = api.next()
        request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        _current_request_id = request_id
        trace = headers.get("Lambda-Runtime-Trace-Id")
        if trace:
            os.environ["_X_AMZN_TRACE_ID"] = trace
        else:
            os.environ.pop("_X_AMZN_TRACE_ID", None)
        try:
            body = run(handler, headers, event)
        except Exception as e:
            error = describe(e, request_id)
            log_error(error)
            api.fail("/invocation/%s/error" % request_id, error)
        else:
            sys.stdout.flush()
            api.respond(request_id, body)


if __name__ == "__main__":
    main()

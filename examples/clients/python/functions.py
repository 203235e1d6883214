"""What the tests share: the client, code to deploy, and how a refusal is looked at."""

import contextlib
import io
import itertools
import json
import os
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::000000000000:role/any"
WAIT = {"Delay": 1, "MaxAttempts": 60}

_numbers = itertools.count(1)

# One try: a test looks at the first answer. The address comes from AWS_ENDPOINT_URL_LAMBDA.
client = boto3.client("lambda", config=Config(retries={"max_attempts": 0}))


def archive(script):
    """A zip with the script as index.py; the same script gives the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        files.writestr(zipfile.ZipInfo("index.py"), script)
    return packed.getvalue()


@contextlib.contextmanager
def function(script, **members):
    """Creates a function, waits until it is active, gives its name, and deletes it in the end."""
    name = f"boto3-{os.getpid()}-{next(_numbers)}"
    arguments = {
        "FunctionName": name,
        "Runtime": "python3.12",
        "Handler": "index.handler",
        "Role": ROLE,
        "Timeout": 30,
        "Code": {"ZipFile": archive(script)},
    }
    client.create_function(**{**arguments, **members})
    try:
        client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig=WAIT)
        yield name
    finally:
        client.delete_function(FunctionName=name)


def arn(name, qualifier=None):
    # Asked once: the region and account are the server's.
    plain = client.get_function_configuration(FunctionName=name)["FunctionArn"]
    return f"{plain}:{qualifier}" if qualifier else plain


def invoke(name, event=None, **members):
    """The answer with its payload read."""
    if event is not None:
        members["Payload"] = json.dumps(event)
    answer = client.invoke(FunctionName=name, **members)
    answer["Payload"] = answer["Payload"].read().decode()
    return answer


def result(name, event=None, **members):
    answer = invoke(name, event, **members)
    assert "FunctionError" not in answer, answer
    return json.loads(answer["Payload"])


def refusal(call, **arguments):
    """Status, code and message of the error that a call must end in."""
    try:
        call(**arguments)
    except ClientError as refused:
        error = refused.response["Error"]
        return (
            refused.response["ResponseMetadata"]["HTTPStatusCode"],
            error["Code"],
            error["Message"],
        )
    raise AssertionError(f"{arguments} was not refused")

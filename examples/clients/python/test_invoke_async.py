"""InvokeAsync, the deprecated predecessor of the invocation type Event, by boto3."""

import unittest

from functions import client, function, refusal


class InvokeAsync(unittest.TestCase):
    def test_an_event_is_accepted(self):
        with function("def handler(event, context): return event") as name:
            assert client.invoke_async(FunctionName=name, InvokeArgs=b'{"a": 1}')["Status"] == 202
            status, code, _ = refusal(client.invoke_async, FunctionName=name, InvokeArgs=b"{torn")
            assert (status, code) == (400, "InvalidRequestContentException")

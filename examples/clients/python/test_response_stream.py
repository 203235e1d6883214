"""InvokeWithResponseStream by boto3."""

import json
import unittest

from functions import client, function


class ResponseStream(unittest.TestCase):
    def test_a_result_comes_as_a_stream_with_its_end(self):
        with function("def handler(event, context): return event") as name:
            answer = client.invoke_with_response_stream(FunctionName=name, Payload=b'{"a": 1}')
            assert answer["StatusCode"] == 200
            assert answer["ExecutedVersion"] == "$LATEST"
            events = list(answer["EventStream"])
            chunks = [each["PayloadChunk"]["Payload"] for each in events if "PayloadChunk" in each]
            assert json.loads(b"".join(chunks)) == {"a": 1}
            assert [list(each) for each in events[-1:]] == [["InvokeComplete"]]
            assert "ErrorCode" not in events[-1]["InvokeComplete"]

    def test_an_error_of_the_function_is_told_at_the_end(self):
        with function("def handler(event, context): raise ValueError('no luck')") as name:
            events = list(client.invoke_with_response_stream(FunctionName=name)["EventStream"])
            assert events[-1]["InvokeComplete"]["ErrorCode"]
            assert "no luck" in events[-1]["InvokeComplete"]["ErrorDetails"]

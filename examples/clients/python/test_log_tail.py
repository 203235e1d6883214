"""The end of the log along with the answer, by boto3."""

import base64
import unittest

from functions import function, invoke


class LogTail(unittest.TestCase):
    def test_what_the_function_printed_comes_with_its_answer(self):
        with function("def handler(event, context): print('hello from', context.function_name)") as name:
            answer = invoke(name, LogType="Tail")
            log = base64.b64decode(answer["LogResult"]).decode()
            request = answer["ResponseMetadata"]["RequestId"]
            assert log.startswith(f"START RequestId: {request} Version: $LATEST\n") or "INIT_START" in log, log
            assert f"hello from {name}\n" in log, log
            assert f"END RequestId: {request}\n" in log, log
            assert f"REPORT RequestId: {request}\tDuration: " in log, log
            assert "LogResult" not in invoke(name)

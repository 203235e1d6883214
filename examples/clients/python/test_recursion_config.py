"""Whether a function may call itself in circles, by boto3."""

import unittest

from functions import client, function

ECHO = "def handler(event, context): return event"


class RecursionConfig(unittest.TestCase):
    def test_loops_are_ended_until_they_are_allowed(self):
        with function(ECHO) as name:
            assert client.get_function_recursion_config(FunctionName=name)["RecursiveLoop"] == "Terminate"
            client.put_function_recursion_config(FunctionName=name, RecursiveLoop="Allow")
            assert client.get_function_recursion_config(FunctionName=name)["RecursiveLoop"] == "Allow"

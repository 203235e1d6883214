"""When a function changes to a new runtime, by boto3."""

import unittest

from functions import client, function

ECHO = "def handler(event, context): return event"


class RuntimeManagement(unittest.TestCase):
    def test_runtimes_change_by_themselves_until_told_otherwise(self):
        with function(ECHO) as name:
            assert client.get_runtime_management_config(FunctionName=name)["UpdateRuntimeOn"] == "Auto"
            client.put_runtime_management_config(FunctionName=name, UpdateRuntimeOn="FunctionUpdate")
            assert client.get_runtime_management_config(FunctionName=name)["UpdateRuntimeOn"] == "FunctionUpdate"

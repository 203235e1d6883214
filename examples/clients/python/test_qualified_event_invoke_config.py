"""How events to an alias are retried, by boto3."""

import unittest

from functions import arn, client, function


class QualifiedEventInvokeConfig(unittest.TestCase):
    def test_an_alias_has_a_config_of_its_own(self):
        with function("def handler(event, context): return 1") as name:
            client.publish_version(FunctionName=name)
            client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
            client.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=2)
            put = client.put_function_event_invoke_config(FunctionName=name, Qualifier="live", MaximumRetryAttempts=0)
            assert put["FunctionArn"] == arn(name, "live")
            pages = client.get_paginator("list_function_event_invoke_configs").paginate(FunctionName=name)
            listed = {
                each["FunctionArn"]: each["MaximumRetryAttempts"]
                for page in pages
                for each in page["FunctionEventInvokeConfigs"]
            }
            assert listed == {arn(name, "$LATEST"): 2, arn(name, "live"): 0}

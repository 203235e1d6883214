"""Function URLs by boto3; what they answer is tested elsewhere."""

import unittest

from functions import arn, client, function, refusal

ECHO = "def handler(event, context): return event"


class Url(unittest.TestCase):
    def test_a_url_is_made_changed_and_deleted(self):
        with function(ECHO) as name:
            made = client.create_function_url_config(FunctionName=name, AuthType="NONE")
            assert made["FunctionArn"] == arn(name)
            assert "InvokeMode" not in made
            changed = client.update_function_url_config(FunctionName=name, Cors={"AllowOrigins": ["*"]})
            assert changed["AuthType"] == "NONE"
            assert changed["Cors"] == {"AllowOrigins": ["*"]}
            shown = client.get_function_url_config(FunctionName=name)
            assert shown["FunctionUrl"] == made["FunctionUrl"]
            assert shown["InvokeMode"] == "BUFFERED"
            listed = client.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"]
            assert [each["FunctionUrl"] for each in listed] == [made["FunctionUrl"]]
            client.delete_function_url_config(FunctionName=name)
            assert refusal(client.get_function_url_config, FunctionName=name) == (
                404,
                "ResourceNotFoundException",
                "The resource you requested does not exist.",
            )

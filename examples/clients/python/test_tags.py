"""Tags by boto3."""

import unittest

from functions import arn, client, function, refusal

ECHO = "def handler(event, context): return event"


class Tags(unittest.TestCase):
    def test_tags_are_shown_added_and_removed(self):
        with function(ECHO, Tags={"team": "blue"}) as name:
            resource = arn(name)
            assert client.get_function(FunctionName=name)["Tags"] == {"team": "blue"}
            client.tag_resource(Resource=resource, Tags={"team": "red", "stage": "test"})
            assert client.list_tags(Resource=resource)["Tags"] == {"team": "red", "stage": "test"}
            client.untag_resource(Resource=resource, TagKeys=["team", "never"])
            assert client.list_tags(Resource=resource)["Tags"] == {"stage": "test"}
            assert refusal(client.tag_resource, Resource=f"{resource}:1", Tags={"a": "b"}) == (
                400,
                "InvalidParameterValueException",
                "Tags on function aliases and versions are not supported. Please specify a function ARN.",
            )

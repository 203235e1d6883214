"""Event source mappings by boto3; that events come through is tested elsewhere."""

import unittest

from functions import client, function, refusal


class EventSourceMapping(unittest.TestCase):
    def test_what_cannot_be_mapped_is_refused(self):
        with function("def handler(event, context): return {}") as name:
            assert refusal(client.create_event_source_mapping, FunctionName=name) == (
                400,
                "InvalidParameterValueException",
                "Unrecognized event source.",
            )
            assert client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"] == []
            assert refusal(client.get_event_source_mapping, UUID="00000000-0000-0000-0000-000000000000") == (
                404,
                "ResourceNotFoundException",
                "The resource you requested does not exist.",
            )

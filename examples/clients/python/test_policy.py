"""Resource policies by boto3."""

import json
import unittest

from functions import arn, client, function, refusal

ECHO = "def handler(event, context): return event"


class Policy(unittest.TestCase):
    def test_a_statement_is_added_shown_and_removed(self):
        with function(ECHO) as name:
            added = client.add_permission(
                FunctionName=name,
                StatementId="bucket",
                Action="lambda:InvokeFunction",
                Principal="s3.amazonaws.com",
                SourceArn="arn:aws:s3:::pictures",
            )
            statement = {
                "Sid": "bucket",
                "Effect": "Allow",
                "Principal": {"Service": "s3.amazonaws.com"},
                "Action": "lambda:InvokeFunction",
                "Resource": arn(name),
                "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::pictures"}},
            }
            assert json.loads(added["Statement"]) == statement
            shown = client.get_policy(FunctionName=name)
            assert json.loads(shown["Policy"]) == {"Version": "2012-10-17", "Id": "default", "Statement": [statement]}
            assert shown["RevisionId"]
            client.remove_permission(FunctionName=name, StatementId="bucket")
            assert refusal(client.get_policy, FunctionName=name) == (
                404,
                "ResourceNotFoundException",
                "The resource you requested does not exist.",
            )

"""What tools ask of every function before they change it, by boto3."""

import unittest

from functions import client, function

ECHO = "def handler(event, context): return event"


class CodeSigning(unittest.TestCase):
    def test_no_function_has_its_code_signed(self):
        with function(ECHO) as name:
            assert not client.get_function_code_signing_config(FunctionName=name).get("CodeSigningConfigArn")

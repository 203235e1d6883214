"""The states a function goes through, by boto3."""

import unittest

from functions import WAIT, archive, client, function


class States(unittest.TestCase):
    def test_an_update_is_in_progress_while_the_function_stays_active(self):
        with function("def handler(event, context): return 1") as name:
            updated = client.update_function_code(
                FunctionName=name, ZipFile=archive("def handler(event, context): return 2")
            )
            assert updated["State"] == "Active"
            assert updated["LastUpdateStatus"] == "InProgress"
            assert updated["LastUpdateStatusReasonCode"] == "Creating"
            client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig=WAIT)
            shown = client.get_function_configuration(FunctionName=name)
            assert shown["LastUpdateStatus"] == "Successful"
            assert shown["RevisionId"] != updated["RevisionId"]

"""A function's life by boto3: made, invoked, versioned, changed, limited, deleted."""

import base64
import json
import unittest
import urllib.request

from functions import archive, arn, client, function, invoke, refusal, result, WAIT

ECHO = "def handler(event, context): return event"
ONE = "def handler(event, context): return 1"
TWO = "def handler(event, context): return 2"
FAIL = "def handler(event, context): raise ValueError('no ' + event['what'])"
CONTEXT = """
def handler(event, context):
    client = context.client_context
    return {"arn": context.invoked_function_arn, "custom": client.custom if client else None}
"""


class Functions(unittest.TestCase):
    def test_a_function_is_told_with_its_members(self):
        with function(ECHO, Description="echoes", Environment={"Variables": {"KEY": "value"}}) as name:
            shown = client.get_function(FunctionName=name)
            configuration = shown["Configuration"]
            assert configuration["FunctionName"] == name
            assert configuration["FunctionArn"].endswith(f":000000000000:function:{name}")
            assert configuration["Runtime"] == "python3.12"
            assert configuration["Description"] == "echoes"
            assert configuration["MemorySize"] == 128
            assert configuration["Environment"] == {"Variables": {"KEY": "value"}}
            assert configuration["State"] == "Active"
            assert configuration["LastUpdateStatus"] == "Successful"
            assert configuration["Version"] == "$LATEST"
            with urllib.request.urlopen(shown["Code"]["Location"]) as code:
                assert code.read() == archive(ECHO)

    def test_the_paginator_lists_every_function(self):
        with function(ECHO) as first, function(ECHO) as second, function(ECHO) as third:
            pages = client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2})
            names = [each["FunctionName"] for page in pages for each in page["Functions"]]
            assert {first, second, third} <= set(names)
            assert len(names) == len(set(names))

    def test_code_and_configuration_are_changed_and_guarded_by_the_revision(self):
        with function(ONE) as name:
            outdated = client.get_function_configuration(FunctionName=name)["RevisionId"]
            client.update_function_code(FunctionName=name, ZipFile=archive(TWO))
            client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig=WAIT)
            changed = client.update_function_configuration(FunctionName=name, Timeout=7)
            client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig=WAIT)
            assert changed["Timeout"] == 7
            assert result(name) == 2
            assert refusal(
                client.update_function_configuration, FunctionName=name, Timeout=8, RevisionId=outdated
            ) == (
                412,
                "PreconditionFailedException",
                "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API"
                " to retrieve the latest Revision Id",
            )

    def test_a_deleted_function_is_not_found(self):
        with function(ONE) as name:
            gone = arn(name)
        assert refusal(client.get_function, FunctionName=name) == (
            404,
            "ResourceNotFoundException",
            f"Function not found: {gone}",
        )

    def test_a_name_that_is_taken_is_a_conflict(self):
        with function(ONE) as name:
            assert refusal(
                client.create_function,
                FunctionName=name,
                Runtime="python3.12",
                Handler="index.handler",
                Role="arn:aws:iam::000000000000:role/any",
                Code={"ZipFile": archive(TWO)},
            ) == (409, "ResourceConflictException", f"Function already exist: {name}")


class Invocations(unittest.TestCase):
    def test_a_result_comes_back(self):
        with function(ECHO) as name:
            answer = invoke(name, {"text": "é€𝄞"})
            assert answer["StatusCode"] == 200
            assert answer["ExecutedVersion"] == "$LATEST"
            assert "FunctionError" not in answer
            assert json.loads(answer["Payload"]) == {"text": "é€𝄞"}
            assert result(name) == {}

    def test_an_error_of_the_function_is_an_answer(self):
        with function(FAIL) as name:
            answer = invoke(name, {"what": "luck"})
            error = json.loads(answer["Payload"])
            assert answer["StatusCode"] == 200
            assert answer["FunctionError"] == "Unhandled"
            assert error["errorType"] == "ValueError"
            assert error["errorMessage"] == "no luck"
            assert error["requestId"] == answer["ResponseMetadata"]["RequestId"]
            assert error["stackTrace"]

    def test_an_event_is_accepted_and_a_dry_run_runs_nothing(self):
        with function(FAIL) as name:
            event = invoke(name, {"what": "hope"}, InvocationType="Event")
            assert event["StatusCode"] == 202
            assert event["Payload"] == ""
            dry = invoke(name, {"what": "hope"}, InvocationType="DryRun")
            assert dry["StatusCode"] == 204
            assert dry["Payload"] == ""
            assert "ExecutedVersion" not in dry

    def test_the_client_context_reaches_the_function(self):
        with function(CONTEXT) as name:
            context = base64.b64encode(b'{"custom":{"tenant":"blue"}}').decode()
            assert result(name, ClientContext=context)["custom"] == {"tenant": "blue"}

    def test_what_cannot_be_invoked_is_refused(self):
        with function(ECHO) as name:
            assert refusal(client.invoke, FunctionName=name, Qualifier="live") == (
                404,
                "ResourceNotFoundException",
                f"Function not found: {arn(name, 'live')}",
            )
            status, code, message = refusal(client.invoke, FunctionName=name, Payload=b"{torn")
            assert (status, code) == (400, "InvalidRequestContentException")
            assert message.startswith("Could not parse request body into json: ")
            status, code, _ = refusal(client.invoke, FunctionName=name, Payload=b'"' + b"x" * 6291456 + b'"')
            assert (status, code) == (413, "RequestEntityTooLargeException")
            client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
            try:
                client.invoke(FunctionName=name)
                raise AssertionError("was not throttled")
            except client.exceptions.TooManyRequestsException as throttled:
                assert throttled.response["Error"]["Message"] == "Rate Exceeded."
                assert throttled.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"


class VersionsAndAliases(unittest.TestCase):
    def test_an_alias_moves_from_version_to_version(self):
        with function(ONE) as name:
            assert client.publish_version(FunctionName=name)["Version"] == "1"
            client.get_waiter("published_version_active").wait(FunctionName=name, Qualifier="1", WaiterConfig=WAIT)
            client.update_function_code(FunctionName=name, ZipFile=archive(TWO), Publish=True)
            client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig=WAIT)
            alias = client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
            assert alias["AliasArn"] == arn(name, "live")
            assert result(name, Qualifier="live") == 1
            assert invoke(f"{name}:live")["ExecutedVersion"] == "1"
            client.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
            assert result(alias["AliasArn"]) == 2
            weighted = client.update_alias(
                FunctionName=name, Name="live", RoutingConfig={"AdditionalVersionWeights": {"1": 1.0}}
            )
            assert weighted["RoutingConfig"] == {"AdditionalVersionWeights": {"1": 1.0}}
            assert result(name, Qualifier="live") == 1
            versions = client.get_paginator("list_versions_by_function").paginate(
                FunctionName=name, PaginationConfig={"PageSize": 1}
            )
            assert [each["Version"] for page in versions for each in page["Versions"]] == ["$LATEST", "1", "2"]
            assert [each["Name"] for each in client.list_aliases(FunctionName=name)["Aliases"]] == ["live"]
            client.delete_alias(FunctionName=name, Name="live")
            assert refusal(client.get_alias, FunctionName=name, Name="live") == (
                404,
                "ResourceNotFoundException",
                f"Cannot find alias arn: {arn(name, 'live')}",
            )


class Layers(unittest.TestCase):
    def test_a_function_uses_its_layer(self):
        layer = client.publish_layer_version(
            LayerName="boto3-layer", Content={"ZipFile": archive("")}, CompatibleRuntimes=["python3.12"]
        )
        with function(ECHO, Layers=[layer["LayerVersionArn"]]) as name:
            shown = client.get_function_configuration(FunctionName=name)
            assert [each["Arn"] for each in shown["Layers"]] == [layer["LayerVersionArn"]]
            by_arn = client.get_layer_version_by_arn(Arn=layer["LayerVersionArn"])
            assert by_arn["Version"] == layer["Version"]
            versions = client.list_layer_versions(LayerName="boto3-layer")["LayerVersions"]
            assert layer["Version"] in [each["Version"] for each in versions]
            client.delete_layer_version(LayerName="boto3-layer", VersionNumber=layer["Version"])
            assert result(name, {"still": "runs"}) == {"still": "runs"}


class Limits(unittest.TestCase):
    def test_concurrency_is_reserved_and_provisioned(self):
        with function(ONE) as name:
            client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=2)
            assert client.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"] == 2
            client.publish_version(FunctionName=name)
            begun = client.put_provisioned_concurrency_config(
                FunctionName=name, Qualifier="1", ProvisionedConcurrentExecutions=1
            )
            assert begun["Status"] == "IN_PROGRESS"
            assert begun["RequestedProvisionedConcurrentExecutions"] == 1
            listed = client.list_provisioned_concurrency_configs(FunctionName=name)
            assert [each["FunctionArn"] for each in listed["ProvisionedConcurrencyConfigs"]] == [arn(name, "1")]
            client.delete_provisioned_concurrency_config(FunctionName=name, Qualifier="1")
            client.delete_function_concurrency(FunctionName=name)
            assert "ReservedConcurrentExecutions" not in client.get_function_concurrency(FunctionName=name)

    def test_the_account_is_told(self):
        settings = client.get_account_settings()
        assert settings["AccountLimit"]["ConcurrentExecutions"] == 1000
        assert settings["AccountUsage"]["FunctionCount"] >= 0

    def test_events_are_retried_as_configured(self):
        with function(ONE) as name:
            put = client.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0)
            assert put["FunctionArn"] == arn(name, "$LATEST")
            shown = client.get_function_event_invoke_config(FunctionName=name)
            assert shown["MaximumRetryAttempts"] == 0
            assert shown["DestinationConfig"] == {"OnSuccess": {}, "OnFailure": {}}
            assert "MaximumEventAgeInSeconds" not in shown
            client.delete_function_event_invoke_config(FunctionName=name)
            assert refusal(client.get_function_event_invoke_config, FunctionName=name) == (
                404,
                "ResourceNotFoundException",
                f"The function {arn(name, '$LATEST')} doesn't have an EventInvokeConfig",
            )


if __name__ == "__main__":
    unittest.main()

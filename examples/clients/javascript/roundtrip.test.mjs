// A function's life by the SDK for JavaScript: made, invoked, versioned, changed, limited, deleted.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteFunctionConcurrencyCommand,
  DeleteLayerVersionCommand,
  GetAccountSettingsCommand,
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  GetLayerVersionByArnCommand,
  InvokeCommand,
  paginateListFunctions,
  paginateListVersionsByFunction,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  TooManyRequestsException,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
  waitUntilPublishedVersionActive,
} from "@aws-sdk/client-lambda";
import { archive, client, invoke, patience, refusal, result, withFunction } from "./functions.mjs";

const ECHO = "export const handler = async (event) => event;";
const ONE = "export const handler = async () => 1;";
const TWO = "export const handler = async () => 2;";
const FAIL = "export const handler = async (event) => { throw new RangeError('no ' + event.what); };";

const arn = async (name) =>
  (await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }))).FunctionArn;

test("a function is told with its members", () =>
  withFunction(
    ECHO,
    async (name) => {
      const shown = await client.send(new GetFunctionCommand({ FunctionName: name }));
      assert.equal(shown.Configuration.FunctionName, name);
      assert.equal(shown.Configuration.Runtime, "nodejs20.x");
      assert.equal(shown.Configuration.State, "Active");
      assert.deepEqual(shown.Configuration.Environment, { Variables: { KEY: "value" } });
      assert.equal((await fetch(shown.Code.Location)).headers.get("content-length"), `${shown.Configuration.CodeSize}`);
      const names = [];
      for await (const page of paginateListFunctions({ client, pageSize: 1 }, {})) {
        names.push(...page.Functions.map((each) => each.FunctionName));
      }
      assert.equal(names.filter((each) => each === name).length, 1);
    },
    { Environment: { Variables: { KEY: "value" } } },
  ));

test("a result comes back, and an error of the function is an answer", async () => {
  await withFunction(ECHO, async (name) => {
    const answer = await invoke(name, { text: "é€𝄞" });
    assert.equal(answer.StatusCode, 200);
    assert.equal(answer.ExecutedVersion, "$LATEST");
    assert.deepEqual(JSON.parse(answer.Payload), { text: "é€𝄞" });
    assert.deepEqual(await result(name), {});
  });
  await withFunction(FAIL, async (name) => {
    const answer = await invoke(name, { what: "luck" });
    const error = JSON.parse(answer.Payload);
    assert.equal(answer.StatusCode, 200);
    assert.equal(answer.FunctionError, "Unhandled");
    assert.equal(error.errorType, "RangeError");
    assert.equal(error.errorMessage, "no luck");
    assert.ok(Array.isArray(error.trace));
  });
});

test("an event is accepted and a dry run runs nothing", () =>
  withFunction(FAIL, async (name) => {
    const event = await invoke(name, { what: "hope" }, { InvocationType: "Event" });
    assert.equal(event.StatusCode, 202);
    assert.equal(event.Payload, "");
    const dry = await invoke(name, { what: "hope" }, { InvocationType: "DryRun" });
    assert.equal(dry.StatusCode, 204);
    assert.equal(dry.ExecutedVersion, undefined);
  }));

test("an alias moves from version to version", () =>
  withFunction(ONE, async (name) => {
    const version = await client.send(new PublishVersionCommand({ FunctionName: name }));
    assert.equal(version.Version, "1");
    await waitUntilPublishedVersionActive(patience, { FunctionName: name, Qualifier: "1" });
    await client.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: archive(TWO), Publish: true }));
    await waitUntilFunctionUpdatedV2(patience, { FunctionName: name });
    const live = { FunctionName: name, Name: "live" };
    const alias = await client.send(new CreateAliasCommand({ ...live, FunctionVersion: "1" }));
    assert.equal(alias.AliasArn, `${await arn(name)}:live`);
    assert.equal(await result(name, {}, { Qualifier: "live" }), 1);
    await client.send(new UpdateAliasCommand({ ...live, FunctionVersion: "2" }));
    assert.equal(await result(alias.AliasArn, {}), 2);
    const versions = [];
    for await (const page of paginateListVersionsByFunction({ client, pageSize: 1 }, { FunctionName: name })) {
      versions.push(...page.Versions.map((each) => each.Version));
    }
    assert.deepEqual(versions, ["$LATEST", "1", "2"]);
    await client.send(new DeleteAliasCommand(live));
    assert.deepEqual(await refusal(new GetAliasCommand(live)), {
      status: 404,
      code: "ResourceNotFoundException",
      message: `Cannot find alias arn: ${await arn(name)}:live`,
    });
  }));

test("configuration is changed and guarded by the revision", () =>
  withFunction(ONE, async (name) => {
    const changed = await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, Timeout: 7 }));
    assert.equal(changed.Timeout, 7);
    await waitUntilFunctionUpdatedV2(patience, { FunctionName: name });
    const outdated = new UpdateFunctionConfigurationCommand({ FunctionName: name, Timeout: 8, RevisionId: "outdated" });
    assert.deepEqual(await refusal(outdated), {
      status: 412,
      code: "PreconditionFailedException",
      message:
        "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve" +
        " the latest Revision Id",
    });
  }));

test("a function uses its layer", async () => {
  const layer = await client.send(
    new PublishLayerVersionCommand({ LayerName: "javascript-layer", Content: { ZipFile: archive("") } }),
  );
  const shown = await client.send(new GetLayerVersionByArnCommand({ Arn: layer.LayerVersionArn }));
  assert.equal(shown.Version, layer.Version);
  await withFunction(ONE, async (name) => assert.equal(await result(name), 1), { Layers: [layer.LayerVersionArn] });
  await client.send(new DeleteLayerVersionCommand({ LayerName: "javascript-layer", VersionNumber: layer.Version }));
});

test("limits are set, shown and kept", () =>
  withFunction(ONE, async (name) => {
    const events = await client.send(
      new PutFunctionEventInvokeConfigCommand({ FunctionName: name, MaximumRetryAttempts: 0 }),
    );
    assert.ok(events.LastModified instanceof Date);
    const shown = await client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName: name }));
    assert.equal(shown.MaximumRetryAttempts, 0);
    await client.send(new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 0 }));
    const throttled = await client.send(new InvokeCommand({ FunctionName: name })).catch((refused) => refused);
    assert.ok(throttled instanceof TooManyRequestsException, `${throttled}`);
    assert.equal(throttled.message, "Rate Exceeded.");
    assert.equal(throttled.Reason, "ReservedFunctionConcurrentInvocationLimitExceeded");
    assert.equal(throttled.retryAfterSeconds, "1");
    await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName: name }));
    const free = await client.send(new GetFunctionConcurrencyCommand({ FunctionName: name }));
    assert.equal(free.ReservedConcurrentExecutions, undefined);
    const account = await client.send(new GetAccountSettingsCommand({}));
    assert.equal(account.AccountLimit.ConcurrentExecutions, 1000);
  }));

test("a deleted function is not found", async () => {
  let gone;
  await withFunction(ONE, async (name) => {
    gone = await arn(name);
  });
  assert.deepEqual(await refusal(new InvokeCommand({ FunctionName: gone })), {
    status: 404,
    code: "ResourceNotFoundException",
    message: `Function not found: ${gone}:$LATEST`,
  });
});

// What the tests share: the client, code to deploy, and how a refusal is looked at.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  InvokeCommand,
  LambdaClient,
  waitUntilFunctionActiveV2,
} from "@aws-sdk/client-lambda";

// One try: a test looks at the first answer. The address comes from AWS_ENDPOINT_URL_LAMBDA.
export const client = new LambdaClient({ maxAttempts: 1 });
export const role = "arn:aws:iam::000000000000:role/any";
export const patience = { client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 };

let number = 0;

/** A zip with the script as index.mjs. */
export function archive(script) {
  const folder = mkdtempSync(join(tmpdir(), "code-"));
  try {
    writeFileSync(join(folder, "index.mjs"), script);
    execFileSync("python3", ["-m", "zipfile", "-c", "code.zip", "index.mjs"], { cwd: folder });
    return readFileSync(join(folder, "code.zip"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Creates a function, waits until it is active, hands over its name, and deletes it in the end. */
export async function withFunction(script, use, members = {}) {
  const name = `javascript-${process.pid}-${++number}`;
  await client.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: "nodejs20.x",
      Handler: "index.handler",
      Role: role,
      Timeout: 30,
      Code: { ZipFile: archive(script) },
      ...members,
    }),
  );
  try {
    await waitUntilFunctionActiveV2(patience, { FunctionName: name });
    await use(name);
  } finally {
    await client.send(new DeleteFunctionCommand({ FunctionName: name }));
  }
}

/** The answer with its payload as text. */
export async function invoke(name, event, members = {}) {
  const payload = event === undefined ? {} : { Payload: JSON.stringify(event) };
  const answer = await client.send(new InvokeCommand({ FunctionName: name, ...payload, ...members }));
  return { ...answer, Payload: answer.Payload?.transformToString() ?? "" }; // Nothing is null to this client.
}

export async function result(name, event, members) {
  const answer = await invoke(name, event, members);
  assert.equal(answer.FunctionError, undefined, answer.Payload);
  return JSON.parse(answer.Payload);
}

/** Status, code and message of the error that a command must end in. */
export async function refusal(command) {
  try {
    await client.send(command);
  } catch (refused) {
    return { status: refused.$metadata?.httpStatusCode, code: refused.name, message: refused.message };
  }
  return assert.fail(`${command.constructor.name} was not refused`);
}

// Results that come while the function still runs, by the SDK for JavaScript.
import assert from "node:assert/strict";
import { test } from "node:test";
import { InvokeWithResponseStreamCommand } from "@aws-sdk/client-lambda";
import { client, withFunction } from "./functions.mjs";

const STREAMING = `
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  stream.write("one,");
  await new Promise((resolve) => setTimeout(resolve, 1000));
  stream.end("two");
});`;

test("pieces come while the function still runs", () =>
  withFunction(STREAMING, async (name) => {
    const answer = await client.send(new InvokeWithResponseStreamCommand({ FunctionName: name, Payload: "{}" }));
    let text = "";
    let first;
    let complete;
    for await (const event of answer.EventStream) {
      if (event.PayloadChunk) {
        first ??= Date.now();
        text += Buffer.from(event.PayloadChunk.Payload).toString();
      } else {
        complete = event.InvokeComplete;
      }
    }
    assert.equal(text, "one,two");
    assert.ok(Date.now() - first > 500);
    assert.equal(complete.ErrorCode, undefined);
  }));

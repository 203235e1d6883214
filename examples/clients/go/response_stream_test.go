// Results as streams, by the SDK for Go.
package clients

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

func TestAResultComesAsAStreamWithItsEnd(t *testing.T) {
	name := created(t, one)
	answer := must(client.InvokeWithResponseStream(ctx, &lambda.InvokeWithResponseStreamInput{FunctionName: &name, Payload: []byte("{}")}))(t)
	stream := answer.GetStream()
	defer stream.Close()
	text, ends := "", 0
	for event := range stream.Events() {
		switch event := event.(type) {
		case *types.InvokeWithResponseStreamResponseEventMemberPayloadChunk:
			text += string(event.Value.Payload)
		case *types.InvokeWithResponseStreamResponseEventMemberInvokeComplete:
			ends++
			if event.Value.ErrorCode != nil {
				t.Errorf("the stream ends with %s: %s", *event.Value.ErrorCode, *event.Value.ErrorDetails)
			}
		}
	}
	if err := stream.Err(); err != nil {
		t.Fatal(err)
	}
	same(t, "the result", text, `{"answer":"one","arn":"`+arn(t, name)+`","custom":""}`)
	same(t, "the number of ends", ends, 1)
}

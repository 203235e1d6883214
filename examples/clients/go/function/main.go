// An ordinary Lambda function in Go; it says what it was compiled to say.
package main

import (
	"context"
	"errors"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// Answer is told apart by -ldflags "-X main.Answer=...".
var Answer = "one"

type event struct {
	Fail string `json:"fail"`
}

type result struct {
	Answer string `json:"answer"`
	Arn    string `json:"arn"`
	Custom string `json:"custom"`
}

func handle(ctx context.Context, event event) (result, error) {
	if event.Fail != "" {
		return result{}, errors.New(event.Fail)
	}
	seen, _ := lambdacontext.FromContext(ctx)
	return result{Answer, seen.InvokedFunctionArn, seen.ClientContext.Custom["tenant"]}, nil
}

func main() {
	lambda.Start(handle)
}

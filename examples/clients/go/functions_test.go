package clients

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/transport/http"
)

const (
	role     = "arn:aws:iam::000000000000:role/any"
	patience = time.Minute
)

var (
	ctx      = context.Background()
	client   *lambda.Client
	one, two []byte // archives of functions that answer so
	number   atomic.Int64
)

func TestMain(m *testing.M) {
	// One try: a test looks at the first answer. The address comes from AWS_ENDPOINT_URL_LAMBDA.
	loaded, err := config.LoadDefaultConfig(ctx, config.WithRetryMaxAttempts(1))
	if err != nil {
		panic(err)
	}
	client = lambda.NewFromConfig(loaded)
	one, two = built("one"), built("two")
	os.Exit(m.Run())
}

// A function as it is deployed to provided.al2023: an executable named bootstrap, in a zip.
func built(answer string) []byte {
	folder, err := os.MkdirTemp("", "code-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	bootstrap := filepath.Join(folder, "bootstrap")
	build := exec.Command("go", "build", "-ldflags", "-s -w -X main.Answer="+answer, "-o", bootstrap, "./function")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		panic(fmt.Sprintf("%v: %s", err, output))
	}
	code, err := os.ReadFile(bootstrap)
	if err != nil {
		panic(err)
	}
	return archive(code)
}

func archive(bootstrap []byte) []byte {
	var packed bytes.Buffer
	files := zip.NewWriter(&packed)
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate}
	header.SetMode(0o755)
	file, err := files.CreateHeader(header)
	if err == nil {
		_, err = file.Write(bootstrap)
	}
	if err == nil {
		err = files.Close()
	}
	if err != nil {
		panic(err)
	}
	return packed.Bytes()
}

// A function that is ready, until the test ends.
func created(t *testing.T, code []byte, more ...func(*lambda.CreateFunctionInput)) string {
	t.Helper()
	name := fmt.Sprintf("go-%d-%d", os.Getpid(), number.Add(1))
	input := &lambda.CreateFunctionInput{
		FunctionName: &name,
		Runtime:      types.RuntimeProvidedal2023,
		Handler:      aws.String("bootstrap"),
		Role:         aws.String(role),
		Timeout:      aws.Int32(30),
		Code:         &types.FunctionCode{ZipFile: code},
	}
	for _, change := range more {
		change(input)
	}
	must(client.CreateFunction(ctx, input))(t)
	t.Cleanup(func() {
		client.DeleteFunction(ctx, &lambda.DeleteFunctionInput{FunctionName: &name})
	})
	waiter := lambda.NewFunctionActiveV2Waiter(client)
	if err := waiter.Wait(ctx, &lambda.GetFunctionInput{FunctionName: &name}, patience); err != nil {
		t.Fatal(err)
	}
	return name
}

func awaitUpdated(t *testing.T, name string) {
	t.Helper()
	waiter := lambda.NewFunctionUpdatedV2Waiter(client)
	if err := waiter.Wait(ctx, &lambda.GetFunctionInput{FunctionName: &name}, patience); err != nil {
		t.Fatal(err)
	}
}

// must(call())(t) is what the call answers; the test ends where it fails.
func must[T any](answer T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
}

// What the functions of these tests answer.
type result struct {
	Answer string
	Arn    string
	Custom string
}

func invoked(t *testing.T, input *lambda.InvokeInput) result {
	t.Helper()
	answer := must(client.Invoke(ctx, input))(t)
	if answer.FunctionError != nil {
		t.Fatalf("the function failed: %s", answer.Payload)
	}
	var result result
	if err := json.Unmarshal(answer.Payload, &result); err != nil {
		t.Fatal(err)
	}
	return result
}

func arn(t *testing.T, name string) string {
	t.Helper()
	shown := must(client.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &name}))(t)
	return *shown.FunctionArn
}

func same[T comparable](t *testing.T, what string, actual, expected T) {
	t.Helper()
	if actual != expected {
		t.Errorf("%s is %v, expected %v", what, actual, expected)
	}
}

// The error must have this status, code and message.
func refused(t *testing.T, err error, status int, code, message string) {
	t.Helper()
	var api smithy.APIError
	var response *http.ResponseError
	if !errors.As(err, &api) || !errors.As(err, &response) {
		t.Errorf("%v, expected %s", err, code)
		return
	}
	same(t, "the status", response.HTTPStatusCode(), status)
	same(t, "the code", api.ErrorCode(), code)
	same(t, "the message", api.ErrorMessage(), message)
}

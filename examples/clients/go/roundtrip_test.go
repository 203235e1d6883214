// A function's life by the SDK for Go: made, invoked, versioned, changed, limited, deleted.
package clients

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

const outdated = "The Revision Id provided does not match the latest Revision Id." +
	" Call the GetFunction/GetAlias API to retrieve the latest Revision Id"

func TestAFunctionIsToldWithItsMembers(t *testing.T) {
	name := created(t, one, func(input *lambda.CreateFunctionInput) {
		input.Description = aws.String("answers")
		input.Environment = &types.Environment{Variables: map[string]string{"KEY": "value"}}
	})
	shown := must(client.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: &name}))(t).Configuration
	same(t, "the name", *shown.FunctionName, name)
	same(t, "the runtime", shown.Runtime, types.RuntimeProvidedal2023)
	same(t, "the description", *shown.Description, "answers")
	same(t, "the state", shown.State, types.StateActive)
	same(t, "the size", shown.CodeSize, int64(len(one)))
	same(t, "the variable", shown.Environment.Variables["KEY"], "value")
	var listed []string
	for pages := lambda.NewListFunctionsPaginator(client, &lambda.ListFunctionsInput{MaxItems: aws.Int32(1)}); pages.HasMorePages(); {
		for _, each := range must(pages.NextPage(ctx))(t).Functions {
			listed = append(listed, *each.FunctionName)
		}
	}
	if !slices.Contains(listed, name) {
		t.Errorf("%v is listed, expected %s in it", listed, name)
	}
}

func TestAResultComesBackAndAnErrorOfTheFunctionIsAnAnswer(t *testing.T) {
	name := created(t, one)
	clientContext := base64.StdEncoding.EncodeToString([]byte(`{"custom":{"tenant":"blue"}}`))
	seen := invoked(t, &lambda.InvokeInput{FunctionName: &name, ClientContext: &clientContext})
	same(t, "the result", seen, result{"one", arn(t, name), "blue"})
	failed := must(client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &name, Payload: []byte(`{"fail":"no luck"}`)}))(t)
	same(t, "the status", failed.StatusCode, 200)
	same(t, "the mark", aws.ToString(failed.FunctionError), "Unhandled")
	same(t, "the version", aws.ToString(failed.ExecutedVersion), "$LATEST")
	var told struct{ ErrorMessage, ErrorType string }
	if err := json.Unmarshal(failed.Payload, &told); err != nil {
		t.Fatal(err)
	}
	same(t, "the message", told.ErrorMessage, "no luck")
	same(t, "the type", told.ErrorType, "errorString")
}

func TestAnEventIsAcceptedAndADryRunRunsNothing(t *testing.T) {
	name := created(t, one)
	event := must(client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &name, InvocationType: types.InvocationTypeEvent}))(t)
	same(t, "the status of an event", event.StatusCode, 202)
	same(t, "its answer", len(event.Payload), 0)
	dry := must(client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &name, InvocationType: types.InvocationTypeDryRun}))(t)
	same(t, "the status of a dry run", dry.StatusCode, 204)
}

func TestAnAliasMovesFromVersionToVersion(t *testing.T) {
	name := created(t, one)
	version := must(client.PublishVersion(ctx, &lambda.PublishVersionInput{FunctionName: &name}))(t)
	same(t, "the version", *version.Version, "1")
	published := lambda.NewPublishedVersionActiveWaiter(client)
	if err := published.Wait(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &name, Qualifier: aws.String("1")}, patience); err != nil {
		t.Fatal(err)
	}
	must(client.UpdateFunctionCode(ctx, &lambda.UpdateFunctionCodeInput{FunctionName: &name, ZipFile: two, Publish: true}))(t)
	awaitUpdated(t, name)
	live := aws.String("live")
	alias := must(client.CreateAlias(ctx, &lambda.CreateAliasInput{FunctionName: &name, Name: live, FunctionVersion: aws.String("1")}))(t)
	same(t, "the alias", *alias.AliasArn, arn(t, name)+":live")
	same(t, "its answer", invoked(t, &lambda.InvokeInput{FunctionName: &name, Qualifier: live}).Answer, "one")
	must(client.UpdateAlias(ctx, &lambda.UpdateAliasInput{FunctionName: &name, Name: live, FunctionVersion: aws.String("2")}))(t)
	same(t, "its answer once moved", invoked(t, &lambda.InvokeInput{FunctionName: alias.AliasArn}).Answer, "two")
	versions := must(client.ListVersionsByFunction(ctx, &lambda.ListVersionsByFunctionInput{FunctionName: &name}))(t).Versions
	same(t, "the number of versions", len(versions), 3)
	same(t, "the first of them", *versions[0].Version, "$LATEST")
	must(client.DeleteAlias(ctx, &lambda.DeleteAliasInput{FunctionName: &name, Name: live}))(t)
	_, err := client.GetAlias(ctx, &lambda.GetAliasInput{FunctionName: &name, Name: live})
	refused(t, err, 404, "ResourceNotFoundException", "Cannot find alias arn: "+*alias.AliasArn)
}

func TestConfigurationIsChangedAndGuardedByTheRevision(t *testing.T) {
	name := created(t, one)
	changed := must(client.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{FunctionName: &name, Timeout: aws.Int32(7)}))(t)
	same(t, "the timeout", *changed.Timeout, 7)
	awaitUpdated(t, name)
	_, err := client.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{
		FunctionName: &name, Timeout: aws.Int32(8), RevisionId: aws.String("outdated"),
	})
	refused(t, err, 412, "PreconditionFailedException", outdated)
}

func TestLimitsAreSetShownAndKept(t *testing.T) {
	name := created(t, one)
	must(client.PutFunctionEventInvokeConfig(ctx, &lambda.PutFunctionEventInvokeConfigInput{FunctionName: &name, MaximumRetryAttempts: aws.Int32(0)}))(t)
	events := must(client.GetFunctionEventInvokeConfig(ctx, &lambda.GetFunctionEventInvokeConfigInput{FunctionName: &name}))(t)
	same(t, "the retries", *events.MaximumRetryAttempts, 0)
	must(client.PutFunctionConcurrency(ctx, &lambda.PutFunctionConcurrencyInput{FunctionName: &name, ReservedConcurrentExecutions: aws.Int32(0)}))(t)
	_, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &name})
	refused(t, err, 429, "TooManyRequestsException", "Rate Exceeded.")
	var throttled *types.TooManyRequestsException
	if errors.As(err, &throttled) {
		same(t, "the reason", throttled.Reason, types.ThrottleReasonReservedFunctionConcurrentInvocationLimitExceeded)
		same(t, "when to retry", aws.ToString(throttled.RetryAfterSeconds), "1")
	}
	must(client.DeleteFunctionConcurrency(ctx, &lambda.DeleteFunctionConcurrencyInput{FunctionName: &name}))(t)
	same(t, "the answer", invoked(t, &lambda.InvokeInput{FunctionName: &name}).Answer, "one")
	account := must(client.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{}))(t)
	same(t, "the account's limit", account.AccountLimit.ConcurrentExecutions, 1000)
}

func TestALayerIsPublishedShownAndDeleted(t *testing.T) {
	layer := must(client.PublishLayerVersion(ctx, &lambda.PublishLayerVersionInput{
		LayerName: aws.String("go-layer"), Content: &types.LayerVersionContentInput{ZipFile: archive([]byte("#"))},
	}))(t)
	name := created(t, one, func(input *lambda.CreateFunctionInput) {
		input.Layers = []string{*layer.LayerVersionArn}
	})
	same(t, "the answer", invoked(t, &lambda.InvokeInput{FunctionName: &name}).Answer, "one")
	must(client.DeleteLayerVersion(ctx, &lambda.DeleteLayerVersionInput{LayerName: aws.String("go-layer"), VersionNumber: &layer.Version}))(t)
	_, err := client.GetLayerVersionByArn(ctx, &lambda.GetLayerVersionByArnInput{Arn: layer.LayerVersionArn})
	refused(t, err, 404, "ResourceNotFoundException", "The resource you requested does not exist.")
}

func TestADeletedFunctionIsNotFound(t *testing.T) {
	name := created(t, one)
	gone := arn(t, name)
	must(client.DeleteFunction(ctx, &lambda.DeleteFunctionInput{FunctionName: &name}))(t)
	_, err := client.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: &name})
	refused(t, err, 404, "ResourceNotFoundException", "Function not found: "+gone)
}

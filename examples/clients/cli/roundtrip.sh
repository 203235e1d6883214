#!/usr/bin/env bash
# A function's life by the command line: made, invoked, versioned, changed, limited, deleted.
source "$(dirname "$0")/lib.sh"

archive one.zip <<< 'def handler(event, context): return {"code": 1, "got": event}'
archive two.zip <<< 'def handler(event, context): return {"code": 2, "got": event}'
archive bad.zip <<< 'def handler(event, context): raise ValueError("no luck")'

# Making and showing
create cli-one one.zip --description "the first"
same "the version" "$(of created.json Version)" '$LATEST'
same "the description" "$(aws lambda get-function --function-name cli-one --query Configuration.Description --output text)" "the first"
arn=$(aws lambda get-function-configuration --function-name cli-one --query FunctionArn --output text)
same "the state" "$(aws lambda get-function-configuration --function-name cli-one --query State --output text)" Active
refused ResourceConflictException "Function already exist: cli-one" \
    aws lambda create-function --function-name cli-one --runtime python3.12 --handler index.handler \
    --role arn:aws:iam::000000000000:role/any --zip-file fileb://one.zip
same "those listed" "$(aws lambda list-functions --page-size 1 --query "Functions[?FunctionName=='cli-one'].FunctionArn" --output text)" "$arn"

# Invoking
same "the answer" "$(result cli-one '{"id": 1}' | tr -d ' ')" '{"code":1,"got":{"id":1}}'
same "its status" "$(of answer.json StatusCode)" 200
same "the version that ran" "$(of answer.json ExecutedVersion)" '$LATEST'
same "the answer to an event" "$(result cli-one '{}' --invocation-type Event)" ''
same "the status of an event" "$(of answer.json StatusCode)" 202
result cli-one '{}' --invocation-type DryRun > /dev/null
same "the status of a dry run" "$(of answer.json StatusCode)" 204
create cli-bad bad.zip
result cli-bad '{}' > error.json
same "the mark of an error" "$(of answer.json FunctionError)" Unhandled
same "the status of an error" "$(of answer.json StatusCode)" 200
same "the message of an error" "$(of error.json errorMessage)" "no luck"
refused ResourceNotFoundException "Function not found: $arn:none" aws lambda invoke --function-name cli-one:none out.json

# Versions and aliases
same "the first version" "$(aws lambda publish-version --function-name cli-one --query Version --output text)" 1
aws lambda wait published-version-active --function-name cli-one --qualifier 1
aws lambda update-function-code --function-name cli-one --zip-file fileb://two.zip --publish > /dev/null
aws lambda wait function-updated-v2 --function-name cli-one
same "the alias" "$(aws lambda create-alias --function-name cli-one --name live --function-version 1 --query AliasArn --output text)" "$arn:live"
same "the alias's answer" "$(result cli-one '{}' --qualifier live | tr -d ' ')" '{"code":1,"got":{}}'
same "the alias's version" "$(of answer.json ExecutedVersion)" 1
aws lambda update-alias --function-name cli-one --name live --function-version 2 > /dev/null
same "the moved alias's answer" "$(result "$arn:live" '{}' | tr -d ' ')" '{"code":2,"got":{}}'
same "the versions" "$(aws lambda list-versions-by-function --function-name cli-one --query 'Versions[].Version' --output text)" $'$LATEST\t1\t2'
same "the aliases" "$(aws lambda list-aliases --function-name cli-one --query 'Aliases[].Name' --output text)" live
aws lambda delete-alias --function-name cli-one --name live
refused ResourceNotFoundException "Cannot find alias arn: $arn:live" aws lambda get-alias --function-name cli-one --name live

# Changing
same "the new timeout" "$(aws lambda update-function-configuration --function-name cli-one --timeout 7 --query Timeout --output text)" 7
aws lambda wait function-updated --function-name cli-one
refused PreconditionFailedException "The Revision Id provided does not match the latest Revision Id." \
    aws lambda update-function-configuration --function-name cli-one --timeout 8 --revision-id outdated

# Layers
layer=$(aws lambda publish-layer-version --layer-name cli-layer --zip-file fileb://one.zip --query LayerVersionArn --output text)
aws lambda update-function-configuration --function-name cli-one --layers "$layer" > /dev/null
aws lambda wait function-updated --function-name cli-one
same "the layer" "$(aws lambda get-function-configuration --function-name cli-one --query 'Layers[].Arn' --output text)" "$layer"
aws lambda delete-layer-version --layer-name cli-layer --version-number "${layer##*:}"

# Limits
aws lambda put-function-event-invoke-config --function-name cli-one --maximum-retry-attempts 1 > /dev/null
same "the retries" "$(aws lambda get-function-event-invoke-config --function-name cli-one --query MaximumRetryAttempts)" 1
aws lambda delete-function-event-invoke-config --function-name cli-one
same "the account's limit" "$(aws lambda get-account-settings --query AccountLimit.ConcurrentExecutions)" 1000
aws lambda put-function-concurrency --function-name cli-one --reserved-concurrent-executions 0 > /dev/null
same "the reservation" "$(aws lambda get-function-concurrency --function-name cli-one --query ReservedConcurrentExecutions)" 0
AWS_MAX_ATTEMPTS=1 refused TooManyRequestsException "Rate Exceeded." aws lambda invoke --function-name cli-one out.json
aws lambda delete-function-concurrency --function-name cli-one

# Deleting
aws lambda delete-function --function-name cli-one
refused ResourceNotFoundException "Function not found: $arn" aws lambda get-function --function-name cli-one

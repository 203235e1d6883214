#!/usr/bin/env bash
# Tags by the command line.
source "$(dirname "$0")/lib.sh"

archive code.zip <<< 'def handler(event, context): return event'
create cli-tags code.zip --tags team=blue
arn=$(of created.json FunctionArn)
aws lambda tag-resource --resource "$arn" --tags stage=test
same "the tags" "$(aws lambda list-tags --resource "$arn" --query 'join(`,`, [Tags.team, Tags.stage])' --output text)" blue,test
aws lambda untag-resource --resource "$arn" --tag-keys team
same "what is left" "$(aws lambda get-function --function-name cli-tags --query 'keys(Tags)' --output text)" stage

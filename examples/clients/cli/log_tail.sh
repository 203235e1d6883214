#!/usr/bin/env bash
# The end of a function's log by the command line.
source "$(dirname "$0")/lib.sh"

archive code.zip <<< 'def handler(event, context): print("hello")'
create cli-log code.zip
aws lambda invoke --function-name cli-log --log-type Tail --query LogResult --output text out.json | base64 -d > log.txt
grep -q '^hello$' log.txt || fail "the log is '$(cat log.txt)', expected hello in it"
grep -q '^REPORT RequestId: ' log.txt || fail "the log is '$(cat log.txt)', expected a report"

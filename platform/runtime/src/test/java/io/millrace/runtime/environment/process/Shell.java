package io.millrace.runtime.environment.process;

/** What a bootstrap written in shell needs. */
final class Shell {
    /** next: sets ID and EVENT; respond and fail: one argument, the body. */
    static final String LIBRARY =
            """
            API="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
            next() {
              EVENT=$(curl -sS -D "$TMPDIR/headers" "$API/invocation/next")
              ID=$(grep -i '^Lambda-Runtime-Aws-Request-Id' "$TMPDIR/headers" | tr -d '\\r' | cut -d' ' -f2)
            }
            respond() { curl -sS -o /dev/null -X POST "$API/invocation/$ID/response" -d "$1"; }
            fail() { curl -sS -o /dev/null -X POST "$API/invocation/$ID/error" -H 'Lambda-Runtime-Function-Error-Type: Function.Broken' -d "$1"; }
            status() { curl -sS -w ' %{http_code}' -X POST "$API/$1" -d "$2"; }
            """;

    private Shell() {}
}

package io.millrace.runtime.functionurl;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.dispatch.IdempotencyKeyException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request that its function does not answer (lambda-semantics 7.2). */
final class UrlRefusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final String FORBIDDEN = "Forbidden. For troubleshooting Function URL authorization issues, see:"
            + " https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html";

    private final int status;
    private final String type;
    private final String body;

    private UrlRefusal(int status, String type, String body) {
        // No stack trace: it says nothing about a refusal, and a flood of them must stay cheap.
        super(body, null, false, false);
        this.status = status;
        this.type = type;
        this.body = body;
    }

    /** Nobody has that URL. */
    static UrlRefusal unknown() {
        return of(403, "AccessDeniedException", null);
    }

    static UrlRefusal forbidden() {
        return of(403, "AccessDeniedException", FORBIDDEN);
    }

    static UrlRefusal noFunction(String arn) {
        return of(404, "ResourceNotFoundException", "Function not found: " + arn);
    }

    static UrlRefusal tooLarge(int limit) {
        return of(413, "RequestEntityTooLargeException", "Request must be smaller than " + limit + " bytes");
    }

    static UrlRefusal brokenBody(long received) {
        return of(400, "InvalidRequestContentException", "The request body broke off after " + received + " bytes.");
    }

    static UrlRefusal throttled() {
        return of(429, "TooManyRequestsException", "Rate Exceeded.");
    }

    /** The function ran too often in the chain of calls that this one belongs to. */
    static UrlRefusal recursive(String message) {
        return of(400, "RecursiveInvocationException", message);
    }

    /** Its idempotency key let the function not run. */
    static UrlRefusal ofKey(IdempotencyKeyException refused) {
        String message = refused.getMessage();
        return switch (refused.kind()) {
            case IN_USE -> of(429, "TooManyRequestsException", message);
            case REUSED, MISSING -> of(400, "InvalidParameterValueException", message);
            case STORE_AWAY -> of(503, "ServiceUnavailableException", message);
        };
    }

    /** The function failed, or answered what is no answer. */
    static UrlRefusal badGateway() {
        return new UrlRefusal(502, "", "Internal Server Error");
    }

    static UrlRefusal unavailable() {
        return of(503, "ServiceUnavailableException", "Service Unavailable");
    }

    static UrlRefusal late() {
        return of(504, "ServiceException", "The answer of the function did not arrive in time.");
    }

    static UrlRefusal fault() {
        return of(500, "ServiceException", "An error occurred and the request cannot be processed.");
    }

    private static UrlRefusal of(int status, String type, @Nullable String message) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("Message", message);
        return new UrlRefusal(status, type, body.toString());
    }

    HttpAnswer answer() {
        HttpAnswer answer = new HttpAnswer(status, List.of(), body.getBytes(StandardCharsets.UTF_8))
                .with("Content-Type", "application/json");
        answer = type.isEmpty() ? answer : answer.with("x-amzn-ErrorType", type);
        boolean isWorthARetry = status == 429 || status == 503;
        return isWorthARetry ? answer.with("Retry-After", "1") : answer;
    }
}

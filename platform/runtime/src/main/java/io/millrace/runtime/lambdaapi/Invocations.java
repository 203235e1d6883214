package io.millrace.runtime.lambdaapi;

import io.millrace.core.function.FunctionArn;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.config.LimitSettings;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.lambdaapi.LambdaApiException.RequestEntityTooLargeException;
import io.millrace.runtime.lambdaapi.LambdaApiException.TooManyRequestsException;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The operation Invoke (lambda-semantics 1.1 to 1.6). */
final class Invocations {
    /** Travels with the event under the same name as in HTTP. */
    static final String TRACE_HEADER = "X-Amzn-Trace-Id";

    /** An extension: events of one group run one at a time and in order. */
    static final String GROUP_HEADER = "X-Millrace-Message-Group";

    private static final int LONGEST_GROUP = 256;

    private static final byte[] EMPTY_OBJECT = "{}".getBytes(StandardCharsets.UTF_8);
    /** A payload up to this size is checked on the event loop; the way to a worker and back would take longer. */
    private static final int QUICKLY_CHECKED_BYTES = 64 * 1024;

    private final Invoker invoker;
    private final FunctionLocator locator;
    private final LimitSettings limits;

    Invocations(Invoker invoker, FunctionLocator locator, LimitSettings limits) {
        this.invoker = invoker;
        this.locator = locator;
        this.limits = limits;
    }

    Future<Reply> invoke(Request request) {
        InvocationType type = type(request);
        FunctionArn arn = locator.toInvoke(request);
        refuseUnsupported(request);
        requireGroup(request, type);
        Optional<String> clientContext = request.header("X-Amz-Client-Context").map(ClientContexts::decode);
        return payload(request, type)
                .map(payload -> new Invocation(
                        request.id(), arn, type, payload, seenByFunction(type, clientContext), attributes(request)))
                .compose(this::run);
    }

    private static InvocationType type(Request request) {
        return request.header("X-Amz-Invocation-Type")
                .flatMap(InvocationType::parse)
                .orElse(InvocationType.REQUEST_RESPONSE);
    }

    /** Refused rather than ignored: the caller counts on what these promise. */
    private static void refuseUnsupported(Request request) {
        for (String header : List.of("X-Amz-Durable-Execution-Name", "X-Amz-Tenant-Id")) {
            if (request.header(header).isPresent()) {
                throw new InvalidParameterValueException("The header " + header + " is not supported.");
            }
        }
    }

    private Future<byte[]> payload(Request request, InvocationType type) {
        return body(request, type).compose(body -> {
            if (body.length == 0) {
                return Future.succeededFuture(EMPTY_OBJECT);
            }
            if (body.length <= QUICKLY_CHECKED_BYTES) {
                return Future.succeededFuture(checked(body));
            }
            return request.blocking(() -> checked(body));
        });
    }

    private Future<byte[]> body(Request request, InvocationType type) {
        return type == InvocationType.EVENT
                ? request.body(limits.eventBytes(), this::eventTooLarge)
                : request.body(limits.requestBytes(), this::requestTooLarge);
    }

    private LambdaApiException eventTooLarge(long received) {
        return new RequestEntityTooLargeException(received
                + " byte payload is too large for the Event invocation type (limit " + limits.eventBytes() + " bytes)");
    }

    private LambdaApiException requestTooLarge(long received) {
        return new RequestEntityTooLargeException(
                "Request must be smaller than " + limits.requestBytes() + " bytes for the InvokeFunction operation");
    }

    private static byte[] checked(byte[] body) {
        Json.requireValue(body);
        return body;
    }

    /** Asynchronous invocations have no client to tell of. */
    private static Optional<String> seenByFunction(InvocationType type, Optional<String> clientContext) {
        return type == InvocationType.REQUEST_RESPONSE ? clientContext : Optional.empty();
    }

    private static Map<String, String> attributes(Request request) {
        Map<String, String> attributes = new HashMap<>();
        request.header(TRACE_HEADER).ifPresent(trace -> attributes.put(Invocation.TRACE, trace));
        request.header(GROUP_HEADER).ifPresent(group -> attributes.put(Invocation.GROUP, group));
        return attributes;
    }

    private static void requireGroup(Request request, InvocationType type) {
        request.header(GROUP_HEADER).ifPresent(group -> {
            if (type != InvocationType.EVENT || group.isEmpty() || group.length() > LONGEST_GROUP) {
                throw new InvalidParameterValueException("The header " + GROUP_HEADER + " has " + group.length()
                        + " characters and the invocation type is " + type.wireName() + ", expected 1 to "
                        + LONGEST_GROUP + " characters and the type Event.");
            }
        });
    }

    private Future<Reply> run(Invocation invocation) {
        return switch (invocation.type()) {
            case REQUEST_RESPONSE -> invoker.call(invocation).map(Invocations::answered);
            case EVENT -> invoker.publish(invocation).map(published -> Reply.empty(202));
            case DRY_RUN -> Future.succeededFuture(Reply.empty(204));
        };
    }

    private static Reply answered(Invoker.Answer answer) {
        return answer.outcome().match(new AnswerRendering(answer.executedVersion()));
    }

    /** A function's own error is a success of the request, marked by a header (lambda-semantics 1.2). */
    private record AnswerRendering(String executedVersion) implements Outcome.Cases<Reply> {
        @Override
        public Reply succeeded(Outcome.Succeeded outcome) {
            return executed(outcome.response());
        }

        @Override
        public Reply functionError(Outcome.FunctionError outcome) {
            return executed(outcome.payload()).withHeader("X-Amz-Function-Error", "Unhandled");
        }

        @Override
        public Reply throttled(Outcome.Throttled outcome) {
            throw new TooManyRequestsException(outcome.reason());
        }

        private Reply executed(byte[] body) {
            return Reply.json(200, body).withHeader("X-Amz-Executed-Version", executedVersion);
        }
    }
}

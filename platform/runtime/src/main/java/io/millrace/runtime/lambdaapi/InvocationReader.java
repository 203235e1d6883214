package io.millrace.runtime.lambdaapi;

import io.millrace.core.function.FunctionArn;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.runtime.config.LimitSettings;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidRequestContentException;
import io.millrace.runtime.lambdaapi.LambdaApiException.RequestEntityTooLargeException;
import io.millrace.runtime.lambdaapi.LambdaApiException.UnsupportedMediaTypeException;
import io.millrace.runtime.payloads.PayloadStore;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What all forms of invoke read alike from a request (lambda-semantics 1.1, 1.4). */
final class InvocationReader {
    /** Travels with the event under the same name as in HTTP. */
    static final String TRACE_HEADER = "X-Amzn-Trace-Id";

    /** An extension: events of one group run one at a time and in order. */
    static final String GROUP_HEADER = "X-Millrace-Message-Group";

    /** An extension: invocations with the same key run once. */
    static final String KEY_HEADER = "X-Millrace-Idempotency-Key";

    /** An extension: an event that is sent again with the same id is dropped by the broker. */
    static final String PUBLISH_HEADER = "X-Millrace-Publish-Id";

    /** Of InvokeAsync, which never got the larger limit of Invoke (its description in the API model). */
    private static final int INVOKE_ASYNC_BYTES = 262_144;

    private static final int LONGEST_GROUP = 256;
    private static final int LONGEST_PUBLISH_ID = 256;

    private static final byte[] EMPTY_OBJECT = "{}".getBytes(StandardCharsets.UTF_8);
    /** A payload up to this size is checked on the event loop; the way to a worker and back would take longer. */
    private static final int QUICKLY_CHECKED_BYTES = 64 * 1024;

    /** What SDKs and curl say by themselves of bytes they know nothing about. */
    private static final Set<String> SAYS_NOTHING =
            Set.of("", "application/octet-stream", "binary/octet-stream", "application/x-www-form-urlencoded");

    private static final Pattern JSON_TYPE =
            Pattern.compile("(application|text)/(json|[a-z0-9.-]+\\+json|x-amz-json-1\\.[01])");
    private static final Pattern REQUEST_ID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private final FunctionLocator locator;
    private final LimitSettings limits;
    private final PayloadStore payloads;

    /** @param payloads takes what is above the limits, where it takes any */
    InvocationReader(FunctionLocator locator, LimitSettings limits, PayloadStore payloads) {
        this.locator = locator;
        this.limits = limits;
        this.payloads = payloads;
    }

    /**
     * Reads and checks all of a request.
     *
     * @return fails with a LambdaApiException if it asks for what cannot be
     */
    Future<Invocation> read(Request request, InvocationType type) {
        FunctionArn arn = locator.toInvoke(request);
        refuseUnsupported(request);
        requireRequestId(request);
        requireJson(request);
        requireGroup(request, type);
        requireKey(request);
        requirePublishId(request, type);
        Optional<String> clientContext = request.header("X-Amz-Client-Context").map(ClientContexts::decode);
        return payload(request, type)
                .map(payload -> new Invocation(
                        request.id(),
                        arn,
                        type,
                        payload.bytes(),
                        seenByFunction(type, clientContext),
                        payload.with(attributes(request, type))));
    }

    /** The same for InvokeAsync, whose only members are the function and the event. */
    Future<Invocation> readDeprecated(Request request) {
        FunctionArn arn = locator.toInvoke(request);
        requireKey(request);
        requirePublishId(request, InvocationType.EVENT);
        int limit = Math.min(INVOKE_ASYNC_BYTES, limits.eventBytes());
        return request.body(limit, received -> eventTooLarge(received, limit))
                .compose(body -> json(request, body))
                .map(payload -> new Invocation(
                        request.id(),
                        arn,
                        InvocationType.EVENT,
                        payload,
                        Optional.empty(),
                        attributes(request, InvocationType.EVENT)));
    }

    static InvocationType type(Request request) {
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

    /** The id is ours all the same; but one that is none is refused (description of InvalidRequestContentException). */
    private static void requireRequestId(Request request) {
        Optional<String> id = request.header("x-amzn-RequestId");
        if (id.isPresent() && !REQUEST_ID.matcher(id.get()).matches()) {
            throw new InvalidRequestContentException("The header x-amzn-RequestId is not a valid UUID.");
        }
    }

    private static void requireJson(Request request) {
        Optional<String> header = request.header("Content-Type");
        if (header.isPresent() && !mayBeJson(header.get())) {
            throw new UnsupportedMediaTypeException("The content type of the request body is not JSON.");
        }
    }

    private static boolean mayBeJson(String contentType) {
        int parameters = contentType.indexOf(';');
        String type = (parameters < 0 ? contentType : contentType.substring(0, parameters))
                .strip()
                .toLowerCase(Locale.ROOT);
        return SAYS_NOTHING.contains(type) || JSON_TYPE.matcher(type).matches();
    }

    private Future<Payload> payload(Request request, InvocationType type) {
        int limit = inMemory(limits, type);
        if (payloads.isOn()) {
            return request.payload(limit, payloads, received -> requestTooLarge(payloads.maxBytes()))
                    .compose(body -> body.stored().isPresent()
                            ? Future.succeededFuture(body)
                            : json(request, body.bytes()).map(Payload::inMemory));
        }
        return request.body(
                        limit,
                        received ->
                                type == InvocationType.EVENT ? eventTooLarge(received, limit) : requestTooLarge(limit))
                .compose(body -> json(request, body))
                .map(Payload::inMemory);
    }

    /** Bytes of a body that are kept in memory. */
    static int inMemory(LimitSettings limits, InvocationType type) {
        return type == InvocationType.EVENT ? limits.eventBytes() : limits.requestBytes();
    }

    private static Future<byte[]> json(Request request, byte[] body) {
        if (body.length == 0) {
            return Future.succeededFuture(EMPTY_OBJECT);
        }
        if (body.length <= QUICKLY_CHECKED_BYTES) {
            return Future.succeededFuture(checked(body));
        }
        return request.blocking(() -> checked(body));
    }

    private static LambdaApiException eventTooLarge(long received, int limit) {
        return new RequestEntityTooLargeException(
                received + " byte payload is too large for the Event invocation type (limit " + limit + " bytes)");
    }

    /** @param limit bytes, of Lambda or of the directory for large payloads */
    static LambdaApiException requestTooLarge(long limit) {
        return new RequestEntityTooLargeException(
                "Request must be smaller than " + limit + " bytes for the InvokeFunction operation");
    }

    private static byte[] checked(byte[] body) {
        Json.requireValue(body);
        return body;
    }

    /** Asynchronous invocations have no client to tell of. */
    private static Optional<String> seenByFunction(InvocationType type, Optional<String> clientContext) {
        return type == InvocationType.REQUEST_RESPONSE ? clientContext : Optional.empty();
    }

    private static Map<String, String> attributes(Request request, InvocationType type) {
        Map<String, String> attributes = new HashMap<>();
        request.header(TRACE_HEADER).ifPresent(trace -> attributes.put(Invocation.TRACE, trace));
        request.header(GROUP_HEADER).ifPresent(group -> attributes.put(Invocation.GROUP, group));
        request.header(KEY_HEADER).ifPresent(key -> attributes.put(Invocation.IDEMPOTENCY_KEY, key));
        request.header(PUBLISH_HEADER).ifPresent(id -> attributes.put(Invocation.PUBLISH_ID, id));
        if (type == InvocationType.REQUEST_RESPONSE
                && request.header("X-Amz-Log-Type").filter("Tail"::equals).isPresent()) {
            attributes.put(Invocation.LOG_TAIL, "Tail");
        }
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

    private static void requireKey(Request request) {
        if (request.header(KEY_HEADER).filter(String::isBlank).isPresent()) {
            throw new InvalidParameterValueException("The header " + KEY_HEADER + " is empty, expected a key.");
        }
    }

    private static void requirePublishId(Request request, InvocationType type) {
        request.header(PUBLISH_HEADER).ifPresent(id -> {
            if (type != InvocationType.EVENT || id.isBlank() || id.length() > LONGEST_PUBLISH_ID) {
                throw new InvalidParameterValueException("The header " + PUBLISH_HEADER + " has " + id.length()
                        + " characters and the invocation type is " + type.wireName() + ", expected 1 to "
                        + LONGEST_PUBLISH_ID + " characters and the type Event.");
            }
        });
    }
}

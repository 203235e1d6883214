package io.millrace.runtime.runtimeapi;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The conversations with the extensions of one environment. Event loop only. */
final class ExtensionSide {
    private static final String NAME = "Lambda-Extension-Name";
    private static final String IDENTIFIER = "Lambda-Extension-Identifier";
    private static final String ERROR_TYPE = "Lambda-Extension-Function-Error-Type";
    private static final String INVOKE = "INVOKE";
    private static final String SHUTDOWN = "SHUTDOWN";

    private final FunctionFacts facts;
    private final RuntimeApiListener listener;
    private final Runnable whenWaiting;
    private final Map<String, Extension> byId = new LinkedHashMap<>();
    private final Set<String> expected = new HashSet<>();
    private Set<String> external = Set.of();
    private boolean registrationOpen;

    ExtensionSide(FunctionFacts facts, RuntimeApiListener listener, Runnable whenWaiting) {
        this.facts = facts;
        this.listener = listener;
        this.whenWaiting = whenWaiting;
    }

    void begin(Set<String> externalNames) {
        byId.clear();
        external = Set.copyOf(externalNames);
        expected.clear();
        expected.addAll(externalNames);
        registrationOpen = true;
    }

    void closeRegistration() {
        registrationOpen = false;
    }

    boolean areWaiting() {
        if (byId.isEmpty()) {
            return expected.isEmpty();
        }
        return expected.isEmpty() && byId.values().stream().allMatch(Extension::isWaiting);
    }

    boolean hasInternal() {
        return byId.values().stream().anyMatch(extension -> !extension.external);
    }

    void invoke(RuntimeInvocation invocation) {
        if (byId.isEmpty()) {
            return;
        }
        JsonObject event = new JsonObject()
                .put("eventType", INVOKE)
                .put("deadlineMs", invocation.deadline().toEpochMilli())
                .put("requestId", invocation.requestId())
                .put("invokedFunctionArn", invocation.functionArn());
        invocation
                .traceHeader()
                .ifPresent(trace -> event.put(
                        "tracing",
                        new JsonObject().put("type", "X-Amzn-Trace-Id").put("value", trace)));
        byId.values().forEach(extension -> extension.tell(INVOKE, event));
    }

    void shutdown(String reason, Instant deadline) {
        JsonObject event = new JsonObject()
                .put("eventType", SHUTDOWN)
                .put("shutdownReason", reason)
                .put("deadlineMs", deadline.toEpochMilli());
        byId.values().forEach(extension -> extension.tell(SHUTDOWN, event));
    }

    void register(HttpServerRequest request) {
        RequestBody.read(request, body -> register(request, body), () -> {});
    }

    void next(HttpServerRequest request) {
        Extension extension = identify(request);
        if (extension == null) {
            return;
        }
        if (!extension.await(request.response())) {
            Replies.forbidden(
                    request.response(),
                    "Extension.InvalidExtensionState",
                    "extension " + extension.name + " may not ask for an event now");
            return;
        }
        whenWaiting.run();
    }

    void error(HttpServerRequest request, Consumer<RuntimeFailure> receiver) {
        Extension extension = identify(request);
        if (extension == null) {
            return;
        }
        String type = request.getHeader(ERROR_TYPE);
        if (type == null || type.isEmpty()) {
            Replies.forbidden(request.response(), "Extension.MissingHeader", ERROR_TYPE + " is missing");
            return;
        }
        RequestBody.read(
                request,
                body -> {
                    extension.fail();
                    Replies.accepted(request.response());
                    receiver.accept(new RuntimeFailure(type, body.bytes()));
                },
                () -> {}); // Its process is dying; that is reported by who watches it.
    }

    private void register(HttpServerRequest request, RequestBody body) {
        HttpServerResponse response = request.response();
        String name = request.getHeader(NAME);
        Set<String> events = events(body);
        boolean isExternal = external.contains(name == null ? "" : name);
        if (name == null || name.isEmpty()) {
            Replies.forbidden(response, "Extension.InvalidExtensionName", "Empty extension name");
        } else if (events == null) {
            Replies.forbidden(
                    response,
                    "InvalidRequestFormat",
                    "the body is expected to be {\"events\":[\"INVOKE\",\"SHUTDOWN\"]}");
        } else if (!mayHear(events, isExternal)) {
            Replies.forbidden(
                    response,
                    "Extension.InvalidEventType",
                    events + ": expected INVOKE" + (isExternal ? " or SHUTDOWN" : " for an internal extension"));
        } else if (!registrationOpen) {
            Replies.forbidden(response, "Extension.RegistrationClosed", "Extension registration closed already");
        } else if (byId.values().stream().anyMatch(other -> other.name.equals(name))) {
            Replies.forbidden(
                    response, "Extension.InvalidExtensionState", "Extension with this name already registered");
        } else if (byId.size() >= RuntimeApi.MAXIMUM_EXTENSIONS) {
            Replies.forbidden(
                    response,
                    "Extension.TooManyExtensions",
                    "Extension limit (" + RuntimeApi.MAXIMUM_EXTENSIONS + ") reached");
        } else {
            accept(request, new Extension(name, isExternal, events));
        }
    }

    private void accept(HttpServerRequest request, Extension extension) {
        byId.put(extension.id, extension);
        JsonObject reply = new JsonObject()
                .put("functionName", facts.name())
                .put("functionVersion", facts.version())
                .put("handler", facts.handler());
        String features = request.getHeader("Lambda-Extension-Accept-Feature");
        if (features != null && features.contains("accountId")) {
            reply.put("accountId", facts.account());
        }
        request.response()
                .putHeader(IDENTIFIER, extension.id)
                .putHeader("Content-Type", "application/json")
                .end(reply.encode());
        if (expected.remove(extension.name) && expected.isEmpty()) {
            listener.extensionsRegistered();
        }
    }

    private @Nullable Extension identify(HttpServerRequest request) {
        String id = request.getHeader(IDENTIFIER);
        if (id == null) {
            Replies.forbidden(
                    request.response(), "Extension.MissingExtensionIdentifier", IDENTIFIER + " header is missing");
            return null;
        }
        Extension extension = byId.get(id);
        if (extension == null) {
            Replies.forbidden(request.response(), "Extension.UnknownExtensionIdentifier", "Unknown extension " + id);
        }
        return extension;
    }

    private static boolean mayHear(Set<String> events, boolean isExternal) {
        return events.stream().allMatch(event -> event.equals(INVOKE) || (isExternal && event.equals(SHUTDOWN)));
    }

    private static @Nullable Set<String> events(RequestBody body) {
        try {
            JsonArray events = new JsonObject(new String(body.bytes(), StandardCharsets.UTF_8)).getJsonArray("events");
            Set<String> names = new HashSet<>();
            for (int i = 0; events != null && i < events.size(); i++) {
                names.add(events.getString(i));
            }
            return names;
        } catch (DecodeException | ClassCastException malformed) {
            return null;
        }
    }
}

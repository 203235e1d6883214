package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.invocation.StoredPayload;
import io.millrace.runtime.access.AccessControl;
import io.millrace.runtime.access.AccessRefusedException;
import io.millrace.runtime.access.Caller;
import io.millrace.runtime.config.LimitSettings;
import io.millrace.runtime.lambdaapi.LambdaApiException.RequestEntityTooLargeException;
import io.millrace.runtime.lambdaapi.model.Operation;
import io.millrace.runtime.payloads.PayloadStore;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/**
 * Lets requests pass whose caller is known and may have them answered. Event loop only. Where everybody may do
 * everything, it costs a look at a flag.
 */
final class Gate {
    private static final String SERVICE = "lambda";
    /** A body up to this size is hashed on the event loop; the way to a worker and back would take longer. */
    private static final int QUICKLY_HASHED_BYTES = 64 * 1024;

    private static final Set<String> CALLS = Set.of("Invoke", "InvokeAsync", "InvokeWithResponseStream");

    /** Those of which the body may be in a file. */
    private static final Set<String> LARGE_CALLS = Set.of("Invoke", "InvokeWithResponseStream");

    private final AccessControl access;
    private final Resources resources;
    private final LimitSettings limits;
    private final PayloadStore payloads;
    private final Tickets tickets;

    Gate(AccessControl access, Resources resources, LimitSettings limits, PayloadStore payloads, InstantSource clock) {
        this.tickets = new Tickets(clock);
        this.access = access;
        this.resources = resources;
        this.limits = limits;
        this.payloads = payloads;
    }

    /**
     * Finds out who calls, before anything else is looked at; must be called before the endpoint first waits for
     * anything.
     *
     * @return fails with AccessRefusedException, or if the body is larger than any operation takes
     */
    Future<Void> identify(Request request, String operation) {
        if (access.isOpen()) {
            access.requireNoForeignPage(request.http());
            return Future.succeededFuture();
        }
        Optional<Caller> signedIn = access.inSession(request.http());
        if (signedIn.isPresent()) {
            request.admit(signedIn.get());
            return Future.succeededFuture();
        }
        AccessControl.Claim claim = access.claim(request.http(), SERVICE);
        if (payloads.isOn() && LARGE_CALLS.contains(operation)) {
            return identifyLarge(request, claim);
        }
        return body(request, operation)
                .compose(body -> verified(claim, request, body).map(caller -> {
                    request.admit(caller, body);
                    return null;
                }));
    }

    /** What is too large for memory is in a file by the time its signature can be judged. */
    private Future<Void> identifyLarge(Request request, AccessControl.Claim claim) {
        int inMemory = InvocationReader.inMemory(limits, InvocationReader.type(request));
        return request.payload(inMemory, payloads, received -> InvocationReader.requestTooLarge(payloads.maxBytes()))
                .compose(body -> body.stored().isEmpty()
                        ? verified(claim, request, body.bytes()).onSuccess(caller -> request.admit(caller, body))
                        : verified(claim, body.stored().get()).onSuccess(caller -> request.admit(caller, body)))
                .mapEmpty();
    }

    private Future<Caller> verified(AccessControl.Claim claim, StoredPayload body) {
        try {
            return Future.succeededFuture(claim.verify(body.sha256()));
        } catch (AccessRefusedException refused) {
            payloads.delete(body);
            throw refused;
        }
    }

    private Future<byte[]> body(Request request, String operation) {
        if (!CALLS.contains(operation)) {
            return ControlBody.read(request, operation);
        }
        int limit = Math.max(limits.eventBytes(), limits.requestBytes());
        return request.body(
                limit,
                received -> new RequestEntityTooLargeException(
                        "Request must be smaller than " + limit + " bytes for the InvokeFunction operation"));
    }

    private static Future<Caller> verified(AccessControl.Claim claim, Request request, byte[] body) {
        return body.length <= QUICKLY_HASHED_BYTES
                ? Future.succeededFuture(claim.verify(body))
                : request.blocking(() -> claim.verify(body));
    }

    /** @throws AccessRefusedException unless the caller may do all that the request asks for */
    void authorize(Operation operation, Request request, ObjectNode members) {
        if (request.caller().isEmpty()) {
            return; // Everybody may.
        }
        Caller caller = request.caller().get();
        String action = "lambda:" + action(operation.name());
        access.authorize(caller, action, resources.of(operation, request, members));
        JsonNode function = members.path("FunctionName");
        if (function.isTextual()) {
            access.authorize(caller, action, resources.function(function.textValue(), ""));
        }
        use(caller, "millrace:Receive", members.path("EventSourceArn"));
        use(caller, "millrace:Publish", members.at("/DeadLetterConfig/TargetArn"));
        use(caller, "millrace:Publish", members.at("/DestinationConfig/OnSuccess/Destination"));
        use(caller, "millrace:Publish", members.at("/DestinationConfig/OnFailure/Destination"));
    }

    /** Nobody reaches a queue or function by way of another function that could not be reached directly. */
    private void use(Caller caller, String action, JsonNode arn) {
        String text = arn.asText("");
        if (!text.isEmpty()) {
            boolean isFunction = text.startsWith("arn:aws:lambda:");
            access.authorize(caller, isFunction ? "lambda:InvokeFunction" : action, text);
        }
    }

    /** @throws AccessRefusedException unless the caller may do what a page of the platform does */
    void authorize(Request request, String action) {
        request.caller().ifPresent(caller -> access.authorize(caller, action, Resources.NONE));
    }

    /** @throws AccessRefusedException unless the caller may do what a page about the function in its path does */
    void authorizeFunction(Request request, String action) {
        request.caller()
                .ifPresent(caller -> access.authorize(caller, action, resources.function(request.functionName(), "")));
    }

    /** To be appended to the address of an archive; empty where nothing is asked of anybody. */
    String ticket(String sha256) {
        return access.isOpen() ? "" : tickets.of(sha256);
    }

    /** Whether the address was made here, of late. */
    boolean holdsTicket(Request request) {
        return tickets.hold(request.path(LambdaApi.CODE), request.query(Tickets.EXPIRES), request.query(Tickets.TOKEN));
    }

    /** What policies call it (the names differ for a few). */
    private static String action(String operation) {
        return switch (operation) {
            case "Invoke", "InvokeAsync", "InvokeWithResponseStream" -> "InvokeFunction";
            case "GetLayerVersionByArn" -> "GetLayerVersion";
            default -> operation;
        };
    }
}

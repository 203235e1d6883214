package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.invocation.RequestIds;
import io.millrace.core.invocation.StoredPayload;
import io.millrace.runtime.access.Caller;
import io.millrace.runtime.lambdaapi.model.ConstraintViolationException;
import io.millrace.runtime.lambdaapi.model.MalformedRequestException;
import io.millrace.runtime.lambdaapi.model.Operation;
import io.millrace.runtime.lambdaapi.model.Operations;
import io.millrace.runtime.lambdaapi.model.Parameters;
import io.millrace.runtime.payloads.PayloadStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.LongFunction;

/** One HTTP request. Event loop only. */
final class Request implements Parameters {
    private static final long GRACE_FOR_UNREAD_BODY_MILLIS = 1000;

    private final Vertx vertx;
    private final RoutingContext context;
    private final Gate gate;
    private final String id = RequestIds.next();
    private Optional<Operation> operation = Optional.empty();
    private Map<String, String> pathParameters = Map.of();
    private ObjectNode members = Operation.emptyBody();
    private Optional<Caller> caller = Optional.empty();
    private Optional<Payload> heldBody = Optional.empty();

    Request(Vertx vertx, RoutingContext context, Gate gate) {
        this.vertx = vertx;
        this.context = context;
        this.gate = gate;
    }

    /**
     * What the request turned out to want, from where the path's parameters come.
     *
     * @throws MalformedRequestException if the path cannot be decoded
     */
    void means(Operations.Match match) {
        operation = Optional.of(match.operation());
        pathParameters = match.pathParameters();
    }

    /**
     * Checks all of the request, with what the body holds, against the description of its operation.
     *
     * @throws MalformedRequestException if a parameter is of another type
     * @throws ConstraintViolationException naming all that is wrong
     */
    void check(ObjectNode body) {
        operation.orElseThrow().check(this, body);
        members = body;
    }

    /** What lets anybody fetch an archive by its address for a while; empty where nothing is asked of anybody. */
    String ticket(String sha256) {
        return gate.ticket(sha256);
    }

    /** Who signed it, with the body that had to be read to know. */
    void admit(Caller signer, byte[] body) {
        admit(signer, Payload.inMemory(body));
    }

    /** As above, with one that may be in a file. */
    void admit(Caller signer, Payload body) {
        caller = Optional.of(signer);
        heldBody = Optional.of(body);
    }

    /** A body in a file that had to be read to know who signed it, and which no endpoint wanted. */
    Optional<StoredPayload> unused() {
        return heldBody.flatMap(Payload::stored);
    }

    /** Who signed in from where it came; its body stays unread. */
    void admit(Caller signedIn) {
        caller = Optional.of(signedIn);
    }

    /** Empty where everybody may do everything. */
    Optional<Caller> caller() {
        return caller;
    }

    /** As it came. */
    HttpServerRequest http() {
        return context.request();
    }

    /** The members of the body, checked; none for an operation without. */
    Members members() {
        return new Members(members);
    }

    /** Chosen by us: the caller, the function and the log lines see this same UUID. */
    String id() {
        return id;
    }

    String method() {
        return context.request().method().name();
    }

    String path() {
        return String.valueOf(context.request().path());
    }

    /** The path's function name, decoded. */
    String functionName() {
        return path("FunctionName");
    }

    /** A parameter of the path, decoded. */
    String path(String parameter) {
        String value = pathParameters.get(parameter);
        return value != null ? value : String.valueOf(context.pathParam(parameter));
    }

    /** A parameter of the operation's path, decoded; empty if it has none of the name. */
    Optional<String> inPathOf(String parameter) {
        return Optional.ofNullable(pathParameters.get(parameter));
    }

    /** Under which address the caller reached this door. */
    String origin() {
        HttpServerRequest request = context.request();
        String host = header("Host").orElseGet(() -> String.valueOf(request.localAddress()));
        return request.scheme() + "://" + host;
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(context.request().getHeader(name));
    }

    /** Of a parameter that the operation has; AWS passes over any other. */
    Optional<String> query(String name) {
        if (context.request().query() == null) {
            return Optional.empty(); // Calls of functions rarely have one.
        }
        boolean isKnown = operation.map(known -> known.knowsQuery(name)).orElse(true);
        return isKnown ? inQuery(name).stream().findFirst() : Optional.empty();
    }

    @Override
    public List<String> inPath(String name) {
        return List.of(path(name));
    }

    @Override
    public List<String> inQuery(String name) {
        // Without one, nothing is to be taken apart; calls of functions rarely have one.
        return context.request().query() == null ? List.of() : context.queryParam(name);
    }

    @Override
    public List<String> inHeader(String name) {
        String value = context.request().getHeader(name);
        return value == null ? List.of() : List.of(value);
    }

    /**
     * Must be called before the endpoint first waits for anything, or the body is gone.
     *
     * @param limit bytes that are kept at most
     * @param tooLarge makes the refusal from the number of bytes that came, as far as they were read
     */
    Future<byte[]> body(int limit, LongFunction<LambdaApiException> tooLarge) {
        if (heldBody.isPresent()) {
            byte[] held = heldBody.get().bytes();
            return held.length <= limit
                    ? Future.succeededFuture(held)
                    : Future.failedFuture(tooLarge.apply(held.length));
        }
        return BoundedBody.read(vertx, context.request(), limit, tooLarge);
    }

    /**
     * As {@link #body}, but what is larger than fits in memory goes to a file.
     *
     * @param inMemory bytes that are kept in memory at most
     * @param tooLarge makes the refusal of what is larger than the store takes
     */
    Future<Payload> payload(int inMemory, PayloadStore store, LongFunction<LambdaApiException> tooLarge) {
        if (heldBody.isPresent()) {
            Payload held = heldBody.get();
            heldBody = Optional.empty();
            return Future.succeededFuture(held);
        }
        return SpilledBody.read(vertx, context.request(), id, inMemory, store, tooLarge);
    }

    /** Runs work that takes long or blocks on a worker; the endpoint goes on on the event loop. */
    <T> Future<T> blocking(Callable<T> work) {
        return vertx.executeBlocking(work, false);
    }

    /** For an endpoint that writes the response bit by bit; then its reply is {@link Reply#alreadySent}. */
    EventStreamResponse eventStream() {
        HttpServerResponse response = context.response();
        response.putHeader("x-amzn-RequestId", id);
        return new EventStreamResponse(response);
    }

    /** For another door that writes the response itself. */
    HttpServerResponse response() {
        return context.response();
    }

    void send(Reply reply) {
        HttpServerResponse response = context.response();
        if (reply.isAlreadySent() || response.ended() || response.closed()) {
            return; // The caller has gone; what it asked for has been done all the same.
        }
        response.setStatusCode(reply.status()).putHeader("x-amzn-RequestId", id);
        reply.headers().forEach(response::putHeader);
        if (reply.file().isPresent()) {
            response.sendFile(reply.file().get().toAbsolutePath().toString());
        } else {
            response.end(Buffer.buffer(reply.body()));
        }
        if (!context.request().isEnded()) {
            closeUnlessBodyEnds(context.request());
        }
    }

    /** An answer may come before the body has ended; a body that then goes on costs its sender the connection. */
    private void closeUnlessBodyEnds(HttpServerRequest request) {
        request.handler(discarded -> {});
        vertx.setTimer(GRACE_FOR_UNREAD_BODY_MILLIS, timer -> {
            if (!request.isEnded()) {
                request.connection().close();
            }
        });
    }
}

package io.millrace.runtime.kinesisapi;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.invocation.RequestIds;
import io.millrace.runtime.access.AccessControl;
import io.millrace.runtime.access.AccessRefusedException;
import io.millrace.runtime.access.Caller;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.stream.Streams;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The HTTP API of Kinesis Data Streams over the streams here: {@code POST /} with the operation in {@code X-Amz-Target}.
 * Nothing of it blocks.
 */
public final class KinesisApi {
    private static final String SERVICE = "kinesis";
    private static final String OPERATIONS = "Kinesis_20131202.";
    /** More than 5 MiB of records in Base64, with their keys. */
    private static final long LARGEST_BODY = 16L << 20;

    private final Map<String, Function<Members, Future<ObjectNode>>> operations;
    private final AccessControl access;
    private final StreamArns arns;
    private final Refusals refusals;
    private final InstantSource clock;

    public KinesisApi(
            Vertx vertx, Streams streams, IdentitySettings identity, AccessControl access, InstantSource clock) {
        this.access = access;
        this.clock = clock;
        this.arns = new StreamArns(identity);
        this.refusals = new Refusals(identity);
        StreamChanges changes = new StreamChanges(streams, arns, refusals);
        Records records = new Records(streams, arns, refusals, new Readers(vertx), clock);
        this.operations = Map.ofEntries(
                Map.entry("CreateStream", changes::create),
                Map.entry("DeleteStream", changes::delete),
                Map.entry("DescribeStream", changes::describe),
                Map.entry("DescribeStreamSummary", changes::summary),
                Map.entry("ListStreams", changes::list),
                Map.entry("ListShards", changes::shards),
                Map.entry("IncreaseStreamRetentionPeriod", changes::increaseRetention),
                Map.entry("DecreaseStreamRetentionPeriod", changes::decreaseRetention),
                Map.entry("PutRecord", records::put),
                Map.entry("PutRecords", records::putAll),
                Map.entry("GetShardIterator", records::iterator),
                Map.entry("GetRecords", records::get));
    }

    /** Adds a route for what is meant for Kinesis, and passes on all else; the server stays its owner's. */
    public void mount(Router router) {
        BodyHandler body = BodyHandler.create(false).setBodyLimit(LARGEST_BODY);
        router.post("/")
                .handler(context -> {
                    if (isMeant(context)) {
                        admit(context, body);
                    } else {
                        context.next();
                    }
                })
                .handler(context -> {
                    if (isMeant(context)) {
                        answer(context);
                    } else {
                        context.next();
                    }
                })
                .failureHandler(context -> {
                    if (isMeant(context)) {
                        refuseBody(context);
                    } else {
                        context.next();
                    }
                });
    }

    /** Reads no body of somebody who has no key. */
    private void admit(RoutingContext context, BodyHandler body) {
        try {
            if (!access.isOpen()) {
                access.claim(context.request(), SERVICE);
            }
        } catch (AccessRefusedException refused) {
            context.response().putHeader(HttpHeaders.CONNECTION, "close");
            String requestId = RequestIds.next();
            refuse(context, requestId, refusals.of(refused, requestId));
            return;
        }
        body.handle(context);
    }

    private static String target(RoutingContext context) {
        return Optional.ofNullable(context.request().getHeader("X-Amz-Target")).orElse("");
    }

    private static boolean isMeant(RoutingContext context) {
        return target(context).startsWith(OPERATIONS);
    }

    private static Wire wire(RoutingContext context) {
        return Wire.of(context.request().getHeader(HttpHeaders.CONTENT_TYPE));
    }

    private void answer(RoutingContext context) {
        String requestId = RequestIds.next();
        Promise<Void> answered = Promise.promise();
        Future.<Void>succeededFuture() // start inside a future: even a thrown refusal is rendered
                .compose(start -> run(context, answered.future()))
                .compose(
                        body -> send(context, requestId, 200, body),
                        failure -> refuse(context, requestId, refusals.of(failure, requestId)))
                .onComplete(answered);
    }

    private Future<ObjectNode> run(RoutingContext context, Future<Void> answered) {
        if (access.isOpen()) {
            access.requireNoForeignPage(context.request());
        }
        Optional<Caller> caller = access.isOpen() ? Optional.empty() : Optional.of(caller(context));
        String name = target(context).substring(OPERATIONS.length());
        Function<Members, Future<ObjectNode>> operation = operations.get(name);
        if (operation == null) {
            throw Refusal.unknownOperation("operation is '" + name + "', expected one of "
                    + operations.keySet().stream().sorted().toList());
        }
        Wire wire = wire(context);
        Members members = new Members(wire.read(bytes(context)), wire, answered);
        caller.ifPresent(known -> access.authorize(known, SERVICE + ":" + name, resource(name, members)));
        return operation.apply(members);
    }

    private Caller caller(RoutingContext context) {
        return access.claim(context.request(), SERVICE).verify(bytes(context));
    }

    private static byte[] bytes(RoutingContext context) {
        return Optional.ofNullable(context.body().buffer())
                .orElseGet(Buffer::buffer)
                .getBytes();
    }

    private String resource(String operation, Members members) {
        return switch (operation) {
            case "ListStreams" -> "*";
            case "GetRecords" -> arns.of(Records.streamOf(members.requireText("ShardIterator"), clock.instant()));
            case "ListShards" ->
                arns.of(members.text("NextToken").map(StreamChanges::streamOf).orElseGet(() -> arns.stream(members)));
            default -> arns.of(arns.stream(members));
        };
    }

    private void refuseBody(RoutingContext context) {
        refuse(context, RequestIds.next(), Refusals.ofBody(context.statusCode(), LARGEST_BODY));
    }

    private static Future<Void> refuse(RoutingContext context, String requestId, Refusal refusal) {
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("__type", refusal.type())
                .put("message", refusal.text());
        context.response().putHeader("x-amzn-ErrorType", refusal.type());
        return send(context, requestId, refusal.status(), body);
    }

    private static Future<Void> send(RoutingContext context, String requestId, int status, ObjectNode body) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return Future.succeededFuture(); // The caller has gone; what it asked for has been done all the same.
        }
        Wire wire = wire(context);
        return response.setStatusCode(status)
                .putHeader("x-amzn-RequestId", requestId)
                .putHeader(HttpHeaders.CONTENT_TYPE, wire.contentType())
                .end(wire.write(body));
    }
}

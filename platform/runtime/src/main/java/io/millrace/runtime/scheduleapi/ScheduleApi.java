package io.millrace.runtime.scheduleapi;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.invocation.RequestIds;
import io.millrace.runtime.access.AccessControl;
import io.millrace.runtime.access.AccessRefusedException;
import io.millrace.runtime.access.Caller;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.schedule.Schedule;
import io.millrace.runtime.schedule.ScheduleAdministration;
import io.millrace.runtime.schedule.ScheduleArns;
import io.millrace.runtime.schedule.ScheduleGroup;
import io.millrace.runtime.schedule.ScheduleKey;
import io.millrace.runtime.schedule.ScheduleSettings;
import io.millrace.runtime.schedule.ScheduleTarget;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * EventBridge Scheduler's HTTP API: {@code /schedules} and {@code /schedule-groups}, which no path of the Lambda API
 * begins with. Each request runs on its event loop; what is stored goes to a worker.
 */
public final class ScheduleApi {
    private static final String CONTENT_TYPE = "application/json";
    private static final String SERVICE = "scheduler";
    private static final String NAME = "Name";
    private static final String GROUP_NAME = "groupName";
    /** An input of 256 KB, and what escaping makes of it. */
    private static final long LARGEST_BODY = 2L * 1024 * 1024;
    // Names come from callers, and the JVM's table of interned ones is for ever.
    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
                    .disable(JsonFactory.Feature.CHARSET_DETECTION)
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private final ScheduleAdministration schedules;
    private final AccessControl access;
    private final IdentitySettings identity;
    private final ScheduleMembers members;
    private final ScheduleReply replies;

    public ScheduleApi(
            ScheduleAdministration schedules, IdentitySettings identity, AccessControl access, InstantSource clock) {
        this.schedules = schedules;
        this.access = access;
        this.identity = identity;
        this.members = new ScheduleMembers(identity, clock);
        this.replies = new ScheduleReply(identity);
    }

    @FunctionalInterface
    private interface Operation {
        Future<ObjectNode> run(Request request);
    }

    /** One that has been read, of a caller who may be anybody where everybody may do everything. */
    private record Request(RoutingContext context, Members body, Optional<Caller> caller) {
        String name() {
            return Names.checked("name", String.valueOf(context.pathParam(NAME)));
        }

        Queries queries() {
            return new Queries(context);
        }

        /** For the operations that have it in their query. */
        ScheduleKey queriedKey() {
            return new ScheduleKey(
                    queries()
                            .text(GROUP_NAME)
                            .map(group -> Names.checked(GROUP_NAME, group))
                            .orElse(ScheduleKey.DEFAULT_GROUP),
                    name());
        }
    }

    /** Adds the routes; the server behind the router stays its owner's. */
    public void mount(Router router) {
        route(router, HttpMethod.POST, "/schedules/:" + NAME, this::create);
        route(router, HttpMethod.GET, "/schedules/:" + NAME, this::show);
        route(router, HttpMethod.PUT, "/schedules/:" + NAME, this::update);
        route(router, HttpMethod.DELETE, "/schedules/:" + NAME, this::delete);
        route(router, HttpMethod.GET, "/schedules", this::list);
        route(router, HttpMethod.POST, "/schedule-groups/:" + NAME, this::createGroup);
        route(router, HttpMethod.GET, "/schedule-groups/:" + NAME, this::showGroup);
        route(router, HttpMethod.DELETE, "/schedule-groups/:" + NAME, this::deleteGroup);
        route(router, HttpMethod.GET, "/schedule-groups", this::listGroups);
    }

    private void route(Router router, HttpMethod method, String path, Operation operation) {
        BodyHandler body = BodyHandler.create(false).setBodyLimit(LARGEST_BODY);
        router.route(method, path)
                .handler(context -> admit(context, body))
                .handler(context -> answer(context, operation))
                .failureHandler(ScheduleApi::refuseBody);
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
            refuse(context, requestId, Refusals.of(refused, requestId));
            return;
        }
        body.handle(context);
    }

    private void answer(RoutingContext context, Operation operation) {
        String requestId = RequestIds.next();
        Future.<Void>succeededFuture() // start inside a future: even a thrown refusal is rendered
                .compose(start -> operation.run(request(context)))
                .onSuccess(body -> send(context, requestId, 200, body))
                .onFailure(failure -> refuse(context, requestId, Refusals.of(failure, requestId)));
    }

    private Request request(RoutingContext context) {
        Buffer body = Optional.ofNullable(context.body().buffer()).orElseGet(Buffer::buffer);
        if (access.isOpen()) {
            access.requireNoForeignPage(context.request());
            return new Request(context, members(body), Optional.empty());
        }
        Caller caller = access.claim(context.request(), SERVICE).verify(body.getBytes());
        return new Request(context, members(body), Optional.of(caller));
    }

    private static Members members(Buffer body) {
        if (body.length() == 0) {
            return new Members(JsonNodeFactory.instance.objectNode());
        }
        try {
            if (MAPPER.readTree(body.getBytes()) instanceof ObjectNode object) {
                return new Members(object);
            }
        } catch (JsonProcessingException notJson) {
            throw Refusal.serialization("the body is not JSON: " + notJson.getOriginalMessage());
        } catch (IOException notText) {
            throw Refusal.serialization("the body is not JSON: " + notText.getMessage());
        }
        throw Refusal.serialization("the body is not JSON, expected an object");
    }

    /** @throws io.millrace.runtime.access.AccessRefusedException unless the caller may */
    private void authorize(Request request, String action, String resource) {
        request.caller().ifPresent(caller -> access.authorize(caller, action, resource));
    }

    private void authorize(Request request, String operation, ScheduleKey key) {
        authorize(request, SERVICE + ":" + operation, ScheduleArns.of(identity, key));
    }

    /** Nobody reaches a function or queue by a schedule that could not be reached directly. */
    private void authorizeTarget(Request request, ScheduleTarget target) {
        boolean isQueue = ScheduleArns.queue(target.arn()).isPresent();
        authorize(request, isQueue ? "millrace:Publish" : "lambda:InvokeFunction", target.arn());
        target.deadLetterArn().ifPresent(arn -> authorize(request, "millrace:Publish", arn));
    }

    private Future<ObjectNode> create(Request request) {
        ScheduleKey key = key(request);
        authorize(request, "CreateSchedule", key);
        ScheduleSettings settings = settings(request, HttpMethod.POST);
        return schedules
                .create(key, settings, request.body().text("ClientToken"))
                .map(replies::arn);
    }

    private Future<ObjectNode> update(Request request) {
        ScheduleKey key = key(request);
        authorize(request, "UpdateSchedule", key);
        ScheduleSettings settings = settings(request, HttpMethod.PUT);
        return schedules.update(key, settings).map(replies::arn);
    }

    private static ScheduleKey key(Request request) {
        return new ScheduleKey(ScheduleMembers.group(request.body()), request.name());
    }

    private ScheduleSettings settings(Request request, HttpMethod method) {
        ScheduleSettings settings = members.read(request.body(), method);
        authorizeTarget(request, settings.target());
        return settings;
    }

    private Future<ObjectNode> show(Request request) {
        ScheduleKey key = request.queriedKey();
        authorize(request, "GetSchedule", key);
        return Future.succeededFuture(schedules
                .find(key)
                .map(replies::whole)
                .orElseThrow(() -> Refusal.unknown("Schedule " + key.name() + " does not exist.")));
    }

    private Future<ObjectNode> delete(Request request) {
        ScheduleKey key = request.queriedKey();
        authorize(request, "DeleteSchedule", key);
        return schedules.delete(key).map(deleted -> JsonNodeFactory.instance.objectNode());
    }

    private Future<ObjectNode> list(Request request) {
        authorize(request, SERVICE + ":ListSchedules", "*");
        Queries queries = request.queries();
        Optional<String> group = queries.text("ScheduleGroup");
        Optional<String> prefix = queries.text("NamePrefix");
        Optional<String> state = queries.text("State");
        state.filter(text -> !Set.of("ENABLED", "DISABLED").contains(text)).ifPresent(text -> {
            throw Refusal.constraint(
                    "'" + text + "'", "state", "Member must satisfy enum value set: [ENABLED, DISABLED]");
        });
        List<Schedule> found = schedules.all().stream()
                .filter(schedule -> group.map(schedule.key().group()::equals).orElse(true))
                .filter(schedule ->
                        prefix.map(schedule.key().name()::startsWith).orElse(true))
                .filter(schedule -> state.map(text ->
                                text.equals("ENABLED") == schedule.settings().enabled())
                        .orElse(true))
                .toList();
        return Future.succeededFuture(
                Page.of(queries, "Schedules", found, schedule -> schedule.key().toString(), replies::summary));
    }

    private Future<ObjectNode> createGroup(Request request) {
        String name = request.name();
        authorizeGroup(request, "CreateScheduleGroup", name);
        // No tags: there would be no operation to see them by.
        request.body().only("", Set.of(NAME, "ClientToken"));
        return schedules.createGroup(name).map(group -> JsonNodeFactory.instance
                .objectNode()
                .put("ScheduleGroupArn", ScheduleArns.ofGroup(identity, group.name())));
    }

    private Future<ObjectNode> showGroup(Request request) {
        String name = request.name();
        authorizeGroup(request, "GetScheduleGroup", name);
        return Future.succeededFuture(schedules
                .findGroup(name)
                .map(replies::group)
                .orElseThrow(() -> Refusal.unknown("Schedule group " + name + " does not exist.")));
    }

    private Future<ObjectNode> deleteGroup(Request request) {
        String name = request.name();
        authorizeGroup(request, "DeleteScheduleGroup", name);
        return schedules.deleteGroup(name).map(deleted -> JsonNodeFactory.instance.objectNode());
    }

    private Future<ObjectNode> listGroups(Request request) {
        authorize(request, SERVICE + ":ListScheduleGroups", "*");
        Queries queries = request.queries();
        Optional<String> prefix = queries.text("NamePrefix");
        List<ScheduleGroup> found = schedules.groups().stream()
                .filter(group -> prefix.map(group.name()::startsWith).orElse(true))
                .toList();
        return Future.succeededFuture(Page.of(queries, "ScheduleGroups", found, ScheduleGroup::name, replies::group));
    }

    private void authorizeGroup(Request request, String operation, String name) {
        authorize(request, SERVICE + ":" + operation, ScheduleArns.ofGroup(identity, name));
    }

    /** The body broke off or is too large; it has not been looked at. */
    private static void refuseBody(RoutingContext context) {
        refuse(context, RequestIds.next(), Refusals.ofBody(context.statusCode(), LARGEST_BODY));
    }

    private static void refuse(RoutingContext context, String requestId, Refusal refusal) {
        context.response().putHeader("x-amzn-ErrorType", refusal.type());
        send(
                context,
                requestId,
                refusal.status(),
                JsonNodeFactory.instance.objectNode().put("Message", refusal.text()));
    }

    private static void send(RoutingContext context, String requestId, int status, ObjectNode body) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return; // The caller has gone; what it asked for has been done all the same.
        }
        response.setStatusCode(status)
                .putHeader("x-amzn-RequestId", requestId)
                .putHeader(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE)
                .end(body.toString());
    }
}

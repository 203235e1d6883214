package io.millrace.runtime.shadow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.delivery.Delivery;
import io.millrace.broker.delivery.InboundLink;
import io.millrace.broker.topology.QueueSpec;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.StoredPayload;
import io.millrace.runtime.dispatch.EndWatcher;
import io.millrace.runtime.dispatch.EventEnd;
import io.millrace.runtime.dispatch.RunEnd;
import io.millrace.runtime.dispatch.SpareRun;
import io.millrace.runtime.observe.LogKeys;
import io.millrace.runtime.observe.ShadowResult;
import io.millrace.runtime.shadow.Backlog.Place;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shadow of one function: copies of events that are over go to {@code shadow.<function>}, and from there run when
 * the function can spare it, two at a time. The broker hands a copy over for good: what a crash takes is lost, and a copy
 * that ended the server does not end the next one, too (another of the same version may). On the event loop of its connection, but for {@link #ended}.
 */
final class FunctionShadow implements EndWatcher {
    private static final Logger LOGGER = LoggerFactory.getLogger(FunctionShadow.class);
    private static final int AT_ONCE = 2;
    private static final long LOOK_AGAIN_MILLIS = 100;

    private final ShadowSetting setting;
    private final ShadowParts parts;
    private final String queue;
    private final Backlog backlog;
    private final Comparisons comparisons;
    private final InboundLink copies;
    private final Runnable connectionLost;
    private volatile boolean watching;
    private int running;
    private boolean closed;

    FunctionShadow(ShadowSetting setting, ShadowParts parts) {
        this.setting = setting;
        this.parts = parts;
        this.backlog = new Backlog(parts.budget());
        this.connectionLost = backlog::reset;
        this.queue = Topology.shadowAddress(setting.function());
        this.comparisons = new Comparisons(setting.function(), parts.meters());
        this.copies = new InboundLink(parts.connection(), queue, true, this::arrived, this::attached);
        copies.whenRefused(refusal -> makeQueue());
    }

    ShadowSetting setting() {
        return setting;
    }

    /** It is told of the ends of events now, the last step of its begin. */
    void watching() {
        watching = true;
    }

    /** From any thread. */
    boolean isWatching() {
        return watching;
    }

    void open() {
        parts.connection().run(() -> {
            parts.connection().whenDown(connectionLost);
            copies.open();
        });
    }

    /** The link is tried again until it is there. */
    private void makeQueue() {
        if (closed) {
            return;
        }
        parts.broker().createQueue(new QueueSpec(queue, true)).onFailure(failure -> LOGGER.atWarn()
                .addKeyValue(LogKeys.FUNCTION, setting.function())
                .addKeyValue(LogKeys.REASON, failure.getMessage())
                .log("the queue of a shadow cannot be made"));
    }

    /** What runs goes on, and is not looked at. */
    Future<Void> close() {
        Promise<Void> detached = Promise.promise();
        parts.connection().run(() -> {
            closed = true;
            backlog.reset();
            parts.connection().forgetDown(connectionLost);
            parts.publisher().forget(queue);
            copies.close().onComplete(detached);
        });
        return detached.future();
    }

    /** @param differences so many at most */
    Future<ObjectNode> state(int differences) {
        Promise<ObjectNode> seen = Promise.promise();
        parts.connection().run(() -> {
            ObjectNode state = setting.document();
            comparisons.show(state, differences);
            seen.complete(state.put("waiting", backlog.waiting()).put("running", running));
        });
        return seen.future();
    }

    @Override
    public void ended(EventEnd end) {
        if (!setting.means(end.event().arn().qualifier())
                || ThreadLocalRandom.current().nextDouble() >= setting.share()) {
            return;
        }
        if (StoredPayload.of(end.event()).isPresent()) {
            count(ShadowResult.TOO_LARGE);
            return;
        }
        Optional<Place> place = backlog.tryAdd(ShadowCopy.bytes(end));
        if (place.isEmpty()) {
            parts.connection().run(this::noPlace);
            return;
        }
        ShadowCopy copy =
                ShadowCopy.of(end, setting.id(), place.get(), parts.clock().millis());
        // Written there, as that costs more the larger it is.
        parts.connection().run(() -> send(copy));
    }

    private void noPlace() {
        comparisons.count(ShadowResult.DROPPED);
        backlog.full(running == 0 && copies.credit() > 0, parts.clock().millis());
    }

    private void count(ShadowResult result) {
        parts.connection().run(() -> comparisons.count(result));
    }

    private void send(ShadowCopy copy) {
        if (closed) {
            backlog.reset(); // Or the place of this one would be missing in the budget of the others.
            return;
        }
        parts.publisher().send(queue, copy.message()).onComplete(sent -> parts.connection()
                .run(() -> {
                    if (sent.succeeded()) {
                        comparisons.copied();
                    } else {
                        backlog.lost(copy.place());
                        comparisons.count(ShadowResult.DROPPED);
                    }
                }));
    }

    /** Also where the link alone was lost, as with a queue that somebody deleted. */
    private void attached() {
        backlog.reset();
        copies.grant(AT_ONCE - running);
    }

    private void arrived(Delivery delivery) {
        running++;
        ShadowCopy copy;
        try {
            copy = ShadowCopy.read(delivery.message());
        } catch (IllegalArgumentException notOurs) {
            free();
            return;
        }
        if (!copy.setting().equals(setting.id())) { // Of an earlier setting; its places are others, too.
            free();
            return;
        }
        backlog.seen(copy.place());
        start(copy);
    }

    private void start(ShadowCopy copy) {
        if (closed
                || copy.madeAtMillis() + Backlog.LONGEST_WAIT.toMillis()
                        < parts.clock().millis()) {
            over(ShadowResult.DROPPED);
            return;
        }
        SpareRun run = new SpareRun(invocation(copy), copy.live().version(), end -> ended(copy, end));
        parts.dispatcher().start(run).onComplete(answer -> parts.connection().run(() -> started(copy, answer)));
    }

    private Invocation invocation(ShadowCopy copy) {
        String mark = "{\"custom\":{\"millrace_shadow_of\":\"" + copy.liveId() + "\"}}";
        return new Invocation(
                copy.shadowId(),
                FunctionArn.of(parts.identity().region(), parts.identity().account(), setting.function())
                        .withQualifier(setting.to()),
                InvocationType.EVENT,
                copy.payload(),
                Optional.of(mark),
                copy.trace().map(header -> Map.of(Invocation.TRACE, header)).orElse(Map.of()));
    }

    private void started(ShadowCopy copy, AsyncResult<SpareRun.Start> answer) {
        if (answer.failed()) {
            LOGGER.atWarn()
                    .addKeyValue(LogKeys.FUNCTION, setting.function())
                    .addKeyValue(LogKeys.REQUEST_ID, copy.shadowId())
                    .setCause(answer.cause())
                    .log("a shadow did not start");
            over(ShadowResult.DROPPED);
            return;
        }
        switch (answer.result()) {
            case STARTED ->
                LOGGER.atDebug()
                        .addKeyValue(LogKeys.FUNCTION, setting.function())
                        .addKeyValue(LogKeys.REQUEST_ID, copy.shadowId())
                        .log("shadow started");
            case NOT_NOW ->
                parts.vertx()
                        .setTimer(LOOK_AGAIN_MILLIS, again -> parts.connection().run(() -> start(copy)));
            case SAME_VERSION -> over(ShadowResult.SAME_VERSION);
            case UNKNOWN -> over(ShadowResult.DROPPED);
        }
    }

    /** From any thread. */
    private void ended(ShadowCopy copy, RunEnd shadow) {
        parts.connection().run(() -> parts.comparing()
                .executeBlocking(() -> Comparison.of(copy, shadow, parts.clock().instant()))
                .onComplete(compared -> parts.connection().run(() -> {
                    if (compared.succeeded()) {
                        comparisons.add(compared.result());
                    } else {
                        comparisons.count(ShadowResult.DROPPED);
                    }
                    free();
                })));
    }

    private void over(ShadowResult result) {
        comparisons.count(result);
        free();
    }

    private void free() {
        running--;
        if (!closed) {
            copies.grant(1);
        }
    }
}

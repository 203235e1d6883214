package io.millrace.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.core.schedule.Timetable;
import io.millrace.runtime.config.Settings;
import io.millrace.runtime.registry.FunctionRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

/** A node with schedules and nothing else, at a broker that is there. Its test door knows {@code every(PT0.1S)}. */
final class ScheduleFloor implements AutoCloseable {
    static final Timing FAST = new Timing(Duration.ofMinutes(2), Duration.ofMillis(100), Duration.ofMillis(1_000));
    static final String QUEUE_PREFIX = "arn:aws:sqs:us-east-1:000000000000:";

    final Vertx vertx = Vertx.vertx();
    final Queue<FunctionName> woken = new ConcurrentLinkedQueue<>();
    final FunctionRegistry registry;
    final BrokerConnection polling;
    final BrokerConnection managing;
    final BrokerManagement management;
    final ScheduleShelf shelf;
    final Schedules schedules;

    ScheduleFloor(Path data, int amqpPort) {
        this(FunctionRegistry.open(data), amqpPort, FAST, arn -> false);
    }

    ScheduleFloor(FunctionRegistry registry, int amqpPort, Timing timing, Predicate<FunctionArn> exists) {
        this.registry = registry;
        BrokerAddress broker = BrokerAddress.local("127.0.0.1", amqpPort);
        this.polling = connect(broker, "poll");
        this.managing = connect(broker, "manage");
        this.management = new BrokerManagement(managing);
        this.shelf = new ScheduleShelf(vertx, registry.documents());
        this.schedules = new Schedules(
                vertx,
                registry.documents(),
                polling,
                management,
                new Targets(exists, arn -> Duration.ofHours(1), woken::add),
                Settings.defaults().identity(),
                InstantSource.system(),
                timing,
                ScheduleFloor::timetable);
        await(schedules.resume());
    }

    private BrokerConnection connect(BrokerAddress broker, String name) {
        BrokerConnection connection = await(BrokerConnection.open(vertx, broker, name));
        await(connection.firstUp());
        return connection;
    }

    static Timetable timetable(ScheduleSettings settings, Instant anchor) {
        String expression = settings.expression();
        if (!expression.startsWith("every(")) {
            return settings.timetable(anchor);
        }
        long millis = Duration.parse(expression.substring("every(".length(), expression.length() - 1))
                .toMillis();
        Timetable times = instant ->
                Optional.of(Instant.ofEpochMilli((Math.floorDiv(instant.toEpochMilli(), millis) + 1) * millis));
        return times.within(settings.start(), settings.end());
    }

    static ScheduleKey key(String name) {
        return new ScheduleKey(ScheduleKey.DEFAULT_GROUP, name);
    }

    static ScheduleSettings settings(String expression, String queue) {
        return settings(expression, target(QUEUE_PREFIX + queue, Optional.empty()));
    }

    static ScheduleSettings settings(String expression, ScheduleTarget target) {
        return new ScheduleSettings(
                expression,
                "UTC",
                Optional.empty(),
                Optional.empty(),
                true,
                Duration.ZERO,
                false,
                Optional.empty(),
                target);
    }

    static ScheduleSettings switched(ScheduleSettings settings, boolean enabled) {
        return new ScheduleSettings(
                settings.expression(),
                settings.timeZone(),
                settings.start(),
                settings.end(),
                enabled,
                settings.window(),
                settings.deleteWhenDone(),
                settings.description(),
                settings.target());
    }

    static ScheduleTarget target(String arn, Optional<String> deadLetterArn) {
        return new ScheduleTarget(
                arn,
                "arn:aws:iam::000000000000:role/scheduler",
                Optional.of("<aws.scheduler.execution-id>"),
                Optional.empty(),
                ScheduleTarget.USUAL_AGE,
                ScheduleTarget.USUAL_RETRIES,
                deadLetterArn);
    }

    /** Deleted when it has happened. */
    static ScheduleSettings passing(ScheduleSettings settings) {
        return new ScheduleSettings(
                settings.expression(),
                settings.timeZone(),
                settings.start(),
                settings.end(),
                settings.enabled(),
                settings.window(),
                true,
                settings.description(),
                settings.target());
    }

    static String at(Instant time) {
        return "at(" + time.toString().substring(0, "2026-11-20T08:00:00".length()) + ")";
    }

    /** For one time in some seconds; for a later one where the machine was so busy that it was over when it was asked for. */
    Schedule createSoon(String name, Function<String, ScheduleSettings> at) {
        for (int tries = 0; ; tries++) {
            try {
                return create(name, at.apply(at(Instant.now().plusSeconds(4))));
            } catch (RuntimeException refused) {
                if (tries == 10 || !String.valueOf(refused.getMessage()).contains("a time to come")) {
                    throw refused;
                }
            }
        }
    }

    Schedule create(String name, ScheduleSettings settings) {
        return await(schedules.create(key(name), settings, Optional.empty()));
    }

    Schedule stored(String name) {
        Optional<Schedule> stored = schedules.find(key(name));
        assertThat(stored).as(name).isPresent();
        return stored.orElseThrow();
    }

    String tokens() {
        return await(shelf.queue());
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** The node alone; the registry is for another one. */
    void leave() {
        await(schedules.close());
        await(polling.close());
        await(managing.close());
        await(vertx.close());
    }

    @Override
    public void close() {
        leave();
        registry.close();
    }
}

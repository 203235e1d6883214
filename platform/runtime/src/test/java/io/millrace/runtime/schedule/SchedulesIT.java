package io.millrace.runtime.schedule;

import static io.millrace.runtime.schedule.ScheduleFloor.await;
import static io.millrace.runtime.schedule.ScheduleFloor.key;
import static io.millrace.runtime.schedule.ScheduleFloor.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.FunctionRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class SchedulesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PERIOD = Duration.ofMillis(100);
    private static final String OFTEN = "every(" + PERIOD + ")";

    @TempDir
    static Path brokerData;

    private static EmbeddedBroker broker;

    @TempDir
    Path data;

    private final String queue = "due-" + UUID.randomUUID();
    private ScheduleFloor node;
    private QueueReader reader;

    @BeforeAll
    static void startBroker() {
        broker = EmbeddedBroker.start(EmbeddedBrokerOptions.of(brokerData).withFreePorts(), failure -> {});
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void start() {
        node = new ScheduleFloor(data, broker.amqpPort());
        reader = new QueueReader(broker.amqpPort(), queue);
    }

    @AfterEach
    void stop() {
        reader.close();
        node.close();
    }

    private void awaitMore(int count) {
        int before = reader.bodies.size();
        await().atMost(PATIENCE).until(() -> reader.bodies.size() >= before + count);
    }

    private static List<String> firstOf(Schedule schedule, int count) {
        List<String> expected = new ArrayList<>();
        Instant due = schedule.firstDue().orElseThrow();
        for (int i = 0; i < count; i++) {
            expected.add(schedule.executionId(due));
            due = due.plus(PERIOD);
        }
        return expected;
    }

    /** Each due time from the first on, once and in order. */
    private void assertNoneMissingAndNoneTwice(Schedule schedule) {
        List<String> seen = new ArrayList<>(reader.bodies);
        assertThat(seen).isEqualTo(firstOf(schedule, seen.size()));
    }

    @Test
    void each_due_time_happens_once_when_it_is_due() {
        Schedule schedule = node.create("often", settings(OFTEN, queue));
        awaitMore(10);

        assertNoneMissingAndNoneTwice(schedule);
        assertThat(node.stored("often").planted()).isTrue();
        Instant due = schedule.firstDue().orElseThrow().plus(PERIOD.multipliedBy(reader.bodies.size()));
        assertThat(due).isBetween(Instant.now().minusSeconds(30), Instant.now().plusSeconds(1));
    }

    @Test
    void a_schedule_that_has_happened_is_deleted_by_its_last_token_alone(@TempDir Path other) {
        Duration never = Duration.ofHours(1);
        Timing withoutLooks = new Timing(never, never, never);
        try (ScheduleFloor alone =
                new ScheduleFloor(FunctionRegistry.open(other), broker.amqpPort(), withoutLooks, arn -> false)) {
            alone.createSoon("once", at -> ScheduleFloor.passing(settings(at, queue)));
            awaitMore(1);

            await().atMost(PATIENCE)
                    .until(() -> alone.schedules.find(key("once")).isEmpty());
        }
    }

    @Test
    void the_same_request_again_is_answered_as_before_and_with_other_settings_refused() {
        ScheduleSettings asked = settings(ScheduleFloor.at(Instant.now().plusSeconds(3_600)), queue);
        Optional<String> token = Optional.of("token");
        Schedule created = await(node.schedules.create(key("later"), asked, token));

        Schedule again = await(node.schedules.create(key("later"), asked, token));
        Throwable other = catchThrowable(
                () -> await(node.schedules.create(key("later"), ScheduleFloor.switched(asked, false), token)));

        assertThat(again.id()).isEqualTo(created.id());
        assertThat(other).hasRootCauseInstanceOf(ScheduleRefusedException.ScheduleExists.class);
        assertThat(node.stored("later").settings()).isEqualTo(asked);
    }

    @Test
    void the_broker_lists_a_token_that_waits_for_its_time() {
        Schedule schedule =
                node.create("later", settings(ScheduleFloor.at(Instant.now().plusSeconds(3_600)), queue));
        await().atMost(PATIENCE).until(() -> node.stored("later").planted());

        TokenAudit audit = new TokenAudit(node.management, node.tokens());

        assertThat(await(audit.count())).isEqualTo(1);
        assertThat(await(audit.present())).containsExactly(schedule.id() + "/1");
    }

    @Test
    void a_schedule_that_is_switched_off_or_deleted_happens_no_more() {
        Schedule schedule = node.create("often", settings(OFTEN, queue));
        awaitMore(2);
        await(node.schedules.update(key("often"), ScheduleFloor.switched(settings(OFTEN, queue), false)));
        awaitQuiet();
        int whenOff = reader.bodies.size();
        await(node.schedules.update(key("often"), settings(OFTEN, queue)));
        awaitMore(2);
        assertThat(reader.bodies).doesNotHaveDuplicates();
        assertThat(reader.bodies).hasSizeGreaterThan(whenOff);

        await(node.schedules.delete(key("often")));
        awaitQuiet();
        assertThat(node.schedules.find(schedule.key())).isEmpty();
        await().atMost(PATIENCE).until(() -> count(node.tokens()) == 0);
    }

    private void awaitQuiet() {
        await().atMost(PATIENCE).until(() -> {
            int before = reader.bodies.size();
            await().atMost(Duration.ofSeconds(60))
                    .pollDelay(Duration.ofMillis(500))
                    .until(() -> true);
            return reader.bodies.size() == before;
        });
    }

    private long count(String name) {
        return await(node.management.findQueue(name)).orElseThrow().messages();
    }

    @Test
    void tokens_that_somebody_purged_come_back_without_a_gap() {
        Schedule schedule = node.create("often", settings(OFTEN, queue));
        awaitMore(2);

        for (int i = 0; i < 3; i++) {
            await(node.management.operation("queue." + node.tokens(), "removeAllMessages"));
            awaitMore(20);
        }

        assertNoneMissingAndNoneTwice(schedule);
        assertThat(node.stored("often").revision()).isGreaterThan(1);
    }

    @Test
    void a_queue_of_tokens_that_somebody_deleted_comes_back_without_a_gap() {
        Schedule schedule = node.create("often", settings(OFTEN, queue));
        awaitMore(2);

        await(node.management.deleteQueue(node.tokens()));
        awaitMore(20);

        assertNoneMissingAndNoneTwice(schedule);
    }

    @Test
    void what_was_stored_by_a_process_that_died_before_it_wrote_the_token_gets_it_at_the_next_start() {
        Schedule schedule = node.create("often", settings(OFTEN, queue));
        awaitMore(1);
        node.leave();
        awaitQuiet(); // What it had written already is on its way.
        reader.bodies.clear();
        Schedule unplanted =
                schedule.replanted(Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(1));
        node.registry
                .documents()
                .change(
                        DocumentKind.SCHEDULE,
                        "default",
                        "often",
                        before -> Optional.of(ScheduleDocument.write(unplanted)));

        node = new ScheduleFloor(node.registry, broker.amqpPort(), ScheduleFloor.FAST, arn -> false);
        awaitMore(10);

        assertNoneMissingAndNoneTwice(unplanted);
    }

    @Test
    void a_restart_goes_on_where_it_ended() {
        Schedule schedule = node.create("often", settings(OFTEN, queue));
        awaitMore(2);
        for (int i = 0; i < 3; i++) {
            node.leave();
            node = new ScheduleFloor(node.registry, broker.amqpPort(), ScheduleFloor.FAST, arn -> false);
            awaitMore(5);
        }
        assertNoneMissingAndNoneTwice(schedule);
        assertThat(node.stored("often").revision()).isEqualTo(1);
    }

    @Test
    void second_tokens_whatever_they_come_from_make_nothing_happen_twice() {
        Schedule schedule = node.create("often", settings(OFTEN, queue));
        awaitMore(2);
        Publisher publisher = new Publisher(node.polling);
        Instant due = schedule.firstDue().orElseThrow();
        for (int i = 0; i < 40; i++) {
            await(publisher.send(node.tokens(), Token.of(schedule, due).message(node.tokens(), due)));
            due = due.plus(PERIOD);
        }

        // In any order: after a pause several tokens are due at once.
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(List.copyOf(reader.bodies)).containsAll(firstOf(schedule, 45)));
        assertThat(List.copyOf(reader.bodies)).doesNotHaveDuplicates();
        await().atMost(PATIENCE).until(() -> count(node.tokens()) <= 2);
    }

    @Test
    void a_token_of_another_revision_for_what_has_happened_goes_on_with_the_next() {
        Schedule schedule = node.create("often", settings(OFTEN, queue));
        awaitMore(2);

        Schedule again = await(node.shelf.change(
                        schedule.key(),
                        before -> before.map(
                                stored -> stored.replanted(schedule.firstDue().orElseThrow()))))
                .orElseThrow();
        tokensOf(node).plant(again);
        awaitMore(10);

        assertNoneMissingAndNoneTwice(schedule);
    }

    private static Tokens tokensOf(ScheduleFloor floor) {
        return floor.schedules.tokens();
    }

    @Test
    void two_nodes_with_one_registry_and_one_broker_share_the_work_and_double_none() {
        Schedule schedule = node.create("often", settings(OFTEN, queue));
        ScheduleFloor second = new ScheduleFloor(node.registry, broker.amqpPort(), ScheduleFloor.FAST, arn -> false);
        try {
            awaitMore(20);
            assertNoneMissingAndNoneTwice(schedule);
        } finally {
            second.leave();
        }
        awaitMore(5);
        assertNoneMissingAndNoneTwice(schedule);
    }

    private ScheduleSettings thenGone(String at) {
        ScheduleSettings once = settings(at, queue);
        return new ScheduleSettings(
                once.expression(),
                "UTC",
                Optional.empty(),
                Optional.empty(),
                true,
                Duration.ZERO,
                true,
                Optional.empty(),
                once.target());
    }

    @Test
    void what_is_for_one_time_happens_once_and_stays_or_goes_as_was_said() {
        Schedule stays = node.createSoon("stays", at -> settings(at, queue));
        Schedule goes = node.createSoon("goes", this::thenGone);

        awaitMore(2);

        assertThat(reader.bodies)
                .containsExactlyInAnyOrder(
                        stays.executionId(stays.firstDue().orElseThrow()),
                        goes.executionId(goes.firstDue().orElseThrow()));
        await().atMost(PATIENCE).until(() -> node.schedules.find(key("goes")).isEmpty());
        await().atMost(PATIENCE).until(() -> node.stored("stays").completed());
        node.leave();
        node = new ScheduleFloor(node.registry, broker.amqpPort(), ScheduleFloor.FAST, arn -> false);
        awaitQuiet();
        assertThat(reader.bodies).hasSize(2);
    }

    @Test
    void a_function_whose_turn_has_not_come_since_the_start_is_woken_when_it_is_due() {
        node.leave();
        node = new ScheduleFloor(node.registry, broker.amqpPort(), ScheduleFloor.FAST, arn -> true);
        ScheduleTarget target =
                ScheduleFloor.target("arn:aws:lambda:us-east-1:000000000000:function:late", Optional.empty());

        node.create("often", settings(OFTEN, target));

        await().atMost(PATIENCE).until(() -> node.woken.contains(new FunctionName("late")));
    }

    @Test
    void what_a_function_that_is_not_there_should_have_got_goes_to_the_dead_letter_queue() {
        ScheduleTarget target = ScheduleFloor.target(
                "arn:aws:lambda:us-east-1:000000000000:function:gone", Optional.of(ScheduleFloor.QUEUE_PREFIX + queue));
        Schedule schedule = node.create("often", settings(OFTEN, target));

        awaitMore(5);

        assertNoneMissingAndNoneTwice(schedule);
        assertThat(reader.properties.get(0))
                .containsEntry("ERROR_CODE", "ResourceNotFoundException")
                .containsEntry("TARGET_ARN", target.arn())
                .containsEntry("SCHEDULE_ARN", "arn:aws:scheduler:us-east-1:000000000000:schedule/default/often")
                .containsEntry("EXECUTION_ID", reader.bodies.get(0))
                .containsKey("SCHEDULED_TIME");
    }
}

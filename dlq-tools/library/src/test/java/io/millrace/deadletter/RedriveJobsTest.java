package io.millrace.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.broker.envelope.EventMessages;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class RedriveJobsTest {
    private static final byte[] ORDER = "{\"order\":7}".getBytes(UTF_8);
    private static final JobRequest ALL = JobRequest.all("ana");

    private static BrokerWithFunctions broker;
    private static int functions;
    private String function = "";
    private DeadLetters deadLetters;
    private RedriveJobs jobs;

    @BeforeAll
    static void start(@TempDir Path directory) {
        broker = new BrokerWithFunctions(directory);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @BeforeEach
    void connect() {
        function = "jobs" + functions++;
        broker.create(function);
        deadLetters = connection();
        jobs = deadLetters.jobs();
    }

    private static DeadLetters connection() {
        return DeadLetters.connect(broker.address(), Duration.ofSeconds(60));
    }

    @AfterEach
    void disconnect() {
        deadLetters.close();
    }

    private DeadLetterQueue queue() {
        return deadLetters.queue(function);
    }

    private String invoke() {
        return "invoke." + function;
    }

    private JobRecord run(JobRequest request) {
        return jobs.start(queue(), request, step -> {});
    }

    private void give(int count) {
        broker.giveUpMany(function, "id-", count, "shop.OutOfStock", i -> ORDER);
    }

    private List<String> ids(String queue, int count) {
        return broker.take(queue, count).stream()
                .map(message ->
                        EventMessages.property(message, "millrace_request_id").orElse(""))
                .toList();
    }

    private static void setPolicy(String address, String json) {
        BrokerWithFunctions.await(broker.management.operation("broker", "addAddressSettings", address, json));
    }

    @Test
    void a_job_that_writes_a_version_on_more_than_it_holds_at_once_moves_each_once_and_no_more_than_asked() {
        // Given
        give(2_500);
        // When
        JobRecord ended = run(ALL.to(function + ":1").atMost(1_700));
        // Then
        assertThat(ended.moved()).isEqualTo(1_700);
        assertThat(broker.state("dlq." + function).messages()).isEqualTo(800);
        assertThat(broker.state(invoke()).messages()).isEqualTo(1_700);
        assertThat(ids(invoke(), 1_700)).doesNotHaveDuplicates();
    }

    @Test
    void a_plan_by_numbers_of_others_takes_those_it_needs() {
        // Given
        give(3);
        MatchCounts ofOthers = new MatchCounts() {
            @Override
            public Future<Long> all() {
                return Future.succeededFuture(7L);
            }

            @Override
            public Future<Map<String, Long>> byOrigin() {
                return Future.failedFuture("not needed: a function's dead letters go to it");
            }
        };
        // When
        JobPlan plan = planned(ALL.of(Selection.ofGroup("abc")), ofOthers);
        // Then
        assertThat(plan.planned()).isEqualTo(7);
        assertThat(plan.routes()).extracting(JobRoute::target).containsExactly(invoke());
    }

    private JobPlan planned(JobRequest request, MatchCounts counts) {
        Vertx vertx = Vertx.vertx();
        AsyncDeadLetters letters =
                BrokerWithFunctions.await(AsyncDeadLetters.connect(vertx, broker.address(), Duration.ofSeconds(60)));
        try {
            return BrokerWithFunctions.await(letters.jobs().plan(queue(), request, counts));
        } finally {
            BrokerWithFunctions.await(letters.close());
            BrokerWithFunctions.await(vertx.close());
        }
    }

    @Test
    void a_job_moves_all_in_order_and_its_history_says_who_and_why() {
        // Given
        give(2_500);
        // When
        JobRecord ended = run(ALL.because("INC-812"));
        // Then
        assertThat(ended.state()).isEqualTo(JobState.COMPLETED);
        assertThat(ended.moved()).isEqualTo(2_500);
        JobRecord written = jobs.find(ended.id()).orElseThrow();
        assertThat(written).isEqualTo(ended);
        assertThat(written.order().by()).isEqualTo("ana");
        assertThat(written.order().reason()).isEqualTo("INC-812");
        assertThat(written.endedAt()).isPositive();
        assertThat(ids(invoke(), 2_500))
                .isEqualTo(IntStream.range(0, 2_500).mapToObj(i -> "id-" + i).toList());
        assertThat(BrokerWithFunctions.await(broker.management.queueNames()))
                .doesNotContain(JobClaim.queue(ended.id()));
    }

    @Test
    void a_dry_run_counts_and_neither_moves_nor_writes_anything() {
        // Given
        give(50);
        int before = jobs.all().size();
        // When
        JobPlan plan = jobs.plan(queue(), ALL.atMost(20));
        // Then
        assertThat(plan.planned()).isEqualTo(20);
        assertThat(plan.routes().get(0).matched()).isEqualTo(50);
        assertThat(queue().messages()).isEqualTo(50);
        assertThat(jobs.all()).hasSize(before);
    }

    @Test
    void what_dies_again_meanwhile_is_no_part_of_the_job_and_counted_as_returned() {
        // Given
        give(2_000);
        Runnable stopWorker = broker.startFailingWorker(function);
        // When
        JobRecord ended = run(ALL);
        // Then
        assertThat(ended.state()).isEqualTo(JobState.COMPLETED);
        assertThat(ended.moved()).isEqualTo(2_000);
        broker.waitForMessages(invoke(), 0);
        broker.waitForMessages("dlq." + function, 2_000);
        stopWorker.run();
        assertThat(deadLetters.browse(queue(), Selection.ALL, 5_000)).allMatch(letter -> letter.redrives() == 1);
        assertThat(jobs.resume(paused(ended), step -> {}).returned()).isEqualTo(2_000);
    }

    // A completed job is counted no more, so one that began when it did is.
    private String paused(JobRecord ended) {
        JobRecord open = new JobRecord(
                "r-open" + function,
                0,
                JobState.PAUSED,
                ended.order(),
                ended.cutOff(),
                ended.routes(),
                0,
                0,
                0,
                Map.of(),
                ended.startedAt(),
                0,
                0,
                "");
        BrokerWithFunctions.await(broker.records().write(open));
        return open.id();
    }

    @Test
    void a_worker_whose_clock_is_ahead_hides_none_of_its_dead_letters() {
        // Given
        long inAnHour = System.currentTimeMillis() + 3_600_000;
        BrokerWithFunctions.await(
                broker.giveUp(function, BrokerWithFunctions.event("ahead", ORDER), "Slow", "ahead", inAnHour));
        give(3);
        // When, Then
        assertThat(run(ALL).moved()).isEqualTo(4);
        assertThat(queue().messages()).isZero();
    }

    @Test
    void a_canary_that_comes_back_stops_the_rest() {
        // Given
        give(500);
        Runnable stopWorker = broker.startFailingWorker(function);
        // When
        JobRecord ended = run(ALL.at(new Pace(0, 20, 60_000, 0.05)));
        // Then
        stopWorker.run();
        assertThat(ended.state()).isEqualTo(JobState.STOPPED);
        assertThat(ended.moved()).isEqualTo(20);
        assertThat(ended.outcome()).contains("of 20 came back");
    }

    @Test
    void a_canary_that_is_taken_lets_the_rest_go() {
        // Given
        give(500);
        // When
        JobRecord ended = run(ALL.at(new Pace(0, 20, 200, 0.05)));
        // Then
        assertThat(ended.state()).isEqualTo(JobState.COMPLETED);
        assertThat(ended.moved()).isEqualTo(500);
    }

    @Test
    void another_process_pauses_a_job_and_a_third_resumes_it() throws Exception {
        // Given
        give(1_000);
        CompletableFuture<String> id = new CompletableFuture<>();
        DeadLetterQueue queue = queue();
        CompletableFuture<JobRecord> driven = CompletableFuture.supplyAsync(
                () -> jobs.start(queue, ALL.at(new Pace(20, 0, 0, -1)), step -> id.complete(step.id())));
        try (DeadLetters other = connection()) {
            // When
            assertThatThrownBy(() -> other.jobs().resume(id.get(60, TimeUnit.SECONDS), step -> {}))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("is driven by another process");
            JobRecord paused = other.jobs().end(id.get(), JobState.PAUSED);
            // Then
            assertThat(driven.get(60, TimeUnit.SECONDS).state()).isEqualTo(JobState.PAUSED);
            assertThat(paused.moved()).isBetween(0L, 999L);
            assertThat(queue().messages()).isEqualTo(1_000 - paused.moved());
            JobRecord cancelled = other.jobs().end(id.get(), JobState.CANCELLED);
            assertThat(cancelled.moved()).isEqualTo(paused.moved());
            assertThatThrownBy(() -> other.jobs().resume(id.get(), step -> {}))
                    .hasMessageContaining("is CANCELLED since");
        }
    }

    @Test
    void the_rate_is_kept() {
        // Given
        give(60);
        // When
        long began = System.nanoTime();
        run(ALL.at(new Pace(100, 0, 0, -1)));
        // Then
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(450));
    }

    @Test
    void two_jobs_on_one_queue_at_once_move_each_message_once_and_both_end() throws Exception {
        // Given
        give(4_000);
        DeadLetterQueue queue = queue();
        try (DeadLetters other = connection()) {
            // When
            CountDownLatch both = new CountDownLatch(2);
            CompletableFuture<JobRecord> first =
                    CompletableFuture.supplyAsync(() -> jobs.start(queue, ALL, step -> meet(both)));
            CompletableFuture<JobRecord> second =
                    CompletableFuture.supplyAsync(() -> other.jobs().start(queue, ALL, step -> meet(both)));
            // Then
            assertThat(first.get(60, TimeUnit.SECONDS).state()).isEqualTo(JobState.COMPLETED);
            assertThat(second.get(60, TimeUnit.SECONDS).state()).isEqualTo(JobState.COMPLETED);
        }
        assertThat(queue().messages()).isZero();
        assertThat(ids(invoke(), 4_000)).doesNotHaveDuplicates();
        broker.waitForMessages(invoke(), 0);
    }

    private static void meet(CountDownLatch both) {
        both.countDown();
    }

    @Test
    void what_expires_meanwhile_ends_the_job_all_the_same_and_what_dies_meanwhile_does_not_take_its_place() {
        // Given
        give(30);
        String expire = "millrace_request_id IN ('id-27', 'id-28', 'id-29')";
        boolean[] done = {false};
        // When
        JobRecord ended = jobs.start(queue(), ALL.at(new Pace(60, 0, 0, -1)), step -> {
            if (!done[0] && step.moved() > 0) {
                done[0] = true;
                BrokerWithFunctions.await(
                        broker.management.operation("queue.dlq." + function, "expireMessages", expire));
                for (int i = 0; i < 3; i++) {
                    dieLater("new" + i);
                }
            }
        });
        // Then
        assertThat(ended.state()).isEqualTo(JobState.COMPLETED);
        assertThat(ended.outcome()).isEqualTo("3 of the 30 expired or were taken by others meanwhile");
        assertThat(broker.state(invoke()).messages()).isEqualTo(27);
        broker.waitForMessages("dlq." + function, 3);
        assertThat(ids("dlq." + function, 3)).containsExactly("new0", "new1", "new2");
    }

    @Test
    void an_undo_that_is_killed_halfway_has_written_down_what_it_took_until_then() {
        // Given
        give(1_500);
        String job = run(ALL).id();
        // When
        Vertx vertx = Vertx.vertx();
        AsyncDeadLetters letters =
                BrokerWithFunctions.await(AsyncDeadLetters.connect(vertx, broker.address(), Duration.ofSeconds(60)));
        Undoing.Step byBroker = Undoing.byBroker(broker.management);
        AtomicInteger steps = new AtomicInteger();
        CompletableFuture<Void> halfway = new CompletableFuture<>();
        letters.jobs().undo(job, (from, to, selector) -> {
            if (steps.incrementAndGet() == 1) {
                return byBroker.move(from, to, selector);
            }
            halfway.complete(null);
            return Promise.<Long>promise().future();
        });
        halfway.orTimeout(60, TimeUnit.SECONDS).join();
        // Then
        long back = queue().messages();
        assertThat(back).isBetween(1L, 1_000L);
        assertThat(jobs.find(job).orElseThrow().undoneFrom()).isEqualTo(Map.of(invoke(), back));
        assertThat(jobs.find(job).orElseThrow().undone()).isEqualTo(back);
        BrokerWithFunctions.await(letters.close());
        BrokerWithFunctions.await(vertx.close());
    }

    @Test
    void undo_brings_back_in_order_what_nobody_has_taken() {
        // Given
        give(1_500);
        JobRecord ended = run(ALL);
        broker.take(invoke(), 100);
        broker.send(invoke(), BrokerWithFunctions.event("not of the job", ORDER));
        assertThat(jobs.now(ended.id()).waiting()).isEqualTo(1_400);
        // When
        JobNow undone = jobs.undo(ended.id());
        // Then
        assertThat(undone.waiting()).isEqualTo(1_400);
        assertThat(broker.state(invoke()).messages()).isEqualTo(1);
        assertThat(queue().messages()).isEqualTo(1_400);
        assertThat(jobs.find(ended.id()).orElseThrow().undone()).isEqualTo(1_400);
        assertThat(jobs.find(ended.id()).orElseThrow().undoneFrom()).isEqualTo(Map.of(invoke(), 1_400L));
        assertThat(ids("dlq." + function, 1_400).get(0)).isEqualTo("id-100");
    }

    @Test
    void undo_of_a_job_leaves_what_the_job_before_it_moved() {
        // Given
        give(5);
        run(ALL);
        broker.giveUpMany(function, "later-", 4, "Slow", i -> ORDER);
        JobRecord second = run(ALL);
        // When
        JobNow undone = jobs.undo(second.id());
        // Then
        assertThat(undone.waiting()).isEqualTo(4);
        assertThat(ids("dlq." + function, 4)).containsExactly("later-0", "later-1", "later-2", "later-3");
    }

    @Test
    void undo_leaves_what_came_from_another_dead_letter_queue() {
        // Given
        String other = function + "-other";
        broker.create(other);
        broker.giveUpMany(other, "other-", 3, "Slow", i -> ORDER);
        jobs.start(deadLetters.queue(other), ALL.to(function), step -> {});
        give(5);
        JobRecord own = run(ALL);
        // When, Then
        assertThat(jobs.undo(own.id()).waiting()).isEqualTo(5);
        assertThat(broker.state(invoke()).messages()).isEqualTo(3);
    }

    @Test
    void undo_of_a_job_leaves_what_the_job_after_it_moved() {
        // Given
        give(5);
        JobRecord first = run(ALL);
        broker.giveUpMany(function, "later-", 4, "Slow", i -> ORDER);
        run(ALL);
        // When, Then
        assertThat(jobs.undo(first.id()).waiting()).isEqualTo(5);
        assertThat(broker.state(invoke()).messages()).isEqualTo(4);
    }

    @Test
    void what_the_broker_gives_up_meanwhile_does_not_take_the_place_of_what_expires() {
        // Given
        String dlq = "DLQ." + function;
        String origin = "c." + function;
        broker.createQueue(dlq);
        broker.createQueue(origin);
        dieAtBroker(origin, dlq, 20);
        boolean[] done = {false};
        // When
        JobRecord ended = jobs.start(deadLetters.queue(dlq), ALL.to(invoke()).at(new Pace(20, 0, 0, -1)), step -> {
            if (!done[0] && step.moved() > 0) {
                done[0] = true;
                BrokerWithFunctions.await(
                        broker.management.operation("queue." + dlq, "expireMessages", "shop = 'north'"));
                dieAtBroker(origin, dlq, 3);
            }
        });
        // Then
        assertThat(ended.state()).isEqualTo(JobState.COMPLETED);
        assertThat(broker.state(dlq).messages()).isEqualTo(3);
    }

    private static void dieAtBroker(String origin, String dlq, int count) {
        for (int i = 0; i < count; i++) {
            broker.send(origin, BrokerWithFunctions.event(origin + i, ORDER));
        }
        broker.crashOn(origin, dlq, count);
    }

    @Test
    void an_edit_of_a_letter_that_is_there_twice_by_then_changes_nothing() {
        // Given
        give(1);
        EditPlan plan = jobs.planEdit(
                queue(), "id-0", new Edit(Map.of("shop", "south"), Map.of(), Optional.empty()), Optional.empty());
        give(1);
        // When, Then
        assertThatThrownBy(() -> jobs.edit(queue(), plan)).hasMessageContaining("is there 2 times, expected once");
        assertThat(queue().messages()).isEqualTo(2);
    }

    @Test
    void a_purge_deletes_what_it_exported_and_nothing_that_died_since() {
        // Given
        give(5);
        List<DeadLetter> exported = new ArrayList<>();
        // When
        long deleted = jobs.purge(queue(), Selection.ALL, exported::add, () -> dieLater("late"));
        // Then
        assertThat(deleted).isEqualTo(5);
        assertThat(exported).hasSize(5);
        broker.waitForMessages("dlq." + function, 1);
        assertThat(ids("dlq." + function, 1)).containsExactly("late");
    }

    private void dieLater(String id) {
        long later = System.currentTimeMillis() + 1_000;
        BrokerWithFunctions.await(broker.giveUp(function, BrokerWithFunctions.event(id, ORDER), "Slow", id, later));
    }

    @Test
    void a_purge_whose_letters_are_others_than_it_exported_deletes_nothing() {
        // Given
        give(5);
        // When, Then
        assertThatThrownBy(() -> jobs.purge(queue(), Selection.ALL, letter -> take(letter), () -> {}))
                .hasMessageContaining("5 dead letters of dlq." + function + " were exported and 4 are there");
        assertThat(queue().messages()).isEqualTo(4);
    }

    private void take(DeadLetter letter) {
        if (letter.id().equals("id-4")) {
            String selector = "millrace_request_id = 'id-0'";
            BrokerWithFunctions.await(broker.management.operation("queue.dlq." + function, "removeMessages", selector));
        }
    }

    @Test
    void two_letters_that_are_the_same_in_every_byte_are_imported_twice_but_once_each() {
        // Given
        give(1);
        ExportedDeadLetter exported = ExportedDeadLetter.of(
                deadLetters.browse(queue(), Selection.ALL, 1).get(0));
        // When
        long first = jobs.add(jobs.importInto(queue()), List.of(exported, exported));
        long again = jobs.add(jobs.importInto(queue()), List.of(exported, exported));
        // Then
        assertThat(first).isEqualTo(2);
        assertThat(again).isZero();
        assertThat(queue().messages()).isEqualTo(3);
    }

    @Test
    void what_an_undo_brought_back_is_redriven_by_the_next_job() {
        // Given
        give(10);
        jobs.undo(run(ALL).id());
        // When
        JobRecord again = run(ALL);
        // Then
        assertThat(again.moved()).isEqualTo(10);
        assertThat(broker.state(invoke()).messages()).isEqualTo(10);
    }

    @Test
    void message_groups_keep_their_order() {
        // Given
        for (int i = 0; i < 300; i++) {
            Message event = BrokerWithFunctions.event("g" + i, ORDER);
            event.setGroupId("group" + i % 3);
            BrokerWithFunctions.await(broker.giveUp(function, event, "Slow", "g" + i, System.currentTimeMillis()));
        }
        // When
        run(ALL.at(new Pace(1_000, 0, 0, -1)));
        // Then
        assertThat(ids(invoke(), 300))
                .isEqualTo(IntStream.range(0, 300).mapToObj(i -> "g" + i).toList());
    }

    @Test
    void a_version_of_a_function_gets_them_with_its_name_on_them() {
        // Given
        give(30);
        // When
        JobRecord ended = run(ALL.to(function + ":7"));
        // Then
        assertThat(ended.state()).isEqualTo(JobState.COMPLETED);
        assertThat(ended.moved()).isEqualTo(30);
        assertThat(queue().messages()).isZero();
        assertThat(jobs.now(ended.id()).waiting()).isEqualTo(30);
        assertThat(broker.take(invoke(), 30))
                .allMatch(message ->
                        EventMessages.property(message, "millrace_qualifier").equals(Optional.of("7")))
                .allMatch(message -> new String(EventMessages.payload(message), UTF_8).equals("{\"order\":7}"));
    }

    @Test
    void those_with_a_value_in_their_body_go_and_come_back_and_the_others_stay() {
        // Given
        broker.giveUpMany(function, "id-", 1_500, "shop.OutOfStock", i -> ("{\"shop\":" + i % 3 + "}").getBytes(UTF_8));
        Selection third = new Selection(
                Set.of(),
                Optional.empty(),
                Optional.empty(),
                Selection.Period.ALWAYS,
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Map.of("/shop", "2"),
                Optional.empty(),
                Optional.empty());
        // When
        JobRecord ended = run(ALL.of(third).because("of one shop"));
        // Then
        assertThat(ended.state()).isEqualTo(JobState.COMPLETED);
        assertThat(ended.moved()).isEqualTo(500);
        assertThat(ended.order().selection()).isEqualTo("/shop = 2");
        assertThat(deadLetters.browse(queue(), Selection.ALL, 2_000))
                .hasSize(1_000)
                .noneMatch(letter -> new String(letter.body(), UTF_8).contains("2"));
        assertThat(jobs.undo(ended.id()).waiting()).isEqualTo(500);
        assertThat(queue().messages()).isEqualTo(1_500);
    }

    @Test
    void bodies_of_every_protocol_go_back_byte_for_byte_and_stay_so_when_a_header_is_edited() throws Exception {
        // Given
        ForeignSenders.mqtt(broker.mqttPort(), "invoke/" + function, new byte[] {(byte) 0xff, 0, 1});
        ForeignSenders.stomp(broker.stompPort(), invoke(), "by stomp");
        ForeignSenders.core(broker.corePort(), invoke(), new byte[] {(byte) 0xc3, 0x28});
        ForeignSenders.core(broker.corePort(), invoke(), ClientMessage.TEXT_TYPE, message -> message.getBodyBuffer()
                .writeNullableSimpleString(SimpleString.of("by core's jms")));
        ForeignSenders.jms(
                broker.address().port(),
                invoke(),
                List.of(
                        session -> session.createTextMessage("by jms"),
                        session -> {
                            var map = session.createMapMessage();
                            map.setInt("answer", 42);
                            return map;
                        },
                        session -> session.createObjectMessage(new ArrayList<>(List.of("never read"))),
                        session -> session.createBytesMessage()));
        broker.send(invoke(), BrokerWithFunctions.event("large", new byte[2_000_000]));
        broker.waitForMessages(invoke(), 9);
        Map<String, String> before = bodies(invoke());
        broker.crashOn(invoke(), "dlq." + function, 9);
        // When
        JobRecord ended = run(ALL);
        // Then
        assertThat(ended.moved()).isEqualTo(9);
        assertThat(bodies(invoke())).isEqualTo(before);
        jobs.undo(ended.id());
        for (DeadLetter letter : deadLetters.browse(queue(), Selection.ALL, 20)) {
            Edit edit = new Edit(Map.of("shop", "south"), Map.of(), Optional.empty());
            jobs.edit(queue(), jobs.planEdit(queue(), letter.id(), edit, Optional.empty()));
        }
        assertThat(queue().messages()).isZero();
        assertThat(bodies(invoke()).values()).containsExactlyInAnyOrderElementsOf(before.values());
    }

    /** The exact bytes of each body, as digest, by the message's id. */
    private Map<String, String> bodies(String queue) throws NoSuchAlgorithmException {
        Map<String, String> bodies = new HashMap<>();
        for (DeadLetter letter : deadLetters.browse(deadLetters.queue(queue), Selection.ALL, 20)) {
            byte[] encoded = letter.encoded();
            int start = AmqpSections.of(encoded).bodyStart();
            byte[] body = Arrays.copyOfRange(encoded, start, encoded.length);
            String id = String.valueOf(letter.headers().getOrDefault("message-id", "none"));
            bodies.merge(
                    id,
                    HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(body)),
                    String::concat);
        }
        return bodies;
    }

    @Test
    void another_function_gets_them_by_its_name() {
        // Given
        give(3);
        broker.create(function + "-fixed");
        // When
        run(ALL.to(function + "-fixed"));
        // Then
        assertThat(broker.state("invoke." + function + "-fixed").messages()).isEqualTo(3);
    }

    @Test
    void the_queue_that_is_deleted_meanwhile_holds_its_own_and_the_others_go_on() {
        // Given
        String dlq = "DLQ." + function;
        List<String> origins = List.of("a." + function, "b." + function);
        broker.createQueue(dlq);
        for (String origin : origins) {
            broker.createQueue(origin);
            for (int i = 0; i < 20; i++) {
                broker.send(origin, BrokerWithFunctions.event(origin + i, ORDER));
            }
            broker.crashOn(origin, dlq, 20);
        }
        // When
        JobRecord stopped =
                jobs.start(deadLetters.queue(dlq), ALL.at(new Pace(50, 0, 0, -1)), new DeleteOnce("a." + function));
        // Then
        assertThat(stopped.state()).isEqualTo(JobState.STOPPED);
        assertThat(stopped.outcome()).contains("held: queue 'a." + function + "' does not exist any more");
        assertThat(broker.state("b." + function).messages()).isEqualTo(20);
        assertThat(broker.state(dlq).messages())
                .isEqualTo(20 - stopped.routes().get(0).moved());
        broker.createQueue("a." + function);
        assertThat(jobs.resume(stopped.id(), step -> {}).state()).isEqualTo(JobState.COMPLETED);
        assertThat(broker.state(dlq).messages()).isZero();
    }

    private static final class DeleteOnce implements java.util.function.Consumer<JobProgress> {
        private final String queue;
        private boolean done;

        DeleteOnce(String queue) {
            this.queue = queue;
        }

        @Override
        public void accept(JobProgress step) {
            if (!done && step.moved() > 0) {
                done = true;
                broker.deleteQueue(queue);
            }
        }
    }

    @Test
    void what_would_lose_messages_is_refused_before_anything_moves() {
        // Given
        give(30);
        String target = "t." + function;
        // When, Then
        assertRefused("nowhere." + function, "does not exist, 30 dead letters");
        createQueue(target + ".lvq", ",\"last-value\":true");
        assertRefused(target + ".lvq", "is a last-value queue");
        createQueue(target + ".ring", ",\"ring-size\":5");
        assertRefused(target + ".ring", "is a ring of 5 messages");
        broker.createQueue(target + ".drop");
        setPolicy(target + ".drop", "{\"addressFullMessagePolicy\":\"DROP\",\"maxSizeMessages\":10}");
        assertRefused(target + ".drop", "drops messages when it is full");
        broker.createQueue(target + ".fail");
        setPolicy(target + ".fail", "{\"addressFullMessagePolicy\":\"FAIL\",\"maxSizeMessages\":10}");
        assertRefused(target + ".fail", "is full after about 10 more (policy FAIL), 30 would go there");
        assertThat(queue().messages()).isEqualTo(30);
        assertThat(run(ALL.to(target + ".fail").atMost(10)).moved()).isEqualTo(10);
    }

    private void assertRefused(String target, String why) {
        assertThatThrownBy(() -> run(ALL.to(target)))
                .isInstanceOf(PreflightException.class)
                .hasMessageContaining("'" + target + "'")
                .hasMessageContaining(why)
                .hasMessageContaining("nothing was moved");
    }

    private static void createQueue(String name, String more) {
        BrokerWithFunctions.await(broker.management.operation(
                "broker",
                "createQueue",
                "{\"name\":\"" + name + "\",\"address\":\"" + name
                        + "\",\"routing-type\":\"ANYCAST\",\"durable\":true,\"auto-create-address\":true" + more + "}",
                true));
    }

    @Test
    void a_full_queue_that_blocks_is_filled_as_its_consumer_makes_room_and_never_beyond() {
        // Given
        give(60);
        String target = "block." + function;
        broker.createQueue(target);
        setPolicy(target, "{\"addressFullMessagePolicy\":\"BLOCK\",\"maxSizeMessages\":10}");
        // When
        JobRecord stopped = run(ALL.to(target));
        // Then
        assertThat(stopped.state()).isEqualTo(JobState.STOPPED);
        assertThat(stopped.outcome()).contains("50 held: queue '" + target + "' is full (policy BLOCK)");
        assertThat(broker.state(target).messages()).isEqualTo(10);
        broker.take(target, 10);
        assertThat(jobs.resume(stopped.id(), step -> {}).moved()).isEqualTo(20);
    }

    @Test
    void messages_that_say_nothing_of_their_death_and_arrive_meanwhile_do_not_make_the_job_endless() {
        // Given
        for (int i = 0; i < 20; i++) {
            broker.send("dlq." + function, BrokerWithFunctions.event("old" + i, ORDER));
        }
        List<CompletableFuture<Void>> sent = new ArrayList<>();
        // When
        JobRecord ended = jobs.start(queue(), ALL.at(new Pace(100, 0, 0, -1)), step -> {
            if (sent.size() < 200) {
                String id = "new" + sent.size();
                sent.add(CompletableFuture.runAsync(
                        () -> broker.send("dlq." + function, BrokerWithFunctions.event(id, ORDER))));
            }
        });
        // Then
        assertThat(ended.state()).isEqualTo(JobState.COMPLETED);
        assertThat(ended.moved()).isEqualTo(20);
        assertThat(broker.state(invoke()).messages()).isEqualTo(20);
    }
}

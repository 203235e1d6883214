package io.millrace.testkit;

import io.millrace.Millrace;
import io.millrace.broker.connection.BrokerAddress;
import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.deadletter.DeadLetter;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.RedriveRequest;
import io.millrace.deadletter.Selection;
import io.millrace.runtime.accounting.FunctionAccount;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** A platform between its start and its end, and what tests ask of it. Blocking; thread-safe. */
final class RunningPlatform implements AutoCloseable {
    // However soon a test gives up: a broker that is slow to answer is another matter than an event that does not end.
    private static final Duration LEAST_FOR_AN_ANSWER = Duration.ofSeconds(60);

    private final TemporaryDirectory directory;
    private final Millrace millrace;
    private final Attempts attempts;
    private final DeadLetters deadLetters;
    private final AsyncInvokeConfig productionDefaults;
    private final TimeScale scale;
    private final Patience patience;

    /** @param productionDefaults of functions, before they are scaled */
    RunningPlatform(
            TemporaryDirectory directory,
            Millrace millrace,
            Attempts attempts,
            AsyncInvokeConfig productionDefaults,
            TimeScale scale,
            Duration patience) {
        this.directory = directory;
        this.millrace = millrace;
        this.attempts = attempts;
        this.deadLetters = DeadLetters.connect(
                BrokerAddress.parse(millrace.brokerUrl()),
                patience.compareTo(LEAST_FOR_AN_ANSWER) > 0 ? patience : LEAST_FOR_AN_ANSWER);
        this.productionDefaults = productionDefaults;
        this.scale = scale;
        this.patience = new Patience(patience);
    }

    Millrace millrace() {
        return millrace;
    }

    void deploy(String function, Object handler, UnaryOperator<FunctionDefinition> options) {
        millrace.deploy(
                function, handler, defaults -> scale.apply(options.apply(defaults.withAsync(productionDefaults))));
    }

    PublishedEvent publish(String function, byte[] payload) {
        return new PublishedEvent(
                this, function, millrace.publish(function, payload).join());
    }

    List<PublishedEvent> publishAll(String function, List<String> events) {
        List<CompletableFuture<String>> accepted =
                events.stream().map(event -> millrace.publish(function, event)).toList();
        return accepted.stream()
                .map(requestId -> new PublishedEvent(this, function, requestId.join()))
                .toList();
    }

    Success awaitSuccess(PublishedEvent event) {
        return patience.await(() -> success(event), () -> late(event, "did not succeed"));
    }

    private Optional<Success> success(PublishedEvent event) {
        Optional<Success> success = attempts.of(event.requestId()).flatMap(Attempts.Seen::success);
        if (success.isEmpty()) {
            find(event).ifPresent(failure -> {
                throw new AssertionError(event + " became a dead letter, expected success: " + failure);
            });
        }
        return success;
    }

    Failure awaitDeadLetter(PublishedEvent event) {
        return patience.await(() -> failure(event), () -> late(event, "did not become a dead letter"));
    }

    private Optional<Failure> failure(PublishedEvent event) {
        attempts.of(event.requestId()).flatMap(Attempts.Seen::success).ifPresent(success -> {
            throw new AssertionError(event + " succeeded at attempt " + success.attempts()
                    + ", expected a dead letter; it answered " + success.text());
        });
        return find(event);
    }

    private String late(PublishedEvent event, String complaint) {
        String tried =
                attempts.of(event.requestId()).map(Attempts.Seen::toString).orElse("0");
        return event + " " + complaint + " " + patience.inWords() + "; attempts: " + tried + "; stats: " + stats();
    }

    private Optional<Failure> find(PublishedEvent event) {
        return browse(event.function(), Selection.ofId(event.requestId())).stream()
                .findFirst()
                .map(Failure::of);
    }

    List<DeadLetter> deadLetters(String function) {
        return browse(function, Selection.ALL);
    }

    // One question at a time: the library's connection is for one thread.
    private synchronized List<DeadLetter> browse(String function, Selection selection) {
        return deadLetters.browse(deadLetters.queue(function), selection, Integer.MAX_VALUE);
    }

    synchronized long redrive(String function) {
        return deadLetters
                .redrive(deadLetters.queue(function), RedriveRequest.ALL)
                .moved();
    }

    Map<String, FunctionAccount> stats() {
        return millrace.stats().join();
    }

    Map<String, FunctionAccount> awaitQuiet() {
        return patience.await(
                this::quiet, () -> "events still wait or run " + patience.inWords() + "; stats: " + stats());
    }

    // The broker counts one queue after the other, so an event that moves may be missed once, but not twice alike.
    private Optional<Map<String, FunctionAccount>> quiet() {
        Map<String, FunctionAccount> stats = stats();
        boolean quiet = stats.values().stream().allMatch(RunningPlatform::isQuiet)
                && stats.equals(millrace.stats().join());
        return quiet ? Optional.of(stats) : Optional.empty();
    }

    private static boolean isQuiet(FunctionAccount account) {
        return account.waiting() == 0 && account.delayed() == 0 && account.running() == 0 && account.expired() == 0;
    }

    @Override
    public void close() {
        try {
            deadLetters.close();
            millrace.close();
        } finally {
            directory.close();
        }
    }
}

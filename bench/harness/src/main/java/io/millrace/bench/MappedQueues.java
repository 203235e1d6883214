package io.millrace.bench;

import io.millrace.Millrace;
import io.millrace.MillraceBuilder;
import io.millrace.function.FunctionHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Queues that event source mappings of the platform drain, each into a function of its own, and beside them, if so
 * wanted, one whose function takes a second for each batch and one whose function always fails.
 */
final class MappedQueues implements BacklogLane {
    private static final Duration SLOW = Duration.ofSeconds(1);
    /** More than the slow function gets through in a whole comparison; those that fail stay. */
    private static final int OF_TROUBLED = 20_000;

    private final Millrace millrace;
    private final Filler filler;
    private final List<String> healthy;
    private final List<String> mappings;
    private final MappingClient client;
    private final BatchCounter handler;

    private MappedQueues(
            Millrace millrace,
            Filler filler,
            List<String> healthy,
            List<String> mappings,
            MappingClient client,
            BatchCounter handler) {
        this.millrace = millrace;
        this.filler = filler;
        this.healthy = healthy;
        this.mappings = mappings;
        this.client = client;
        this.handler = handler;
    }

    /** @param queues healthy ones, which the backlog is spread over */
    static MappedQueues start(Surroundings on, int batchSize, int queues, boolean withTroubled) {
        List<String> healthy = Stream.generate(on::nextQueue).limit(queues).toList();
        List<String> troubled =
                Stream.generate(on::nextQueue).limit(withTroubled ? 2 : 0).toList();
        List<String> all = Stream.concat(healthy.stream(), troubled.stream()).toList();
        String function = on.nextFunction();
        BatchCounter counter = new BatchCounter();
        MillraceBuilder builder = Millrace.builder()
                .dataDirectory(on.directory().resolve(function))
                .broker(on.brokerUrl())
                .http("127.0.0.1", 0)
                .set("concurrency.requestsPerSecondPerPermit", "0"); // Nobody holds the raw consumer back either.
        for (int i = 0; i < all.size(); i++) {
            builder.function(function + "-" + i, handler(i - healthy.size(), counter));
        }
        Filler filler = Filler.connect(on.broker().amqpPort(), all);
        troubled.forEach(queue -> filler.fill(queue, OF_TROUBLED));
        Millrace millrace = builder.start();
        MappingClient client = new MappingClient(millrace.httpUrl().orElseThrow());
        List<String> mappings = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            mappings.add(client.create(all.get(i), function + "-" + i, batchSize));
        }
        return new MappedQueues(millrace, filler, healthy, mappings, client, counter);
    }

    /** @param trouble 0 for slow, 1 for failing, less for none */
    private static FunctionHandler handler(int trouble, BatchCounter counter) {
        if (trouble < 0) {
            return (event, context) -> counter.handle(event);
        }
        byte[] done = {'1'};
        return trouble == 0
                ? (event, context) -> {
                    Pause.of(SLOW);
                    return done;
                }
                : (event, context) -> {
                    throw new IllegalStateException("as every time");
                };
    }

    @Override
    public void fill(int events) {
        int each = events / healthy.size();
        for (int i = 0; i < healthy.size(); i++) {
            filler.fill(healthy.get(i), i == 0 ? events - each * (healthy.size() - 1) : each);
        }
    }

    @Override
    public void resume() {
        mappings.forEach(mapping -> client.enable(mapping, true));
    }

    @Override
    public long completed() {
        return handler.counted();
    }

    @Override
    public void pause() {
        healthy.forEach(filler::requireEmpty);
        mappings.forEach(mapping -> client.enable(mapping, false));
    }

    @Override
    public void close() {
        millrace.close();
        filler.close();
    }
}

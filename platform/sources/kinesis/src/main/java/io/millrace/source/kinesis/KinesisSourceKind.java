package io.millrace.source.kinesis;

import io.millrace.eventsource.Checkpoints;
import io.millrace.eventsource.EventSource;
import io.millrace.eventsource.EventSourceKind;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceRefusedException;
import io.millrace.source.shards.ShardedSource;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisClient;

/**
 * Streams by their ARN. Credentials and endpoint are found as by every AWS SDK, for instance in the environment
 * ({@code AWS_ENDPOINT_URL_KINESIS}). Thread-safe.
 */
public final class KinesisSourceKind implements EventSourceKind {
    private static final String SERVICE = "kinesis";
    /** Lambda looks once a second; more than five looks a second are refused for a shard. */
    private static final Duration POLL_INTERVAL = Duration.ofSeconds(1);

    private static final Duration LIST_INTERVAL = Duration.ofSeconds(5);

    private final Clock clock;

    public KinesisSourceKind() {
        this(Clock.systemUTC());
    }

    /** @param clock of this server */
    KinesisSourceKind(Clock clock) {
        this.clock = clock;
    }

    @Override
    public String name() {
        return "Kinesis";
    }

    @Override
    public boolean isOf(SourceDescription source) {
        return source.service().equals(Optional.of(SERVICE));
    }

    @Override
    public EventSource open(SourceDescription source, Checkpoints checkpoints) {
        StreamName stream = stream(source);
        KinesisLog log = new KinesisLog(client(stream), stream);
        try {
            log.requireThere();
            return new ShardedSource(log, source, checkpoints, POLL_INTERVAL, LIST_INTERVAL, clock);
        } catch (RuntimeException refusedOrAway) {
            log.close();
            throw refusedOrAway;
        }
    }

    /** To open it may mean to wait for a time. */
    @Override
    public void look(SourceDescription source, Checkpoints none) {
        StreamName stream = stream(source);
        try (KinesisLog log = new KinesisLog(client(stream), stream)) {
            log.requireThere();
        }
    }

    private static StreamName stream(SourceDescription source) {
        String arn = source.arn().orElseThrow();
        return StreamName.parse(arn)
                .orElseThrow(() -> new SourceRefusedException("The event source " + arn
                        + " is no stream, expected arn:aws:kinesis:<region>:<account>:stream/<name>."));
    }

    private static KinesisClient client(StreamName stream) {
        return KinesisClient.builder()
                .region(Region.of(stream.region()))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }
}

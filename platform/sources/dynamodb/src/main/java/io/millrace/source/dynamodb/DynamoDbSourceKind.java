package io.millrace.source.dynamodb;

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
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * Streams of tables by their ARN. Credentials and endpoint are found as by every AWS SDK, for instance in the
 * environment ({@code AWS_ENDPOINT_URL_DYNAMODB_STREAMS}). Thread-safe.
 */
public final class DynamoDbSourceKind implements EventSourceKind {
    private static final String SERVICE = "dynamodb";
    /** Lambda looks four times a second. */
    private static final Duration POLL_INTERVAL = Duration.ofMillis(250);

    private static final Duration LIST_INTERVAL = Duration.ofSeconds(5);

    @Override
    public String name() {
        return "DynamoDB Streams";
    }

    @Override
    public boolean isOf(SourceDescription source) {
        return source.service().equals(Optional.of(SERVICE));
    }

    @Override
    public EventSource open(SourceDescription source, Checkpoints checkpoints) {
        TableStream stream = stream(source);
        DynamoDbStreamsClient client = client(stream);
        try {
            return new ShardedSource(
                    DynamoDbLog.open(client, stream),
                    source,
                    checkpoints,
                    POLL_INTERVAL,
                    LIST_INTERVAL,
                    Clock.systemUTC());
        } catch (RuntimeException refusedOrAway) {
            client.close();
            throw refusedOrAway;
        }
    }

    /** To open it may mean to read all of it. */
    @Override
    public void look(SourceDescription source, Checkpoints none) {
        TableStream stream = stream(source);
        try (DynamoDbStreamsClient client = client(stream)) {
            DynamoDbLog.open(client, stream);
        }
    }

    private static TableStream stream(SourceDescription source) {
        String arn = source.arn().orElseThrow();
        return TableStream.parse(arn)
                .orElseThrow(() -> new SourceRefusedException("The event source " + arn + " is no stream of a table,"
                        + " expected arn:aws:dynamodb:<region>:<account>:table/<table>/stream/<label>."));
    }

    private static DynamoDbStreamsClient client(TableStream stream) {
        return DynamoDbStreamsClient.builder()
                .region(Region.of(stream.region()))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }
}

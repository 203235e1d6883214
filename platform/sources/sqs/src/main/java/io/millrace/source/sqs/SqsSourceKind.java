package io.millrace.source.sqs;

import io.millrace.eventsource.Checkpoints;
import io.millrace.eventsource.EventSource;
import io.millrace.eventsource.EventSourceKind;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceRefusedException;
import java.util.Optional;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.SqsClientBuilder;

/**
 * Queues by their ARN. Credentials and endpoint are found as by every AWS SDK, for instance in the environment
 * ({@code AWS_ENDPOINT_URL_SQS}). Thread-safe.
 */
public final class SqsSourceKind implements EventSourceKind {
    private static final String SERVICE = "sqs";

    @Override
    public String name() {
        return "SQS";
    }

    @Override
    public boolean isOf(SourceDescription source) {
        return source.service().equals(Optional.of(SERVICE));
    }

    @Override
    public boolean isQueue() {
        return true;
    }

    @Override
    public EventSource open(SourceDescription source, Checkpoints checkpoints) {
        String text = source.arn().orElseThrow();
        QueueName queue = QueueName.parse(text)
                .orElseThrow(() -> new SourceRefusedException(
                        "The event source " + text + " is no queue, expected arn:aws:sqs:<region>:<account>:<name>."));
        SqsClient client = builder(queue).build();
        try {
            return SqsSource.open(client, queue);
        } catch (RuntimeException refusedOrAway) {
            client.close();
            throw refusedOrAway;
        }
    }

    private static SqsClientBuilder builder(QueueName queue) {
        return SqsClient.builder()
                .region(Region.of(queue.region()))
                .httpClientBuilder(UrlConnectionHttpClient.builder());
    }
}

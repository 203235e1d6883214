package io.millrace.source.sqs;

import io.millrace.eventsource.MessageSource;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceMessage;
import io.millrace.eventsource.SourceRefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;

/** One queue. Thread-safe. */
final class SqsSource implements MessageSource {
    private static final Logger LOGGER = LoggerFactory.getLogger(SqsSource.class);
    /** Of every batched request of the API. */
    private static final int MOST_AT_ONCE = 10;

    private static final String ALL = "All";
    /** Nobody can end a look before its time; 20 s would be possible, and a stop would have to wait for them. */
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(5);
    /** Waiting is told in whole seconds. */
    private static final Duration SHORTEST_LOOK = Duration.ofSeconds(1);

    private final SqsClient client;
    private final QueueName queue;
    private final String url;
    private final Duration hold;
    private final CountDownLatch closed = new CountDownLatch(1);

    private SqsSource(SqsClient client, QueueName queue, String url, Duration hold) {
        this.client = client;
        this.queue = queue;
        this.url = url;
        this.hold = hold;
    }

    /**
     * @param client closed with the source
     * @throws SourceRefusedException if there is no such queue, in the words of lambda-semantics 3.4
     */
    static SqsSource open(SqsClient client, QueueName queue) {
        try {
            String url = client.getQueueUrl(
                            request -> request.queueName(queue.name()).queueOwnerAWSAccountId(queue.account()))
                    .queueUrl();
            String seconds = client.getQueueAttributes(
                            request -> request.queueUrl(url).attributeNames(QueueAttributeName.VISIBILITY_TIMEOUT))
                    .attributes()
                    .get(QueueAttributeName.VISIBILITY_TIMEOUT);
            return new SqsSource(client, queue, url, Duration.ofSeconds(Math.max(1, Long.parseLong(seconds))));
        } catch (QueueDoesNotExistException unknown) {
            throw new SourceRefusedException("Error occurred while ReceiveMessage. SQS Error Code:"
                    + " AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not"
                    + " exist.");
        } catch (SdkException failed) {
            throw away(queue, failed);
        }
    }

    @Override
    public boolean isOrdered() {
        return queue.isFifo();
    }

    @Override
    public Duration hold() {
        return hold;
    }

    @Override
    public List<SourceMessage> receive(int most, Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
            List<SourceMessage> received = look(most, left.compareTo(LONGEST_LOOK) < 0 ? left : LONGEST_LOOK);
            if (!received.isEmpty() || System.nanoTime() - end >= 0) {
                return received;
            }
            long rest = end - System.nanoTime();
            if (rest < SHORTEST_LOOK.toNanos()) { // Which would not wait.
                closed.await(rest, TimeUnit.NANOSECONDS);
                return List.of();
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private List<SourceMessage> look(int most, Duration patience) throws InterruptedException {
        if (closed.getCount() == 0) {
            throw new SourceAwayException("The queue " + queue.arn() + " was closed.");
        }
        try {
            return client
                    .receiveMessage(request -> request.queueUrl(url)
                            .maxNumberOfMessages(most)
                            .waitTimeSeconds((int) patience.toSeconds())
                            .messageSystemAttributeNames(MessageSystemAttributeName.ALL)
                            .messageAttributeNames(ALL))
                    .messages()
                    .stream()
                    .map(message -> SqsRecord.of(message, queue))
                    .toList();
        } catch (AbortedException interrupted) {
            throw new InterruptedException(interrupted.getMessage());
        } catch (SdkException failed) {
            throw away(queue, failed);
        }
    }

    @Override
    public void delete(List<SourceMessage> messages) {
        inTens(messages, ten -> client.deleteMessageBatch(request -> request.queueUrl(url)
                        .entries(entries(ten, (message, id) -> DeleteMessageBatchRequestEntry.builder()
                                .id(id)
                                .receiptHandle(message.receipt())
                                .build())))
                .failed());
    }

    @Override
    public void giveBack(List<SourceMessage> messages) {
        inTens(messages, ten -> client.changeMessageVisibilityBatch(request -> request.queueUrl(url)
                        .entries(entries(ten, (message, id) -> ChangeMessageVisibilityBatchRequestEntry.builder()
                                .id(id)
                                .receiptHandle(message.receipt())
                                .visibilityTimeout(0)
                                .build())))
                .failed());
    }

    private interface Entry<T> {
        T of(SourceMessage message, String id);
    }

    /** Ids tell entries of one request apart, no more. */
    private static <T> List<T> entries(List<SourceMessage> messages, Entry<T> entry) {
        List<T> entries = new ArrayList<>();
        for (SourceMessage message : messages) {
            entries.add(entry.of(message, Integer.toString(entries.size())));
        }
        return entries;
    }

    private interface Request {
        List<BatchResultErrorEntry> send(List<SourceMessage> messages);
    }

    private void inTens(List<SourceMessage> messages, Request request) {
        try {
            for (int start = 0; start < messages.size(); start += MOST_AT_ONCE) {
                List<SourceMessage> ten = messages.subList(start, Math.min(start + MOST_AT_ONCE, messages.size()));
                request.send(ten).forEach(failure -> refused(ten.get(Integer.parseInt(failure.id())), failure));
            }
        } catch (SdkException failed) {
            throw away(queue, failed);
        }
    }

    private void refused(SourceMessage message, BatchResultErrorEntry failure) {
        LOGGER.atWarn()
                .addKeyValue("source", queue.arn())
                .addKeyValue("message", message.id())
                .addKeyValue("reason", failure.code() + ": " + failure.message())
                .log("queue did not settle a message, it comes again");
    }

    private static SourceAwayException away(QueueName queue, SdkException failed) {
        return new SourceAwayException("The queue " + queue.arn() + " does not answer: " + failed.getMessage(), failed);
    }

    @Override
    public void close() {
        closed.countDown();
        client.close();
    }
}

package io.millrace.deadletter;

import io.millrace.broker.connection.BrokerAddress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * The dead letters of one broker, for callers that may block. Everything goes over the broker's AMQP port, so its
 * address is all that is needed. Blocking; one thread at a time. Fails as AsyncDeadLetters says.
 */
public final class DeadLetters implements AutoCloseable {
    private final Vertx vertx;
    private final AsyncDeadLetters async;

    private DeadLetters(Vertx vertx, AsyncDeadLetters async) {
        this.vertx = vertx;
        this.async = async;
    }

    /** @param timeout for the connection, and later for the broker to send the next message that is asked for */
    public static DeadLetters connect(BrokerAddress address, Duration timeout) {
        return connect(address, timeout, timeout);
    }

    /**
     * As {@link #connect(BrokerAddress, Duration)}, for who wants to be told soon that nobody is there and yet be patient
     * with a broker that is slow.
     *
     * @param away for the connection once an attempt has failed, as when it is refused; at most {@code timeout}
     */
    public static DeadLetters connect(BrokerAddress address, Duration away, Duration timeout) {
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        boolean connected = false;
        try {
            DeadLetters opened = new DeadLetters(vertx, await(AsyncDeadLetters.connect(vertx, address, away, timeout)));
            connected = true;
            return opened;
        } finally {
            if (!connected) {
                await(vertx.close());
            }
        }
    }

    public BrokerAddress broker() {
        return async.broker();
    }

    /** The queues that hold dead letters, by the broker's settings or by their names. */
    public List<DeadLetterQueue> queues() {
        return await(async.queues());
    }

    /** As {@link #queues}, and what else a first look wants to know. Takes {@code between} and as long as the asking. */
    public List<QueueOverview> overview(Duration between) {
        return await(async.overview(between));
    }

    /** The dead-letter queue of a function, or else any queue of exactly this name. */
    public DeadLetterQueue queue(String functionOrQueue) {
        return await(async.queue(functionOrQueue));
    }

    /** At most {@code limit} of the queue's dead letters, from its head. */
    public List<DeadLetter> browse(DeadLetterQueue queue, Selection selection, int limit) {
        return await(async.browse(queue, selection, limit));
    }

    /**
     * Shows each matching dead letter to {@code visitor}, on the calling thread, from the queue's head, with bounded
     * memory however many there are. Nothing is changed, delivery counts neither.
     */
    public void forEach(DeadLetterQueue queue, Selection selection, long limit, Consumer<DeadLetter> visitor) {
        walk(queue, selection, Look.WHOLE.atMost(limit), visitor);
    }

    /** As {@link #forEach}, and counts what it saw against what the broker says is there. */
    public ScanResult scan(DeadLetterQueue queue, Selection selection, Look look, Consumer<DeadLetter> visitor) {
        DeadLetterQueue before = await(async.count(queue));
        Walk walk = walk(queue, selection, look, visitor);
        return walk.result(before, await(async.count(queue)));
    }

    private Walk walk(DeadLetterQueue queue, Selection selection, Look look, Consumer<DeadLetter> visitor) {
        DeadLetterCursor cursor = async.cursor(queue, selection, look);
        Walk walk = new Walk(selection, look);
        try {
            boolean more = true;
            while (more) {
                more = walk.visit(await(cursor.next()), visitor);
            }
            return walk;
        } finally {
            cursor.close();
        }
    }

    /** The dead letters of a queue by cause. */
    public DeadLetterGroups groups(DeadLetterQueue queue, Selection selection) {
        return await(async.groups(queue, selection));
    }

    /** @param progress twice a second, on a thread that must not be blocked */
    public DeadLetterGroups groups(
            DeadLetterQueue queue, Selection selection, GroupBy by, Consumer<GroupsProgress> progress) {
        return await(async.groups(queue, selection, by, progress));
    }

    /** The dead letter of this id. */
    public Optional<DeadLetter> show(DeadLetterQueue queue, String id) {
        return await(async.show(queue, id));
    }

    /** Moves dead letters back, as AsyncDeadLetters says. */
    public RedriveResult redrive(DeadLetterQueue queue, RedriveRequest request) {
        return redrive(queue, request, step -> {});
    }

    /** @param progress after each step of at most 1,000, on a thread that must not be blocked */
    public RedriveResult redrive(DeadLetterQueue queue, RedriveRequest request, Consumer<RedriveProgress> progress) {
        return await(async.redrive(queue, request, progress));
    }

    /** The redrive jobs at this broker. */
    public RedriveJobs jobs() {
        return new RedriveJobs(async.jobs());
    }

    @Override
    public void close() {
        await(async.close());
        await(vertx.close());
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException failure) {
            if (failure.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw failure;
        }
    }
}

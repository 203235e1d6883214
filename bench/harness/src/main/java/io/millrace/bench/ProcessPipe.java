package io.millrace.bench;

import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.accounting.FunctionAccount;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Durable events through {@code publish} into processes of an uploaded function; the end of each publishes the next one.
 * As with {@link PlatformPipe} an event counts when its attempt ends, and {@link #pause} holds the platform to its account.
 */
final class ProcessPipe implements Lane {

    private final ProcessPlatform platform;
    private final int atOnce;
    private final byte[] body = Load.body();
    private final AtomicLong completed = new AtomicLong();
    private final AtomicLong published = new AtomicLong();
    private final AtomicInteger outstanding = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile boolean running;

    private ProcessPipe(Surroundings on, UploadedFunction code, int atOnce) {
        this.atOnce = atOnce;
        this.platform = ProcessPlatform.start(on, code, this::ended);
    }

    /**
     * @param permits reserved for the function
     * @param atOnce events published and not yet ended
     */
    static ProcessPipe start(Surroundings on, UploadedFunction code, OptionalInt permits, int atOnce) {
        ProcessPipe pipe = new ProcessPipe(on, code, atOnce);
        pipe.platform.millrace().reserve(pipe.platform.function(), permits);
        return pipe;
    }

    ProcessCommand command() {
        return platform.command();
    }

    String remark() {
        return platform.remark();
    }

    private void ended(Invocation invocation, Outcome outcome) {
        if (invocation.type() != InvocationType.EVENT) {
            return; // The calls that made it warm.
        }
        if (!(outcome instanceof Outcome.Succeeded)) {
            failure.compareAndSet(null, new IllegalStateException("an attempt ended as " + outcome));
        }
        completed.incrementAndGet();
        if (running && failure.get() == null) {
            publish();
        } else {
            outstanding.decrementAndGet();
        }
    }

    private void publish() {
        published.incrementAndGet();
        var unused = platform.millrace().publish(platform.function(), body).whenComplete((id, refused) -> {
            if (refused != null) {
                failure.compareAndSet(null, refused);
            }
        });
    }

    @Override
    public void resume() {
        running = true;
        while (outstanding.get() < atOnce) {
            outstanding.incrementAndGet();
            publish();
        }
    }

    @Override
    public long completed() {
        return completed.get();
    }

    @Override
    public void pause() {
        running = false;
        Waiting.until("the processes to come to rest", () -> outstanding.get() == 0 || failure.get() != null);
        if (failure.get() != null) {
            throw new IllegalStateException("an event of " + platform.function() + " failed", failure.get());
        }
        Waiting.until("every event published to " + platform.function() + " to have succeeded", this::allSucceeded);
    }

    private boolean allSucceeded() {
        FunctionAccount account = Waiting.on(
                        "the platform's account", platform.millrace().stats())
                .get(platform.function());
        long events = published.get();
        return account != null && account.accepted() == events && account.succeeded() == events;
    }

    @Override
    public void close() {
        platform.close();
    }
}

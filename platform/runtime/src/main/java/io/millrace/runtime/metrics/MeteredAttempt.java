package io.millrace.runtime.metrics;

import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.environment.Caller;
import io.millrace.runtime.environment.ResponseSink;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** One attempt on its way, in between its caller and its environment. Thread-safe as {@link Caller} asks. */
final class MeteredAttempt implements Caller, Consumer<Outcome> {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final MeteredEnvironments.Measures measures;
    private final long bytesIn;
    private final boolean provisioned;
    private final Caller caller;
    private final Consumer<Outcome> whenEnded;
    private volatile long initNanos;
    private volatile long runNanos = -1;
    private volatile Optional<CountedSink> streamed = Optional.empty();

    /** @param provisioned whether its environment was initialised ahead of time */
    MeteredAttempt(
            MeteredEnvironments.Measures measures,
            long bytesIn,
            boolean provisioned,
            Caller caller,
            Consumer<Outcome> whenEnded) {
        this.measures = measures;
        this.bytesIn = bytesIn;
        this.provisioned = provisioned;
        this.caller = caller;
        this.whenEnded = whenEnded;
    }

    @Override
    public boolean wantsLogTail() {
        return caller.wantsLogTail();
    }

    @Override
    public void logTail(byte[] tail) {
        caller.logTail(tail);
    }

    @Override
    public void measured(long init, long run) {
        // That of a provisioned environment was before, and nobody waited for it.
        initNanos = provisioned ? 0 : init;
        runNanos = run;
        caller.measured(init, run);
    }

    @Override
    public void extensionsEnded(long nanos) {
        measures.function().extensionsRan(nanos);
        caller.extensionsEnded(nanos);
    }

    @Override
    public Optional<ResponseSink> responseSink() {
        return caller.responseSink().map(sink -> {
            CountedSink counted = new CountedSink(sink);
            streamed = Optional.of(counted);
            return counted;
        });
    }

    @Override
    public void accept(Outcome outcome) {
        try {
            count(outcome);
        } finally {
            whenEnded.accept(outcome); // Or the event would hang on a bug here.
        }
    }

    private void count(Outcome outcome) {
        boolean failed = !(outcome instanceof Outcome.Succeeded);
        measures.version().ended(failed);
        if (provisioned) {
            measures.version().ranProvisioned();
        }
        long init = initNanos;
        long run = Math.max(0, runNanos);
        if (init > 0) {
            measures.version().coldStart(init);
        }
        if (runNanos >= 0) {
            measures.version().ran(run);
        }
        long billedMillis = (init + run + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI;
        measures.usage()
                .add(
                        billedMillis * measures.memoryMegabytes(),
                        init > 0,
                        bytesIn,
                        streamed.map(CountedSink::bytes).orElse(0L) + length(outcome));
    }

    private static int length(Outcome outcome) {
        return outcome.match(new Outcome.Cases<Integer>() {
            @Override
            public Integer succeeded(Outcome.Succeeded succeeded) {
                return succeeded.response().length;
            }

            @Override
            public Integer functionError(Outcome.FunctionError error) {
                return error.payload().length;
            }

            @Override
            public Integer throttled(Outcome.Throttled throttled) {
                return 0;
            }
        });
    }

    /** A response that is passed on as it is made. */
    private static final class CountedSink implements ResponseSink {
        private final ResponseSink sink;
        private final LongAdder bytes = new LongAdder();

        CountedSink(ResponseSink sink) {
            this.sink = sink;
        }

        long bytes() {
            return bytes.sum();
        }

        @Override
        public void begin(String contentType) {
            sink.begin(contentType);
        }

        @Override
        public void write(byte[] chunk) {
            bytes.add(chunk.length);
            sink.write(chunk);
        }

        @Override
        public boolean isFull() {
            return sink.isFull();
        }

        @Override
        public void whenWritable(Runnable resume) {
            sink.whenWritable(resume);
        }
    }
}

package io.millrace.runtime.trace;

import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.Invocation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.qpid.proton.message.Message;

/** Who records what happens to invocations as one trace. Thread-safe; never blocks. */
public interface Traces {
    /** Nobody: looks at nothing and makes no object. */
    Traces OFF = new Traces() {
        @Override
        public boolean isOn() {
            return false;
        }

        @Override
        public Sending send(Invocation invocation) {
            throw new IllegalStateException("nobody traces");
        }

        @Override
        public AttemptTrace event(
                Message event, Invocation invocation, String version, int attempt, boolean provisioned) {
            return AttemptTrace.NONE;
        }

        @Override
        public AttemptTrace call(Message call, Invocation invocation, String version, boolean provisioned) {
            return AttemptTrace.NONE;
        }

        @Override
        public AttemptTrace unrun(Message event, String id, FunctionName function) {
            return AttemptTrace.NONE;
        }

        @Override
        public <T> Map<String, String> batch(List<T> items, Function<T, Message> message) {
            return Map.of();
        }

        @Override
        public <T> Map<String, String> records(List<T> items, Function<T, Optional<String>> trace) {
            return Map.of();
        }
    };

    boolean isOn();

    /** An invocation goes to the broker; only where this {@linkplain #isOn() is on}. */
    Sending send(Invocation invocation);

    /**
     * An attempt at an event starts.
     *
     * @param attempt its number, from 1
     * @param provisioned whether its environment was initialised ahead of time
     */
    AttemptTrace event(Message event, Invocation invocation, String version, int attempt, boolean provisioned);

    /** As {@link #event} for an attempt that somebody waits for. */
    AttemptTrace call(Message call, Invocation invocation, String version, boolean provisioned);

    /** An event ends without an attempt here. */
    AttemptTrace unrun(Message event, String id, FunctionName function);

    /** Attributes for the invocation with a batch of messages, each of which may belong to another trace. */
    <T> Map<String, String> batch(List<T> items, Function<T, Message> message);

    /**
     * The same of records that are no messages of the broker.
     *
     * @param trace the {@code traceparent} or trace header that came with a record; anything may come
     */
    <T> Map<String, String> records(List<T> items, Function<T, Optional<String>> trace);

    /** An invocation on its way to the broker. */
    interface Sending {
        /** What is to be sent instead. */
        Invocation invocation();

        /** Whether anybody wants to know what becomes of it. */
        boolean isRecorded();

        /** The broker has it, or has answered; on any thread, once. */
        void succeeded();

        /** It is not known to have it. On any thread, once. */
        void failed(Throwable why);
    }
}

package io.millrace.runtime.mapping;

import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.trace.Traces;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.qpid.proton.message.Message;

/**
 * What every poller of a partitioned source uses.
 *
 * @param traces to which batches are linked
 * @param exists whether there is such a function, version or alias; from memory
 * @param timeout how long a function, version or alias may run; from memory
 * @param publish sends a message to its address; succeeds when the broker has it on disk
 * @param keys idempotency keys of records
 */
record FeedingParts(
        Invoker invoker,
        Traces traces,
        Predicate<FunctionArn> exists,
        Function<FunctionArn, Duration> timeout,
        Function<Message, Future<Void>> publish,
        RecordKeys keys,
        Clock clock) {}

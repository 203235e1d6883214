package io.millrace.runtime.schedule;

import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What is known about functions, from memory.
 *
 * @param exists whether there is such a function, version or alias
 * @param maximumAge of an event for a function that exists
 * @param wake told whenever something is about to be in a function's queue
 */
public record Targets(
        Predicate<FunctionArn> exists, Function<FunctionArn, Duration> maximumAge, Consumer<FunctionName> wake) {}

package io.millrace.runtime.dispatch;

import io.millrace.core.invocation.Outcome;

/**
 * How one run of a handler ended.
 *
 * @param version that ran, {@code $LATEST} or a number
 * @param runNanos of the handler, without initialisation; negative if it never began
 */
public record RunEnd(String version, Outcome outcome, long runNanos) {}

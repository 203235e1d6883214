package io.millrace.runtime.dispatch;

import io.millrace.core.invocation.Invocation;

/**
 * An event that is over: it succeeded, or has no attempt left.
 *
 * @param run its last attempt
 */
public record EventEnd(Invocation event, RunEnd run) {}

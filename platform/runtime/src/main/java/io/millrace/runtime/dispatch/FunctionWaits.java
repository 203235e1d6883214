package io.millrace.runtime.dispatch;

import java.util.List;

/**
 * What the events of a function wait for, about at one instant.
 *
 * @param waiting events that have not started and are not delayed
 * @param delayed whose time has not come
 * @param running attempts at events
 * @param waits the reasons; some have no events, as they would hold up the next one
 */
public record FunctionWaits(long waiting, long delayed, long running, List<Wait> waits) {}

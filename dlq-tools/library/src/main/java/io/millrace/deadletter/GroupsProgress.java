package io.millrace.deadletter;

import java.util.List;

/**
 * How far counting has come.
 *
 * @param seen so far
 * @param total that can be seen, when it began
 * @param soFar the largest ten groups until now
 */
public record GroupsProgress(long seen, long total, List<DeadLetterGroup> soFar) {}

package io.millrace.runtime.dispatch;

import io.millrace.core.function.AsyncInvokeConfigs;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a worker has of its function's queue at one instant.
 *
 * @param isOpen whether it takes events
 * @param running ids of events
 * @param parked what each of those waits for that may run as soon as it can
 * @param next what the next event of {@code $LATEST} would wait for
 * @param behind those that wait for another of their group
 * @param suspects ids of those that are to run alone
 * @param async how failed ones are retried
 */
record WorkerState(
        boolean isOpen,
        Set<String> running,
        Map<String, Wait> parked,
        Wait next,
        List<MessageGroups.Behind> behind,
        List<String> suspects,
        AsyncInvokeConfigs async) {}

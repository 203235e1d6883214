package io.millrace.runtime.environment.inprocess;

import io.millrace.runtime.logs.KeptLines;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What all environments of this kind share.
 *
 * @param abandoned attempts that were cut off while their handler still has its thread
 * @param live all environments, for the thread that watches deadlines
 * @param initLimit of a first initialisation on demand; Lambda's is 10 s
 * @param provisionedInitLimit of one ahead of time, at least; a longer timeout of the function extends it
 * @param logs where lines go, beside those of callers who want the last of them
 */
record EnvironmentParts(
        BlockingWork work,
        AtomicInteger abandoned,
        Set<InProcessEnvironment> live,
        Duration initLimit,
        Duration provisionedInitLimit,
        KeptLines logs) {}

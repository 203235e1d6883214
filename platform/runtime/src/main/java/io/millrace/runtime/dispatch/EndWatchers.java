package io.millrace.runtime.dispatch;

import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.environment.Caller;
import io.millrace.runtime.observe.LogKeys;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who watches which functions: mostly nobody, which costs an event one look. Event loop only. */
final class EndWatchers {
    private static final Logger LOGGER = LoggerFactory.getLogger(EndWatchers.class);

    private final Map<FunctionName, EndWatcher> watchers = new HashMap<>();

    void watch(FunctionName function, Optional<EndWatcher> watcher) {
        watchers.remove(function);
        watcher.ifPresent(watching -> watchers.put(function, watching));
    }

    /** Who is told of an attempt beside the outcome; one that is watched is timed. */
    Caller callerOf(Attempt attempt) {
        boolean isWatched =
                !watchers.isEmpty() && watchers.containsKey(attempt.worker().name());
        return isWatched ? attempt.trace().with(attempt.timed()) : attempt.trace();
    }

    /** The event is over. What a watcher throws stays here: the event must not hang on it. */
    void ended(Attempt attempt, Outcome outcome) {
        if (watchers.isEmpty() || attempt.isReplayed()) {
            return;
        }
        FunctionName function = attempt.worker().name();
        EndWatcher watcher = watchers.get(function);
        if (watcher == null) {
            return;
        }
        try {
            String version = attempt.version().version();
            RunEnd run = new RunEnd(version, outcome, attempt.runNanos());
            watcher.ended(new EventEnd(attempt.invocation(), run));
        } catch (RuntimeException bug) {
            LOGGER.atError()
                    .addKeyValue(LogKeys.FUNCTION, function)
                    .setCause(bug)
                    .log("the end of an event was not watched");
        }
    }
}

package io.millrace.runtime.accounting;

import io.millrace.core.function.FunctionName;
import io.vertx.core.Future;
import java.util.Map;

/** As {@link Accounting}, with all that comes of the same look. Thread-safe; never blocks. */
@FunctionalInterface
public interface FunctionReadings {

    /** @return of each function; fails with BrokerUnavailableException when the broker cannot be asked */
    Future<Map<FunctionName, FunctionReading>> readings();
}

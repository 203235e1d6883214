package io.millrace.runtime.accounting;

import io.millrace.core.function.FunctionName;
import io.vertx.core.Future;
import java.util.Map;

/** Where the console, the API and tests read the counts of all functions. Thread-safe; never blocks. */
@FunctionalInterface
public interface Accounting {

    /** @return one account per function; fails with BrokerUnavailableException when the broker cannot be asked */
    Future<Map<FunctionName, FunctionAccount>> snapshot();
}

package io.millrace.runtime.environment.process;

import io.millrace.core.function.FunctionArn;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Lineage;
import java.util.Optional;

/**
 * The chains of calls that one function takes part in: whatever it calls is told how often it ran in the chain
 * (lambda-semantics 2.4). Of one environment; event loop only.
 */
final class CallChain {
    // Made once, as it is a hash.
    private String key = "";

    /** The trace header that goes on from that of {@code invocation}. */
    String continued(Invocation invocation) {
        if (key.isEmpty()) {
            FunctionArn arn = invocation.arn();
            key = Lineage.key(
                    FunctionArn.of(arn.region(), arn.account(), arn.function()).toString());
        }
        return Lineage.continued(Optional.ofNullable(invocation.attributes().get(Invocation.TRACE)), key);
    }
}

package io.millrace.runtime.topicapi;

import io.millrace.runtime.access.AccessControl;
import io.millrace.runtime.access.Caller;
import java.util.Optional;

/**
 * One request whose caller is known.
 *
 * @param caller empty where everybody may do everything
 * @param trace the header of that name
 */
record TopicRequest(Parameters parameters, Optional<Caller> caller, AccessControl access, Optional<String> trace) {
    static final String NO_RESOURCE = "*";

    /** @throws io.millrace.runtime.access.AccessRefusedException unless the caller may */
    void require(String action, String resource) {
        caller.ifPresent(known -> access.authorize(known, "sns:" + action, resource));
    }

    /** Nobody reaches a queue or function by way of a topic that could not be reached directly. */
    void requireUse(String target) {
        boolean isFunction = target.startsWith("arn:aws:lambda:");
        caller.ifPresent(
                known -> access.authorize(known, isFunction ? "lambda:InvokeFunction" : "millrace:Publish", target));
    }
}

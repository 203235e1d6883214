package io.millrace.runtime.eventbusapi;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.access.AccessControl;
import io.millrace.runtime.access.Caller;
import java.util.Optional;

/**
 * One request whose caller is known.
 *
 * @param caller empty where everybody may do everything
 */
record BusRequest(String operation, Members members, Optional<Caller> caller, AccessControl access) {
    static final String NO_RESOURCE = "*";

    /** @throws io.millrace.runtime.access.AccessRefusedException unless the caller may do this operation */
    void require(String resource) {
        caller.ifPresent(known -> access.authorize(known, "events:" + operation, resource));
    }

    /** Nobody reaches a queue, topic or function by way of a rule that could not be reached directly. */
    void requireUse(String target) {
        String action = target.startsWith("arn:aws:lambda:")
                ? "lambda:InvokeFunction"
                : target.startsWith("arn:aws:sns:") ? "sns:Publish" : "millrace:Publish";
        caller.ifPresent(known -> access.authorize(known, action, target));
    }

    /** @throws Refusal if there is a member that nobody looked at */
    void requireAllRead() {
        members.requireAllRead(operation);
    }

    static ObjectNode answer() {
        return JsonNodeFactory.instance.objectNode();
    }
}

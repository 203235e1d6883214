package io.millrace.runtime.eventbus;

import io.millrace.broker.envelope.EventMessages;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.message.Message;

/** Properties of events that a replay sends once more. */
final class ReplayMarks {
    private static final String REPLAY = "millrace_replay";
    /** ARNs, a line each; empty for all. */
    private static final String RULES = "millrace_replay_rules";

    private ReplayMarks() {}

    /** @param ruleArns that shall see the event; empty for all */
    static Map<String, Object> of(String replay, List<String> ruleArns) {
        return Map.of(REPLAY, replay, RULES, String.join("\n", ruleArns));
    }

    static boolean isReplayed(Message message) {
        return EventMessages.property(message, REPLAY).isPresent();
    }

    /** Whether a rule may see the event. */
    static boolean admit(Message message, String ruleArn) {
        String rules = EventMessages.property(message, RULES).orElse("");
        return !isReplayed(message)
                || rules.isEmpty()
                || List.of(rules.split("\n")).contains(ruleArn);
    }
}

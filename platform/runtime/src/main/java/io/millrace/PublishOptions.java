package io.millrace;

import io.millrace.core.Require;
import io.millrace.core.invocation.Invocation;
import java.util.Map;
import java.util.Optional;

/**
 * How an event is to be treated beyond what its function says.
 *
 * @param messageGroup events of one group run one at a time and in order, 1 to 256 characters
 */
public record PublishOptions(Optional<String> messageGroup) {
    /** Nothing beyond what the function says. */
    public static final PublishOptions NONE = new PublishOptions(Optional.empty());

    private static final int LONGEST_GROUP = 256;

    public PublishOptions {
        messageGroup.ifPresent(group ->
                Require.between("length of the message group '" + group + "'", group.length(), 1, LONGEST_GROUP));
    }

    public PublishOptions withMessageGroup(String group) {
        return new PublishOptions(Optional.of(group));
    }

    Map<String, String> attributes() {
        return messageGroup.map(group -> Map.of(Invocation.GROUP, group)).orElse(Map.of());
    }
}

package io.millrace;

import io.millrace.core.Require;
import io.millrace.core.invocation.Invocation;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How an event is to be treated beyond what its function says.
 *
 * @param messageGroup events of one group run one at a time and in order, 1 to 256 characters
 * @param idempotencyKey events of one function with the same key run once (docs/idempotency.md); not empty
 * @param publishId an event that is published again with the same id, by who does not know whether it has arrived, is
 *     dropped by the broker; 1 to 256 characters
 */
public record PublishOptions(
        Optional<String> messageGroup, Optional<String> idempotencyKey, Optional<String> publishId) {
    /** Nothing beyond what the function says. */
    public static final PublishOptions NONE = new PublishOptions(Optional.empty(), Optional.empty(), Optional.empty());

    private static final int LONGEST_GROUP = 256;
    private static final int LONGEST_PUBLISH_ID = 256;

    public PublishOptions {
        messageGroup.ifPresent(group ->
                Require.between("length of the message group '" + group + "'", group.length(), 1, LONGEST_GROUP));
        idempotencyKey.ifPresent(
                key -> Require.between("length of the idempotency key", key.length(), 1, Integer.MAX_VALUE));
        publishId.ifPresent(
                id -> Require.between("length of the publish id '" + id + "'", id.length(), 1, LONGEST_PUBLISH_ID));
    }

    public PublishOptions withMessageGroup(String group) {
        return new PublishOptions(Optional.of(group), idempotencyKey, publishId);
    }

    public PublishOptions withIdempotencyKey(String key) {
        return new PublishOptions(messageGroup, Optional.of(key), publishId);
    }

    public PublishOptions withPublishId(String id) {
        return new PublishOptions(messageGroup, idempotencyKey, Optional.of(id));
    }

    Map<String, String> attributes() {
        Map<String, String> attributes = new HashMap<>();
        messageGroup.ifPresent(group -> attributes.put(Invocation.GROUP, group));
        idempotencyKey.ifPresent(key -> attributes.put(Invocation.IDEMPOTENCY_KEY, key));
        publishId.ifPresent(id -> attributes.put(Invocation.PUBLISH_ID, id));
        return attributes;
    }
}

package io.millrace.runtime.topic;

/** A change of topics that was not made, for a reason the caller can act on. */
public abstract sealed class TopicRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private TopicRefusedException(String message) {
        super(message, null, false, false);
    }

    /** There is none of this name. */
    public static final class TopicUnknown extends TopicRefusedException {
        private static final long serialVersionUID = 1;

        TopicUnknown(String topic) {
            super("topic '" + topic + "' does not exist");
        }
    }

    /** There is none of this id. */
    public static final class SubscriptionUnknown extends TopicRefusedException {
        private static final long serialVersionUID = 1;

        SubscriptionUnknown(String id) {
            super("subscription '" + id + "' does not exist");
        }
    }

    /** The same endpoint is subscribed already, and gets its messages in another way. */
    public static final class SubscriptionDiffers extends TopicRefusedException {
        private static final long serialVersionUID = 1;

        SubscriptionDiffers(Subscription existing) {
            super("subscription '" + existing.id() + "' has the same endpoint and other attributes");
        }
    }
}

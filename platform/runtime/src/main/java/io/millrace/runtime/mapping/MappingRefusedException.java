package io.millrace.runtime.mapping;

/** A change of a mapping that was not made, for a reason the caller can act on. */
public abstract sealed class MappingRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private MappingRefusedException(String message) {
        super(message, null, false, false);
    }

    /** There is none of this UUID. */
    public static final class MappingUnknown extends MappingRefusedException {
        private static final long serialVersionUID = 1;

        MappingUnknown(String uuid) {
            super("there is no event source mapping " + uuid);
        }
    }

    /** The change before is not over. */
    public static final class MappingInUse extends MappingRefusedException {
        private static final long serialVersionUID = 1;

        MappingInUse(EventSourceMapping mapping) {
            super("event source mapping " + mapping.uuid() + " is "
                    + mapping.state().wireName());
        }
    }

    /** The same source feeds the same function already. */
    public static final class MappingExists extends MappingRefusedException {
        private static final long serialVersionUID = 1;

        private final transient EventSourceMapping existing;

        MappingExists(EventSourceMapping existing) {
            super("event source mapping " + existing.uuid() + " has the same source and function");
            this.existing = existing;
        }

        /** The one that is there. */
        public EventSourceMapping existing() {
            return existing;
        }
    }

    /** The broker has no such queue. */
    public static final class QueueUnknown extends MappingRefusedException {
        private static final long serialVersionUID = 1;

        QueueUnknown(String queue) {
            super("queue '" + queue + "' does not exist");
        }
    }

    /** The broker has the queue, and it cannot be polled by its name; the message says why. */
    public static final class QueueUnsuitable extends MappingRefusedException {
        private static final long serialVersionUID = 1;

        QueueUnsuitable(String message) {
            super(message);
        }
    }

    /** No kind of source takes it. */
    public static final class SourceUnsupported extends MappingRefusedException {
        private static final long serialVersionUID = 1;

        /** @param what as its users call it, for instance {@code kinesis} */
        SourceUnsupported(String what) {
            super("Event source mappings for " + what + " are not supported by Millrace.");
        }
    }

    /** It cannot be read, or not now; the message says why, to its user. */
    public static final class SourceRefused extends MappingRefusedException {
        private static final long serialVersionUID = 1;

        SourceRefused(String message) {
            super(message);
        }
    }
}

package io.millrace.runtime.mapping;

import io.millrace.core.function.FunctionName;

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

    /** The same queue feeds the same function already. */
    public static final class MappingExists extends MappingRefusedException {
        private static final long serialVersionUID = 1;

        private final String source;
        private final FunctionName function;
        private final String uuid;

        MappingExists(EventSourceMapping existing) {
            super("event source mapping " + existing.uuid() + " has the same queue and function");
            this.source = existing.source().toString();
            this.function = existing.settings().function().function();
            this.uuid = existing.uuid();
        }

        /** ARN of the queue. */
        public String source() {
            return source;
        }

        public FunctionName function() {
            return function;
        }

        public String uuid() {
            return uuid;
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
}

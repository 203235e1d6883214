package io.millrace.runtime.schedule;

/** A change of schedules that was not made, for a reason the caller can act on. */
public abstract sealed class ScheduleRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private ScheduleRefusedException(String message) {
        super(message, null, false, false);
    }

    /** There is none of this name. */
    public static final class ScheduleUnknown extends ScheduleRefusedException {
        private static final long serialVersionUID = 1;

        ScheduleUnknown(ScheduleKey key) {
            super("Schedule " + key.name() + " does not exist.");
        }
    }

    /** There is one of this name. */
    public static final class ScheduleExists extends ScheduleRefusedException {
        private static final long serialVersionUID = 1;

        ScheduleExists(ScheduleKey key) {
            super("Schedule " + key.name() + " already exists.");
        }
    }

    /** There is none of this name. */
    public static final class GroupUnknown extends ScheduleRefusedException {
        private static final long serialVersionUID = 1;

        GroupUnknown(String group) {
            super("Schedule group " + group + " does not exist.");
        }
    }

    /** There is one of this name. */
    public static final class GroupExists extends ScheduleRefusedException {
        private static final long serialVersionUID = 1;

        GroupExists(String group) {
            super("Schedule group " + group + " already exists.");
        }
    }

    /** It makes no sense; the message says what was expected. */
    public static final class Invalid extends ScheduleRefusedException {
        private static final long serialVersionUID = 1;

        Invalid(String message) {
            super(message);
        }
    }
}

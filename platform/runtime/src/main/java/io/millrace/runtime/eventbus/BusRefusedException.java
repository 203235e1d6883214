package io.millrace.runtime.eventbus;

/** A change of buses, rules, archives or replays that was not made, for a reason the caller can act on. */
public abstract sealed class BusRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private BusRefusedException(String message) {
        super(message, null, false, false);
    }

    /** There is none of this name. */
    public static final class Unknown extends BusRefusedException {
        private static final long serialVersionUID = 1;

        private Unknown(String message) {
            super(message);
        }

        static Unknown bus(String bus) {
            return new Unknown("Event bus " + bus + " does not exist.");
        }

        static Unknown rule(EventRule rule) {
            return rule(rule.bus(), rule.name());
        }

        static Unknown rule(String bus, String rule) {
            return new Unknown("Rule " + rule + " does not exist on EventBus " + bus + ".");
        }

        static Unknown archive(String archive) {
            return new Unknown("Archive " + archive + " does not exist.");
        }

        static Unknown replay(String replay) {
            return new Unknown("Replay " + replay + " does not exist.");
        }
    }

    /** There is one of this name. */
    public static final class Exists extends BusRefusedException {
        private static final long serialVersionUID = 1;

        private Exists(String message) {
            super(message);
        }

        static Exists bus(String bus) {
            return new Exists("Event bus " + bus + " already exists.");
        }

        static Exists archive(String archive) {
            return new Exists("Archive " + archive + " already exists.");
        }

        static Exists replay(String replay) {
            return new Exists("Replay " + replay + " already exists.");
        }
    }

    /** It cannot be done as things are. */
    public static final class Invalid extends BusRefusedException {
        private static final long serialVersionUID = 1;

        Invalid(String message) {
            super(message);
        }
    }

    /** Its state does not allow it. */
    public static final class IllegalStatus extends BusRefusedException {
        private static final long serialVersionUID = 1;

        IllegalStatus(String message) {
            super(message);
        }
    }

    /** It would be one too many. */
    public static final class TooMany extends BusRefusedException {
        private static final long serialVersionUID = 1;

        TooMany() {
            super("The requested resource exceeds the maximum number allowed.");
        }
    }
}

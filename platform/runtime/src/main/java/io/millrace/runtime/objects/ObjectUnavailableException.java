package io.millrace.runtime.objects;

/** Why an object could not be read. */
public abstract sealed class ObjectUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private ObjectUnavailableException(String message) {
        // No stack trace: it says nothing about what is not there.
        super(message, null, false, false);
    }

    /** Nobody said where objects are. */
    public static final class NoPlace extends ObjectUnavailableException {
        public NoPlace() {
            super("the setting code.s3 is empty, expected a folder or the address of an S3-compatible server");
        }
    }

    /** There is no such object, or it may not be read. */
    public static final class Refused extends ObjectUnavailableException {
        private final String code;
        private final String text;

        /** Both in S3's words. */
        public Refused(String code, String text) {
            super(code + ": " + text);
            this.code = code;
            this.text = text;
        }

        static Refused noSuchBucket() {
            return new Refused("NoSuchBucket", "The specified bucket does not exist");
        }

        static Refused noSuchKey() {
            return new Refused("NoSuchKey", "The specified key does not exist.");
        }

        static Refused noSuchVersion() {
            return new Refused("NoSuchVersion", "The specified version does not exist.");
        }

        static Refused accessDenied() {
            return new Refused("AccessDenied", "Access Denied");
        }

        public String code() {
            return code;
        }

        public String text() {
            return text;
        }
    }

    /** It has more bytes than are wanted. */
    public static final class TooLarge extends ObjectUnavailableException {
        TooLarge(int limit) {
            super("the object has more than " + limit + " bytes");
        }
    }

    /** Whoever has it cannot be asked now. */
    public static final class Unreachable extends ObjectUnavailableException {
        Unreachable(String message) {
            super(message);
        }
    }
}

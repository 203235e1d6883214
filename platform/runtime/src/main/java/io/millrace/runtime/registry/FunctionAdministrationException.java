package io.millrace.runtime.registry;

import io.millrace.core.function.FunctionName;

/** Why a change of a function was refused; nothing has changed. */
public abstract sealed class FunctionAdministrationException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private FunctionAdministrationException(String message) {
        super(message);
    }

    private FunctionAdministrationException(String message, Throwable cause) {
        super(message, cause);
    }

    public static final class FunctionExists extends FunctionAdministrationException {
        private final transient FunctionName function;

        public FunctionExists(FunctionName function) {
            super("function '" + function + "' exists already");
            this.function = function;
        }

        public FunctionName function() {
            return function;
        }
    }

    public static final class FunctionUnknown extends FunctionAdministrationException {
        private final transient FunctionName function;

        public FunctionUnknown(FunctionName function) {
            super("function '" + function + "' does not exist");
            this.function = function;
        }

        public FunctionName function() {
            return function;
        }
    }

    /** The archive or the handler in it cannot be used; the message is shown to the caller as it is. */
    public static final class InvalidCode extends FunctionAdministrationException {
        public InvalidCode(String message) {
            super(message);
        }

        public InvalidCode(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The reservation would take the unreserved pool below its minimum. */
    public static final class ReservationTooHigh extends FunctionAdministrationException {
        private final int minimumUnreserved;

        public ReservationTooHigh(FunctionName name, int permits, int minimumUnreserved) {
            super("reservation of function '" + name + "' is " + permits + ", expected to leave at least "
                    + minimumUnreserved + " unreserved");
            this.minimumUnreserved = minimumUnreserved;
        }

        public int minimumUnreserved() {
            return minimumUnreserved;
        }
    }

    /** Somebody else changed the function first. */
    public static final class RevisionMismatch extends FunctionAdministrationException {
        public RevisionMismatch(FunctionName name, String expected, String actual) {
            super("revision of function '" + name + "' is " + actual + ", expected " + expected);
        }
    }

    /** It is being created, or could not be. */
    public static final class NotUsable extends FunctionAdministrationException {
        private final String state;

        /** @param state in the word of the API */
        public NotUsable(FunctionName name, String state) {
            super("function '" + name + "' is " + state + ", expected Active");
            this.state = state;
        }

        public String state() {
            return state;
        }
    }

    /** Code or configuration is being changed already. */
    public static final class UpdateInProgress extends FunctionAdministrationException {
        private final transient FunctionName function;

        public UpdateInProgress(FunctionName name) {
            super("function '" + name + "' is being updated already");
            this.function = name;
        }

        public FunctionName function() {
            return function;
        }
    }

    /** No published version has that number. */
    public static final class VersionUnknown extends FunctionAdministrationException {
        private final transient FunctionName function;
        private final String version;

        public VersionUnknown(FunctionName name, String version) {
            super("function '" + name + "' has no version '" + version + "'");
            this.function = name;
            this.version = version;
        }

        public FunctionName function() {
            return function;
        }

        public String version() {
            return version;
        }
    }

    /** An alias points to the version, so it cannot go. */
    public static final class VersionInUse extends FunctionAdministrationException {
        private final String alias;

        public VersionInUse(FunctionName name, int version, String alias) {
            super("version " + version + " of function '" + name + "' is used by alias '" + alias + "'");
            this.alias = alias;
        }

        public String alias() {
            return alias;
        }
    }

    public static final class AliasExists extends FunctionAdministrationException {
        private final transient FunctionName function;
        private final String alias;

        public AliasExists(FunctionName name, String alias) {
            super("function '" + name + "' has an alias '" + alias + "' already");
            this.function = name;
            this.alias = alias;
        }

        public FunctionName function() {
            return function;
        }

        public String alias() {
            return alias;
        }
    }

    public static final class AliasUnknown extends FunctionAdministrationException {
        private final transient FunctionName function;
        private final String alias;

        public AliasUnknown(FunctionName name, String alias) {
            super("function '" + name + "' has no alias '" + alias + "'");
            this.function = name;
            this.alias = alias;
        }

        public FunctionName function() {
            return function;
        }

        public String alias() {
            return alias;
        }
    }

    /** The versions of an alias cannot share its invocations (lambda-semantics 6.4). */
    public static final class RoutingRefused extends FunctionAdministrationException {
        private final Rule rule;
        private final String version;

        /** Which one was broken. */
        public enum Rule {
            /** The additional version is the alias's own. */
            SAME_VERSION,
            /** {@code $LATEST} changes under the callers, so it cannot be one of two. */
            LATEST,
            /** The versions have different execution roles. */
            OTHER_ROLE
        }

        /** @param version the additional one */
        public RoutingRefused(FunctionName name, Rule rule, String version) {
            super("alias of function '" + name + "' cannot route to version '" + version + "': " + rule);
            this.rule = rule;
            this.version = version;
        }

        public Rule rule() {
            return rule;
        }

        public String version() {
            return version;
        }
    }

    /** The code of {@code $LATEST} is not the one the caller wanted to publish. */
    public static final class CodeMismatch extends FunctionAdministrationException {
        private final String expectedSha256;
        private final String actualSha256;

        /** Both in hexadecimal. */
        public CodeMismatch(FunctionName name, String expectedSha256, String actualSha256) {
            super("code of function '" + name + "' has SHA-256 " + actualSha256 + ", expected " + expectedSha256);
            this.expectedSha256 = expectedSha256;
            this.actualSha256 = actualSha256;
        }

        public String expectedSha256() {
            return expectedSha256;
        }

        public String actualSha256() {
            return actualSha256;
        }
    }

    /** A reservation or provisioned concurrency that does not fit (lambda-semantics 4.2). */
    public static final class ConcurrencyRefused extends FunctionAdministrationException {
        private final Reason reason;
        private final int wanted;
        private final int limit;

        public enum Reason {
            /** The reservation is less than what the function has provisioned. */
            RESERVED_BELOW_PROVISIONED,
            /** More than the function has reserved. */
            PROVISIONED_ABOVE_RESERVED,
            /** More than is unreserved. */
            PROVISIONED_ABOVE_UNRESERVED,
            /** The unreserved pool would fall below its minimum. */
            PROVISIONED_BREAKS_MINIMUM,
            /** The alias's version has provisioned concurrency of its own. */
            VERSION_IS_PROVISIONED,
            /** An alias that points to the version has provisioned concurrency. */
            ALIAS_IS_PROVISIONED,
            /** The alias shares its invocations among two versions. */
            ALIAS_HAS_ROUTING,
            /** {@code $LATEST}, or an alias that points to it. */
            UNPUBLISHED
        }

        /** @param limit the number that the reason speaks of; 0 where it speaks of none */
        public ConcurrencyRefused(FunctionName name, Reason reason, int wanted, int limit) {
            super("concurrency of function '" + name + "' is " + wanted + ", refused: " + reason + " (" + limit + ")");
            this.reason = reason;
            this.wanted = wanted;
            this.limit = limit;
        }

        public Reason reason() {
            return reason;
        }

        public int wanted() {
            return wanted;
        }

        public int limit() {
            return limit;
        }
    }
}

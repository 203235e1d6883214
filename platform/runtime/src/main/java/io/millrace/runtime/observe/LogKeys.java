package io.millrace.runtime.observe;

/** Names of the facts in log lines. */
public final class LogKeys {
    public static final String FUNCTION = "function";
    public static final String REQUEST_ID = "requestId";
    public static final String REASON = "reason";
    public static final String ATTEMPT = "attempt";
    public static final String DESTINATION = "destination";
    public static final String QUALIFIER = "qualifier";
    public static final String CAPACITY = "capacity";
    public static final String CAPACITY_BEFORE = "capacityBefore";
    public static final String MAPPING = "mapping";
    public static final String MESSAGE = "message";
    public static final String SCHEDULE = "schedule";
    public static final String DUE = "due";
    public static final String SCHEDULED_ACTION = "scheduledAction";

    /** ARNs of the rule or subscription. */
    public static final String ORIGIN = "origin";

    /** Path of a file or folder. */
    public static final String SOURCE = "source";

    public static final String MILLIS = "millis";

    private LogKeys() {}
}

package io.millrace.runtime.eventbus;

import java.util.Set;

/** What a template can say without a path of its own. */
public final class PredefinedNames {
    static final String RULE_ARN = "aws.events.rule-arn";
    static final String RULE_NAME = "aws.events.rule-name";
    static final String INGESTION_TIME = "aws.events.event.ingestion-time";
    static final String EVENT = "aws.events.event";
    static final String EVENT_JSON = "aws.events.event.json";

    public static final Set<String> ALL = Set.of(RULE_ARN, RULE_NAME, INGESTION_TIME, EVENT, EVENT_JSON);

    private PredefinedNames() {}
}

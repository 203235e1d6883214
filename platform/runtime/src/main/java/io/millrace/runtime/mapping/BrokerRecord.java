package io.millrace.runtime.mapping;

import com.fasterxml.jackson.databind.JsonNode;

/** A message of the broker as a function sees it. */
interface BrokerRecord {

    /** Of its JSON, in UTF-8. */
    byte[] bytes();

    /** Whether the filter wants it; what it carries is decoded for that. */
    boolean passes(EventFilter filter);

    /** As filter patterns see it. */
    JsonNode view();

    /** What its sender sent: the same at every delivery. */
    byte[] payload();
}

package io.millrace.runtime.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;

/** Attributes of spans: the names of OpenTelemetry's conventions where these have one. Payloads are never among them. */
final class SpanKeys {
    static final AttributeKey<String> FUNCTION = AttributeKey.stringKey("faas.name");
    static final AttributeKey<String> VERSION = AttributeKey.stringKey("faas.version");
    static final AttributeKey<String> REQUEST_ID = AttributeKey.stringKey("faas.invocation_id");
    static final AttributeKey<Boolean> COLD_START = AttributeKey.booleanKey("faas.coldstart");
    static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
    static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("millrace.attempt");
    static final AttributeKey<Boolean> REPLAYED = AttributeKey.booleanKey("millrace.replayed");
    static final AttributeKey<String> SETTLEMENT = AttributeKey.stringKey("millrace.settlement");
    static final AttributeKey<Long> REDRIVES = AttributeKey.longKey("millrace.redrives");
    static final AttributeKey<String> CONDITION = AttributeKey.stringKey("millrace.condition");

    private SpanKeys() {}

    static void fail(Span span, String type) {
        span.setAttribute(ERROR_TYPE, type);
        span.setStatus(StatusCode.ERROR, type);
    }
}

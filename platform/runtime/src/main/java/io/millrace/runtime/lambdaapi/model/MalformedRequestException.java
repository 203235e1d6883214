package io.millrace.runtime.lambdaapi.model;

import com.fasterxml.jackson.core.JsonToken;

/**
 * A request that cannot be read: a member of another type, or a body that is not JSON. AWS calls it a
 * SerializationException. Its texts begin as those of other AWS services do, none of Lambda is on record, and name the
 * member as well.
 */
public final class MalformedRequestException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MalformedRequestException(String message) {
        // No stack trace: it says nothing about a refusal, and a flood of them must stay cheap.
        super(message, null, false, false);
    }

    static MalformedRequestException unexpected(JsonToken start, String at) {
        return new MalformedRequestException(
                start == JsonToken.START_ARRAY
                        ? "Start of list found where not expected at '" + at + "'"
                        : "Start of structure or map found where not expected at '" + at + "'");
    }

    static MalformedRequestException unconvertible(JsonToken token, String type, String at) {
        return new MalformedRequestException(shown(token) + " can not be converted to " + type + " at '" + at + "'");
    }

    private static String shown(JsonToken token) {
        return token.isNumeric()
                ? "NUMBER_VALUE"
                : token.name()
                        .replace("VALUE_STRING", "STRING_VALUE")
                        .replace("VALUE_TRUE", "TRUE_VALUE")
                        .replace("VALUE_FALSE", "FALSE_VALUE");
    }
}

package io.millrace.runtime.dispatch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.core.invocation.Outcome.FunctionError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Failed attempts that no handler is to blame for. */
public final class PlatformErrors {
    /** Of an attempt that ran into its timeout (lambda-semantics 5.7). */
    public static final String TIMED_OUT = "Sandbox.Timedout";

    private static final JsonFactory JSON = new JsonFactory();

    private PlatformErrors() {}

    public static FunctionError of(String type, String message) {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(payload)) {
            json.writeStartObject();
            json.writeStringField("errorType", type);
            json.writeStringField("errorMessage", message);
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return new FunctionError(type, message, "", payload.toByteArray());
    }
}

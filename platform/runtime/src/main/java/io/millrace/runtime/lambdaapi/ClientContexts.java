package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidRequestContentException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The header X-Amz-Client-Context (lambda-semantics 1.1). */
final class ClientContexts {
    private ClientContexts() {}

    /** @throws InvalidRequestContentException unless it is base64 of a JSON object of at most 3583 bytes */
    static String decode(String header) {
        byte[] json;
        try {
            json = Base64.getDecoder().decode(header);
            Json.requireObject(json);
        } catch (IllegalArgumentException | InvalidRequestContentException malformed) {
            throw new InvalidRequestContentException("Client context must be a valid Base64-encoded JSON object.");
        }
        if (json.length > RequestLimits.CLIENT_CONTEXT_BYTES) {
            throw new InvalidRequestContentException("Client context is " + json.length + " bytes, expected at most "
                    + RequestLimits.CLIENT_CONTEXT_BYTES + ".");
        }
        return new String(json, StandardCharsets.UTF_8);
    }
}

package io.millrace.runtime.functionurl;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Optional;

/** What a streamed response begins with: JSON of status, headers and cookies, and eight NULs behind it. */
final class Prelude {
    static final String CONTENT_TYPE = "application/vnd.awslambda.http-integration-response";
    private static final int END = 8;
    private static final int LONGEST = 256 * 1024;

    private final Buffer collected = Buffer.buffer();
    private int nuls;

    /**
     * @param chunk may hold a part of it, all of it, or also some of the body
     * @return what the whole says, with the body's first bytes; empty as long as more is needed
     * @throws MalformedResponseException if it is no such JSON, or too long
     */
    Optional<HttpAnswer> take(Buffer chunk) {
        for (int at = 0; at < chunk.length(); at++) {
            nuls = chunk.getByte(at) == 0 ? nuls + 1 : 0;
            if (nuls == END) {
                collected.appendBuffer(chunk, 0, at + 1);
                byte[] json = collected.getBytes(0, collected.length() - END);
                return Optional.of(head(json, chunk.getBytes(at + 1, chunk.length())));
            }
        }
        collected.appendBuffer(chunk);
        if (collected.length() > LONGEST) {
            throw new MalformedResponseException("the prelude of the stream is longer than " + LONGEST + " bytes");
        }
        return Optional.empty();
    }

    private static HttpAnswer head(byte[] json, byte[] body) {
        HttpAnswer head = ResponseHead.read(object(json), 200, "application/octet-stream");
        return new HttpAnswer(head.status(), head.headers(), body);
    }

    private static JsonNode object(byte[] json) {
        try {
            JsonNode read = Json.MAPPER.readTree(json);
            if (read.isObject()) {
                return read;
            }
        } catch (IOException notJson) {
            throw new MalformedResponseException("the prelude of the stream is not JSON");
        }
        throw new MalformedResponseException("the prelude of the stream is no object");
    }
}

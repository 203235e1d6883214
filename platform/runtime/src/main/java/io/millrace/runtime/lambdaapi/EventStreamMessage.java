package io.millrace.runtime.lambdaapi;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * One message of {@code application/vnd.amazon.eventstream}: total length, length of the headers and the CRC32 of these
 * two, the headers, the payload, and the CRC32 of all before; numbers have four bytes, the highest first. A header is the
 * length of its name in one byte, its name, its type, which is 7 for text, and the text behind its length in two bytes.
 */
final class EventStreamMessage {
    private static final int PRELUDE_BYTES = 8;
    private static final int CRC_BYTES = 4;
    private static final int TEXT = 7;

    private EventStreamMessage() {}

    /** An event that is bytes. */
    static Buffer bytes(String eventType, Buffer payload) {
        return event(eventType, "application/octet-stream", payload);
    }

    /** An event that is a JSON object. */
    static Buffer json(String eventType, byte[] payload) {
        return event(eventType, "application/json", Buffer.buffer(payload));
    }

    private static Buffer event(String eventType, String contentType, Buffer payload) {
        Buffer headers = Buffer.buffer();
        header(headers, ":message-type", "event");
        header(headers, ":event-type", eventType);
        header(headers, ":content-type", contentType);
        return message(headers, payload);
    }

    /** The stream ends for a reason that is not the function's. */
    static Buffer error(String code, String message) {
        Buffer headers = Buffer.buffer();
        Map.of(":message-type", "error", ":error-code", code, ":error-message", message)
                .forEach((name, value) -> header(headers, name, value));
        return message(headers, Buffer.buffer());
    }

    private static Buffer message(Buffer headers, Buffer payload) {
        int length = PRELUDE_BYTES + CRC_BYTES + headers.length() + payload.length() + CRC_BYTES;
        Buffer message = Buffer.buffer(length).appendInt(length).appendInt(headers.length());
        message.appendInt(checksum(message)).appendBuffer(headers).appendBuffer(payload);
        return message.appendInt(checksum(message));
    }

    private static void header(Buffer headers, String name, String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        headers.appendByte((byte) name.length())
                .appendString(name)
                .appendByte((byte) TEXT)
                .appendUnsignedShort(text.length)
                .appendBytes(text);
    }

    private static int checksum(Buffer message) {
        CRC32 crc = new CRC32();
        crc.update(message.getBytes());
        return (int) crc.getValue();
    }
}

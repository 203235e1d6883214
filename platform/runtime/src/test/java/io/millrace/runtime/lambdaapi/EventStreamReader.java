package io.millrace.runtime.lambdaapi;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/** Takes an event stream apart, by its public description. */
public final class EventStreamReader {
    private EventStreamReader() {}

    @SuppressWarnings("ArrayRecordComponent") // Looked at, never compared.
    public record Event(Map<String, String> headers, byte[] payload) {
        public String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        public String type() {
            String type = headers.get(":event-type");
            return type == null ? String.valueOf(headers.get(":message-type")) : type;
        }
    }

    /** @throws IllegalArgumentException if a checksum or a length is wrong */
    public static List<Event> read(byte[] stream) {
        List<Event> events = new ArrayList<>();
        ByteBuffer bytes = ByteBuffer.wrap(stream);
        while (bytes.hasRemaining()) {
            int start = bytes.position();
            int length = bytes.getInt();
            int headersLength = bytes.getInt();
            require(bytes.getInt(), stream, start, 8);
            Map<String, String> headers = new HashMap<>();
            int endOfHeaders = bytes.position() + headersLength;
            while (bytes.position() < endOfHeaders) {
                String name = text(bytes, bytes.get());
                if (bytes.get() != 7) {
                    throw new IllegalArgumentException("header " + name + " is no text");
                }
                headers.put(name, text(bytes, bytes.getShort()));
            }
            byte[] payload = new byte[start + length - 4 - bytes.position()];
            bytes.get(payload);
            require(bytes.getInt(), stream, start, length - 4);
            events.add(new Event(headers, payload));
        }
        return events;
    }

    private static String text(ByteBuffer bytes, int length) {
        byte[] text = new byte[length];
        bytes.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static void require(int checksum, byte[] bytes, int from, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, from, length);
        if ((int) crc.getValue() != checksum) {
            throw new IllegalArgumentException("checksum at " + (from + length) + " is wrong");
        }
    }
}

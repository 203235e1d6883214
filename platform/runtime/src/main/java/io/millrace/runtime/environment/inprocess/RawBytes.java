package io.millrace.runtime.environment.inprocess;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Bytes as they are, for functions that do their own parsing. */
enum RawBytes implements JsonCodec {
    ARRAY {
        @Override
        public Object read(byte[] json) {
            return json;
        }
    },
    STREAM {
        @Override
        public Object read(byte[] json) {
            return new ByteArrayInputStream(json);
        }
    };

    @Override
    public byte[] write(@Nullable Object value) {
        return value == null ? "null".getBytes(StandardCharsets.UTF_8) : (byte[]) value;
    }
}

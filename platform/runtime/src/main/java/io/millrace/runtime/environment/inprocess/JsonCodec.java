package io.millrace.runtime.environment.inprocess;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** JSON to and from one Java type. Thread-safe. */
interface JsonCodec {
    @Nullable
    Object read(byte[] json) throws IOException;

    byte[] write(@Nullable Object value) throws IOException;
}

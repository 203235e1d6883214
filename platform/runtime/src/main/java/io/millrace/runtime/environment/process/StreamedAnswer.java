package io.millrace.runtime.environment.process;

import io.millrace.runtime.environment.ResponseSink;
import io.millrace.runtime.runtimeapi.ResponseTaker;
import java.util.Arrays;

/** From the Runtime API to whoever waits for the response. Event loop only. */
final class StreamedAnswer implements ResponseTaker {
    /** Of a runtime that does not say what it sends (lambda-semantics 7.4). */
    private static final String ANY_BYTES = "application/octet-stream";

    private final ResponseSink sink;

    StreamedAnswer(ResponseSink sink, String contentType) {
        this.sink = sink;
        sink.begin(contentType.isEmpty() ? ANY_BYTES : contentType);
    }

    @Override
    public void take(byte[] chunk) {
        for (int from = 0; from < chunk.length; from += ResponseSink.CHUNK_BYTES) {
            int to = Math.min(chunk.length, from + ResponseSink.CHUNK_BYTES);
            sink.write(from == 0 && to == chunk.length ? chunk : Arrays.copyOfRange(chunk, from, to));
        }
    }

    @Override
    public boolean isFull() {
        return sink.isFull();
    }

    @Override
    public void whenWritable(Runnable resume) {
        sink.whenWritable(resume);
    }

    @Override
    public long maximumBytes() {
        return ResponseSink.MAXIMUM_BYTES;
    }
}

package io.millrace.runtime.stream;

/** There is no stream of this name, or not any more. */
public final class StreamUnknownException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String stream;

    StreamUnknownException(String stream) {
        super("stream '" + stream + "' does not exist", null, false, false);
        this.stream = stream;
    }

    public String stream() {
        return stream;
    }
}

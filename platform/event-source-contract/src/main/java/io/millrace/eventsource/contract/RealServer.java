package io.millrace.eventsource.contract;

/** The server behind a source, as far as a test can take it away. */
public interface RealServer {

    /** It does not answer any more when this returns. */
    void stop();

    /** It answers again, at the same address and with all that was written, when this returns. */
    void start();
}

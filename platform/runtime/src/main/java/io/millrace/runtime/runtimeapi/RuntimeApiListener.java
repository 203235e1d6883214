package io.millrace.runtime.runtimeapi;

import java.util.Optional;

/** Learns what the processes of one environment say. Called on the event loop of its {@link RuntimeApi}. */
public interface RuntimeApiListener {
    /** All external extensions have registered, so the runtime may start. */
    void extensionsRegistered();

    /** The runtime and all extensions wait for their next event: the initialisation, or an invocation, is over. */
    void idle();

    /**
     * The runtime begins an answer that it will make bit by bit.
     *
     * @param contentType as it told it; empty if it did not
     * @return who takes it; then {@link #responded} is called without bytes. Empty to have the whole answer there.
     */
    default Optional<ResponseTaker> streams(String requestId, String contentType) {
        return Optional.empty();
    }

    /** The runtime answered; extensions may still be at work. */
    void responded(String requestId, byte[] response);

    /** The runtime reported a failed invocation, or answered with more than it may. */
    void failed(String requestId, RuntimeFailure failure);

    /** The runtime or an extension cannot be initialised. */
    void initFailed(RuntimeFailure failure);

    /** An extension gives up after its initialisation. */
    void extensionFailed(RuntimeFailure failure);
}

package io.millrace.broker.embedded;

import java.util.Optional;

/**
 * The running broker is of no use any more; the process should end, so that its supervisor starts a sound one.
 *
 * @param message one line for an operator
 * @param cause absent where the broker noticed that it hangs or was stopped by management
 */
public record BrokerFailure(Kind kind, String message, Optional<Throwable> cause) {

    public enum Kind {
        /** A write or read of the journal or of a page failed: full disk, broken disk, files removed. */
        IO_ERROR,
        /** A part of the broker made no progress for the time in broker.xml. The JVM is halted within 30 s. */
        HANGING,
        /** Somebody else than {@link EmbeddedBroker#close()} stopped it. */
        STOPPED
    }
}

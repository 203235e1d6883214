package io.millrace.runtime.relay;

import org.apache.qpid.proton.message.Message;

/** Chooses and transforms messages. Called on the event loop of the relays; must not block. */
@FunctionalInterface
public interface Route {
    /** Does not change {@code message}. */
    Passage pass(Message message);
}

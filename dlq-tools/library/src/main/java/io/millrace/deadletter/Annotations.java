package io.millrace.deadletter;

import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.message.Message;

/** What a broker notes on a message beside its properties. */
final class Annotations {
    private static final String ROUTING = "x-opt-routing-type";
    private static final String ORIGIN = "x-opt-ORIG-";
    private static final String DELAY = "x-opt-delivery-";

    private Annotations() {}

    /** Without how it was routed and delayed before, which would steer where a copy goes and when. */
    static MessageAnnotations withoutRouting(Message message) {
        return without(message, ROUTING, DELAY);
    }

    /** Also without where it died: for a message that begins anew. */
    static MessageAnnotations withoutOrigin(Message message) {
        return without(message, ROUTING, DELAY, ORIGIN);
    }

    private static MessageAnnotations without(Message message, String... prefixes) {
        Map<Symbol, Object> kept = new HashMap<>();
        if (message.getMessageAnnotations() != null
                && message.getMessageAnnotations().getValue() != null) {
            kept.putAll(message.getMessageAnnotations().getValue());
        }
        for (String prefix : prefixes) {
            kept.keySet().removeIf(name -> name.toString().startsWith(prefix));
        }
        return new MessageAnnotations(kept);
    }
}

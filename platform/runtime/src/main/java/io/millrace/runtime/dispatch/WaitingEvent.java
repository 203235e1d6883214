package io.millrace.runtime.dispatch;

import io.millrace.broker.delivery.Delivery;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.runtime.accounting.AttemptNote;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * A delivery that has not started yet.
 *
 * @param draw decides between the versions of a weighted alias, once for all looks at this delivery
 */
record WaitingEvent(Delivery delivery, String id, AttemptNote note, double draw) {

    static WaitingEvent of(Delivery delivery, String id, AttemptNote note) {
        return new WaitingEvent(delivery, id, note, ThreadLocalRandom.current().nextDouble());
    }

    Message message() {
        return delivery.message();
    }

    /** The version or alias its publisher asked for. */
    Optional<String> qualifier() {
        return EventMessages.property(message(), EventProperties.QUALIFIER);
    }

    /** Events of one group run one at a time, in their order; null for one that belongs to none. */
    @Nullable
    String group() {
        return message().getGroupId();
    }
}

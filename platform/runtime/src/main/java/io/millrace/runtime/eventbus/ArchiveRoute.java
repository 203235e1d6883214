package io.millrace.runtime.eventbus;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.pattern.EventPattern;
import io.millrace.runtime.relay.Passage;
import io.millrace.runtime.relay.Route;
import java.util.Optional;
import org.apache.qpid.proton.message.Message;

/** What an archive keeps: each event as targets get it, but none a second time that a replay sends. */
final class ArchiveRoute implements Route {
    private final Optional<EventPattern> pattern;
    private final IdentitySettings identity;

    ArchiveRoute(Archive archive, IdentitySettings identity) {
        this.pattern = archive.pattern().map(EventPattern::new);
        this.identity = identity;
    }

    @Override
    public Passage pass(Message message) {
        if (ReplayMarks.isReplayed(message)) {
            return Passage.UNWANTED;
        }
        ObjectNode event = BusEvents.read(message, identity);
        boolean isWanted = pattern.map(wanted -> wanted.matches(event)).orElse(true);
        return isWanted ? Passage.Wanted.json(BusEvents.bytes(event)) : Passage.UNWANTED;
    }
}

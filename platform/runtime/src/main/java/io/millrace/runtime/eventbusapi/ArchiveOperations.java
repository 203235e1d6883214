package io.millrace.runtime.eventbusapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.eventbus.Archive;
import io.millrace.runtime.eventbus.Archives;
import io.millrace.runtime.eventbus.BusArns;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Creates, shows and deletes archives. */
final class ArchiveOperations {
    private static final String NAME = "ArchiveName";
    private static final String SOURCE = "EventSourceArn";
    private static final String STATE = "State";
    private static final String ENABLED = "ENABLED";
    private static final String RETENTION = "RetentionDays";
    private static final String CREATED = "CreationTime";
    private static final int MOST_DAYS = 36_500;

    private final Archives archives;
    private final BusArns arns;
    private final InstantSource clock;

    ArchiveOperations(Archives archives, IdentitySettings identity, InstantSource clock) {
        this.archives = archives;
        this.arns = new BusArns(identity);
        this.clock = clock;
    }

    Future<ObjectNode> create(BusRequest request) {
        Members members = request.members();
        String name = Names.name(members, NAME, Names.ARCHIVE);
        String bus = Names.bus(Optional.of(members.required(SOURCE)), arns);
        String description = Names.description(members);
        Optional<String> pattern = members.text("EventPattern").filter(text -> !text.isEmpty());
        int days = members.integer(RETENTION).orElse(0);
        request.requireAllRead();
        request.require(arns.archive(name));
        pattern.ifPresent(Names::pattern);
        if (days < 0 || days > MOST_DAYS) {
            throw Refusal.validation(RETENTION + " is '" + days + "', expected 0 (for ever) to " + MOST_DAYS);
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return archives.create(new Archive(name, bus, description, pattern, days, now))
                .map(archive -> BusRequest.answer()
                        .put("ArchiveArn", arns.archive(name))
                        .put(STATE, ENABLED)
                        .put(CREATED, Times.seconds(archive.created())));
    }

    Future<ObjectNode> describe(BusRequest request) {
        String name = name(request);
        Archive archive = archives.require(name);
        return archives.count(name).map(events -> {
            ObjectNode body = render(BusRequest.answer(), archive)
                    .put("ArchiveArn", arns.archive(name))
                    .put("EventCount", events);
            archive.pattern().ifPresent(pattern -> body.put("EventPattern", pattern));
            return archive.description().isEmpty() ? body : body.put("Description", archive.description());
        });
    }

    Future<ObjectNode> list(BusRequest request) {
        String prefix = request.members().text("NamePrefix").orElse("");
        Optional<String> source = request.members().text(SOURCE);
        Optional<String> state = request.members().text(STATE);
        request.require(BusRequest.NO_RESOURCE);
        List<Archive> found = archives.all().stream()
                .filter(archive -> archive.name().startsWith(prefix))
                .filter(archive -> source.map(arns.bus(archive.bus())::equals).orElse(true))
                .filter(archive -> state.map(ENABLED::equals).orElse(true))
                .toList();
        return Future.succeededFuture(Page.of(
                request, "Archives", found, Archive::name, (list, archive) -> render(list.addObject(), archive)));
    }

    Future<ObjectNode> delete(BusRequest request) {
        return archives.delete(name(request)).map(deleted -> BusRequest.answer());
    }

    private String name(BusRequest request) {
        String name = Names.name(request.members(), NAME, Names.ARCHIVE);
        request.requireAllRead();
        request.require(arns.archive(name));
        return name;
    }

    private ObjectNode render(ObjectNode body, Archive archive) {
        return body.put(NAME, archive.name())
                .put(SOURCE, arns.bus(archive.bus()))
                .put(STATE, ENABLED)
                .put(RETENTION, archive.retentionDays())
                .put(CREATED, Times.seconds(archive.created()));
    }
}

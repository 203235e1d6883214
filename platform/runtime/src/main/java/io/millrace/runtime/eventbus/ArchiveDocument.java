package io.millrace.runtime.eventbus;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Archives and replays as they are stored. */
final class ArchiveDocument {
    static final String BUS = "bus";
    private static final String DESCRIPTION = "description";
    private static final String PATTERN = "pattern";
    private static final String RETENTION_DAYS = "retentionDays";
    private static final String CREATED = "created";
    private static final String ID = "id";
    private static final String ARCHIVE = "archive";
    private static final String RULES = "rules";
    private static final String FROM = "from";
    private static final String TO = "to";
    private static final String STATE = "state";
    private static final String REASON = "reason";
    private static final String STARTED = "started";
    private static final String ENDED = "ended";
    private static final String CURSOR = "cursor";
    private static final String LAST_REPLAYED = "lastReplayed";

    private ArchiveDocument() {}

    static ObjectNode write(Archive archive) {
        ObjectNode document = JsonNodeFactory.instance
                .objectNode()
                .put(BUS, archive.bus())
                .put(DESCRIPTION, archive.description())
                .put(RETENTION_DAYS, archive.retentionDays())
                .put(CREATED, archive.created().toEpochMilli());
        archive.pattern().ifPresent(pattern -> document.put(PATTERN, pattern));
        return document;
    }

    static Archive archive(String name, ObjectNode document) {
        return new Archive(
                name,
                document.path(BUS).asText(),
                document.path(DESCRIPTION).asText(),
                Optional.ofNullable(document.get(PATTERN)).map(JsonNode::asText),
                document.path(RETENTION_DAYS).asInt(),
                instant(document.path(CREATED)));
    }

    static ObjectNode write(Replay replay) {
        ObjectNode document = JsonNodeFactory.instance
                .objectNode()
                .put(ID, replay.id())
                .put(DESCRIPTION, replay.description())
                .put(ARCHIVE, replay.archive())
                .put(BUS, replay.bus())
                .put(FROM, replay.from().toEpochMilli())
                .put(TO, replay.to().toEpochMilli())
                .put(STATE, replay.state().name())
                .put(REASON, replay.reason())
                .put(STARTED, replay.started().toEpochMilli())
                .put(CURSOR, replay.cursor().toEpochMilli());
        replay.ruleArns().forEach(document.putArray(RULES)::add);
        replay.ended().ifPresent(ended -> document.put(ENDED, ended.toEpochMilli()));
        replay.lastReplayed().ifPresent(last -> document.put(LAST_REPLAYED, last.toEpochMilli()));
        return document;
    }

    static Replay replay(String name, ObjectNode document) {
        List<String> rules = new ArrayList<>();
        document.path(RULES).forEach(rule -> rules.add(rule.asText()));
        return new Replay(
                document.path(ID).asText(),
                name,
                document.path(DESCRIPTION).asText(),
                document.path(ARCHIVE).asText(),
                document.path(BUS).asText(),
                rules,
                instant(document.path(FROM)),
                instant(document.path(TO)),
                ReplayState.valueOf(document.path(STATE).asText()),
                document.path(REASON).asText(),
                instant(document.path(STARTED)),
                Optional.ofNullable(document.get(ENDED)).map(ArchiveDocument::instant),
                instant(document.path(CURSOR)),
                Optional.ofNullable(document.get(LAST_REPLAYED)).map(ArchiveDocument::instant));
    }

    private static Instant instant(JsonNode millis) {
        return Instant.ofEpochMilli(millis.asLong());
    }
}

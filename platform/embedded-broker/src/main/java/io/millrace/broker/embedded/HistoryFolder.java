package io.millrace.broker.embedded;

import io.millrace.broker.embedded.BrokerStartException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.core.config.Configuration;

/**
 * Where copies of the journal's files are kept, and since when without a gap. The broker names each copy by the time it
 * was made, in the time zone of this machine: what is in it is older.
 */
final class HistoryFolder {
    private static final String FILE_PREFIX = "activemq-data";
    private static final DateTimeFormatter IN_NAMES = DateTimeFormatter.ofPattern("yyyyMMddHHmmss");

    private final Path path;
    private final Optional<Retention> retention;

    private HistoryFolder(Path path, Optional<Retention> retention) {
        this.path = path;
        this.retention = retention;
    }

    /**
     * Tells the broker to keep copies there, if it shall.
     *
     * @throws BrokerStartException DATA_DIRECTORY_UNUSABLE
     */
    static HistoryFolder in(Path dataDirectory, Optional<Retention> retention, Configuration configuration) {
        HistoryFolder folder = new HistoryFolder(dataDirectory.resolve("history"), retention);
        try {
            folder.mark();
        } catch (IOException unusable) {
            throw new BrokerStartException(
                    Reason.DATA_DIRECTORY_UNUSABLE,
                    "The data directory " + dataDirectory + " cannot be used: " + unusable,
                    unusable);
        }
        retention.ifPresent(kept -> {
            configuration.setJournalRetentionDirectory(folder.path.toString());
            configuration.setJournalRetentionMaxBytes(kept.maximumBytes());
            configuration.setJournalRetentionPeriod(
                    TimeUnit.MILLISECONDS, kept.period().toMillis());
        });
        return folder;
    }

    /** Without retention the journal's files go away uncopied: then what was kept before has a gap behind it. */
    private void mark() throws IOException {
        if (retention.isEmpty()) {
            Files.deleteIfExists(marker());
        } else if (!Files.exists(marker())) {
            Files.createDirectories(path);
            Path fresh = path.resolve("since.new");
            Files.writeString(fresh, Instant.now() + "\n", StandardCharsets.US_ASCII);
            Files.move(fresh, marker());
        }
    }

    private Path marker() {
        return path.resolve("since");
    }

    Path path() {
        return path;
    }

    boolean isKept() {
        return retention.isPresent();
    }

    /**
     * From when on nothing is missing. Late rather than early.
     *
     * @param journalFileSize in bytes
     */
    Instant since(int journalFileSize) throws IOException {
        Retention kept = retention.orElseThrow();
        Instant begun = Instant.parse(
                Files.readString(marker(), StandardCharsets.US_ASCII).strip());
        Instant period = Instant.now().minus(kept.period());
        Instant since = begun.isAfter(period) ? begun : period;
        List<Instant> copied = copied();
        boolean isFull = copied.size() >= kept.maximumBytes() / journalFileSize;
        return isFull && copied.get(0).isAfter(since) ? copied.get(0) : since;
    }

    private List<Instant> copied() {
        String[] names = path.toFile().list((folder, name) -> name.endsWith(".amq"));
        return names == null
                ? List.of()
                : Arrays.stream(names).map(HistoryFolder::copiedAt).sorted().toList();
    }

    /** When the copy of this name was made, to the second; until then its file was written. */
    static Instant copiedAt(String name) {
        int begin = FILE_PREFIX.length() + 1;
        String time = name.substring(begin, name.indexOf('-', begin));
        return LocalDateTime.parse(time, IN_NAMES)
                .atZone(ZoneId.systemDefault())
                .toInstant();
    }
}

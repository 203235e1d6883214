package io.millrace.broker.embedded;

import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.io.SequentialFileFactory;
import org.apache.activemq.artemis.core.io.nio.NIOSequentialFileFactory;
import org.apache.activemq.artemis.core.journal.Journal;
import org.apache.activemq.artemis.core.journal.impl.JournalFile;
import org.apache.activemq.artemis.core.journal.impl.JournalImpl;
import org.apache.activemq.artemis.core.server.ActiveMQServer;

/**
 * Reads what passed through the broker's journal from the copies it keeps of its files (docs/adr/0018). Not by the
 * broker's own replay: that takes a lock of its management as long as it reads, knows a file's time only, and also sends
 * what was in transactions that were rolled back. Blocking; one reads at a time.
 */
public final class EventHistory {
    /** A copy whose broker is busy compacting its journal comes late. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final long LOOK_AGAIN_NANOS = 20_000_000;
    private static final int LOOKS = 3;
    /** Clocks of publishers and of this machine may differ, and days with 25 hours name two hours alike. */
    private static final Duration MARGIN = Duration.ofHours(1);

    private final ActiveMQServer server;
    private final HistoryFolder folder;

    EventHistory(ActiveMQServer server, HistoryFolder folder) {
        this.server = server;
        this.folder = folder;
    }

    /** Whether anything is kept. */
    public boolean isKept() {
        return folder.isKept();
    }

    /** From when on nothing is missing; only where something is kept. */
    public Instant since() {
        try {
            return folder.since(server.getConfiguration().getJournalFileSize());
        } catch (IOException unreadable) {
            throw new HistoryUnavailableException("the broker's history cannot be read: " + unreadable, unreadable);
        }
    }

    /**
     * Shows every durable message that was sent to {@code address} between these times, in the journal's order, and some
     * from before and after. One that was moved there is shown as what the broker made of it: a message of its own.
     *
     * @param visitor of messages in AMQP's encoding; what it throws ends the reading
     * @return how many could not be read
     * @throws HistoryUnavailableException if files cannot be read, or went away meanwhile
     */
    public synchronized long read(String address, Instant from, Instant to, Consumer<byte[]> visitor) {
        copyCurrentFile();
        SequentialFileFactory files = new NIOSequentialFileFactory(folder.path().toFile(), null, 1);
        HistoryReader reader = new HistoryReader(server.getStorageManager(), files, address, visitor);
        for (JournalFile file : chosen(ordered(files), from, to)) {
            String name = file.getFile().getFileName();
            if (!reader.read(file) && !HistoryFolder.copiedAt(name).isBefore(from)) {
                throw HistoryUnavailableException.gone(name);
            }
        }
        return reader.unreadable();
    }

    private void copyCurrentFile() {
        Journal journal = server.getStorageManager().getMessageJournal();
        try {
            ((JournalImpl) journal).forceBackup(1, TimeUnit.MINUTES);
        } catch (Exception failed) { // what Artemis declares
            throw new HistoryUnavailableException("the broker's journal cannot be copied: " + failed, failed);
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (isCopying()) {
            if (System.nanoTime() - deadline > 0) {
                throw new HistoryUnavailableException("the broker did not copy its journal within "
                        + PATIENCE.toSeconds() + " s; it is busy, try again later");
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    /** The broker calls a file so until it has copied it. */
    private boolean isCopying() {
        File journal = server.getConfiguration().getJournalLocation();
        String[] waiting = journal.list((directory, name) -> name.endsWith(".bkp"));
        return waiting == null || waiting.length > 0;
    }

    /** Looks again when a file went away between being listed and being opened: the broker removes the oldest any time. */
    private List<JournalFile> ordered(SequentialFileFactory files) {
        for (int look = 1; ; look++) {
            try {
                return journalOf(files).orderFiles();
            } catch (Exception unreadable) { // what Artemis declares
                if (look == LOOKS) {
                    throw new HistoryUnavailableException(
                            "the broker's history cannot be read: " + unreadable, unreadable);
                }
            }
        }
    }

    private JournalImpl journalOf(SequentialFileFactory files) {
        Configuration configuration = server.getConfiguration();
        return new JournalImpl(
                configuration.getJournalFileSize(),
                configuration.getJournalMinFiles(),
                configuration.getJournalPoolFiles(),
                0,
                0,
                files,
                "activemq-data",
                "amq",
                1);
    }

    private static List<JournalFile> chosen(List<JournalFile> ordered, Instant from, Instant to) {
        List<JournalFile> chosen = new ArrayList<>();
        for (JournalFile file : ordered) {
            Instant copied = HistoryFolder.copiedAt(file.getFile().getFileName());
            if (!copied.isBefore(from.minus(MARGIN))) {
                chosen.add(file);
            }
            if (copied.isAfter(to.plus(MARGIN))) {
                break;
            }
        }
        return chosen;
    }
}

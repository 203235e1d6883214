package io.millrace.idempotency;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.LongDataType;
import org.jspecify.annotations.Nullable;

/**
 * Completed keys in maps of H2's MVStore, whose commits are all or nothing. Keys have no order in time, so a map that each
 * of them changed would have a page rewritten for each; therefore
 *
 * <ul>
 *   <li>what is completed is put at the end of a <em>log</em>, all that came at once with one fsync, and kept in memory;
 *   <li>when there are enough of them they become a <em>run</em>, a map that is written in the order of keys and not
 *       changed any more, and their log goes;
 *   <li>sixteen runs of a level become one of the next, so that there are few; a run whose keys are all over is dropped
 *       as a whole.
 * </ul>
 *
 * Runs are made by {@link #work}, a stride at a time. What a crash leaves of one that was not finished is removed by the
 * next start, which has the log or the older runs still. Only {@link #tables} is for any thread; the rest is for one at a
 * time.
 */
final class CompletedRecords implements AutoCloseable {
    private static final int FAN = 16;
    /** Runs of the last level are not merged. */
    private static final int LEVELS = 3;

    private static final long BYTES_IN_MEMORY = 16L << 20;
    private static final int PIECE_BYTES = 1 << 20;
    /** The last piece of the log is written again with the next one only if it is smaller. */
    private static final int PAGE_BYTES = 4_096;

    private static final int STRIDES = 16;
    /** Each key is written once for each level, and the work must not fall behind. */
    private static final int WORK_FOR_EACH = LEVELS + 1;

    /** So many bytes more of a result are as much work as another key. */
    private static final int BYTES_LIKE_A_KEY = 1_024;

    private static final String LOG = "log.";
    private static final String RUN = "run.";
    private static final Comparator<KeyRun> YOUNGEST_FIRST = Comparator.comparingInt(KeyRun::level)
            .thenComparing(Comparator.comparingLong(KeyRun::id).reversed());

    private final MVStore store;
    private final Clock clock;
    private final int keysInMemory;
    private final int stride;
    private final MVMap<Long, byte[]> runs;
    private final MVMap<Long, byte[]> filters;
    /** The run that is being made for each level. */
    private final @Nullable RunBuilder[] building = new RunBuilder[LEVELS];
    /** Of what is in memory and not yet about to become a run. */
    private final List<String> logs = new ArrayList<>();
    /** Of what is about to become one. */
    private final List<String> oldLogs = new ArrayList<>();

    private MVMap<Long, byte[]> log;
    private long nextId;
    private long nextPiece;
    private long bytesInMemory;
    private long owed;
    private volatile Tables tables;

    private CompletedRecords(MVStore store, Clock clock, int keysInMemory) {
        this.store = store;
        this.clock = clock;
        this.keysInMemory = keysInMemory;
        this.stride = Math.max(1, keysInMemory / STRIDES);
        this.runs = store.openMap("runs", numbered());
        this.filters = store.openMap("filters", numbered());
        removeUnfinished();
        Map<Digest, CompletedRecord> recent = new ConcurrentHashMap<>();
        for (long id : ids(LOG)) {
            logs.add(LOG + id);
            read(store.openMap(LOG + id, numbered()), recent);
        }
        this.nextId = 1
                + Stream.of(ids(LOG), ids(RUN))
                        .flatMap(List::stream)
                        .max(Comparator.naturalOrder())
                        .orElse(0L);
        this.log = newLog();
        List<KeyRun> onDisk = new ArrayList<>();
        runs.forEach((id, entry) ->
                onDisk.add(KeyRun.of(id, entry, KeyFilter.of(Objects.requireNonNull(filters.get(id))), openRun(id))));
        this.tables = Tables.of(recent, Map.of(), onDisk);
        store.commit();
    }

    /**
     * @param keysInMemory so many become a run
     * @throws org.h2.mvstore.MVStoreException if the file cannot be used
     */
    static CompletedRecords open(Path file, Clock clock, int keysInMemory) {
        MVStore store = new MVStore.Builder()
                .fileName(file.toAbsolutePath().toString())
                .autoCommitDisabled()
                .pageSplitSize(PAGE_BYTES)
                .open();
        try {
            store.setVersionsToKeep(0);
            return new CompletedRecords(store, clock, keysInMemory);
        } catch (RuntimeException failed) {
            store.closeImmediately();
            throw failed;
        }
    }

    /**
     * What is completed; consistent in itself.
     *
     * @param recent in memory, and in the log
     * @param sealed likewise; they become a run
     * @param runs youngest first
     */
    record Tables(Map<Digest, CompletedRecord> recent, Map<Digest, CompletedRecord> sealed, List<KeyRun> runs) {

        static Tables of(
                Map<Digest, CompletedRecord> recent, Map<Digest, CompletedRecord> sealed, Collection<KeyRun> runs) {
            return new Tables(
                    recent, sealed, runs.stream().sorted(YOUNGEST_FIRST).toList());
        }

        Optional<CompletedRecord> inMemory(Digest key) {
            CompletedRecord found = recent.get(key);
            return Optional.ofNullable(found == null ? sealed.get(key) : found);
        }

        /** False is certain. */
        boolean mayBeOnDisk(Digest key) {
            for (KeyRun run : runs) {
                if (run.filter().mayHave(key.bytes())) {
                    return true;
                }
            }
            return false;
        }

        Optional<CompletedRecord> onDisk(Digest key) {
            for (KeyRun run : runs) {
                byte[] value = run.filter().mayHave(key.bytes()) ? run.map().get(key.bytes()) : null;
                if (value != null) {
                    return Optional.of(CompletedRecord.of(key.bytes(), value));
                }
            }
            return Optional.empty();
        }
    }

    Tables tables() {
        return tables;
    }

    /** On return they are on disk, and in the tables. */
    void write(Collection<CompletedRecord> completed) {
        if (isFull()) {
            finishSealing();
            seal();
        }
        append(completed);
        store.commit();
        store.sync();
        Tables now = tables;
        for (CompletedRecord each : completed) {
            now.recent().put(each.key(), each);
            bytesInMemory += each.size();
            owed += (long) WORK_FOR_EACH * (1 + each.size() / BYTES_LIKE_A_KEY);
        }
    }

    private boolean isFull() {
        return tables.recent().size() >= keysInMemory || bytesInMemory >= BYTES_IN_MEMORY;
    }

    private void append(Collection<CompletedRecord> completed) {
        List<CompletedRecord> piece = new ArrayList<>();
        int bytes = 0;
        for (CompletedRecord each : completed) {
            piece.add(each);
            bytes += each.size();
            if (bytes >= PIECE_BYTES) {
                log.put(nextPiece++, LogPiece.of(piece));
                piece.clear();
                bytes = 0;
            }
        }
        if (!piece.isEmpty()) {
            log.put(nextPiece++, LogPiece.of(piece));
        }
    }

    private void seal() {
        Map<Digest, CompletedRecord> sealed = tables.recent();
        oldLogs.addAll(logs);
        logs.clear();
        log = newLog();
        bytesInMemory = 0;
        List<CompletedRecord> inOrder = sealed.values().stream()
                .sorted(Comparator.comparing(CompletedRecord::key))
                .toList();
        Iterator<Map.Entry<byte[], byte[]>> entries = inOrder.stream()
                .map(each -> Map.entry(each.key().bytes(), each.value()))
                .iterator();
        building[0] = build(0, List.of(), entries, inOrder.size());
        tables = Tables.of(new ConcurrentHashMap<>(), sealed, tables.runs());
    }

    private RunBuilder build(int level, List<KeyRun> sources, Iterator<Map.Entry<byte[], byte[]>> entries, long most) {
        long id = nextId++;
        return new RunBuilder(id, level, sources, entries, most, openRun(id));
    }

    private void finishSealing() {
        while (building[0] != null) {
            stride(0);
        }
    }

    /** Does what is owed for what has come, in strides; low levels first. */
    void work() {
        while (owed >= stride) {
            owed -= stride;
            strideOfLowest();
        }
    }

    private void strideOfLowest() {
        for (int level = 0; level < LEVELS; level++) {
            if (building[level] != null) {
                stride(level);
                return;
            }
        }
        owed = 0;
    }

    private void stride(int level) {
        RunBuilder builder = building[level];
        if (builder != null && builder.stride(stride, clock.millis())) {
            building[level] = null;
            finish(builder);
        }
        store.commit();
    }

    private void finish(RunBuilder builder) {
        KeyRun made = builder.run();
        List<KeyRun> all = new ArrayList<>(tables.runs());
        if (made.keys() > 0) {
            filters.put(made.id(), made.filter().bytes());
            runs.put(made.id(), made.entry()); // From here on it counts.
            all.add(made);
        } else {
            store.removeMap(made.map());
        }
        builder.sources().forEach(this::remove);
        all.removeAll(builder.sources());
        if (builder.sources().isEmpty()) {
            oldLogs.forEach(store::removeMap);
            oldLogs.clear();
            tables = Tables.of(tables.recent(), Map.of(), all);
        } else {
            tables = Tables.of(tables.recent(), tables.sealed(), all);
        }
        for (int level = 1; level < LEVELS; level++) {
            merge(level);
        }
    }

    /** Makes a run of this level of those below it, if there are enough. */
    private void merge(int level) {
        List<KeyRun> below =
                tables.runs().stream().filter(run -> run.level() == level - 1).toList();
        if (building[level] != null || below.size() < FAN) {
            return;
        }
        List<KeyRun> oldest = below.subList(below.size() - FAN, below.size());
        long most = oldest.stream().mapToLong(KeyRun::keys).sum();
        building[level] = build(level, oldest, new MergedRuns(oldest), most);
    }

    /** Drops a run of which nothing is left that anybody could ask for; one at a time. */
    boolean dropOver() {
        for (KeyRun run : tables.runs()) {
            if (run.latest() <= clock.millis() && !isBeingMerged(run)) {
                remove(run);
                List<KeyRun> others = new ArrayList<>(tables.runs());
                others.remove(run);
                tables = Tables.of(tables.recent(), tables.sealed(), others);
                store.commit();
                return true;
            }
        }
        return false;
    }

    private boolean isBeingMerged(KeyRun run) {
        return Arrays.stream(building)
                .anyMatch(builder -> builder != null && builder.sources().contains(run));
    }

    private void remove(KeyRun run) {
        runs.remove(run.id());
        filters.remove(run.id());
        store.removeMap(run.map());
    }

    /** In memory and on disk, those that are over and were not dropped yet included. */
    long keys() {
        Tables now = tables;
        return now.recent().size()
                + now.sealed().size()
                + now.runs().stream().mapToLong(KeyRun::keys).sum();
    }

    private void removeUnfinished() {
        for (long id : ids(RUN)) {
            if (!runs.containsKey(id)) {
                store.removeMap(RUN + id);
            }
        }
        for (Long id : List.copyOf(filters.keySet())) {
            if (!runs.containsKey(id)) {
                filters.remove(id);
            }
        }
    }

    private List<Long> ids(String prefix) {
        return store.getMapNames().stream()
                .filter(name -> name.startsWith(prefix))
                .map(name -> Long.valueOf(name.substring(prefix.length())))
                .sorted()
                .toList();
    }

    private void read(MVMap<Long, byte[]> from, Map<Digest, CompletedRecord> into) {
        Cursor<Long, byte[]> pieces = from.cursor(null);
        while (pieces.hasNext()) {
            nextPiece = Math.max(nextPiece, pieces.next() + 1);
            for (CompletedRecord each : LogPiece.records(pieces.getValue())) {
                into.put(each.key(), each);
                bytesInMemory += each.size();
            }
        }
    }

    private MVMap<Long, byte[]> newLog() {
        String name = LOG + nextId++;
        logs.add(name);
        return store.openMap(name, numbered());
    }

    // Not for a single writer, which would fill pages better: its maps were refused when a run that was not finished
    // was removed after a crash (AssertionError in Chunk.accountForRemovedPage of H2 2.4.240).
    private MVMap<byte[], byte[]> openRun(long id) {
        return store.openMap(
                RUN + id,
                new MVMap.Builder<byte[], byte[]>()
                        .keyType(ByteArrayDataType.INSTANCE)
                        .valueType(ByteArrayDataType.INSTANCE));
    }

    private static MVMap.Builder<Long, byte[]> numbered() {
        return new MVMap.Builder<Long, byte[]>().keyType(LongDataType.INSTANCE).valueType(ByteArrayDataType.INSTANCE);
    }

    /** Without writing anything more. */
    void abandon() {
        store.closeImmediately();
    }

    @Override
    public void close() {
        store.close();
    }

    /** What came at once, as it stands in the log. */
    private static final class LogPiece {
        private LogPiece() {}

        private static byte[] of(List<CompletedRecord> records) {
            List<byte[]> values = records.stream().map(CompletedRecord::value).toList();
            int length = values.stream()
                    .mapToInt(value -> Digest.BYTES + Integer.BYTES + value.length)
                    .sum();
            ByteBuffer piece = ByteBuffer.allocate(length);
            for (int i = 0; i < values.size(); i++) {
                byte[] value = values.get(i);
                piece.put(records.get(i).key().bytes()).putInt(value.length).put(value);
            }
            return piece.array();
        }

        private static List<CompletedRecord> records(byte[] bytes) {
            ByteBuffer piece = ByteBuffer.wrap(bytes);
            List<CompletedRecord> records = new ArrayList<>();
            while (piece.hasRemaining()) {
                byte[] key = new byte[Digest.BYTES];
                piece.get(key);
                byte[] value = new byte[piece.getInt()];
                piece.get(value);
                records.add(CompletedRecord.of(key, value));
            }
            return records;
        }
    }
}

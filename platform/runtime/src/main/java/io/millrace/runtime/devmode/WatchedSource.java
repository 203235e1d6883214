package io.millrace.runtime.devmode;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Knows what of a source has been dealt with. Blocking; for one thread at a time. */
final class WatchedSource {
    private final Path path;
    private final Optional<String> codeBefore;
    private @Nullable Snapshot previous;
    private @Nullable Snapshot settled;
    private long noticed;

    /** @param codeBefore SHA-256 of what the function ran when the watching began */
    WatchedSource(Path path, Optional<String> codeBefore) {
        this.path = path;
        this.codeBefore = codeBefore;
    }

    Optional<String> codeBefore() {
        return codeBefore;
    }

    Path path() {
        return path;
    }

    /** What is new since the last time this was not empty, once two looks in a row have seen the same. */
    Optional<Snapshot> look() {
        Snapshot now = Snapshot.of(path);
        if (!now.equals(previous)) {
            // A look later: whoever writes the file may not have finished.
            previous = now;
            noticed = System.nanoTime();
            return Optional.empty();
        }
        if (now.equals(settled)) {
            return Optional.empty();
        }
        settled = now;
        return Optional.of(now);
    }

    /** Whether it still looks as it did when it was settled; otherwise it is to settle once more. */
    boolean isStill() {
        Snapshot now = Snapshot.of(path);
        if (now.equals(settled)) {
            return true;
        }
        settled = null;
        return false;
    }

    /** Since the change was seen first. */
    Duration sinceNoticed() {
        return Duration.ofNanos(System.nanoTime() - noticed);
    }
}

package io.millrace.runtime.runtimeapi;

import java.net.URI;
import java.nio.file.Path;

/**
 * A payload that is not in memory.
 *
 * @param place a file, or an object by HTTP; its query may be a secret
 * @param bytes how many there are
 */
public record RuntimePayload(URI place, long bytes) {
    boolean isFile() {
        return "file".equals(place.getScheme());
    }

    Path file() {
        return Path.of(place);
    }

    /** For people. */
    @Override
    public String toString() {
        return isFile() ? file().toString() : place.getScheme() + "://" + place.getRawAuthority() + place.getRawPath();
    }
}

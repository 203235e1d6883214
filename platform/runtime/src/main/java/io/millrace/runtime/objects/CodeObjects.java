package io.millrace.runtime.objects;

import io.millrace.runtime.config.CodeSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;

/** Reads objects as the setting {@code code.s3} says. Thread-safe; never blocks. */
public interface CodeObjects {

    /**
     * @param limit bytes that are kept at most
     * @return fails with {@link ObjectUnavailableException}
     */
    Future<byte[]> read(ObjectName object, int limit);

    /** @param clock for the time of signatures */
    static CodeObjects of(Vertx vertx, CodeSettings settings, InstantSource clock) {
        String place = settings.s3();
        if (place.isEmpty()) {
            return (object, limit) -> Future.failedFuture(new ObjectUnavailableException.NoPlace());
        }
        return place.startsWith("http")
                ? new S3Objects(vertx, URI.create(place), settings.credentials(), settings.s3Region(), clock)
                : new FolderObjects(vertx, Path.of(place.replaceFirst("^file:", "")));
    }
}

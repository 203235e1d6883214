package io.millrace.runtime.payloads;

import io.millrace.core.invocation.StoredPayload;
import io.millrace.runtime.objects.S3Bucket;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** An S3-compatible store with an object each. */
final class BucketPlace implements PayloadPlace {
    private final S3Bucket bucket;
    private final String address;

    /** @param address of the bucket, for messages */
    BucketPlace(S3Bucket bucket, String address) {
        this.bucket = bucket;
        this.address = address;
    }

    @Override
    public String inWords() {
        return "the store for large payloads " + address;
    }

    @Override
    public Future<Void> take(Path whole, StoredPayload payload) {
        return bucket.put(payload.name(), whole, payload.bytes(), payload.sha256());
    }

    @Override
    public URI where(String name) {
        return bucket.readable(name);
    }

    @Override
    public Future<Boolean> exists(String name) {
        return bucket.exists(name);
    }

    @Override
    public Future<Boolean> copy(String name, String copy) {
        return bucket.copy(name, copy);
    }

    @Override
    public Future<Void> remove(String name) {
        return bucket.remove(name);
    }

    @Override
    public Map<String, Instant> list() throws IOException {
        Map<String, Instant> found = new HashMap<>();
        Optional<String> next = Optional.empty();
        do {
            S3Bucket.Page page = Waiting.until(bucket.list(next));
            found.putAll(page.written());
            next = page.next();
        } while (next.isPresent());
        return found;
    }
}

package io.millrace.runtime.payloads;

import io.millrace.core.invocation.StoredPayload;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

/** Where whole payloads lie, by name. Thread-safe; never blocks but where it says so. */
interface PayloadPlace {

    /** As a message begins with it. */
    String inWords();

    /** Its bytes are kept, also after a crash, when this succeeds; the file may still be there then, and is not needed. */
    Future<Void> take(Path whole, StoredPayload payload);

    URI where(String name);

    Future<Boolean> exists(String name);

    /** @return false where there is nothing to copy */
    Future<Boolean> copy(String name, String copy);

    /** Also succeeds where there is none. */
    Future<Void> remove(String name);

    /** All that is there, and when it was written. Blocks. */
    Map<String, Instant> list() throws IOException;
}

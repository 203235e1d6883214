package io.millrace.runtime.runtimeapi;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A registered extension: what it wants to hear, and whether it waits for it. Event loop only. */
final class Extension {
    final String id = UUID.randomUUID().toString();
    final String name;
    final boolean external;
    private final Set<String> events;
    private @Nullable HttpServerResponse waiting;
    private @Nullable JsonObject due;
    private boolean failed;

    Extension(String name, boolean external, Set<String> events) {
        this.name = name;
        this.external = external;
        this.events = events;
    }

    boolean isWaiting() {
        return waiting != null;
    }

    /** @return false if it waits already, or has reported an error */
    boolean await(HttpServerResponse response) {
        if (waiting != null || failed) {
            return false;
        }
        waiting = response;
        response.closeHandler(closed -> forget(response));
        JsonObject event = due;
        if (event != null) {
            due = null;
            send(event);
        }
        return true;
    }

    /** Sends it now, or when the extension next asks; nothing if it did not register for it. */
    void tell(String type, JsonObject event) {
        if (!events.contains(type)) {
            return;
        }
        if (waiting == null) {
            due = event;
        } else {
            send(event);
        }
    }

    void fail() {
        failed = true;
    }

    private void send(JsonObject event) {
        HttpServerResponse response = waiting;
        waiting = null;
        if (response != null) {
            response.putHeader(
                            "Lambda-Extension-Event-Identifier",
                            UUID.randomUUID().toString())
                    .putHeader("Content-Type", "application/json")
                    .end(event.encode());
        }
    }

    private void forget(HttpServerResponse response) {
        if (waiting == response) {
            waiting = null;
        }
    }
}

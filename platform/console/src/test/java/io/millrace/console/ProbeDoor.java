package io.millrace.console;

import io.millrace.runtime.door.Door;
import io.millrace.runtime.door.DoorAnswer;
import io.millrace.runtime.door.DoorRefusedException;
import io.millrace.runtime.door.Doorway;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.nio.charset.StandardCharsets;

/** A door of another jar, to see what doors are given. */
public final class ProbeDoor implements Door {
    private static final int LIMIT = 10;

    @Override
    public void mount(Doorway doorway) {
        doorway.guarded(HttpMethod.POST, "/_millrace/probe/:Word", "millrace:GetProbe", request -> {
            Future<byte[]> body = request.body(LIMIT);
            return switch (request.path("Word")) {
                case "refuse" -> throw DoorRefusedException.conflict("not now");
                case "more" -> {
                    request.require("millrace:ChangeProbe");
                    yield Future.succeededFuture(DoorAnswer.empty(204));
                }
                case "write" -> {
                    request.response().setStatusCode(201).end("by itself");
                    yield Future.succeededFuture(DoorAnswer.alreadySent());
                }
                default ->
                    body.compose(bytes -> request.blocking(() -> request.path("Word") + " "
                                    + request.query("q").orElse("-") + " "
                                    + request.user().orElse("nobody") + " "
                                    + new String(bytes, StandardCharsets.UTF_8)))
                            .map(text -> DoorAnswer.of(200, "text/plain", text.getBytes(StandardCharsets.UTF_8)));
            };
        });
    }
}

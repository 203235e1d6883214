package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.access.AccessControl;
import io.millrace.runtime.access.AccessKey;
import io.millrace.runtime.access.AccessRefusedException;
import io.millrace.runtime.access.BrowserSession;
import io.millrace.runtime.access.Caller;
import io.millrace.runtime.access.SignIn;
import io.millrace.runtime.lambdaapi.LambdaApiException.OfDoor;
import io.millrace.runtime.lambdaapi.LambdaApiException.RequestEntityTooLargeException;
import io.vertx.core.Future;
import java.util.Optional;

/** Where browsers sign in with an access key, and out again: {@code /_millrace/session}. */
final class SessionView {
    static final String PATH = "/_millrace/session";

    private static final int LARGEST_BODY = 4096;

    private final AccessControl access;

    SessionView(AccessControl access) {
        this.access = access;
    }

    /** Whether one has to sign in here, and who did; what an earlier session left is no reason for a refusal. */
    Future<Reply> show(Request request) {
        return Future.succeededFuture(reply(caller(request)));
    }

    private Optional<Caller> caller(Request request) {
        if (access.isOpen()) {
            return Optional.empty();
        }
        try {
            return access.inSession(request.http());
        } catch (AccessRefusedException over) {
            return Optional.empty();
        }
    }

    Future<Reply> begin(Request request) {
        BrowserSession.requireOwnPage(request.http());
        return request.body(
                        LARGEST_BODY,
                        received -> new RequestEntityTooLargeException(
                                "Request must be smaller than " + LARGEST_BODY + " bytes to sign in"))
                .map(body -> {
                    Members wanted = new Members(Json.requireObject(body));
                    AccessKey key = check(
                            wanted.text("accessKeyId").orElse(""),
                            wanted.text("secretAccessKey").orElse(""),
                            request.http().remoteAddress().hostAddress());
                    BrowserSession.give(request.http(), access.sessions().begin(key));
                    return reply(Optional.of(key), true);
                });
    }

    private AccessKey check(String id, String secret, String address) {
        try {
            return access.signIn()
                    .check(id, secret, address)
                    .orElseThrow(() -> new OfDoor(
                            403, "InvalidClientTokenId", "There is no such access key, or its secret is another."));
        } catch (SignIn.PausedException paused) {
            throw new OfDoor(429, "TooManyRequestsException", String.valueOf(paused.getMessage()));
        }
    }

    Future<Reply> end(Request request) {
        BrowserSession.token(request.http()).ifPresent(access.sessions()::end);
        BrowserSession.takeBack(request.http());
        return Future.succeededFuture(Reply.empty(204));
    }

    private Reply reply(Optional<Caller> caller) {
        return reply(caller.map(Caller::key), !access.isOpen());
    }

    private static Reply reply(Optional<AccessKey> key, boolean keysRequired) {
        ObjectNode body = Json.object().put("keysRequired", keysRequired).put("signedIn", key.isPresent());
        key.ifPresent(known -> body.put("keyId", known.id())
                .put("user", known.user())
                .put("role", known.role().name()));
        return Reply.json(200, body).withHeader("Cache-Control", "no-store");
    }
}

package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.access.AccessKey;
import io.millrace.runtime.access.AccessKeys;
import io.millrace.runtime.access.KeyJson;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceConflictException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceNotFoundException;
import io.vertx.core.Future;

/** The platform's own page about access keys. Secrets are told once, to who has one made. */
final class KeysView {
    static final String PATH = "/_millrace/keys";
    static final String ID = "Id";

    private final AccessKeys keys;

    KeysView(AccessKeys keys) {
        this.keys = keys;
    }

    Future<Reply> create(Request request) {
        return ControlBody.read(request, "CreateKey")
                .compose(body -> request.blocking(() -> create(Json.requireObject(body))))
                .map(key -> Reply.json(201, KeyJson.withSecret(key)));
    }

    private AccessKey create(ObjectNode wanted) {
        try {
            return KeyJson.create(keys, wanted);
        } catch (IllegalArgumentException refused) {
            throw new InvalidParameterValueException(String.valueOf(refused.getMessage()));
        }
    }

    /** Oldest first. */
    Future<Reply> list(Request request) {
        ObjectNode body = Json.object();
        keys.all().forEach(key -> body.withArray("Keys").add(KeyJson.shown(key)));
        return Future.succeededFuture(Reply.json(200, body));
    }

    Future<Reply> delete(Request request) {
        String id = request.path(ID);
        return request.blocking(() -> {
            if (keys.delete(id, false).isEmpty()) {
                throw new ResourceNotFoundException("Access key not found: " + id);
            }
            if (keys.find(id).isPresent()) {
                throw new ResourceConflictException("Access key " + id + " is the last one; without it everybody could"
                        + " do everything. It can be deleted while the server is stopped, with --data.");
            }
            return Reply.empty(204);
        });
    }
}

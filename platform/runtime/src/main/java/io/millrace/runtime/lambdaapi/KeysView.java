package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.access.AccessKey;
import io.millrace.runtime.access.AccessKeys;
import io.millrace.runtime.access.Role;
import io.millrace.runtime.access.RoleJson;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceConflictException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceNotFoundException;
import io.vertx.core.Future;
import java.util.Optional;

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
                .compose(body -> request.blocking(() -> create(new Members(Json.requireObject(body)))))
                .map(key -> Reply.json(201, render(key).put("SecretAccessKey", key.secret())));
    }

    private AccessKey create(Members members) {
        try {
            return keys.create(members.text("User").orElse(""), role(members));
        } catch (IllegalArgumentException refused) {
            throw new InvalidParameterValueException(String.valueOf(refused.getMessage()));
        }
    }

    private static Role role(Members members) {
        Optional<String> named = members.text("Role");
        if (named.isPresent() == members.has("Statements")) {
            throw new IllegalArgumentException("expected either Role or Statements");
        }
        return named.map(Role::named)
                .orElseGet(() -> Role.custom(RoleJson.read(members.object().path("Statements"))));
    }

    /** Oldest first. */
    Future<Reply> list(Request request) {
        ObjectNode body = Json.object();
        keys.all().forEach(key -> body.withArray("Keys").add(render(key)));
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

    private static ObjectNode render(AccessKey key) {
        ObjectNode body = Json.object()
                .put("AccessKeyId", key.id())
                .put("User", key.user())
                .put("Role", key.role().name())
                .put("Created", key.created().toString());
        body.set("Statements", RoleJson.write(key.role().permissions()));
        return body;
    }
}

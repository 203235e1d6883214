package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Of one that runs, by its page about them. */
record KeysOfServer(LambdaClient client) implements KeyRing {
    private static final String PAGE = "/_millrace/keys";

    @Override
    public JsonNode create(ObjectNode request) {
        return LambdaClient.json(client.send("POST", PAGE, request));
    }

    @Override
    public List<JsonNode> list() {
        List<JsonNode> keys = new ArrayList<>();
        LambdaClient.json(client.get(PAGE)).path("Keys").forEach(keys::add);
        return keys;
    }

    @Override
    public void delete(String id) {
        client.delete(PAGE + "/" + LambdaClient.segment(id));
    }
}

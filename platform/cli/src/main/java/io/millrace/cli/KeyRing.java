package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The access keys of a server, running or stopped. Blocking; refusals are CommandFailedException. */
interface KeyRing extends AutoCloseable {

    /** @return with the secret */
    JsonNode create(ObjectNode request);

    /** Oldest first. */
    List<JsonNode> list();

    void delete(String id);

    @Override
    default void close() {}
}

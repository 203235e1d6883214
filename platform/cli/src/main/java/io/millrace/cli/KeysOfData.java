package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.DataDirectory;
import io.millrace.runtime.access.AccessKeys;
import io.millrace.runtime.access.KeyJson;
import io.millrace.runtime.registry.FunctionRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Of one that does not run, in its data directory. */
final class KeysOfData implements KeyRing {
    private final DataDirectory data;
    private final FunctionRegistry registry;
    private final AccessKeys keys;

    private KeysOfData(DataDirectory data, FunctionRegistry registry) {
        this.data = data;
        this.registry = registry;
        this.keys = new AccessKeys(registry.documents(), InstantSource.system());
    }

    /** @param isNew whether the directory may be made, for a server that was never started */
    static KeysOfData open(Path directory, boolean isNew) {
        if (!isNew && !Files.isDirectory(directory)) {
            throw new CommandFailedException("data directory '" + directory + "' does not exist");
        }
        DataDirectory data = DataDirectory.take(directory);
        boolean isOpen = false;
        try {
            KeysOfData keys = new KeysOfData(data, FunctionRegistry.open(data.path()));
            isOpen = true;
            return keys;
        } finally {
            if (!isOpen) {
                close(data);
            }
        }
    }

    private static void close(DataDirectory data) {
        try {
            data.close();
        } catch (IOException failed) {
            throw new UncheckedIOException("the data directory " + data.path() + " cannot be given up", failed);
        }
    }

    @Override
    public JsonNode create(ObjectNode request) {
        try {
            return KeyJson.withSecret(KeyJson.create(keys, request));
        } catch (IllegalArgumentException refused) {
            throw new CommandFailedException(String.valueOf(refused.getMessage()));
        }
    }

    @Override
    public List<JsonNode> list() {
        return new ArrayList<>(keys.all().stream().map(KeyJson::shown).toList());
    }

    @Override
    public void delete(String id) {
        if (keys.delete(id, true).isEmpty()) {
            throw new CommandFailedException("there is no access key '" + id + "'");
        }
    }

    @Override
    public void close() {
        try {
            registry.close();
        } finally {
            close(data);
        }
    }
}

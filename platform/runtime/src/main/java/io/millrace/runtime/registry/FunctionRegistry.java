package io.millrace.runtime.registry;

import io.millrace.core.function.FunctionName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;

/**
 * Every function of this node. Thread-safe. {@link #find} and {@link #all} read from memory and never block; all other
 * methods block on the disk and must not be called on an event loop. Functions are in {@code <data>/registry.mv.db},
 * their code in {@code <data>/code}.
 */
public final class FunctionRegistry implements AutoCloseable {
    private final CodeStore codes;
    private final RegistryDatabase database;
    private final ConcurrentSkipListMap<FunctionName, RegisteredFunction> functions = new ConcurrentSkipListMap<>();

    private FunctionRegistry(CodeStore codes, RegistryDatabase database) {
        this.codes = codes;
        this.database = database;
    }

    /**
     * @param dataDirectory created where it does not exist; used by one process at a time
     * @throws RegistryUnavailableException if it is in use, not writable or damaged
     */
    public static FunctionRegistry open(Path dataDirectory) {
        Path codeDirectory = dataDirectory.resolve("code");
        try {
            Files.createDirectories(codeDirectory);
        } catch (IOException failed) {
            throw new RegistryUnavailableException(
                    "data directory '" + dataDirectory + "' cannot be created or written: " + failed, failed);
        }
        FunctionRegistry registry = new FunctionRegistry(
                new CodeStore(codeDirectory), RegistryDatabase.open(dataDirectory.resolve("registry")));
        try {
            registry.load();
            return registry;
        } catch (RegistryUnavailableException failed) {
            registry.close();
            throw failed;
        }
    }

    private void load() {
        for (RegisteredFunction function : database.read(FunctionTable::all)) {
            functions.put(function.name(), function);
        }
        Set<String> used = functions.values().stream()
                .flatMap(function -> function.code().stream())
                .map(CodeReference::sha256)
                .collect(Collectors.toSet());
        try {
            codes.retain(used);
        } catch (IOException failed) {
            throw new RegistryUnavailableException("unused code cannot be removed: " + failed, failed);
        }
    }

    /** From memory. */
    public Optional<RegisteredFunction> find(FunctionName name) {
        return Optional.ofNullable(functions.get(name));
    }

    /** From memory, ordered by name. */
    public List<RegisteredFunction> all() {
        return List.copyOf(functions.values());
    }

    /**
     * Inserts or replaces. A function with code is on disk on return. One without is an object of the embedding
     * service: it is known until the registry is closed, and hides a stored one of the same name until then.
     *
     * @throws RegistryUnavailableException if it could not be written; nothing has changed then
     */
    public synchronized void save(RegisteredFunction function) {
        Optional<CodeReference> code = function.code();
        if (code.isPresent()) {
            database.write(connection -> FunctionTable.save(connection, function, code.get()));
        }
        functions.put(function.name(), function);
    }

    /**
     * Forgets the function; its code is removed at the next start, when nothing can be running from it.
     *
     * @throws RegistryUnavailableException if it could not be written; nothing has changed then
     */
    public synchronized void delete(FunctionName name) {
        database.write(connection -> FunctionTable.delete(connection, name));
        functions.remove(name);
    }

    /**
     * Keeps an uploaded archive, before the function that refers to it is saved.
     *
     * @throws FunctionAdministrationException.InvalidCode if it is no usable zip
     * @throws RegistryUnavailableException if it cannot be written
     */
    public CodeReference storeCode(byte[] archive) {
        try {
            return codes.store(archive);
        } catch (IOException failed) {
            throw new RegistryUnavailableException("code cannot be stored: " + failed, failed);
        }
    }

    /** The file of an archive that {@link #storeCode} kept. */
    public Path codeFile(CodeReference code) {
        return codes.file(code);
    }

    @Override
    public synchronized void close() {
        database.close();
    }
}

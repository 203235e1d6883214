package io.millrace.runtime.registry;

import io.millrace.core.function.FunctionName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every function and layer of this node. Thread-safe. What is said to be from memory never blocks; all other methods
 * block on the disk and must not be called on an event loop. Functions are in {@code <data>/registry.mv.db},
 * their code in {@code <data>/code}.
 */
public final class FunctionRegistry implements AutoCloseable {
    private final CodeStore codes;
    private final RegistryDatabase database;
    private final LayerShelf layers;
    private final ScalingShelf scaling;
    private final DocumentShelf documents;
    private final CheckpointStore checkpoints;
    private final UsageStore usage;
    private final Map<FunctionName, Integer> lastNumbers;
    private final ConcurrentSkipListMap<FunctionName, RegisteredFunction> functions = new ConcurrentSkipListMap<>();

    private FunctionRegistry(CodeStore codes, RegistryDatabase database) {
        this.codes = codes;
        this.database = database;
        this.layers = new LayerShelf(codes, database);
        this.scaling = new ScalingShelf(database);
        this.documents = new DocumentShelf(database);
        this.checkpoints = new CheckpointStore(database);
        this.usage = new UsageStore(database);
        this.lastNumbers = new ConcurrentHashMap<>(database.read(VersionTable::lastNumbers));
        for (RegisteredFunction function : database.read(FunctionTable::all)) {
            functions.put(function.name(), function);
        }
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
        RegistryDatabase database = RegistryDatabase.open(dataDirectory.resolve("registry"));
        try {
            FunctionRegistry registry = new FunctionRegistry(new CodeStore(codeDirectory), database);
            registry.removeUnusedCode();
            return registry;
        } catch (RegistryUnavailableException failed) {
            database.close();
            throw failed;
        }
    }

    private void removeUnusedCode() {
        Stream<CodeReference> ofFunctions = functions.values().stream().flatMap(function -> function.code().stream());
        Stream<CodeReference> ofVersions = versions().map(PublishedVersion::code);
        Stream<String> layerArns = Stream.concat(
                        functions.values().stream().map(RegisteredFunction::configuration),
                        versions().map(PublishedVersion::configuration))
                .flatMap(configuration -> configuration.layers().stream());
        Set<String> used = Stream.of(ofFunctions, ofVersions, layers.codes(layerArns))
                .flatMap(codesInUse -> codesInUse)
                .map(CodeReference::sha256)
                .collect(Collectors.toSet());
        try {
            codes.retain(used);
        } catch (IOException failed) {
            throw new RegistryUnavailableException("unused code cannot be removed: " + failed, failed);
        }
    }

    private Stream<PublishedVersion> versions() {
        return functions.values().stream().flatMap(function -> function.published().versions().values().stream());
    }

    /** From memory. */
    public Optional<RegisteredFunction> find(FunctionName name) {
        return Optional.ofNullable(functions.get(name));
    }

    /** From memory, ordered by name. */
    public List<RegisteredFunction> all() {
        return List.copyOf(functions.values());
    }

    /** As {@link #all}, from this one on if there is such a one, or the next; looks at no more than is taken. */
    public Stream<RegisteredFunction> from(Optional<FunctionName> first) {
        return (first.isPresent() ? functions.tailMap(first.get()) : functions).values().stream();
    }

    /**
     * The highest number that a version of this name was ever given, 0 if none was; it stays when the function is
     * deleted. From memory.
     */
    public int lastVersionNumber(FunctionName name) {
        return lastNumbers.getOrDefault(name, 0);
    }

    /** Its next version gets a number that the name never had. From memory. */
    public RegisteredFunction numbered(RegisteredFunction function) {
        return function.withPublished(function.published().startingAfter(lastVersionNumber(function.name())));
    }

    /** Known as long as this registry is open. */
    public LayerAdministration layers() {
        return layers;
    }

    /** Known as long as this registry is open. */
    public ScalingShelf scaling() {
        return scaling;
    }

    /** Known as long as this registry is open. */
    public DocumentShelf documents() {
        return documents;
    }

    /** Known as long as this registry is open. */
    public CheckpointStore checkpoints() {
        return checkpoints;
    }

    /** Known as long as this registry is open. */
    public UsageStore usage() {
        return usage;
    }

    /**
     * Asks before a change that is more than an entry here.
     *
     * @throws RegistryUnavailableException if nothing can be written now
     */
    public void requireWritable() {
        database.write(connection -> {});
    }

    /**
     * Inserts or replaces. Numbers that versions of the name were ever given stay used, also where {@code function}
     * does not know of them because it was created again. A function with code is on disk on return. One without is an object of the embedding
     * service: it is known until the registry is closed, and hides a stored one of the same name until then.
     *
     * @throws RegistryUnavailableException if it could not be written; nothing has changed then
     */
    public synchronized void save(RegisteredFunction function) {
        FunctionName name = function.name();
        RegisteredFunction numbered = numbered(function);
        Optional<CodeReference> code = numbered.code();
        if (code.isPresent()) {
            boolean isNew = !functions.containsKey(name);
            database.write(connection -> {
                if (isNew) {
                    // What came for an earlier one of the name while it was being deleted.
                    DocumentTable.deleteOf(connection, name);
                }
                FunctionTable.save(connection, numbered, code.get());
            });
            if (isNew) {
                documents.forget(name);
            }
            lastNumbers.put(name, numbered.published().lastNumber());
        }
        functions.put(name, numbered);
    }

    /**
     * Keeps how a change ended that was stored before: known from now on, also where it cannot be written.
     *
     * @throws RegistryUnavailableException if it could not be written; the next start then ends the change again
     */
    public synchronized void settle(RegisteredFunction function) {
        functions.put(function.name(), function);
        CodeReference code = function.code().orElseThrow();
        database.write(connection -> FunctionTable.save(connection, function, code));
    }

    /**
     * Forgets the function; its code is removed at the next start, when nothing can be running from it.
     *
     * @throws RegistryUnavailableException if it could not be written; nothing has changed then
     */
    public synchronized void delete(FunctionName name) {
        database.write(connection -> FunctionTable.delete(connection, name));
        functions.remove(name);
        documents.forget(name);
    }

    /**
     * Forgets who may use a version or alias that is gone: the next one of its name begins without.
     *
     * @throws RegistryUnavailableException if it could not be written
     */
    public void forgetPolicy(FunctionName name, String qualifier) {
        documents.change(DocumentKind.POLICY, name.value(), qualifier, policy -> Optional.empty());
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

    /**
     * Looks at an uploaded archive without keeping it.
     *
     * @param trial given the archive's file, which is gone when it returns
     * @throws FunctionAdministrationException.InvalidCode if it is no usable zip
     * @throws RegistryUnavailableException if it cannot be written for a while
     */
    public CodeReference examineCode(byte[] archive, Consumer<Path> trial) {
        try {
            return codes.examine(archive, trial);
        } catch (IOException failed) {
            throw new RegistryUnavailableException("code cannot be examined: " + failed, failed);
        }
    }

    /** The file of an archive that {@link #storeCode} kept. */
    public Path codeFile(CodeReference code) {
        return codes.file(code);
    }

    /**
     * The file of any archive that is kept, of functions and of layers; looks at the disk.
     *
     * @param sha256 hexadecimal, as a caller wrote it
     */
    public Optional<Path> findCode(String sha256) {
        return codes.find(sha256);
    }

    @Override
    public synchronized void close() {
        database.close();
    }
}

package io.millrace.runtime.devmode;

import static io.millrace.runtime.observe.LogKeys.FUNCTION;
import static io.millrace.runtime.observe.LogKeys.MILLIS;
import static io.millrace.runtime.observe.LogKeys.REASON;
import static io.millrace.runtime.observe.LogKeys.SOURCE;

import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.registry.CodeChange;
import io.millrace.runtime.registry.CodeReference;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.FunctionAdministrationException;
import io.millrace.runtime.registry.RegisteredFunction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Redeploys functions whose sources have changed. Blocking; for one thread at a time. */
final class Watcher {
    private static final Logger LOGGER = LoggerFactory.getLogger(Watcher.class);

    private final FunctionAdministration functions;
    private final Packing packing;
    private final SourcesFile memory;
    private final Map<FunctionName, Source> sources;
    private final Map<FunctionName, WatchedSource> watched = new HashMap<>();

    /** Goes on with what is remembered. */
    Watcher(FunctionAdministration functions, Packing packing, SourcesFile memory) {
        this.functions = functions;
        this.packing = packing;
        this.memory = memory;
        this.sources = memory.read();
        sources.forEach(this::begin);
    }

    /** From now on, replaces what was watched for the function; what is there now is deployed if it differs. */
    void watch(FunctionName function, Source source) {
        sources.put(function, source);
        memory.write(sources);
        begin(function, source);
    }

    private void begin(FunctionName function, Source source) {
        watched.put(function, new WatchedSource(source.path(), running(function)));
        LOGGER.atInfo()
                .addKeyValue(FUNCTION, function)
                .addKeyValue(SOURCE, source.path())
                .log("source watched");
    }

    /** Looks at every source once; returns when what changed is deployed. */
    void poll() throws InterruptedException {
        forgetDeleted();
        for (Map.Entry<FunctionName, WatchedSource> each : watched.entrySet()) {
            Optional<Snapshot> change = each.getValue().look();
            if (change.isPresent()) {
                settle(each.getKey(), each.getValue(), change.get());
            }
        }
    }

    private void forgetDeleted() {
        if (watched.isEmpty()) {
            return;
        }
        Set<FunctionName> existing =
                functions.all().stream().map(RegisteredFunction::name).collect(Collectors.toSet());
        List<FunctionName> deleted = watched.keySet().stream()
                .filter(name -> !existing.contains(name))
                .toList();
        if (deleted.isEmpty()) {
            return;
        }
        for (FunctionName function : deleted) {
            watched.remove(function);
            sources.remove(function);
            LOGGER.atInfo().addKeyValue(FUNCTION, function).log("source of a deleted function forgotten");
        }
        memory.write(sources);
    }

    private void settle(FunctionName function, WatchedSource source, Snapshot change) throws InterruptedException {
        if (change instanceof Snapshot.Content) {
            pack(function, source);
        } else if (change instanceof Snapshot.Vanished) {
            tell(function, source, "nothing is there; it is watched for");
        } else if (change instanceof Snapshot.TooMuch) {
            tell(
                    function,
                    source,
                    "more than " + Snapshot.MOST_FILES + " files or " + Snapshot.MOST_BYTES + " bytes are not watched");
        } else if (change instanceof Snapshot.Unreadable unreadable) {
            tell(function, source, unreadable.reason());
        }
    }

    private void pack(FunctionName function, WatchedSource source) throws InterruptedException {
        byte[] archive;
        try {
            archive = packing.pack(source.path());
        } catch (IOException | UncheckedIOException failed) {
            if (source.isStill()) {
                tell(function, source, failed.toString());
            }
            return;
        }
        // What was read while it was written is not taken.
        if (source.isStill()) {
            redeploy(function, source, archive);
        }
    }

    private void redeploy(FunctionName function, WatchedSource source, byte[] archive) throws InterruptedException {
        String sha256 = CodeReference.of(archive).sha256();
        Source known = sources.getOrDefault(function, new Source(source.path(), Optional.empty()));
        if (known.deployed().equals(Optional.of(sha256))) {
            return;
        }
        Optional<String> running = running(function);
        // Whoever updated it since has the last word, until something is saved.
        boolean isOvertaken = known.deployed().isEmpty() && !running.equals(source.codeBefore());
        if (!running.equals(Optional.of(sha256)) && !isOvertaken && !isTaken(function, source, archive)) {
            return;
        }
        sources.put(function, known.withDeployed(sha256));
        memory.write(sources);
    }

    private Optional<String> running(FunctionName function) {
        return functions.find(function).flatMap(RegisteredFunction::code).map(CodeReference::sha256);
    }

    private boolean isTaken(FunctionName function, WatchedSource source, byte[] archive) throws InterruptedException {
        try {
            functions
                    .updateCode(function, CodeChange.to(archive))
                    .compose(accepted -> functions.settled(function))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get();
        } catch (ExecutionException failed) {
            tell(function, source, expected(function, failed.getCause()));
            return false;
        }
        LOGGER.atInfo()
                .addKeyValue(FUNCTION, function)
                .addKeyValue(MILLIS, source.sinceNoticed().toMillis())
                .log("redeployed");
        return true;
    }

    /** All else is a fault, and keeps its stack trace. */
    private static String expected(FunctionName function, @Nullable Throwable failure) {
        if (failure instanceof FunctionAdministrationException || failure instanceof BrokerUnavailableException) {
            return String.valueOf(failure.getMessage());
        }
        throw new IllegalStateException("function '" + function + "' cannot be redeployed", failure);
    }

    private static void tell(FunctionName function, WatchedSource source, String reason) {
        LOGGER.atWarn()
                .addKeyValue(FUNCTION, function)
                .addKeyValue(SOURCE, source.path())
                .addKeyValue(REASON, oneLine(reason))
                .log("not redeployed, the code before goes on");
    }

    private static String oneLine(String reason) {
        return reason.lines().map(String::strip).collect(Collectors.joining(" "));
    }
}

package io.millrace.runtime.environment.process;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.runtime.runtimeapi.FunctionFacts;
import io.millrace.runtime.runtimeapi.RuntimeApi;
import io.millrace.runtime.runtimeapi.RuntimeApiListener;
import io.vertx.core.Context;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an environment has as long as it lives, over all resets: the port of its Runtime API, and its /tmp. Event loop
 * only; what blocks is done elsewhere.
 */
final class Premises {
    private static final Logger LOGGER = LoggerFactory.getLogger(Premises.class);

    private final ProcessParts parts;
    private final VersionCode code;
    private final Context context;
    private final String id = UUID.randomUUID().toString();
    private @Nullable RuntimeApi api;
    private @Nullable Layout layout;
    private boolean opening;

    Premises(ProcessParts parts, VersionCode code, Context context) {
        this.parts = parts;
        this.code = code;
        this.context = context;
    }

    /**
     * Makes them the first time.
     *
     * @param ready called at once if they are there
     * @param failed called with the reason
     */
    void open(RuntimeApiListener listener, BiConsumer<RuntimeApi, Layout> ready, Consumer<String> failed) {
        if (api != null && layout != null) {
            ready.accept(api, layout);
            return;
        }
        opening = true;
        FunctionDefinition definition = code.definition();
        FunctionFacts facts = new FunctionFacts(
                definition.name().value(),
                definition.version(),
                definition.handler(),
                parts.options().account());
        RuntimeApi.open(context, facts, listener)
                .onSuccess(opened -> makeTmp(opened, ready, failed))
                .onFailure(failure -> fail("no port for the Runtime API: " + failure.getMessage(), failed));
    }

    private void makeTmp(RuntimeApi opened, BiConsumer<RuntimeApi, Layout> ready, Consumer<String> failed) {
        api = opened;
        parts.vertx()
                .executeBlocking(() -> parts.directories().create("environments", id, "tmp"))
                .onSuccess(tmp -> ready.accept(opened, moveIn(tmp)))
                .onFailure(failure -> fail("no directory for /tmp: " + failure.getMessage(), failed));
    }

    private Layout moveIn(Path tmp) {
        Layout made = new Layout(code.task(), code.opt(), parts.files().directory(), tmp);
        layout = made;
        opening = false;
        return made;
    }

    private void fail(String why, Consumer<String> failed) {
        opening = false;
        failed.accept(why);
    }

    /** Whether {@link #open} has not answered yet. */
    boolean isOpening() {
        return opening;
    }

    /** Null before its port is open. */
    @Nullable
    RuntimeApi api() {
        return api;
    }

    /** @param afterwards on a thread of its own */
    void close(Runnable afterwards) {
        RuntimeApi opened = api;
        if (opened != null) {
            opened.close()
                    .onFailure(failure -> LOGGER.atError().setCause(failure).log("a Runtime API could not be closed"));
        }
        Layout left = layout;
        parts.threads().execute(() -> {
            if (left != null) {
                Directories.delete(left.own());
            }
            afterwards.run();
        });
    }
}

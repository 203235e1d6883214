package io.millrace.runtime.environment.process;

import io.millrace.runtime.runtimeapi.FunctionFacts;
import io.millrace.runtime.runtimeapi.RuntimeApi;
import io.millrace.runtime.runtimeapi.RuntimeApiListener;
import io.millrace.runtime.runtimeapi.RuntimeFailure;
import io.millrace.runtime.runtimeapi.RuntimeInvocation;
import io.vertx.core.Context;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One JVM that runs one invocation and is then asked to end, so that it writes down which classes it loaded. */
final class JavaWarmUp implements RuntimeApiListener {
    private static final Logger LOGGER = LoggerFactory.getLogger(JavaWarmUp.class);

    private final Context context;
    private final Executor threads;
    private final Consumer<JavaWarmUp> whenEnded;
    private volatile @Nullable LaunchedProcess process;
    private volatile boolean killed;
    private @Nullable RuntimeApi api;
    private boolean dispatched;

    /** @param whenEnded called once, on any thread, when nothing is left of it; may block */
    JavaWarmUp(Context context, Executor threads, Consumer<JavaWarmUp> whenEnded) {
        this.context = context;
        this.threads = threads;
        this.whenEnded = whenEnded;
    }

    /** @param launch makes the process that talks to the Runtime API at this host and port; may block */
    void start(Function<String, LaunchedProcess> launch, long limitMillis) {
        FunctionFacts facts = new FunctionFacts("millrace-warm-up", "$LATEST", "", "000000000000");
        context.runOnContext(now -> RuntimeApi.open(context, facts, this)
                .onSuccess(opened -> {
                    api = opened;
                    opened.begin(Set.of());
                    threads.execute(() -> launch(launch.apply(opened.authority())));
                    context.owner().setTimer(limitMillis, late -> threads.execute(this::kill));
                })
                .onFailure(failure -> {
                    LOGGER.atWarn().setCause(failure).log("no class archive for Java functions");
                    threads.execute(() -> whenEnded.accept(this));
                }));
    }

    /** Blocks for some milliseconds. */
    void kill() {
        killed = true;
        LaunchedProcess running = process;
        if (running != null) {
            running.kill();
        }
    }

    /** Called when the process and all its output are gone. */
    void gone() {
        context.runOnContext(now -> {
            RuntimeApi opened = api;
            if (opened != null) {
                opened.close()
                        .onFailure(
                                failure -> LOGGER.atError().setCause(failure).log("a Runtime API could not be closed"));
            }
        });
        whenEnded.accept(this);
    }

    private void launch(LaunchedProcess launched) {
        process = launched;
        launched.start(threads);
        if (killed) {
            launched.kill();
        }
    }

    @Override
    public void extensionsRegistered() {
        // There are none.
    }

    @Override
    public void idle() {
        RuntimeApi opened = api;
        if (opened != null && !dispatched) {
            dispatched = true;
            opened.dispatch(new RuntimeInvocation(
                    UUID.randomUUID().toString(),
                    "{\"a\":[1,\"b\",true,null,1.5]}".getBytes(StandardCharsets.UTF_8),
                    Optional.empty(),
                    "arn:aws:lambda:us-east-1:000000000000:function:millrace-warm-up",
                    Instant.now().plusSeconds(10),
                    Optional.empty(),
                    Optional.empty()));
        } else {
            finish();
        }
    }

    @Override
    public void responded(String requestId, byte[] response) {
        // It is asked to end when it asks for the next invocation.
    }

    @Override
    public void failed(String requestId, RuntimeFailure failure) {
        // As after an answer.
    }

    @Override
    public void initFailed(RuntimeFailure failure) {
        LOGGER.atWarn().addKeyValue("type", failure.type()).log("no class archive for Java functions");
        threads.execute(this::kill);
    }

    @Override
    public void extensionFailed(RuntimeFailure failure) {
        // There are none.
    }

    private void finish() {
        LaunchedProcess running = process;
        if (running != null) {
            threads.execute(running::terminate);
        }
    }
}

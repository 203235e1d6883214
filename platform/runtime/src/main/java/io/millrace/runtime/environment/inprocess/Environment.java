package io.millrace.runtime.environment.inprocess;

import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Outcome;
import java.io.IOError;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One handler object, made by its first attempt, and again by the next if that failed. Runs one attempt at a time; who
 * may use it is the pool's business, which also hands its memory from one thread to the next.
 */
final class Environment {
    private final FunctionDefinition definition;
    private final HandlerCode code;
    private final FunctionLogger logger;
    private final String logStreamName;
    private @Nullable BoundHandler handler;
    private HandlerCode.Loaded classes;
    private boolean broken;
    private volatile @Nullable Attempt running;
    private volatile long idleSinceNanos;

    Environment(FunctionDefinition definition, HandlerCode code, FunctionLogger logger) {
        this.definition = definition;
        this.code = code;
        this.classes = code.loaded();
        this.logger = logger;
        this.logStreamName = LocalDate.now(ZoneOffset.UTC).format(DateTimeFormatter.ofPattern("yyyy/MM/dd/")) + "["
                + FunctionArn.LATEST + "]" + UUID.randomUUID().toString().replace("-", "");
    }

    /** Blocks as long as the handler does; never throws. */
    Outcome run(Invocation invocation, long deadlineNanos) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        if (handler == null) {
            classes = code.loaded();
        }
        thread.setContextClassLoader(classes.loader());
        try {
            InvocationContext context =
                    new InvocationContext(definition, invocation, logger, logStreamName, deadlineNanos);
            byte[] response = handler().invoke(invocation.payload(), context);
            return response.length > FunctionErrors.MAXIMUM_RESPONSE_BYTES
                    ? FunctionErrors.responseTooLarge()
                    : new Outcome.Succeeded(response);
        } catch (Throwable thrown) { // The border to users' code: whatever it throws is how the attempt ended.
            broken = thrown instanceof VirtualMachineError || thrown instanceof IOError;
            return FunctionErrors.of(thrown);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** After these errors Lambda's Java runtime ends its process, so the next attempt gets a new handler. */
    boolean isBroken() {
        return broken;
    }

    @Nullable
    Attempt running() {
        return running;
    }

    void running(Attempt attempt) {
        running = attempt;
    }

    void idle(long nowNanos) {
        running = null;
        idleSinceNanos = nowNanos;
    }

    long idleSinceNanos() {
        return idleSinceNanos;
    }

    private BoundHandler handler() throws Throwable {
        BoundHandler made = handler;
        if (made == null) {
            made = create();
            handler = made;
        }
        return made;
    }

    private BoundHandler create() throws Throwable {
        try {
            return classes.factory().create();
        } catch (ExceptionInInitializerError | NoClassDefFoundError e) {
            code.spoiled(classes);
            throw e;
        }
    }
}

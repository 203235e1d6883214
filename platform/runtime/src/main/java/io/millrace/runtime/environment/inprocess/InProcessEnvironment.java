package io.millrace.runtime.environment.inprocess;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.runtime.environment.Caller;
import io.millrace.runtime.environment.EnvironmentState;
import io.millrace.runtime.environment.ExecutionEnvironment;
import io.millrace.runtime.environment.ResponseSink;
import io.millrace.runtime.environment.ShutdownReason;
import io.millrace.runtime.logs.EnvironmentLines;
import java.io.IOError;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One handler object. An attempt that is cut off ends the environment: its thread may still hold what the handler has in
 * memory, so there is nothing to reset. Who may use it is the pool's business, which also hands its memory from one
 * thread to the next.
 */
final class InProcessEnvironment implements ExecutionEnvironment {
    private final FunctionDefinition definition;
    private final HandlerCode code;
    private final EnvironmentParts parts;
    private final FunctionLogger logger;
    private final String logStreamName;
    private final EnvironmentLines lines;
    private @Nullable BoundHandler handler;
    private HandlerCode.Loaded classes;
    private volatile EnvironmentState state = EnvironmentState.INIT;
    private volatile @Nullable Attempt running;

    InProcessEnvironment(
            FunctionDefinition definition, HandlerCode code, FunctionLogger logger, EnvironmentParts parts) {
        this.definition = definition;
        this.code = code;
        this.classes = code.loaded();
        this.logger = logger;
        this.parts = parts;
        String id = UUID.randomUUID().toString().replace("-", "");
        this.logStreamName = LocalDate.now(ZoneOffset.UTC).format(DateTimeFormatter.ofPattern("yyyy/MM/dd/")) + "["
                + definition.version() + "]" + id;
        this.lines = parts.logs().of(definition.name(), definition.version(), id);
        parts.live().add(this);
    }

    @Override
    public void init(Consumer<Optional<FunctionError>> whenReady) {
        start(Attempt.atInit(this, whenReady));
    }

    @Override
    public void run(Invocation invocation, Caller caller, Consumer<Outcome> whenEnded) {
        state = handler == null ? EnvironmentState.INIT : EnvironmentState.RUNNING;
        start(Attempt.at(this, invocation, caller, whenEnded));
    }

    private void start(Attempt attempt) {
        running = attempt;
        parts.work().execute(attempt);
    }

    @Override
    public EnvironmentState state() {
        return state;
    }

    @Override
    public void shutdown(ShutdownReason reason) {
        Attempt attempt = running;
        if (attempt != null) {
            attempt.cutOff(FunctionErrors::closed);
        }
        state = EnvironmentState.SHUTDOWN;
        parts.live().remove(this);
    }

    EnvironmentParts parts() {
        return parts;
    }

    /** @return of the handler; null until it was made */
    @Nullable
    BoundHandler handler() {
        return handler;
    }

    /**
     * Makes a handler object; it becomes the environment's own when its attempt ends well. Blocks as long as the code
     * does.
     *
     * @throws Throwable what static initialisation or the constructor throws
     */
    BoundHandler makeHandler() throws Throwable {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        HandlerCode.Loaded loaded = code.loaded();
        thread.setContextClassLoader(loaded.loader());
        Printed printed = isLogged() ? new Printed(lines, EnvironmentLines.NO_REQUEST) : null;
        Printed printedBefore = beginPrinting(printed);
        try {
            BoundHandler made = loaded.factory().create();
            classes = loaded;
            return made;
        } catch (ExceptionInInitializerError | NoClassDefFoundError e) {
            code.spoiled(loaded);
            throw e;
        } finally {
            endPrinting(printed, printedBefore);
            thread.setContextClassLoader(before);
        }
    }

    private boolean isLogged() {
        return lines != EnvironmentLines.NOWHERE;
    }

    private static @Nullable Printed beginPrinting(@Nullable Printed printed) {
        return printed == null ? null : HandlerOutput.swap(printed);
    }

    private static void endPrinting(@Nullable Printed printed, @Nullable Printed before) {
        if (printed != null) {
            printed.flush();
            HandlerOutput.restore(before);
        }
    }

    /** Null where nobody wants it. */
    @Nullable
    InvocationLog log(Invocation invocation, boolean wantsTail) {
        return wantsTail || isLogged() ? new InvocationLog(definition, invocation.id(), lines, wantsTail) : null;
    }

    /**
     * Blocks as long as the handler does.
     *
     * @param log keeps the lines as well, unless it is null
     * @throws Throwable what the handler throws
     */
    Outcome call(
            BoundHandler callee,
            Invocation invocation,
            Optional<ResponseSink> sink,
            @Nullable InvocationLog log,
            long deadlineNanos)
            throws Throwable {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(classes.loader());
        Printed printed = log != null && isLogged() ? log.printed() : null;
        Printed printedBefore = beginPrinting(printed);
        try (HandlerEvent event = HandlerEvent.of(invocation)) {
            if (log != null) {
                log.start();
            }
            FunctionLogger kept = log == null ? logger : logger.keptIn(log);
            InvocationContext context =
                    new InvocationContext(definition, invocation, kept, logStreamName, sink, deadlineNanos);
            byte[] response = invoked(callee, event, context);
            return response.length > FunctionErrors.MAXIMUM_RESPONSE_BYTES
                    ? FunctionErrors.responseTooLarge(FunctionErrors.MAXIMUM_RESPONSE_BYTES)
                    : new Outcome.Succeeded(response);
        } catch (ResponseOutput.TooLargeException tooLarge) {
            return FunctionErrors.responseTooLarge(ResponseSink.MAXIMUM_BYTES);
        } catch (UnusablePayloadException unusable) {
            return FunctionErrors.unusable(unusable);
        } finally {
            endPrinting(printed, printedBefore);
            thread.setContextClassLoader(before);
        }
    }

    private static byte[] invoked(BoundHandler callee, HandlerEvent event, InvocationContext context) throws Throwable {
        try {
            return callee.invoke(event, context);
        } catch (Exception failed) {
            Optional<UnusablePayloadException> broken = event.broken();
            if (broken.isPresent()) {
                throw broken.get();
            }
            throw failed;
        }
    }

    /** The attempt ended by itself. After some errors Lambda's Java runtime ends its process, so this ends as well. */
    void ended(@Nullable BoundHandler used, @Nullable Throwable thrown) {
        handler = used;
        running = null;
        boolean broken = used == null || thrown instanceof VirtualMachineError || thrown instanceof IOError;
        state = broken ? EnvironmentState.SHUTDOWN : EnvironmentState.READY;
    }

    /** The attempt was cut off. */
    void cutOff() {
        running = null;
        state = EnvironmentState.SHUTDOWN;
    }

    /** The initialisation took too long: it is done once more, within the first invocation (lambda-semantics 5.1). */
    void again(Attempt suppressed) {
        running = suppressed;
        parts.work().execute(suppressed);
    }

    /** What runs here now, for the thread that watches deadlines. */
    @Nullable
    Attempt running() {
        return running;
    }

    Duration timeout() {
        return definition.timeout();
    }
}

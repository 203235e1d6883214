package io.millrace.testkit;

import io.millrace.InvokeResult;
import io.millrace.Millrace;
import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.deadletter.DeadLetter;
import io.millrace.function.FunctionHandler;
import io.millrace.runtime.accounting.FunctionAccount;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The whole platform in the JVM of a test: its broker on free ports, its data in a temporary directory. In a static
 * field, or with {@code @ExtendWith}, one platform serves all tests of the class, nested ones too; in an instance field
 * each test has its own. Tests may take it, or its {@link Millrace}, as a parameter.
 *
 * <p>Retry delays are those of production divided by 6,000, see {@link MillraceExtensionBuilder#scale}.
 *
 * <p>The platform tells this class how every attempt ends, with the request id; that is how one event is known among
 * many. Handlers are not wrapped, so that they are bound and fail as in production.
 *
 * <p>Blocking. Publishing, invoking and awaiting are thread-safe; tests that share a platform share its functions.
 */
public final class MillraceExtension
        implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private final MillraceExtensionBuilder blueprint;
    private int classesOpen;
    private volatile @Nullable RunningPlatform running;

    /** Without functions yet; for {@code @ExtendWith}. */
    public MillraceExtension() {
        this(new MillraceExtensionBuilder());
    }

    MillraceExtension(MillraceExtensionBuilder blueprint) {
        this.blueprint = blueprint;
    }

    public static MillraceExtensionBuilder builder() {
        return new MillraceExtensionBuilder();
    }

    /** Publishes an event and waits until the broker has it. */
    public PublishedEvent publish(String function, String json) {
        return publish(function, json.getBytes(StandardCharsets.UTF_8));
    }

    /** As {@link #publish(String, String)}. */
    public PublishedEvent publish(String function, byte[] payload) {
        return running().publish(function, payload);
    }

    /** Publishes many events at once and waits until the broker has them all. In the order of {@code events}. */
    public List<PublishedEvent> publishAll(String function, List<String> events) {
        return running().publishAll(function, events);
    }

    /** Runs a function and waits for its answer, also when it fails. */
    public InvokeResult invoke(String function, String json) {
        return millrace().invoke(function, json).join();
    }

    /** As {@link #deploy(String, Object, UnaryOperator)}, with the defaults. */
    public void deploy(String function, Object handler) {
        running().deploy(function, handler, definition -> definition);
    }

    /** As {@link #deploy(String, Object)}, for a lambda expression on bytes. */
    public void deploy(String function, FunctionHandler handler) {
        deploy(function, (Object) handler);
    }

    /** Adds or replaces a function, as MillraceExtensionBuilder.function; retry times are scaled. */
    public void deploy(String function, Object handler, UnaryOperator<FunctionDefinition> options) {
        running().deploy(function, handler, options);
    }

    /**
     * Waits until no event of any function waits or runs: each has succeeded or is a dead letter.
     *
     * @return the counts at that moment
     * @throws AssertionError with the counts when that takes too long
     */
    public Map<String, FunctionAccount> awaitQuiet() {
        return running().awaitQuiet();
    }

    /** What became of the events of each function. */
    public Map<String, FunctionAccount> stats() {
        return running().stats();
    }

    /** The dead letters of a function, the oldest first. */
    public List<DeadLetter> deadLetters(String function) {
        return running().deadLetters(function);
    }

    /**
     * Moves all dead letters of a function back to where they died.
     *
     * @return how many were moved
     */
    public long redrive(String function) {
        return running().redrive(function);
    }

    /** The platform itself; functions deployed by it directly keep their retry times unscaled. */
    public Millrace millrace() {
        return running().millrace();
    }

    /** The broker, for its ports. */
    public EmbeddedBroker broker() {
        return millrace().embeddedBroker().orElseThrow();
    }

    private RunningPlatform running() {
        RunningPlatform now = running;
        if (now == null) {
            throw new IllegalStateException(
                    "the platform does not run, expected a call from within a test and a field with @RegisterExtension");
        }
        return now;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        if (classesOpen++ == 0) {
            start();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (--classesOpen == 0) {
            stop();
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        if (classesOpen == 0) {
            start();
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (classesOpen == 0) {
            stop();
        }
    }

    void start() {
        running = blueprint.start();
    }

    void stop() {
        RunningPlatform stopping = running;
        running = null;
        if (stopping != null) {
            stopping.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type.equals(MillraceExtension.class) || type.equals(Millrace.class);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType().equals(Millrace.class) ? millrace() : this;
    }
}

package io.millrace.runtime.environment.inprocess;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Lineage;
import io.millrace.function.FunctionContext;
import io.millrace.runtime.environment.ResponseSink;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What one attempt tells its handler, in Lambda's words and in ours (lambda-semantics 1.8). Thread-safe. */
final class InvocationContext implements Context, FunctionContext {
    private final FunctionDefinition definition;
    private final Invocation invocation;
    private final FunctionLogger logger;
    private final String logStreamName;
    private final long deadlineNanos;
    private final Optional<ResponseSink> sink;
    private @Nullable String trace;

    /**
     * @param sink where a response goes that is made bit by bit
     * @param deadlineNanos on the clock of {@link System#nanoTime()}
     */
    InvocationContext(
            FunctionDefinition definition,
            Invocation invocation,
            FunctionLogger logger,
            String logStreamName,
            Optional<ResponseSink> sink,
            long deadlineNanos) {
        this.definition = definition;
        this.invocation = invocation;
        this.logger = logger;
        this.logStreamName = logStreamName;
        this.sink = sink;
        this.deadlineNanos = deadlineNanos;
    }

    /** A new place for the response. */
    ResponseOutput output() {
        return new ResponseOutput(sink);
    }

    @Override
    public String requestId() {
        return invocation.id();
    }

    @Override
    public String functionName() {
        return definition.name().value();
    }

    @Override
    public String functionVersion() {
        return definition.version();
    }

    @Override
    public String invokedFunctionArn() {
        return invocation.arn().toString();
    }

    @Override
    public int memorySizeMegabytes() {
        return definition.memorySizeMegabytes();
    }

    @Override
    public Instant deadline() {
        return Instant.now().plusNanos(deadlineNanos - System.nanoTime());
    }

    @Override
    public Duration remainingTime() {
        return Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
    }

    @Override
    public Map<String, String> environment() {
        return definition.environment();
    }

    @Override
    public void log(String line) {
        logger.log(line);
    }

    @Override
    public String getAwsRequestId() {
        return requestId();
    }

    @Override
    public String getLogGroupName() {
        return "/aws/lambda/" + definition.name();
    }

    @Override
    public String getLogStreamName() {
        return logStreamName;
    }

    @Override
    public String getFunctionName() {
        return functionName();
    }

    @Override
    public String getFunctionVersion() {
        return functionVersion();
    }

    @Override
    public String getInvokedFunctionArn() {
        return invokedFunctionArn();
    }

    @Override
    public @Nullable CognitoIdentity getIdentity() {
        return null; // Known only to callers of the vendor's mobile SDK.
    }

    /** @throws IllegalArgumentException if the caller's client context is no JSON object */
    @Override
    public @Nullable ClientContext getClientContext() {
        return invocation.clientContext().map(CallerContext::parse).orElse(null);
    }

    @Override
    public int getRemainingTimeInMillis() {
        return (int) remainingTime().toMillis();
    }

    @Override
    public int getMemoryLimitInMB() {
        return memorySizeMegabytes();
    }

    /** What the handler has to send with its calls of functions, so that loops of them are noticed. */
    @Override
    public synchronized String getXrayTraceId() {
        if (trace == null) {
            FunctionArn arn = invocation.arn();
            String function =
                    FunctionArn.of(arn.region(), arn.account(), arn.function()).toString();
            trace = Lineage.continued(
                    Optional.ofNullable(invocation.attributes().get(Invocation.TRACE)), Lineage.key(function));
        }
        return trace;
    }

    @Override
    public LambdaLogger getLogger() {
        return logger;
    }
}

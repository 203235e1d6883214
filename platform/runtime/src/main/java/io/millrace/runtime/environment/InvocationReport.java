package io.millrace.runtime.environment;

import io.millrace.core.function.FunctionDefinition;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Measures and words the lines that end an invocation's log (lambda-semantics 1.7). Not thread-safe. */
public final class InvocationReport {
    private static final double NANOS_PER_MILLI = 1_000_000.0;

    private final FunctionDefinition definition;
    private long initStartedNanos;
    private long startedNanos;
    private OptionalDouble initMillis = OptionalDouble.empty();

    public InvocationReport(FunctionDefinition definition) {
        this.definition = definition;
    }

    public void initStarted() {
        initStartedNanos = System.nanoTime();
        startedNanos = initStartedNanos;
    }

    public void initEnded() {
        initMillis = OptionalDouble.of(since(initStartedNanos));
    }

    public String initFailed(String phase, String status, String errorType) {
        String line = "INIT_REPORT Init Duration: " + millis(since(initStartedNanos)) + " ms\tPhase: " + phase
                + "\tStatus: " + status;
        return "error".equals(status) ? line + "\tError Type: " + errorType : line;
    }

    public void invocationStarted() {
        startedNanos = System.nanoTime();
    }

    /** Tells the caller of the attempt that ends; to be called before {@link #invocationEnded}. */
    public void measured(Caller caller) {
        caller.measured((long) (initMillis.orElse(0) * NANOS_PER_MILLI), System.nanoTime() - startedNanos);
    }

    /**
     * @param status empty, {@code error} or {@code timeout}
     * @param peakMegabytes the most memory it had, empty where that is not known
     */
    public String invocationEnded(String requestId, String status, String errorType, OptionalLong peakMegabytes) {
        double millis = since(startedNanos);
        double billed = Math.ceil(millis + initMillis.orElse(0));
        StringBuilder text = new StringBuilder(256)
                .append("END RequestId: ")
                .append(requestId)
                .append("\nREPORT RequestId: ")
                .append(requestId)
                .append("\tDuration: ")
                .append(millis(millis))
                .append(" ms\tBilled Duration: ")
                .append((long) billed)
                .append(" ms\tMemory Size: ")
                .append(definition.memorySizeMegabytes())
                .append(" MB");
        peakMegabytes.ifPresent(
                peak -> text.append("\tMax Memory Used: ").append(peak).append(" MB"));
        initMillis.ifPresent(
                init -> text.append("\tInit Duration: ").append(millis(init)).append(" ms"));
        initMillis = OptionalDouble.empty();
        if (!status.isEmpty()) {
            text.append("\tStatus: ").append(status);
        }
        if ("error".equals(status)) {
            text.append("\tError Type: ").append(errorType);
        }
        return text.append('\t').toString();
    }

    private static double since(long nanos) {
        return (System.nanoTime() - nanos) / NANOS_PER_MILLI;
    }

    /** Two decimals; by hand, as it is done for every invocation. */
    private static String millis(double millis) {
        long hundredths = Math.round(millis * 100);
        long fraction = hundredths % 100;
        return hundredths / 100 + (fraction < 10 ? ".0" : ".") + fraction;
    }
}

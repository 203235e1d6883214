package io.millrace.runtime.observe;

import io.millrace.core.invocation.InvocationType;
import io.millrace.core.retry.GiveUpCondition;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * What happens to one function, or to all that have no meters of their own, since the server began. Whoever counts keeps
 * these, so that no event costs a look-up. Thread-safe; counting neither blocks nor allocates.
 */
public final class FunctionMeters {
    /** Further versions count as {@link Meters#OTHERS}. */
    static final int VERSIONS = 50;

    private final String label;
    private final boolean isOn;
    private final Map<String, VersionMeters> versions = new ConcurrentHashMap<>();
    private final Durations extensions = new Durations(0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60);
    private final Durations eventAges = new Durations(0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3_600, 21_600);
    private final LongAdder throttledCalls = new LongAdder();
    private final LongAdder throttledEvents = new LongAdder();
    private final Map<GiveUpCondition, LongAdder> dropped = new EnumMap<>(GiveUpCondition.class);
    private final Map<ShadowResult, LongAdder> shadowed = new EnumMap<>(ShadowResult.class);
    private final LongAdder recursiveCalls = new LongAdder();
    private final LongAdder deadLetterErrors = new LongAdder();
    private final LongAdder destinationFailures = new LongAdder();
    private final LongAdder redeliveries = new LongAdder();
    private final LongAdder keysMissing = new LongAdder();

    /** @param isOn whether anybody will read what is measured for each event */
    FunctionMeters(String label, boolean isOn) {
        this.label = label;
        this.isOn = isOn;
        for (GiveUpCondition why : GiveUpCondition.values()) {
            dropped.put(why, new LongAdder());
        }
        for (ShadowResult result : ShadowResult.values()) {
            shadowed.put(result, new LongAdder());
        }
    }

    /** The name of the function, or {@link Meters#OTHERS}. */
    public String label() {
        return label;
    }

    /** Whether it is worth finding out what costs something to find out. */
    public boolean isOn() {
        return isOn;
    }

    /** To be kept by who counts. */
    public synchronized VersionMeters version(String version) {
        boolean isShown = !label.equals(Meters.OTHERS) && (versions.size() < VERSIONS || versions.containsKey(version));
        return versions.computeIfAbsent(isShown ? version : Meters.OTHERS, first -> new VersionMeters());
    }

    /** By version, ordered. */
    public Map<String, VersionMeters> versions() {
        return new TreeMap<>(versions);
    }

    /** Extensions were done with an attempt, so long after its function. */
    public void extensionsRan(long nanos) {
        extensions.record(nanos);
    }

    /** An attempt at an event starts, so long after the event was accepted. */
    public void eventStarts(long ageMillis) {
        eventAges.record(TimeUnit.MILLISECONDS.toNanos(Math.max(0, ageMillis)));
    }

    /** There was no permit: a call is refused, an event waits. */
    public void throttled(InvocationType type) {
        (type == InvocationType.EVENT ? throttledEvents : throttledCalls).increment();
    }

    /** An event was given up. */
    public void dropped(GiveUpCondition why) {
        of(why).increment();
    }

    /** A call was refused because the function calls itself too often. */
    public void refusedRecursiveCall() {
        recursiveCalls.increment();
    }

    /** The end of an event that was given up could not be written; it is tried again. */
    public void deadLetterFailed() {
        deadLetterErrors.increment();
    }

    /** A destination did not take a record, which is lost. */
    public void destinationFailed() {
        destinationFailures.increment();
    }

    /** An event came from its queue that had an attempt before. */
    public void redelivered() {
        redeliveries.increment();
    }

    /** An invocation had no idempotency key where its function says that one is. */
    public void keyMissing() {
        keysMissing.increment();
    }

    public long keysMissing() {
        return keysMissing.sum();
    }

    /** An event was to be run by another version, too, and this came of it. */
    public void shadowed(ShadowResult result) {
        Objects.requireNonNull(shadowed.get(result)).increment();
    }

    public long shadowedEvents(ShadowResult result) {
        return Objects.requireNonNull(shadowed.get(result)).sum();
    }

    public Durations extensions() {
        return extensions;
    }

    public Durations eventAges() {
        return eventAges;
    }

    public long throttledCalls() {
        return throttledCalls.sum();
    }

    public long throttledEvents() {
        return throttledEvents.sum();
    }

    public long droppedEvents(GiveUpCondition why) {
        return of(why).sum();
    }

    private LongAdder of(GiveUpCondition why) {
        return Objects.requireNonNull(dropped.get(why));
    }

    public long recursiveCalls() {
        return recursiveCalls.sum();
    }

    public long deadLetterErrors() {
        return deadLetterErrors.sum();
    }

    public long destinationFailures() {
        return destinationFailures.sum();
    }

    public long redeliveries() {
        return redeliveries.sum();
    }
}

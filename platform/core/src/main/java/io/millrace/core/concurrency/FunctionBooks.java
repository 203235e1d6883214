package io.millrace.core.concurrency;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger knows of one function: its reservation, and sums over its versions. Whoever changes a version takes it
 * out of the sums first and puts it back afterwards. Guarded by the ledger's lock.
 */
final class FunctionBooks {
    private static final int UNRESERVED = -1;

    final TokenBucket rate;
    final TokenBucket scaling;
    private final Map<String, VersionBooks> versions = new HashMap<>();
    private int reservation = UNRESERVED;
    private int provisioned;
    private int onDemandRunning;
    private int provisionedRunning;
    private int overflow;
    private int idle;
    private int warm;

    FunctionBooks(TokenBucket rate, TokenBucket scaling) {
        this.rate = rate;
        this.scaling = scaling;
    }

    void reserve(OptionalInt wanted) {
        reservation = wanted.orElse(UNRESERVED);
    }

    boolean isReserved() {
        return reservation != UNRESERVED;
    }

    int reservation() {
        return reservation;
    }

    /** Requested of all versions. */
    int provisioned() {
        return provisioned;
    }

    /** What the attempts take from the pool on demand: the function's own if it is reserved, else the unreserved one. */
    int poolUse() {
        return onDemandRunning + overflow;
    }

    int running() {
        return onDemandRunning + provisionedRunning;
    }

    int idle() {
        return idle;
    }

    int warm() {
        return warm;
    }

    LedgerReading.OfFunction reading() {
        Map<String, Usage> provisioned = new HashMap<>();
        for (VersionBooks version : versions.values()) {
            if (version.requested > 0) {
                provisioned.put(version.name, version.usage());
            }
        }
        return new LedgerReading.OfFunction(
                running(), isReserved() ? OptionalInt.of(reservation) : OptionalInt.empty(), provisioned);
    }

    @Nullable
    VersionBooks find(String version) {
        return versions.get(version);
    }

    void open(VersionBooks version) {
        versions.put(version.name, version);
    }

    /** Attempts of the version go on to count: its permits know it, and the sums do. */
    void forget(String version) {
        versions.remove(version);
    }

    Iterable<VersionBooks> versions() {
        return versions.values();
    }

    void takeOut(VersionBooks version) {
        sum(version, -1);
    }

    void putBack(VersionBooks version) {
        sum(version, 1);
    }

    private void sum(VersionBooks version, int sign) {
        provisioned += sign * version.requested;
        onDemandRunning += sign * version.onDemandRunning;
        provisionedRunning += sign * version.provisionedRunning;
        overflow += sign * version.overflow();
        idle += sign * version.idle();
        warm += sign * version.warm();
    }
}

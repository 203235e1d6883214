package io.millrace.core.concurrency;

/** What the ledger knows of one function version. Guarded by the ledger's lock. */
final class VersionBooks {
    final String name;
    final TokenBucket provisionedRate;
    int requested;
    int available;
    int provisionedRunning;
    int onDemandRunning;
    int onDemandLive;
    long spillOvers;

    VersionBooks(String name, TokenBucket provisionedRate) {
        this.name = name;
        this.provisionedRate = provisionedRate;
    }

    /** Provisioned environments that wait for an attempt. */
    int idle() {
        return Math.max(0, Math.min(requested, available) - provisionedRunning);
    }

    /** Attempts whose provisioned environment was taken from the configuration under them: the pool carries them. */
    int overflow() {
        return Math.max(0, provisionedRunning - requested);
    }

    /** On-demand environments that wait for an attempt. */
    int warm() {
        return Math.max(0, onDemandLive - onDemandRunning);
    }

    Usage usage() {
        return new Usage(requested, available, provisionedRunning - overflow(), spillOvers);
    }
}

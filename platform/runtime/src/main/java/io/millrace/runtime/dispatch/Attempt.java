package io.millrace.runtime.dispatch;

import io.millrace.broker.delivery.Delivery;
import io.millrace.core.concurrency.Permit;
import io.millrace.core.invocation.Invocation;

/** One run of a handler that has not been settled. Event loop only. */
final class Attempt {
    private final FunctionWorker worker;
    private final Invocation invocation;
    private final DeployedVersion version;
    private final int number;
    private final Permit permit;
    private Delivery delivery;

    /** @param number from 1; spent attempts of the event include those that a lost worker began */
    Attempt(
            FunctionWorker worker,
            Invocation invocation,
            DeployedVersion version,
            int number,
            Permit permit,
            Delivery delivery) {
        this.worker = worker;
        this.invocation = invocation;
        this.version = version;
        this.number = number;
        this.permit = permit;
        this.delivery = delivery;
    }

    FunctionWorker worker() {
        return worker;
    }

    Invocation invocation() {
        return invocation;
    }

    /** What it runs, whatever is deployed meanwhile. */
    DeployedVersion version() {
        return version;
    }

    int number() {
        return number;
    }

    Permit permit() {
        return permit;
    }

    Delivery delivery() {
        return delivery;
    }

    /** The broker delivered the event again while it still runs here: settle that delivery instead. */
    void adopt(Delivery again) {
        delivery = again;
    }
}

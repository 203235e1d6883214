package io.millrace.runtime.dispatch;

import io.millrace.core.concurrency.ConcurrencyLedger;
import io.millrace.core.concurrency.UsedUp;
import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.InvocationType;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** What keeps a version of a function from running one more event at this instant. Event loop only; takes no permit. */
final class Obstacles {
    static final Wait STORE_AWAY = Wait.of(
            WaitReason.STORE_AWAY, 0, "it has an idempotency key, and the store of keys is away; one a second asks it");

    private final DeployedFunction deployed;
    private final WorkerParts parts;
    private final Map<Optional<DeployedVersion>, Wait> known = new HashMap<>();

    Obstacles(DeployedFunction deployed, WorkerParts parts) {
        this.deployed = deployed;
        this.parts = parts;
    }

    /** @param version empty if there is none of the qualifier */
    Wait of(Optional<DeployedVersion> version) {
        return known.computeIfAbsent(version, this::find);
    }

    private Wait find(Optional<DeployedVersion> version) {
        if (parts.ledger().isOff(deployed.name())) {
            return Wait.of(
                    WaitReason.SWITCHED_OFF, 0, "reserved concurrency is 0: events that arrive go to the dead letters");
        }
        if (version.isEmpty()) {
            return Wait.of(WaitReason.NEXT, 0, "its version or alias does not exist; it fails when its turn comes");
        }
        if (parts.quarantine().keepsOut(version.get())) {
            return Wait.of(
                    WaitReason.QUARANTINE, 0, "an event that ran when the server was lost runs alone now, or is to");
        }
        return permit(version.get())
                .or(() -> room(version.get()))
                .orElseGet(() -> Wait.of(WaitReason.NEXT, 0, "nothing holds it up"));
    }

    private static Optional<Wait> room(DeployedVersion version) {
        return version.environments().hasRoom(InvocationType.EVENT)
                ? Optional.empty()
                : Optional.of(Wait.of(
                        WaitReason.NO_ROOM,
                        0,
                        "the machine can start no further environment now: environment.maximumProcesses are in use, or"
                                + " its processors are busy"));
    }

    private Optional<Wait> permit(DeployedVersion version) {
        ConcurrencyLedger ledger = parts.ledger();
        FunctionName name = deployed.name();
        OptionalInt reserved = deployed.definition().reservedConcurrency();
        Optional<UsedUp> limit = ledger.usedUp(name);
        if (limit.isPresent()) {
            return Optional.of(Wait.of(WaitReason.NO_PERMIT, 0, told(limit.get(), reserved)));
        }
        boolean isForOthers = reserved.isPresent()
                && reserved.getAsInt() <= provisioned()
                && ledger.usage(name, version.version()).requested() == 0;
        return isForOthers
                ? Optional.of(Wait.of(
                        WaitReason.NO_PERMIT,
                        0,
                        "reserved concurrency " + reserved.getAsInt() + " is all provisioned for other versions"))
                : Optional.empty();
    }

    private String told(UsedUp limit, OptionalInt reserved) {
        ConcurrencyLedger ledger = parts.ledger();
        int running = ledger.running(deployed.name());
        String ofThisFunction = reserved.isPresent()
                ? "; of this function's reserved concurrency " + reserved.getAsInt() + ", " + running + " run"
                : "; of this function " + running + " run";
        return switch (limit) {
            case RESERVED ->
                "reserved concurrency " + reserved.orElse(0) + " is used up"
                        + (running < reserved.orElse(0) ? ", part of it by what is provisioned" : "");
            case UNRESERVED ->
                "the unreserved pool of " + ledger.unreservedLimit() + " of the account's " + ledger.accountLimit()
                        + " is used up" + ofThisFunction;
            case ACCOUNT -> "the account's limit of " + ledger.accountLimit() + " is used up" + ofThisFunction;
            case NEW_ENVIRONMENTS ->
                "it has started as many environments as concurrency.newEnvironmentsPer10s allows" + ofThisFunction;
        };
    }

    private int provisioned() {
        return deployed.published().keySet().stream()
                .mapToInt(version ->
                        parts.ledger().usage(deployed.name(), version).requested())
                .sum();
    }
}

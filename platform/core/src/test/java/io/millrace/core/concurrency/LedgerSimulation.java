package io.millrace.core.concurrency;

import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.InvocationType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** One seeded life of a ledger beside its recount. Everything either of them says is compared after each step. */
final class LedgerSimulation {
    private static final int STEPS = 3_000;
    private static final List<FunctionName> FUNCTIONS =
            List.of(new FunctionName("f0"), new FunctionName("f1"), new FunctionName("f2"));
    private static final List<String> VERSIONS = List.of("$LATEST", "1");

    private final Random random;
    private final ConcurrencyRules rules;
    private final ConcurrencyLedger ledger;
    private final RecountedLedger recount;
    private final List<Permit> closed = new ArrayList<>();
    private long now;
    private int step;
    int granted;
    int refused;

    LedgerSimulation(long seed, LedgerArithmetic arithmetic) {
        this.random = new Random(seed);
        int account = 6 + random.nextInt(20);
        this.rules = new ConcurrencyRules(
                account, random.nextInt(account / 2), random.nextInt(8), 2 + random.nextInt(4 * account));
        this.now = random.nextLong();
        this.ledger = new ConcurrencyLedger(rules, () -> now, arithmetic);
        this.recount = new RecountedLedger(rules, now);
    }

    /** What was wrong first, if anything. */
    Optional<String> run() {
        try {
            for (step = 0; step < STEPS; step++) {
                now += 1 + (long) (random.nextDouble() * millis(40));
                act();
                compare();
            }
            kill(1);
            compare();
            same("what runs once all have ended", 0, recount.attempts.size());
            return Optional.empty();
        } catch (Wrong wrong) {
            return Optional.of("step " + step + ": " + wrong.getMessage());
        }
    }

    private static final class Wrong extends RuntimeException {
        Wrong(String message) {
            super(message);
        }
    }

    private static void same(String what, Object expected, Object actual) {
        if (!Objects.equals(expected, actual)) {
            throw new Wrong(what + " is " + actual + ", expected " + expected);
        }
    }

    private void act() {
        FunctionName function = FUNCTIONS.get(random.nextInt(FUNCTIONS.size()));
        String version = VERSIONS.get(random.nextInt(VERSIONS.size()));
        int dice = random.nextInt(1_000);
        if (dice < 450) {
            admit(function, version, random.nextInt(1 + random.nextInt(12)));
        } else if (dice < 750) {
            end(1 + random.nextInt(3));
        } else if (dice < 780) {
            closeAgain();
        } else if (dice < 830) {
            retire(function, version, random.nextInt(4));
        } else if (dice < 870) {
            reserve(function);
        } else if (dice < 910) {
            provision(function, version);
        } else if (dice < 950) {
            initialise(function, version);
        } else if (dice < 965) {
            resizeAccount();
        } else if (dice < 975) {
            kill(random.nextDouble());
        } else if (dice < 985) {
            now += millis(random.nextInt(15_000)); // frozen: nothing ends
        } else if (dice < 993) {
            ledger.forget(function, version);
            recount.forget(function, version, now);
        } else {
            ledger.forget(function);
            recount.forget(function, now);
        }
    }

    private static long millis(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private void admit(FunctionName name, String versionName, int times) {
        InvocationType type = random.nextBoolean() ? InvocationType.EVENT : InvocationType.REQUEST_RESPONSE;
        for (int i = 0; i < times; i++) {
            RecountedLedger.Expected expected = recount.admit(name, versionName, type, now);
            Admission admission = ledger.admit(name, versionName, type);
            String what = "admission of " + type + " to " + name + ":" + versionName;
            if (admission instanceof Permit permit) {
                same(what, expected.refused(), Optional.empty());
                same(what + " as provisioned", expected.provisioned(), permit.isProvisioned());
                RecountedLedger.Function function = recount.function(name, now);
                recount.attempts.add(new RecountedLedger.Running(
                        permit, function, RecountedLedger.version(function, versionName), permit.isProvisioned()));
                granted++;
            } else {
                same(what, expected.refused(), Optional.of(admission));
                refused++;
            }
        }
    }

    private void end(int times) {
        for (int i = 0; i < times && !recount.attempts.isEmpty(); i++) {
            RecountedLedger.Running ended = recount.attempts.remove(random.nextInt(recount.attempts.size()));
            ended.permit().close();
            closed.add(ended.permit());
        }
    }

    private void closeAgain() {
        if (!closed.isEmpty()) {
            closed.get(random.nextInt(closed.size())).close();
        }
    }

    private void kill(double part) {
        end((int) Math.ceil(part * recount.attempts.size()));
    }

    private void retire(FunctionName function, String version, int count) {
        ledger.environmentsRetired(function, version, count);
        RecountedLedger.Version books = RecountedLedger.version(recount.function(function, now), version);
        books.live = Math.max(0, books.live - count);
    }

    private void reserve(FunctionName function) {
        int permits = random.nextInt(4) == 0 ? 0 : random.nextInt(rules.accountLimit() + 1);
        OptionalInt wanted = random.nextInt(3) == 0 ? OptionalInt.empty() : OptionalInt.of(permits);
        same(
                "reservation of " + wanted + " for " + function,
                recount.reserve(function, wanted, now),
                ledger.reserve(function, wanted));
    }

    private void provision(FunctionName function, String version) {
        int wanted = random.nextInt(3) == 0 ? 0 : random.nextInt(rules.accountLimit());
        same(
                "provisioned concurrency of " + wanted + " for " + function + ":" + version,
                recount.provision(function, version, wanted, now),
                ledger.provision(function, version, wanted));
    }

    private void initialise(FunctionName function, String version) {
        RecountedLedger.Version books = RecountedLedger.version(recount.function(function, now), version);
        books.available = random.nextInt(books.requested + 3);
        ledger.available(function, version, books.available);
    }

    private void resizeAccount() {
        int limit = random.nextInt(2 * rules.accountLimit());
        ledger.resizeAccount(limit);
        recount.resizeAccount(limit, now);
    }

    private void compare() {
        same("account limit", recount.account, ledger.accountLimit());
        same("unreserved limit", Math.max(0, recount.unreserved()), ledger.unreservedLimit());
        for (FunctionName function : FUNCTIONS) {
            same("running of " + function, recount.running(function), ledger.running(function));
            same("free of " + function, recount.free(function, now), ledger.free(function));
            same("off of " + function, recount.isOff(function), ledger.isOff(function));
            for (String version : VERSIONS) {
                same(
                        "usage of " + function + ":" + version,
                        recount.usage(function, version),
                        ledger.usage(function, version));
            }
        }
    }
}

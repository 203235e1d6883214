package io.millrace.core.concurrency;

import io.millrace.core.concurrency.Refusal.Reason;
import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.InvocationType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The ledger told a second time and as simply as can be: a list of attempts that run, and what is configured. Everything
 * is counted from scratch whenever it is asked for.
 */
final class RecountedLedger {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final ConcurrencyRules rules;
    private final Map<FunctionName, Function> functions = new HashMap<>();
    private final RateRecord unreservedRate = new RateRecord(SECOND);
    final List<Running> attempts = new ArrayList<>();
    int account;

    RecountedLedger(ConcurrencyRules rules, long now) {
        this.rules = rules;
        this.account = rules.accountLimit();
        ratesChanged(now);
    }

    /** What the ledger is to answer: the constant, or a permit. */
    record Expected(Optional<Refused> refused, boolean provisioned) {
        private static Expected refused(Refused reason) {
            return new Expected(Optional.of(reason), false);
        }
    }

    record Running(Permit permit, Function function, Version version, boolean provisioned) {}

    static final class Function {
        OptionalInt reservation = OptionalInt.empty();
        final Map<String, Version> versions = new HashMap<>();
        final RateRecord rate = new RateRecord(SECOND);
        final RateRecord scaling = new RateRecord(10 * SECOND);
    }

    static final class Version {
        int requested;
        int available;
        int live;
        long spillOvers;
        final RateRecord rate = new RateRecord(SECOND);
    }

    Function function(FunctionName name, long now) {
        Function function = functions.computeIfAbsent(name, opened -> new Function());
        function.scaling.resize(rules.newEnvironmentsPerTenSeconds(), now);
        return function;
    }

    static Version version(Function function, String version) {
        return function.versions.computeIfAbsent(version, opened -> new Version());
    }

    private int count(Predicate<Running> which) {
        int count = 0;
        for (Running attempt : attempts) {
            count += which.test(attempt) ? 1 : 0;
        }
        return count;
    }

    private int provisionedRunning(Version version) {
        return count(attempt -> attempt.version() == version && attempt.provisioned());
    }

    private int onDemandRunning(Version version) {
        return count(attempt -> attempt.version() == version && !attempt.provisioned());
    }

    private static int provisioned(Function function) {
        return function.versions.values().stream()
                .mapToInt(version -> version.requested)
                .sum();
    }

    int unreserved() {
        int left = account;
        for (Function function : functions.values()) {
            left -= function.reservation.orElse(provisioned(function));
        }
        return left;
    }

    private int poolLimit(Function function) {
        return function.reservation.isPresent()
                ? function.reservation.getAsInt() - provisioned(function)
                : unreserved();
    }

    /** What runs on demand, and what lost its provisioned environment: more run there than are configured. */
    private int poolUse(Predicate<Function> which) {
        Map<Version, Integer> provisioned = new HashMap<>();
        int use = 0;
        for (Running attempt : attempts) {
            if (which.test(attempt.function())) {
                boolean homeless = attempt.provisioned()
                        && provisioned.merge(attempt.version(), 1, Integer::sum) > attempt.version().requested;
                use += !attempt.provisioned() || homeless ? 1 : 0;
            }
        }
        return use;
    }

    private int poolFree(Function function) {
        int use = function.reservation.isPresent()
                ? poolUse(each -> each == function)
                : poolUse(each -> each.reservation.isEmpty());
        return poolLimit(function) - use;
    }

    private int idle(Version version) {
        return Math.max(0, Math.min(version.requested, version.available) - provisionedRunning(version));
    }

    private int warm(Version version) {
        return Math.max(0, version.live - onDemandRunning(version));
    }

    Expected admit(FunctionName name, String versionName, InvocationType type, long now) {
        Function function = function(name, now);
        Version version = version(function, versionName);
        boolean reserved = function.reservation.isPresent();
        boolean capped = rules.requestsPerSecondPerPermit() > 0 && type == InvocationType.REQUEST_RESPONSE;
        boolean accountFull = attempts.size() >= account;
        if (!accountFull && idle(version) > 0 && (!capped || version.rate.tokens(now) > 0)) {
            if (capped) {
                version.rate.take(now);
            }
            return new Expected(Optional.empty(), true);
        }
        if (poolFree(function) <= 0) {
            return Expected.refused(reserved ? Refused.RESERVED_CONCURRENCY : Refused.CONCURRENCY);
        }
        if (accountFull) {
            return Expected.refused(Refused.CONCURRENCY);
        }
        RateRecord rate = reserved ? function.rate : unreservedRate;
        if (capped && rate.tokens(now) == 0) {
            return Expected.refused(reserved ? Refused.RESERVED_RATE : Refused.RATE);
        }
        if (warm(version) == 0) {
            if (function.scaling.tokens(now) == 0) {
                return Expected.refused(reserved ? Refused.RESERVED_CONCURRENCY : Refused.CONCURRENCY);
            }
            function.scaling.take(now);
            version.live++;
        }
        if (capped) {
            rate.take(now);
        }
        version.spillOvers += version.requested > 0 ? 1 : 0;
        return new Expected(Optional.empty(), false);
    }

    Optional<Refusal> reserve(FunctionName name, OptionalInt wanted, long now) {
        Function function = function(name, now);
        int provisioned = provisioned(function);
        int before = function.reservation.orElse(provisioned);
        if (wanted.isPresent() && wanted.getAsInt() < provisioned) {
            return Optional.of(new Refusal(Reason.RESERVATION_BELOW_PROVISIONED, provisioned));
        }
        int after = wanted.orElse(provisioned);
        if (after > before && unreserved() + before - after < rules.minimumUnreserved()) {
            return Optional.of(new Refusal(Reason.RESERVATION_BREAKS_MINIMUM, rules.minimumUnreserved()));
        }
        function.reservation = wanted;
        ratesChanged(now);
        return Optional.empty();
    }

    Optional<Refusal> provision(FunctionName name, String versionName, int wanted, long now) {
        Function function = function(name, now);
        Version version = version(function, versionName);
        int others = provisioned(function) - version.requested;
        if (wanted > version.requested) {
            if (function.reservation.isPresent()) {
                int reservation = function.reservation.getAsInt();
                if (others + wanted > reservation) {
                    return Optional.of(new Refusal(Reason.PROVISIONED_ABOVE_RESERVATION, reservation));
                }
            } else {
                int without = unreserved() + version.requested;
                if (wanted > without) {
                    return Optional.of(new Refusal(Reason.PROVISIONED_ABOVE_UNRESERVED, Math.max(0, without)));
                }
                if (without - wanted < rules.minimumUnreserved()) {
                    return Optional.of(new Refusal(Reason.PROVISIONED_BREAKS_MINIMUM, rules.minimumUnreserved()));
                }
            }
        }
        version.requested = wanted;
        ratesChanged(now);
        return Optional.empty();
    }

    void resizeAccount(int limit, long now) {
        account = limit;
        ratesChanged(now);
    }

    void forget(FunctionName name, long now) {
        Function function = functions.remove(name);
        if (function != null) {
            function.reservation = OptionalInt.empty();
            function.versions.values().forEach(version -> version.requested = 0);
            ratesChanged(now);
        }
    }

    void forget(FunctionName name, String versionName, long now) {
        Function function = functions.get(name);
        Version version = function == null ? null : function.versions.remove(versionName);
        if (version != null) {
            version.requested = 0;
            ratesChanged(now);
        }
    }

    private void ratesChanged(long now) {
        long each = rules.requestsPerSecondPerPermit();
        unreservedRate.resize(each * unreserved(), now);
        for (Function function : functions.values()) {
            if (function.reservation.isPresent()) {
                function.rate.resize(each * poolLimit(function), now);
            }
            function.versions.values().forEach(version -> version.rate.resize(each * version.requested, now));
        }
    }

    int running(FunctionName name) {
        Function function = functions.get(name);
        return count(attempt -> attempt.function() == function);
    }

    boolean isOff(FunctionName name) {
        Function function = functions.get(name);
        return function != null && function.reservation.equals(OptionalInt.of(0));
    }

    int free(FunctionName name, long now) {
        Function function = function(name, now);
        int idle = 0;
        int warm = 0;
        for (Version version : function.versions.values()) {
            idle += idle(version);
            warm += warm(version);
        }
        long onDemand = Math.max(0, Math.min(poolFree(function), warm + function.scaling.tokens(now)));
        return (int) Math.max(0, Math.min(account - attempts.size(), idle + onDemand));
    }

    Usage usage(FunctionName name, String versionName) {
        Function function = functions.get(name);
        Version version = function == null ? null : function.versions.get(versionName);
        return version == null
                ? new Usage(0, 0, 0, 0)
                : new Usage(
                        version.requested,
                        version.available,
                        Math.min(version.requested, provisionedRunning(version)),
                        version.spillOvers);
    }
}

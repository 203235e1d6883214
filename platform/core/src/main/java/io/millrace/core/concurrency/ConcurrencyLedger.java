package io.millrace.core.concurrency;

import io.millrace.core.Require;
import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.InvocationType;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;

/**
 * Who holds how many permits (lambda-semantics 4.1). A function with a reservation draws on it alone, all others share
 * what the account has left; provisioned environments serve their own version first. Every limit may change while
 * permits are out: those stay valid and move to the pool that now carries them, and nothing is granted above a limit
 * until enough have ended. What runs in all never exceeds the account's limit but for permits granted before it shrank;
 * so a new reservation of permits that others use starts as those end.
 *
 * <p>Thread-safe: its lock is held for arithmetic only, never for I/O.
 */
public final class ConcurrencyLedger {
    private final LedgerArithmetic arithmetic;
    private final LongSupplier clock;
    private final int newEnvironmentsPerTenSeconds;
    private final AccountBooks account;
    private final Growth growth;
    private final RequestRates rates;
    private final Map<FunctionName, FunctionBooks> functions = new HashMap<>();

    /** @param nanoClock nanoseconds of any origin that never go back, such as {@link System#nanoTime} */
    public ConcurrencyLedger(ConcurrencyRules rules, LongSupplier nanoClock) {
        this(rules, nanoClock, new LedgerArithmetic());
    }

    ConcurrencyLedger(ConcurrencyRules rules, LongSupplier nanoClock, LedgerArithmetic arithmetic) {
        this.arithmetic = arithmetic;
        this.clock = nanoClock;
        this.newEnvironmentsPerTenSeconds = rules.newEnvironmentsPerTenSeconds();
        this.account = new AccountBooks(arithmetic, rules.accountLimit());
        this.growth = new Growth(account, arithmetic, rules.minimumUnreserved());
        long now = nanoClock.getAsLong();
        this.rates = new RequestRates(rules.requestsPerSecondPerPermit(), account, arithmetic.rate(now));
        rates.unreservedChanged(now);
    }

    /**
     * Whether an attempt may start now. In this order: an idle provisioned environment of the version; the function's
     * reservation less all its provisioned concurrency; or, without reservation, the unreserved pool. An attempt that
     * would need one more on-demand environment than its version has is also refused while the function has started as
     * many in 10 s as it may.
     *
     * <p>Requests per second are capped for {@link InvocationType#REQUEST_RESPONSE} only. Lambda's quotas page limits
     * asynchronous invocations by concurrency alone, and an event that waits in its queue gains nothing from being held
     * below the broker's speed. The cap is a bucket that holds one second's worth: whoever never sends more in any
     * second than is allowed is then never refused, which a smaller one would not keep.
     *
     * @return a {@link Permit} to be closed when the attempt ends, or the constant {@link Refused} of its reason
     * @throws IllegalArgumentException for a dry run, which runs nothing
     */
    public synchronized Admission admit(FunctionName name, String version, InvocationType type) {
        if (type == InvocationType.DRY_RUN) {
            throw new IllegalArgumentException("invocation type is DryRun, expected one that runs the function");
        }
        FunctionBooks function = function(name);
        VersionBooks books = version(function, version);
        boolean capped = rates.cap(type);
        int onDemandFree = account.poolFree(function);
        if (account.free() > 0 && arithmetic.takesProvisioned(books, onDemandFree)) {
            if (!capped) {
                return grant(function, books, true);
            }
            if (books.provisionedRate.has(clock.getAsLong())) {
                books.provisionedRate.take();
                return grant(function, books, true);
            }
        }
        if (onDemandFree <= 0) {
            return function.isReserved() ? Refused.RESERVED_CONCURRENCY : Refused.CONCURRENCY;
        }
        if (account.free() <= 0) {
            return Refused.CONCURRENCY;
        }
        return admitOnDemand(function, books, capped);
    }

    private Admission admitOnDemand(FunctionBooks function, VersionBooks version, boolean capped) {
        boolean cold = version.warm() == 0;
        long now = cold || capped ? clock.getAsLong() : 0;
        TokenBucket rate = rates.onDemand(function);
        if (capped && !rate.has(now)) {
            return function.isReserved() ? Refused.RESERVED_RATE : Refused.RATE;
        }
        if (cold && !function.scaling.has(now)) {
            return function.isReserved() ? Refused.RESERVED_CONCURRENCY : Refused.CONCURRENCY;
        }
        if (capped) {
            rate.take();
        }
        if (cold) {
            function.scaling.take();
        }
        if (version.requested > 0) {
            version.spillOvers++;
        }
        return grant(function, version, false);
    }

    private Permit grant(FunctionBooks function, VersionBooks version, boolean provisioned) {
        takeOut(function, version);
        if (provisioned) {
            version.provisionedRunning++;
        } else {
            version.onDemandLive += version.warm() == 0 ? 1 : 0;
            version.onDemandRunning++;
        }
        putBack(function, version);
        return new Permit(this, function, version, provisioned);
    }

    synchronized void end(Permit permit) {
        if (!arithmetic.givesBack(permit)) {
            return;
        }
        permit.markEnded();
        VersionBooks version = permit.books();
        takeOut(permit.function(), version);
        if (permit.isProvisioned()) {
            version.provisionedRunning--;
        } else {
            version.onDemandRunning--;
        }
        putBack(permit.function(), version);
    }

    /**
     * Sets a function's reservation, 0 to switch it off, or clears it. Its provisioned concurrency is then part of the
     * reservation; without one it is taken from the unreserved pool.
     *
     * @return empty if it is done
     */
    public synchronized Optional<Refusal> reserve(FunctionName name, OptionalInt reservation) {
        Require.between("reservation", reservation.orElse(0), 0, ConcurrencyRules.HIGHEST);
        FunctionBooks function = function(name);
        if (reservation.isPresent()) {
            Optional<Refusal> refusal = growth.refusesReservation(function, reservation.getAsInt());
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        account.takeOut(function);
        function.reserve(reservation);
        account.putBack(function);
        rates.functionChanged(function, clock.getAsLong());
        return Optional.empty();
    }

    /**
     * Sets how many environments of a version are kept ready, 0 for none. They are granted only as far as
     * {@link #available} says that they are initialised.
     *
     * @return empty if it is done
     */
    public synchronized Optional<Refusal> provision(FunctionName name, String version, int environments) {
        Require.between("provisioned environments", environments, 0, ConcurrencyRules.HIGHEST);
        FunctionBooks function = function(name);
        VersionBooks books = version(function, version);
        Optional<Refusal> refusal = growth.refusesProvisioned(function, books, environments);
        if (refusal.isPresent()) {
            return refusal;
        }
        takeOut(function, books);
        books.requested = environments;
        putBack(function, books);
        long now = clock.getAsLong();
        rates.versionChanged(books, now);
        rates.functionChanged(function, now);
        return Optional.empty();
    }

    /**
     * How many provisioned environments of a version are initialised, busy or not. The pool of environments calls this
     * whenever that changes.
     */
    public synchronized void available(FunctionName name, String version, int initialised) {
        Require.between("initialised environments", initialised, 0, ConcurrencyRules.HIGHEST);
        FunctionBooks function = function(name);
        VersionBooks books = version(function, version);
        takeOut(function, books);
        books.available = initialised;
        putBack(function, books);
    }

    /**
     * On-demand environments of a version have ended, or could not be started. To be told before the permit of an
     * attempt is closed whose environment ended with it: else the next attempt counts on that environment. Of a forgotten
     * function or version nothing is noted.
     */
    public synchronized void environmentsRetired(FunctionName name, String version, int count) {
        Require.between("retired environments", count, 0, ConcurrencyRules.HIGHEST);
        FunctionBooks function = functions.get(name);
        VersionBooks books = function == null ? null : function.find(version);
        if (function == null || books == null) {
            return;
        }
        takeOut(function, books);
        books.onDemandLive = Math.max(0, books.onDemandLive - count);
        putBack(function, books);
    }

    /** @param limit 0 to 1,000,000; may be less than what is reserved, and then nothing is unreserved */
    public synchronized void resizeAccount(int limit) {
        Require.between("accountLimit", limit, 0, ConcurrencyRules.HIGHEST);
        account.resize(limit);
        rates.unreservedChanged(clock.getAsLong());
    }

    /** The function is deleted. Its permits stay valid; until they are closed, the unreserved pool carries them. */
    public synchronized void forget(FunctionName name) {
        FunctionBooks function = functions.remove(name);
        if (function == null) {
            return;
        }
        account.takeOut(function);
        function.reserve(OptionalInt.empty());
        account.putBack(function);
        function.versions().forEach(version -> empty(function, version));
        rates.unreservedChanged(clock.getAsLong());
    }

    /** The version is deleted. Its permits stay valid; until they are closed, the function's pool carries them. */
    public synchronized void forget(FunctionName name, String version) {
        FunctionBooks function = functions.get(name);
        VersionBooks books = function == null ? null : function.find(version);
        if (function == null || books == null) {
            return;
        }
        empty(function, books);
        function.forget(version);
        rates.functionChanged(function, clock.getAsLong());
    }

    private void empty(FunctionBooks function, VersionBooks version) {
        takeOut(function, version);
        version.requested = 0;
        version.available = 0;
        version.onDemandLive = 0;
        putBack(function, version);
    }

    /**
     * How many attempts of the function could start now, over all versions, 0 or more: idle provisioned environments,
     * and on demand what the pool has left, as far as environments are warm or may be started. Requests per second do
     * not count, as they do not hold events.
     */
    public synchronized int free(FunctionName name) {
        FunctionBooks function = function(name);
        int onDemand = Math.max(0, account.poolFree(function));
        if (onDemand > function.warm()) {
            long startable = function.warm() + function.scaling.tokens(clock.getAsLong());
            onDemand = (int) Math.min(onDemand, startable);
        }
        return Math.max(0, Math.min(account.free(), function.idle() + onDemand));
    }

    /** The limit that keeps attempts of the function from starting; empty while {@link #free} is above 0. */
    public synchronized Optional<UsedUp> usedUp(FunctionName name) {
        if (free(name) > 0) {
            return Optional.empty();
        }
        FunctionBooks function = function(name);
        if (function.idle() == 0 && account.poolFree(function) <= 0) {
            boolean isAll = account.unreserved() == account.limit();
            return Optional.of(function.isReserved() ? UsedUp.RESERVED : isAll ? UsedUp.ACCOUNT : UsedUp.UNRESERVED);
        }
        return Optional.of(account.free() <= 0 ? UsedUp.ACCOUNT : UsedUp.NEW_ENVIRONMENTS);
    }

    /** Attempts of the function that hold a permit now. */
    public synchronized int running(FunctionName name) {
        FunctionBooks function = functions.get(name);
        return function == null ? 0 : function.running();
    }

    /** Whether a reservation of 0 switches the function off. */
    public synchronized boolean isOff(FunctionName name) {
        FunctionBooks function = functions.get(name);
        return function != null && function.isReserved() && function.reservation() == 0;
    }

    /** What functions without reservation share on demand: the account's limit less all reservations and theirs. */
    public synchronized int unreservedLimit() {
        return Math.max(0, account.unreserved());
    }

    public synchronized int accountLimit() {
        return account.limit();
    }

    public synchronized Usage usage(FunctionName name, String version) {
        FunctionBooks function = functions.get(name);
        VersionBooks books = function == null ? null : function.find(version);
        return books == null ? Usage.NONE : books.usage();
    }

    /** Of all functions that it knows, at one instant. */
    public synchronized LedgerReading reading() {
        Map<FunctionName, LedgerReading.OfFunction> all = new HashMap<>();
        functions.forEach((name, books) -> all.put(name, books.reading()));
        return new LedgerReading(
                account.limit(), account.running(), account.claimed(), unreservedLimit(), account.unreservedUse(), all);
    }

    private FunctionBooks function(FunctionName name) {
        FunctionBooks known = functions.get(name);
        if (known != null) {
            return known;
        }
        long now = clock.getAsLong();
        FunctionBooks opened = new FunctionBooks(arithmetic.rate(now), arithmetic.scaling(now));
        opened.scaling.resize(newEnvironmentsPerTenSeconds, now);
        functions.put(name, opened);
        return opened;
    }

    private VersionBooks version(FunctionBooks function, String version) {
        VersionBooks known = function.find(version);
        if (known != null) {
            return known;
        }
        VersionBooks opened = new VersionBooks(version, arithmetic.rate(clock.getAsLong()));
        function.open(opened);
        return opened;
    }

    private void takeOut(FunctionBooks function, VersionBooks version) {
        account.takeOut(function);
        function.takeOut(version);
    }

    private void putBack(FunctionBooks function, VersionBooks version) {
        function.putBack(version);
        account.putBack(function);
    }
}

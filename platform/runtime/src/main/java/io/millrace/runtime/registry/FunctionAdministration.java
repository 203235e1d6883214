package io.millrace.runtime.registry;

import io.millrace.core.function.FunctionName;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What doors can ask about functions and have done to them. Thread-safe; no method blocks, slow work is the
 * implementation's to move away. Futures fail with {@link FunctionAdministrationException} for what the caller can act
 * on and with BrokerUnavailableException when the broker is away; a change either takes place as a whole or not at all.
 */
public interface FunctionAdministration {

    /** From memory. */
    Optional<RegisteredFunction> find(FunctionName name);

    /** From memory, ordered by name; embedded functions included. */
    List<RegisteredFunction> all();

    /** As {@link #all}, from this one on if there is such a one, or the next; looks at no more than is taken. */
    Stream<RegisteredFunction> from(Optional<FunctionName> first);

    /**
     * Returns when the function is stored, which is before it can be used; {@link #settled} tells when.
     *
     * @param archive a jar, or zip of classes and lib/*.jar
     * @param publish makes version 1 along with it
     * @return fails with FunctionExists or InvalidCode
     */
    Future<Changed> create(FunctionName name, FunctionConfiguration configuration, byte[] archive, boolean publish);

    /**
     * Returns when the change is stored; invocations run as before until it is done, and {@link #settled} tells when.
     * Events that wait then run on the new code.
     *
     * @return fails with FunctionUnknown, InvalidCode, RevisionMismatch, NotUsable or UpdateInProgress
     */
    Future<Changed> updateCode(FunctionName name, CodeChange change);

    /** Fails as {@link #updateCode} would; changes nothing, and returns what would be, with the revision that is. */
    Future<Changed> tryCode(FunctionName name, CodeChange change);

    /**
     * Returns as {@link #updateCode} does.
     *
     * @param change applied to the configuration as it is when the change takes place
     * @return fails with FunctionUnknown, InvalidCode (no such handler), RevisionMismatch, NotUsable or
     *     UpdateInProgress
     */
    Future<RegisteredFunction> updateConfiguration(
            FunctionName name, UnaryOperator<FunctionConfiguration> change, Optional<String> expectedRevision);

    /** The function when no change of it is under way that was accepted before; fails with FunctionUnknown. */
    Future<RegisteredFunction> settled(FunctionName name);

    /** Removes the function and its queues; fails with FunctionUnknown. */
    Future<Void> delete(FunctionName name);

    /**
     * @param permits 0 switches the function off, empty clears
     * @return fails with FunctionUnknown, ReservationTooHigh, or ConcurrencyRefused when it is less than is provisioned
     */
    Future<RegisteredFunction> reserve(FunctionName name, OptionalInt permits);

    /**
     * Changes how asynchronous invocations with a qualifier are treated; events that wait are treated like that too.
     *
     * @param qualifier {@code $LATEST}, a version or an alias
     * @param change applied to the config as it is when the change takes place; empty returns to the platform's defaults
     * @return fails with FunctionUnknown, VersionUnknown or AliasUnknown, and with what {@code change} throws
     */
    Future<RegisteredFunction> configureAsync(
            FunctionName name, String qualifier, UnaryOperator<Optional<EventInvokeConfig>> change);

    /**
     * Freezes {@code $LATEST} under the next number; returns the newest version instead where nothing changed since.
     *
     * @param expectedSha256 of the code, in hexadecimal; fails with CodeMismatch when it is another
     * @param description instead of the function's own
     * @return fails with FunctionUnknown, CodeMismatch, RevisionMismatch, NotUsable, UpdateInProgress, or InvalidCode for
     *     an object of the embedding service
     */
    Future<PublishedVersion> publish(
            FunctionName name,
            Optional<String> expectedSha256,
            Optional<String> description,
            Optional<String> expectedRevision);

    /** One that does not exist counts as deleted; fails with FunctionUnknown, or VersionInUse when an alias needs it. */
    Future<Void> deleteVersion(FunctionName name, int number);

    /** Fails with FunctionUnknown, AliasExists, VersionUnknown or RoutingRefused. */
    Future<Alias> createAlias(FunctionName name, Alias alias);

    /**
     * Fails with FunctionUnknown, AliasUnknown, VersionUnknown, RevisionMismatch, RoutingRefused, or ConcurrencyRefused
     * when its provisioned concurrency cannot follow.
     */
    Future<Alias> updateAlias(
            FunctionName name, String alias, UnaryOperator<Alias> change, Optional<String> expectedRevision);

    /**
     * One that does not exist counts as deleted; its provisioned concurrency and its event invoke config end. Fails with
     * FunctionUnknown.
     */
    Future<Void> deleteAlias(FunctionName name, String alias);

    /**
     * Keeps environments initialised; returns before they are.
     *
     * @param qualifier number of a published version, or an alias
     * @param environments at least 1
     * @return fails with FunctionUnknown, VersionUnknown, AliasUnknown or ConcurrencyRefused
     */
    Future<ProvisionedConcurrency> provision(FunctionName name, String qualifier, int environments);

    /** One that does not exist counts as deleted; fails with FunctionUnknown. */
    Future<Void> deleteProvisioned(FunctionName name, String qualifier);

    /**
     * Changes what belongs to a function without being its configuration, its policy, and gives it a new revision
     * (lambda-semantics 6.2).
     *
     * @param qualifier {@code $LATEST}, a version or an alias
     * @param change blocking, while no other change of a function is under way; what it throws leaves all as it was
     * @return fails with FunctionUnknown, and with what {@code change} throws
     */
    Future<Void> revise(FunctionName name, String qualifier, Runnable change);

    /** From memory; empty when the qualifier has no provisioned concurrency. */
    Optional<ProvisionedState> provisionedState(FunctionName name, String qualifier);

    /** Attempts of all functions that may run at once. From memory. */
    int accountConcurrency();

    /**
     * Changes that limit until the next start; at once, what runs goes on.
     *
     * @param permits 1 to 1,000,000
     * @throws IllegalArgumentException if it is out of range
     */
    void resizeAccount(int permits);

    /** What all functions without a reservation share now. From memory. */
    int unreservedConcurrency();
}

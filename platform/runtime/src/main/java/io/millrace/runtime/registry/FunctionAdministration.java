package io.millrace.runtime.registry;

import io.millrace.core.function.FunctionName;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

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

    /** @param archive a jar, or zip of classes and lib/*.jar; fails with FunctionExists or InvalidCode */
    Future<RegisteredFunction> create(FunctionName name, FunctionConfiguration configuration, byte[] archive);

    /** Fails with FunctionUnknown, InvalidCode or RevisionMismatch; events that wait run on the new code. */
    Future<RegisteredFunction> updateCode(FunctionName name, byte[] archive, Optional<String> expectedRevision);

    /**
     * @param change applied to the configuration as it is when the change takes place
     * @return fails with FunctionUnknown, InvalidCode (no such handler) or RevisionMismatch
     */
    Future<RegisteredFunction> updateConfiguration(
            FunctionName name, UnaryOperator<FunctionConfiguration> change, Optional<String> expectedRevision);

    /** Removes the function and its queues; fails with FunctionUnknown. */
    Future<Void> delete(FunctionName name);

    /**
     * @param permits 0 switches the function off, empty clears
     * @return fails with FunctionUnknown, ReservationTooHigh, or ConcurrencyRefused when it is less than is provisioned
     */
    Future<RegisteredFunction> reserve(FunctionName name, OptionalInt permits);

    /** @param config empty returns to the platform's defaults; fails with FunctionUnknown */
    Future<RegisteredFunction> configureAsync(FunctionName name, Optional<EventInvokeConfig> config);

    /**
     * Freezes {@code $LATEST} under the next number; returns the newest version instead where nothing changed since.
     *
     * @param expectedSha256 of the code, in hexadecimal; fails with CodeMismatch when it is another
     * @param description instead of the function's own
     * @return fails with FunctionUnknown, CodeMismatch, RevisionMismatch, or InvalidCode for an object of the embedding
     *     service
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

    /** One that does not exist counts as deleted; its provisioned concurrency ends. Fails with FunctionUnknown. */
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

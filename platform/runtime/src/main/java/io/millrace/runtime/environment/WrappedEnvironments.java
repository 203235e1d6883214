package io.millrace.runtime.environment;

import io.millrace.core.invocation.InvocationType;

/** Environments that are others, with something added to their attempts. Whoever closes them closes both. */
public interface WrappedEnvironments extends FunctionEnvironments {

    /** Those that attempts run in. */
    FunctionEnvironments environments();

    @Override
    default void provision(int wanted, AllocationListener progress) {
        environments().provision(wanted, progress);
    }

    @Override
    default boolean hasRoom(InvocationType type) {
        return environments().hasRoom(type);
    }

    @Override
    default boolean hasRoomToSpare() {
        return environments().hasRoomToSpare();
    }

    @Override
    default boolean inThisProcess() {
        return environments().inThisProcess();
    }

    @Override
    default int count() {
        return environments().count();
    }

    @Override
    default void close() {
        environments().close();
    }
}

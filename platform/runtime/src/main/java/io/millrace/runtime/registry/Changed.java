package io.millrace.runtime.registry;

import java.util.Optional;

/**
 * A function as a change left it.
 *
 * @param version that was published along; empty where none was asked for
 */
public record Changed(RegisteredFunction function, Optional<PublishedVersion> version) {

    /** Publishes where that was asked for. Pure: nothing is stored here. */
    public static Changed of(RegisteredFunction function, boolean publish) {
        if (!publish) {
            return new Changed(function, Optional.empty());
        }
        Publishing.Result result = Publishing.publish(function, Optional.empty(), Optional.empty(), Optional.empty());
        return new Changed(result.function(), Optional.of(result.version()));
    }

    /** The same, as a creation that is accepted and not done. */
    public Changed pending() {
        return with(function.withState(FunctionState.pending(version)));
    }

    /** The same, as an update that is accepted and not done. */
    public Changed updating() {
        return with(function.withState(FunctionState.updating(version)));
    }

    /** The function as it is after something else was done to it. */
    public Changed with(RegisteredFunction now) {
        return new Changed(now, version);
    }
}

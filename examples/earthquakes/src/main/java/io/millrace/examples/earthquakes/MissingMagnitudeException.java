package io.millrace.examples.earthquakes;

/** The feed allows an earthquake without a magnitude; neither version can judge it. */
public final class MissingMagnitudeException extends RuntimeException {
    MissingMagnitudeException(String id) {
        super("magnitude of " + id + " is null, expected a number");
    }
}

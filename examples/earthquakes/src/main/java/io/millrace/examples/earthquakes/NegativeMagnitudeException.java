package io.millrace.examples.earthquakes;

/** The strict version takes a magnitude below zero for a broken seismometer. */
public final class NegativeMagnitudeException extends RuntimeException {
    NegativeMagnitudeException(String id, double magnitude) {
        super("magnitude of " + id + " is " + magnitude + ", expected 0 or more");
    }
}

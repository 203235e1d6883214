package io.millrace.core.scaling;

/** What a scalable target does not do for the time being. */
public record Suspension(boolean scaleIn, boolean scaleOut, boolean scheduled) {
    public static final Suspension NONE = new Suspension(false, false, false);
}

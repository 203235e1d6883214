package io.millrace.deadletter;

/** @param planned matched when the redrive began */
public record RedriveProgress(long moved, long planned) {}

package io.millrace.runtime.registry;

import java.time.LocalDate;

/**
 * What one version of a function used on one day.
 *
 * @param day in UTC
 * @param version {@code $LATEST} or a number
 */
public record UsageRow(LocalDate day, String function, String version, UsageAmount amount) {}

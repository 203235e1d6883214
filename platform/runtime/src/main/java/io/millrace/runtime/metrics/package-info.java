/**
 * A door to what the server measures: {@code /metrics} and {@code /_millrace/usage}, and what has to stand beside the
 * attempts to measure them.
 */
@NullMarked
package io.millrace.runtime.metrics;

import org.jspecify.annotations.NullMarked;
